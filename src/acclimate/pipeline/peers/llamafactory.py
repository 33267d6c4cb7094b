"""From a LLaMA-Factory YAML."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data
from acclimate.pipeline.peers.carry import DEFAULT, Carrier, Converted, LeftOut, refuse_task, select_texts

_MODEL = {"model_name_or_path": "model.path", "model_revision": "model.revision", "cache_dir": "model.cache_dir"}
_LORA = {"lora_rank": "adapter.r", "lora_alpha": "adapter.lora_alpha", "lora_dropout": "adapter.lora_dropout",
         "additional_target": "adapter.modules_to_save", "use_dora": "adapter.use_dora", "use_rslora": "adapter.use_rslora"}  # fmt: skip
_TOKENS = {"cutoff_len": "tokens.max_length", "new_special_tokens": "tokens.additional_special_tokens",
           "add_special_tokens": "tokens.additional_special_tokens", "add_tokens": "tokens.additional_tokens"}  # fmt: skip
_DEFAULTS = {"tokens.max_length": 2048, "train.learning_rate": 5e-5, "train.warmup_steps": 0}
_LORA_ONLY = "LoRA alone, as PEFT does it by default"
_FULL_ONLY = "full training by AdamW and its like (train.optim)"
_SPEED = "no effect on what is learnt"
_MEMORY = "the base is held in float32 or bfloat16 (model.dtype): it takes more memory"
_PROCESSES = "several GPUs: start the run with accelerate launch"
_MIXTURE = "the rows of all data sets are taken as they are"
_LEFT = {
    "trust_remote_code": "code that came with a model is never run; most architectures are in transformers by now",
    "adapter_name_or_path": "training starts from the base: merge that adapter into it first",
    "hf_hub_token": "a token does not belong into a file: `hf auth login`, or model.token with the name of a variable",
    "resize_vocab": "no effect: the vocabulary grows by the new tokens",
    "flash_attn": "no effect: the fastest exact attention is chosen at the start",
    "use_unsloth*": _SPEED,
    "enable_liger_kernel": _SPEED,
    "disable_gradient_checkpointing": "no effect: nothing is recomputed unless train.gradient_checkpointing asks for it",
    "upcast_*": _SPEED,
    "pure_bf16": "weights are held in float32; with LoRA model.dtype: bfloat16 saves memory",
    "rope_scaling": "the model's positions stay as they are",
    "shift_attn": "all of a window is seen",
    "quantization_*": _MEMORY,
    "double_quantization": _MEMORY,
    "lora_*": _LORA_ONLY,
    "loraplus_*": _LORA_ONLY,
    "pissa_*": _LORA_ONLY,
    "create_new_adapter": _LORA_ONLY,
    "freeze_*": "adapter: freeze trains the head or the last layers whole",
    "use_llama_pro": "no layers are added; those that are there are trained",
    "use_galore": _FULL_ONLY,
    "galore_*": _FULL_ONLY,
    "use_apollo": _FULL_ONLY,
    "apollo_*": _FULL_ONLY,
    "use_badam": _FULL_ONLY,
    "badam_*": _FULL_ONLY,
    "use_muon": _FULL_ONLY,
    "use_adam_mini": _FULL_ONLY,
    "template": "no effect: texts are learnt as they are",
    "tokenized_path": "no effect: what was tokenised before lies in the run's folder",
    "mix_strategy": _MIXTURE,
    "interleave_probs": _MIXTURE,
    "streaming": "rows are read whole",
    "buffer_size": "rows are read whole",
    "data_seed": "no effect: train.seed draws the order",
    "data_shared_file_system": _PROCESSES,
    "plot_loss": "no effect: the report has the curves",
    "include_*": "no effect: the report has the counts",
    "compute_accuracy": "no effect: the report has the accuracy",
    "save_only_model": "a checkpoint has what it needs to go on; train.save_total_limit says how many are kept",
    "deepspeed": _PROCESSES,
    "fsdp*": _PROCESSES,
    "ddp_*": _PROCESSES,
    "ray_*": _PROCESSES,
    "train_on_prompt": "no effect: every token of a text is learnt",
    "mask_history": "no effect: every token of a text is learnt",
    "use_swanlab": "write train.report_to: [swanlab]",
    "swanlab_*": "set it as SwanLab's own environment variable",
    "run_name": "the recipe's name",
}  # fmt: skip


def from_llamafactory(data: Data, known: Data | None = None) -> Converted:
    """Turn a LLaMA-Factory file, read as plain data, into a recipe.

    Takes: `known`, what its dataset_info.json holds (None: there is none).
    Raises: UserError for a file that trains for a task (sft, rm, dpo, ...) or not at all, or names no data set.
    """
    stage = data.get("stage", "sft")
    if stage != "pt":
        do = "to learn the texts themselves write stage: pt, with a data set that has a column of texts"
        raise refuse_task("stage", stage, "pt", do)
    if data.get("do_train") is False:
        raise UserError(Fault("do_train", "found false", "true", "for a file that trains"))
    carrier = Carrier(data)
    carrier.take("stage")
    if not isinstance(carrier.rest.get("model_name_or_path"), str):
        found = f"found {data.get('model_name_or_path')!r}"
        raise UserError(Fault("model_name_or_path", found, "a model", "name one"))
    carrier.carry(_MODEL)
    _rows(carrier, known)
    carrier.put("objective", "clm", "stage")
    _adapter(carrier)
    _tokens(carrier)
    carrier.training()
    for option, value in _DEFAULTS.items():
        if option not in carrier.origins:
            carrier.put(option, value)
    carrier.leave_all(_LEFT)
    return carrier.done()


def _rows(carrier: Carrier, known: Data | None) -> None:
    folder = str(carrier.take("dataset_dir", "data"))
    tables, columns = _tables(carrier, "dataset", folder, known)
    if not tables:
        raise UserError(Fault("dataset", "there is none", "the name of a data set of texts", "name one"))
    carrier.put("sources.train", tables["rows"] if list(tables) == ["rows"] else tables, "dataset")
    step = select_texts(columns)
    steps: list[Data] = [step] if step else []
    held_out, others = ({}, {}) if len(tables) > 1 else _tables(carrier, "eval_dataset", folder, known)
    if list(held_out) == ["rows"] and others == columns:
        carrier.put("sources.validation", held_out["rows"], "eval_dataset")
    elif held_out:
        carrier.left.append(
            LeftOut(
                "eval_dataset", ", ".join(others), "several, or with another column: write one under sources.validation"
            )
        )
    carrier.leave("eval_dataset", "with several training sets: write one, joined alike, under sources.validation")
    origin = "val_size" if "val_size" in carrier.rest else DEFAULT
    share = carrier.take("val_size", 0)
    if isinstance(share, int | float) and share >= 1:
        carrier.left.append(LeftOut("val_size", share, "a number of rows: a share is needed, 0.05 is taken"))
        share = 0.05
    split: Data = {"name": "split"}
    if "sources.validation" not in carrier.origins:
        split["validation"] = share
        carrier.origins["prepare.split.validation"] = origin
    steps.append(split)
    most = carrier.take("max_samples")
    if most:
        steps.append({"name": "sample", "max_train_samples": most})
        carrier.origins["prepare.sample.max_train_samples"] = "max_samples"
    carrier.recipe["prepare"] = steps
    if not share and "sources.validation" not in carrier.origins:
        for key in ("eval_strategy", "eval_steps", "evaluation_strategy"):
            carrier.leave(key, "there are no validation rows")


def _tables(carrier: Carrier, key: str, folder: str, known: Data | None) -> tuple[Data, dict[str, str]]:
    """Give the sources of the named data sets, and the column of texts of each."""
    value = carrier.take(key) or []
    names = [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else list(value)
    tables, columns = {}, {}
    for number, name in enumerate(names):
        table = "rows" if len(names) == 1 else f"data_{number + 1}"
        entry = (known or {}).get(name)
        if isinstance(entry, dict):
            tables[table], columns[table] = _source(dict(entry), folder, f"{key}.{name}", carrier)
        else:
            where = f"{folder}/dataset_info.json"
            reason = (
                f"{where} has no such name"
                if known
                else f"{where} is not here, so its file is a guess: mend the path under sources"
            )
            carrier.left.append(LeftOut(key, name, reason))
            tables[table], columns[table] = {"path": f"{folder}/{name}.jsonl"}, "text"
    return tables, columns


def _source(entry: Data, folder: str, where: str, carrier: Carrier) -> tuple[Data, str]:
    columns = entry.pop("columns", {})
    said = columns.get("prompt") if isinstance(columns, dict) else None
    column = str(said or "instruction")
    if entry.get("formatting") == "sharegpt" or entry.get("ranking"):
        raise refuse_task(where, "a data set of conversations", "a data set with a column of texts", "name one")
    file, hub, split = entry.pop("file_name", None), entry.pop("hf_hub_url", None), entry.pop("split", None)
    subset = entry.pop("subset", None)
    for mirror in ("ms_hub_url", "om_hub_url", "formatting"):
        entry.pop(mirror, None)
    source: Data = {}
    if isinstance(file, str):
        path = str(PurePosixPath(folder, file))
        source = {"path": path}
        if file.lower().endswith(".txt"):  # each line is an example there
            source, column = {"name": "text", "path": path, "sample_by": "line"}, "text"
        elif not said:
            carrier.left.append(
                LeftOut(where, column, "the column of texts, as the entry names none: mend prepare if it is another")
            )
    elif isinstance(hub, str):
        source = {
            "name": "hub",
            "path": hub,
            **({"dataset_config_name": subset} if subset else {}),
            **({"split": split} if split else {}),
        }
    else:
        found = ", ".join(entry) or "nothing"
        raise UserError(
            Fault(where, f"found {found}", "file_name or hf_hub_url", "name files, or a data set on the Hub")
        )
    for key, value in entry.items():
        carrier.left.append(LeftOut(f"{where}.{key}", value, "all rows are read"))
    return source, column


def _adapter(carrier: Carrier) -> None:
    kind = carrier.take("finetuning_type", "lora")
    if kind == "full":
        carrier.put("adapter.name", "full", "finetuning_type")
    elif kind == "freeze":
        layers: Any = carrier.take("freeze_trainable_layers", 2)
        if not isinstance(layers, int) or layers < 1:
            raise UserError(
                Fault("freeze_trainable_layers", f"found {layers!r}", "a number of last layers", "name one")
            )
        carrier.put("adapter.name", "freeze", "finetuning_type")
        carrier.put("adapter.train", "layers", "finetuning_type")
        carrier.put("adapter.last_layers", layers, "freeze_trainable_layers")
        if carrier.rest.get("freeze_trainable_modules") == "all":
            carrier.take("freeze_trainable_modules")
    elif kind == "lora":
        _lora(carrier)
    else:
        raise UserError(Fault("finetuning_type", f"found {kind!r}", "lora, full or freeze", "choose one of them"))
    if kind != "lora":
        for key in [key for key in carrier.rest if key.startswith("lora")]:
            carrier.leave(key, "no effect: there is no LoRA")


def _lora(carrier: Carrier) -> None:
    carrier.put("adapter.name", "lora", "finetuning_type")
    rank = carrier.rest.get("lora_rank", 8)
    carrier.carry(_LORA)
    target = carrier.take("lora_target", "all")
    carrier.put("adapter.target_modules", "all-linear" if target == "all" else target, "lora_target")
    for option, value in {
        "r": rank,
        "lora_alpha": rank * 2 if isinstance(rank, int) else 16,
        "lora_dropout": 0.0,
    }.items():
        if f"adapter.{option}" not in carrier.origins:
            carrier.put(f"adapter.{option}", value)


def _tokens(carrier: Carrier) -> None:
    carrier.carry(_TOKENS)
    packed, apart = carrier.take("packing", True), carrier.take("neat_packing", False)
    together = packed and not apart
    carrier.put("tokens.batch", "concat" if together else "padding_free", "neat_packing" if apart else "packing")
