"""Other names for options: what other tools and older scripts call them -> where they stand in a phase of a recipe.

Here are the tables; pipeline/arguments.py moves what they name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from acclimate.core.errors import UserError
from acclimate.core.recipe import Data
from acclimate.sources.ending import name_for
from acclimate.train.section import Train

Settings = list[tuple[str, Any]]
"""Dotted options of a phase and what they are set to."""
Meaning = Callable[[Data, Any], Settings | str]
"""From a phase and a value to what is set, or to the reason why nothing is. Raises ValueError saying what is allowed."""


@dataclass(frozen=True)
class Argument:
    """What a name at the top of a phase stands for.

    `key` is the option, dotted; `means` is for values that do not go there as they are; `late` arguments look at what the
    others said, so they come after them. `beside` is another section in which it may stand.
    """

    key: str
    means: Meaning | None = None
    late: bool = False
    beside: str = ""


@dataclass(frozen=True)
class NoEffect:
    """A name that nothing stands for: why, which values can be taken all the same (none named: all), and what to do."""

    reason: str
    only: tuple[Any, ...] = ()
    do: str = ""


def _source(phase: Data, value: Any) -> Settings:
    return [("sources.train", {"path": value})]


def _validation(phase: Data, value: Any) -> Settings:
    return [("sources.validation", {"path": value})]


def _test(phase: Data, value: Any) -> Settings:
    return [("sources.test", {"path": value})]


def _data_set(phase: Data, value: Any) -> Settings:
    return [("sources.train", {"name": "hub", "path": value})]


def _configuration(phase: Data, value: Any) -> Settings:
    if not isinstance(_part(phase, "sources", "train"), dict):
        raise ValueError("the configuration of a data set that dataset_name names")
    return [("sources.train.dataset_config_name", value)]


def _percentage(phase: Data, value: Any) -> Settings | str:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 100:
        raise ValueError("a percentage: 0 to 99")
    return _share(phase, value / 100)


def _share(phase: Data, value: Any) -> Settings | str:
    if isinstance(value, int | float) and value >= 1:
        raise ValueError("a share below 1 (prepare: split knows no number of rows)")
    if _part(phase, "sources", "validation"):
        return "there is a source for validation"
    return [("prepare.split.validation", value)]


def _rank(phase: Data, value: Any) -> Settings:
    """Seed 000: "This value must be > 0 to utilize LoRA"."""
    return [("adapter", {"name": "full"})] if value == 0 else [("adapter.r", value)]


def _of_lora(option: str) -> Meaning:
    def means(phase: Data, value: Any) -> Settings | str:
        if _part(phase, "adapter", "name") == "full":
            return "the adapter is full"
        every = option == "target_modules" and value in ("all", ["all"])
        return [(f"adapter.{option}", "all-linear" if every else value)]

    return means


def _of_masking(strategy: str, option: str) -> Meaning:
    def means(phase: Data, value: Any) -> Settings | str:
        chosen = _part(phase, "objective", "masking") or "word"
        name = chosen.get("name", "word") if isinstance(chosen, dict) else chosen
        return [(f"objective.masking.{option}", value)] if name == strategy else f"the masking is {name}"

    return means


def _lines(phase: Data, value: Any) -> Settings | str:
    if not value:
        return [("tokens.batch", {"name": "concat"})]
    roles = [role for role in ("train", "validation", "test") if _is_text(_part(phase, "sources", role))]
    return [(f"sources.{role}.sample_by", "line") for role in roles] or "each row is a text of its own already"


def _padding(phase: Data, value: Any) -> Settings | str:
    batch = _part(phase, "tokens", "batch")
    if not value:
        return "nothing is padded unless tokens.batch is pad, and then to the longest of a batch"
    if (batch.get("name") if isinstance(batch, dict) else batch) == "concat":
        return "blocks of one length need no padding"
    return [("tokens.batch", {"name": "pad"})]


def _packing(phase: Data, value: Any) -> Settings:
    return [("tokens.batch", {"name": "padding_free" if value else "pad"})]


def _side(phase: Data, value: Any) -> Settings | str:
    """Which side is cut: of classify's texts either, of a conversation its prompt's beginning; other objectives cut nothing."""
    objective = str(_part(phase, "objective", "name") or IMPLIED["objective"])
    if value not in ("left", "right"):
        raise ValueError("left or right (objective.long of classify has also head_tail and windows)")
    if objective == "sft":
        if value == "right":
            raise ValueError("left: an answer is never cut (or write objective.too_long: drop)")
        return [("objective.too_long", value)]
    if objective in _IN_WINDOWS:
        return f"{objective} cuts no text: a longer one is read in several windows (tokens.stride)"
    return [("objective.long", value)]


_IN_WINDOWS = ("mlm", "clm", "tag", "extract")


def _updates(phase: Data, value: Any) -> Settings:
    """Transformers writes -1 for "not said"."""
    return [("train.max_steps", None if value == -1 else value)]


def _part(phase: Data, section: str, key: str) -> Any:
    holder = phase.get(section)
    return holder.get(key) if isinstance(holder, dict) else None


def _is_text(source: Any) -> bool:
    if not isinstance(source, dict):
        return False
    try:
        return (source.get("name") or name_for(source.get("path", ""))) == "text"
    except UserError:
        return False


# Every option of `train` has the name that transformers gives it, so it may stand at the top as well (the recipe's own
# seed is another one).
_TRAIN = {name: Argument(f"train.{name}") for name in Train.model_fields if name != "seed"}

ARGUMENTS = {
    **_TRAIN,
    "max_steps": Argument("train.max_steps", _updates),
    "warmup_ratio": Argument("train.warmup_steps"),
    "micro_batch_size": Argument("train.per_device_train_batch_size"),
    "per_gpu_train_batch_size": Argument("train.per_device_train_batch_size"),
    "batch_size": Argument("train.per_device_train_batch_size"),
    "eval_batch_size": Argument("train.per_device_eval_batch_size"),
    "num_epochs": Argument("train.num_train_epochs"),
    "epochs": Argument("train.num_train_epochs"),
    "lr": Argument("train.learning_rate"),
    "lr_scheduler": Argument("train.lr_scheduler_type"),
    "evaluation_strategy": Argument("train.eval_strategy"),
    "gradient_clipping": Argument("train.max_grad_norm"),
    "cutoff_len": Argument("tokens.max_length"),
    "sequence_len": Argument("tokens.max_length"),
    "max_seq_length": Argument("tokens.max_length"),
    "max_seq_len": Argument("tokens.max_length"),
    "model_max_length": Argument("tokens.max_length"),
    "block_size": Argument("tokens.max_length"),
    "truncation_side": Argument("objective.long", _side, late=True, beside="tokens"),
    "additional_special_tokens": Argument("tokens.additional_special_tokens"),
    "additional_tokens": Argument("tokens.additional_tokens"),
    "packing": Argument("tokens.batch", _packing),
    "lora_r": Argument("adapter.r", _rank),
    "lora_rank": Argument("adapter.r", _rank),
    "lora_alpha": Argument("adapter.lora_alpha", _of_lora("lora_alpha")),
    "lora_dropout": Argument("adapter.lora_dropout", _of_lora("lora_dropout")),
    "target_modules": Argument("adapter.target_modules", _of_lora("target_modules")),
    "lora_target": Argument("adapter.target_modules", _of_lora("target_modules")),
    "lora_target_modules": Argument("adapter.target_modules", _of_lora("target_modules")),
    "modules_to_save": Argument("adapter.modules_to_save", _of_lora("modules_to_save")),
    "mlm_probability": Argument("objective.mlm_probability"),
    "wwm_probability": Argument("objective.mlm_probability"),
    "masking_strategy": Argument("objective.masking.name"),
    "masking_prefix_flag": Argument("objective.masking_prefix_flag"),
    "entity_sep": Argument("objective.entity_sep"),
    "train_file": Argument("sources.train", _source),
    "validation_file": Argument("sources.validation", _validation),
    "test_file": Argument("sources.test", _test),
    "dataset_name": Argument("sources.train", _data_set),
    "dataset_config_name": Argument("sources.train.dataset_config_name", _configuration, late=True),
    "validation_split_percentage": Argument("prepare.split.validation", _percentage),
    "val_size": Argument("prepare.split.validation", _share),
    "val_set_size": Argument("prepare.split.validation", _share),
    "max_train_samples": Argument("prepare.sample.max_train_samples"),
    "max_eval_samples": Argument("prepare.sample.max_validation_samples"),
    "max_predict_samples": Argument("prepare.sample.max_test_samples"),
    "masking_sep_token": Argument(
        "objective.masking.masking_sep_token", _of_masking("token_sep", "masking_sep_token"), late=True
    ),
    "masking_span_p": Argument("objective.masking.masking_span_p", _of_masking("span", "masking_span_p"), late=True),
    "line_by_line": Argument("tokens.batch", _lines, late=True),
    "pad_to_max_length": Argument("tokens.batch", _padding, late=True),
}

IMPLIED = {"objective": "mlm", "adapter": "lora"}
"""What a section is called where only an argument speaks of it: the ones in ARGUMENTS are those of mlm and LoRA."""

NO_EFFECT = {
    "overwrite_cache": NoEffect("what was prepared before is found by its content, never by its name"),
    "preprocessing_num_workers": NoEffect("the tokenizer uses every core by itself"),
    "dataloader_num_workers": NoEffect("batches are cut from arrays that are there already"),
    "do_train": NoEffect("a run trains", (True,), "write max_steps: 0 to measure a model without training it"),
    "do_eval": NoEffect("every run is measured before and after"),
    "do_predict": NoEffect("every run is measured before and after"),
    "streaming": NoEffect(
        "all rows are read", (False,), "leave it out: streaming comes with a later version; read a part of the data, as in split: train[:10%]"
    ),
    "fp16": NoEffect("there is no float16", (False,), "write bf16: true, or nothing: bfloat16 is taken where the hardware has it"),
    "group_by_length": NoEffect("batches are laid so that little or nothing is padded"),
    "remove_unused_columns": NoEffect("only the texts reach the model"),
    "label_names": NoEffect("labels come from the objective"),
    "push_to_hub": NoEffect("nothing is uploaded", (False,), "leave it out; `hf upload` takes the folder model/"),
}  # fmt: skip

MODEL_ALIASES = {
    "model_name_or_path": "path",
    "base_model": "path",
    "model_name": "path",
    "model_revision": "revision",
    "use_auth_token": "token",
    "torch_dtype": "dtype",
}
MODEL_ARGUMENTS = ("model_type", "config_overrides", "config_name", "tokenizer_name", "cache_dir", "use_fast_tokenizer",
                   "token", "trust_remote_code", "low_cpu_mem_usage", "attn_implementation")  # fmt: skip
"""Options of `model` that may stand at the recipe's top."""

ALIASES = {name: argument.key for name, argument in ARGUMENTS.items()}

# Names of methods that transformers calls otherwise.
VALUE_ALIASES = {
    "optim": {
        "adamw_torch": "adamw",
        "adamw_torch_fused": "adamw",
        "adamw_hf": "adamw",
        "adamw_bnb_8bit": "adamw_8bit",
        "lion_32bit": "lion",
    },
    "lr_scheduler_type": {
        "constant_with_warmup": "constant",
        "cosine_with_min_lr": "cosine",
        "wsd": "warmup_stable_decay",
        "plateau": "reduce_lr_on_plateau",
    },
}
