"""From an axolotl YAML."""

from __future__ import annotations

import re
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data
from acclimate.pipeline.peers.carry import DEFAULT, Carrier, Converted, LeftOut, refuse_task, select_texts
from acclimate.sources.ending import FORMATS

_MODEL = {"base_model": "model.path", "revision_of_model": "model.revision", "tokenizer_config": "model.tokenizer_name",
          "base_model_config": "model.config_name"}  # fmt: skip
_LORA = {"lora_r": "adapter.r", "lora_alpha": "adapter.lora_alpha", "lora_dropout": "adapter.lora_dropout",
         "lora_target_modules": "adapter.target_modules", "lora_modules_to_save": "adapter.modules_to_save",
         "peft_use_dora": "adapter.use_dora", "peft_use_rslora": "adapter.use_rslora"}  # fmt: skip
_MEMORY = "the base is held in float32 or bfloat16 (model.dtype): it takes more memory"
_ATTENTION = "no effect: the fastest exact attention is chosen at the start"
_SPEED = "no effect on what is learnt"
_PROCESSES = "several GPUs: start the run with accelerate launch"
_LEFT = {
    "model_type": "no effect: the architecture stands in the model's config",
    "tokenizer_type": "no effect: the tokenizer says what it is",
    "is_*": "no effect: the architecture stands in the model's config",
    "trust_remote_code": "code that came with a model is never run; most architectures are in transformers by now",
    "load_in_8bit": _MEMORY,
    "load_in_4bit": _MEMORY,
    "gptq*": _MEMORY,
    "bnb_config_kwargs": _MEMORY,
    "lora_model_dir": "training starts from the base: merge that adapter into it first",
    "lora_target_linear": "lora_target_modules says it",
    "lora_*": "LoRA alone, as PEFT does it by default",
    "peft_*": "LoRA alone, as PEFT does it by default",
    "loraplus_*": "LoRA alone: one learning rate for all weights",
    "unfrozen_parameters": "which weights are trained is adapter: full, lora, adalora or freeze",
    "eval_sample_packing": "no effect: evaluation pads nothing either",
    "sample_packing_*": _SPEED,
    "multipack_*": _SPEED,
    "pretrain_multipack_*": _SPEED,
    "pad_to_sequence_len": "no effect: rows without padding need none, and the loss is the same",
    "group_by_length": _SPEED,
    "flash_*": _ATTENTION,
    "sdp_attention": _ATTENTION,
    "xformers_attention": _ATTENTION,
    "flex_attention": _ATTENTION,
    "attn_implementation": _ATTENTION,
    "s2_attention": "shifted sparse attention changes what the model sees; all of a window is seen here",
    "fp16": "there is no float16: bfloat16 is taken where the hardware has it",
    "float16": "the base is held in float32, or bfloat16 by model.dtype",
    "bfloat16": "weights are held in float32; with LoRA model.dtype: bfloat16 saves memory",
    "tf32": "matrix products are as torch has them by default",
    "gradient_checkpointing_kwargs": _SPEED,
    "torch_compile*": _SPEED,
    "liger_*": _SPEED,
    "plugins": "extensions of axolotl: see whether one changes what is learnt",
    "cut_cross_entropy": _SPEED,
    "unsloth_*": _SPEED,
    "deepspeed": _PROCESSES,
    "fsdp*": _PROCESSES,
    "local_rank": _PROCESSES,
    "ddp_*": _PROCESSES,
    "dataset_prepared_path": "no effect: what was prepared before lies in the run's folder",
    "dataset_*": _SPEED,
    "shuffle_merged_datasets": "no effect: the order of each epoch is drawn by train.seed",
    "train_on_inputs": "no effect: every token of a text is learnt",
    "special_tokens": "the tokenizer's own are kept, and padding needs none; new ones: tokens.additional_special_tokens",
    "chat_template*": "no effect: texts are learnt as they are",
    "saves_per_epoch": "a checkpoint is written at the end of each epoch; others by train.save_steps",
    "evals_per_epoch": "validation is measured at the end of each epoch; more often by train.eval_steps",
    "eval_table_size": "no effect: the report shows examples",
    "eval_max_new_tokens": "no effect: nothing is generated",
    "auto_resume_from_checkpoints": "no effect: the same command goes on where it stopped",
    "wandb_*": "set it as wandb's own environment variable (WANDB_PROJECT, WANDB_ENTITY, ...)",
    "mlflow_*": "set it as MLflow's own environment variable (MLFLOW_TRACKING_URI, ...)",
    "hub_model_id": "nothing is uploaded; `hf upload` takes the folder model/",
    "hub_strategy": "nothing is uploaded",
    "hf_use_auth_token": "after `hf auth login`, or by model.token",
    "loss_watchdog_*": "train.loss_spike_factor leaves out updates whose loss jumps",
    "strict": "no effect: an unknown key is always a fault",
    "debug": "no effect",
    "save_safetensors": "no effect: always",
    "save_only_model": "a checkpoint has what it needs to go on; train.save_total_limit says how many are kept",
}  # fmt: skip
_TRACKERS = {"wandb": "wandb_project", "mlflow": "mlflow_tracking_uri", "tensorboard": "use_tensorboard"}
_DEFAULTS = {"train.lr_scheduler_type": "cosine", "train.num_train_epochs": 1, "train.per_device_train_batch_size": 1,
             "train.warmup_steps": 0.03}  # fmt: skip
_TEXT_TYPES = ("completion", "pretrain")
_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_BUILDERS = {"json": "jsonl", "csv": "csv", "parquet": "parquet", "text": "text"}


def from_axolotl(data: Data) -> Converted:
    """Turn an axolotl file, read as plain data, into a recipe.

    Raises: UserError for a file that trains for a task (instructions, preferences), or has no data set.
    """
    for key in ("rl", "reward_model", "process_reward_model"):
        if data.get(key):
            raise refuse_task(
                key,
                data[key],
                "data sets of type: completion, or pretraining_dataset",
                "make the texts a data set of their own",
            )
    carrier = Carrier(data)
    _model(carrier)
    _rows(carrier)
    carrier.put("objective", "clm", "completion")
    _adapter(carrier)
    _tokens(carrier)
    _train(carrier)
    carrier.leave_all(_LEFT)
    return carrier.done()


def _model(carrier: Carrier) -> None:
    base = carrier.rest.get("base_model")
    if not isinstance(base, str):
        raise UserError(Fault("base_model", f"found {base!r}", "a model", "name one"))
    if carrier.take("reinit_weights"):
        carrier.put("model.config_name", carrier.take("base_model"), "base_model, reinit_weights")
        carrier.put("model.tokenizer_name", base, "base_model")
    elif carrier.rest.get("base_model_config") == base:
        carrier.take("base_model_config")
    carrier.carry(_MODEL)


def _rows(carrier: Carrier) -> None:
    key = "pretraining_dataset" if carrier.rest.get("pretraining_dataset") else "datasets"
    tables, columns = _tables(carrier, key)
    if not tables:
        raise UserError(Fault("datasets", "there is none", "a list of data sets with type: completion", "name one"))
    if key == "pretraining_dataset":
        carrier.left.append(
            LeftOut(key, "streamed", "rows are read whole: for a part of a large one write split: train[:1%]")
        )
    carrier.put("sources.train", tables["rows"] if list(tables) == ["rows"] else tables, key)
    step = select_texts(columns)
    held_out, others = ({}, {}) if len(tables) > 1 else _tables(carrier, "test_datasets")
    if list(held_out) == ["rows"] and others == columns:
        carrier.put("sources.validation", held_out["rows"], "test_datasets")
    elif held_out:
        carrier.left.append(
            LeftOut(
                "test_datasets", len(held_out), "several, or with another column: write one under sources.validation"
            )
        )
    carrier.leave("test_datasets", "with several training sets: write one, joined alike, under sources.validation")
    origin = "val_set_size" if "val_set_size" in carrier.rest else DEFAULT
    share = carrier.take("val_set_size", 0)
    split: Data = {"name": "split"}
    if isinstance(share, int | float) and share >= 1:
        carrier.left.append(LeftOut("val_set_size", share, "a number of rows: a share is needed, 0.05 is taken"))
        share = 0.05
    if "sources.validation" not in carrier.origins:
        split["validation"] = share
        carrier.origins["prepare.split.validation"] = origin
    carrier.recipe["prepare"] = [*([step] if step else []), split]


def _tables(carrier: Carrier, key: str) -> tuple[Data, dict[str, str]]:
    """Give the sources of a list of data sets, and the column of texts of each."""
    found = carrier.take(key) or []
    entries = found if isinstance(found, list) else [found]
    tables, columns = {}, {}
    for number, entry in enumerate(entries):
        one = {"path": entry, "type": "pretrain"} if isinstance(entry, str) else dict(entry)
        name = "rows" if len(entries) == 1 else f"data_{number + 1}"
        kind = one.pop("type", "pretrain" if key == "pretraining_dataset" else None)
        field = f"{kind}".partition(":")
        if field[0] not in _TEXT_TYPES:
            raise refuse_task(
                f"{key}.{number}.type",
                kind,
                "completion",
                "to learn the texts themselves write type: completion, and field: the column that has them",
            )
        columns[name] = str(one.pop("field", None) or one.pop("text_column", None) or field[2] or "text")
        tables[name] = _source(one)
        for option, value in one.items():
            if value not in (None, False, [], ""):
                carrier.left.append(LeftOut(f"{key}.{number}.{option}", value, "all rows of the split are read"))
    return tables, columns


def _source(entry: Data) -> Data:
    """Give the source of a data set, and take out of `entry` what it is made of."""
    path, files, kind = entry.pop("path", None), entry.pop("data_files", None), entry.pop("ds_type", None)
    entry.pop("streaming", None)
    named = path if isinstance(path, str) else ""
    local = any(f"{part}".lower().endswith(tuple(FORMATS)) for part in ([named] if not files else []))
    if files and (named in _BUILDERS or kind or not _HUB.fullmatch(named)):
        path, local, kind = files, True, kind or named
    if local or kind:
        entry.pop("split", None)
        entry.pop("name", None)
        known = str(path[0] if isinstance(path, list) else path).lower().endswith(tuple(FORMATS))
        return {"path": path} if known else {"name": _BUILDERS.get(kind, "jsonl"), "path": path}
    if files:
        entry["data_files"] = files
    hub = {"name": "hub", "path": path, "dataset_config_name": entry.pop("name", None), "split": entry.pop("split", None),
           "revision": entry.pop("revision", None)}  # fmt: skip
    return {key: value for key, value in hub.items() if value is not None}


def _adapter(carrier: Carrier) -> None:
    kind = carrier.take("adapter")
    if kind is None:
        carrier.put("adapter.name", "full", "no adapter")
        for key in [key for key in carrier.rest if key.startswith("lora_")]:
            carrier.leave(key, "no effect: there is no adapter")
        return
    if kind not in ("lora", "qlora"):
        raise UserError(Fault("adapter", f"found {kind!r}", "lora, qlora or none", "choose one of them"))
    carrier.put("adapter.name", "lora", "adapter")
    if kind == "qlora":
        carrier.left.append(LeftOut("adapter", kind, f"LoRA; {_MEMORY}"))
    if carrier.rest.get("lora_target_linear") and not carrier.rest.get("lora_target_modules"):
        carrier.take("lora_target_modules")
        carrier.take("lora_target_linear")
        carrier.put("adapter.target_modules", "all-linear", "lora_target_linear")
    carrier.carry(_LORA)
    if "adapter.lora_dropout" not in carrier.origins:
        carrier.put("adapter.lora_dropout", 0.0)


def _tokens(carrier: Carrier) -> None:
    carrier.carry({"sequence_len": "tokens.max_length", "tokens": "tokens.additional_tokens"})
    if "tokens.max_length" not in carrier.origins:
        carrier.put("tokens.max_length", 512)
    if carrier.take("sample_packing"):
        carrier.put("tokens.batch", "padding_free", "sample_packing")


def _train(carrier: Carrier) -> None:
    if carrier.rest.get("bf16") in ("auto", "full") and carrier.take("bf16") == "full":
        carrier.left.append(
            LeftOut("bf16", "full", "bfloat16 autocast over float32 weights, where the hardware has it")
        )
    recomputed = carrier.rest.get("gradient_checkpointing")
    if isinstance(recomputed, str):
        carrier.leave("gradient_checkpointing", "activations are recomputed, but not moved off the GPU")
        carrier.put("train.gradient_checkpointing", True, "gradient_checkpointing")
    _per_epoch(carrier)
    trackers = [name for name, key in _TRACKERS.items() if carrier.rest.get(key)]
    carrier.take("use_tensorboard")
    if trackers:
        carrier.put("train.report_to", trackers, ", ".join(_TRACKERS[name] for name in trackers))
    floor = carrier.take("cosine_min_lr_ratio")
    carrier.carry({"optimizer": "train.optim"})
    carrier.training()
    for option, value in _DEFAULTS.items():
        if option not in carrier.origins:
            carrier.put(option, value)
    if floor and carrier.recipe["train"]["lr_scheduler_type"] == "cosine":
        found = {"name": "cosine", "min_lr_ratio": floor}
        carrier.put("train.lr_scheduler_type", found, "lr_scheduler, cosine_min_lr_ratio")


def _per_epoch(carrier: Carrier) -> None:
    split: Any = carrier.recipe["prepare"][-1]
    validates = "sources.validation" in carrier.origins or split.get("validation")
    for key, option in (("saves_per_epoch", "save_strategy"), ("evals_per_epoch", "eval_strategy")):
        times = carrier.rest.get(key)
        if key == "evals_per_epoch" and not validates:
            carrier.leave(key, "there are no validation rows")
            carrier.leave("eval_steps", "there are no validation rows")
        elif (
            times is not None and option not in carrier.rest and option.replace("strategy", "steps") not in carrier.rest
        ):
            carrier.put(f"train.{option}", "epoch" if times else "no", key)
            if times in (0, 1):
                carrier.take(key)
