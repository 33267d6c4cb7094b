"""Other names for options: what other tools and older scripts call them -> where they stand in a phase of a recipe."""

from __future__ import annotations

from typing import Any

ALIASES = {
    "warmup_ratio": "train.warmup_steps",
    "micro_batch_size": "train.per_device_train_batch_size",
    "per_gpu_train_batch_size": "train.per_device_train_batch_size",
    "batch_size": "train.per_device_train_batch_size",
    "eval_batch_size": "train.per_device_eval_batch_size",
    "num_epochs": "train.num_train_epochs",
    "epochs": "train.num_train_epochs",
    "lr": "train.learning_rate",
    "lr_scheduler": "train.lr_scheduler_type",
    "evaluation_strategy": "train.eval_strategy",
    "gradient_clipping": "train.max_grad_norm",
    "cutoff_len": "tokens.max_length",
    "sequence_len": "tokens.max_length",
    "max_seq_length": "tokens.max_length",
    "max_seq_len": "tokens.max_length",
    "model_max_length": "tokens.max_length",
    "lora_r": "adapter.r",
    "lora_rank": "adapter.r",
    "lora_target": "adapter.target_modules",
    "lora_target_modules": "adapter.target_modules",
    "masking_strategy": "objective.masking.name",
    "masking_sep_token": "objective.masking.masking_sep_token",
    "masking_span_p": "objective.masking.masking_span_p",
    "wwm_probability": "objective.mlm_probability",
}
MODEL_ALIASES = {"model_name_or_path": "path", "base_model": "path", "model_name": "path", "model_revision": "revision"}


def meant_by(key: str) -> str:
    """Give the dotted key that an override means: `phases.0.lr` and `phases.0.train.lr` are phases.0.train.learning_rate."""
    *parents, last = key.split(".")
    if last in MODEL_ALIASES and parents in ([], ["model"]):
        return f"model.{MODEL_ALIASES[last]}"
    target = ALIASES.get(last)
    inside = parents[2:]
    if target is None or parents[:1] != ["phases"] or inside != target.split(".")[: len(inside)]:
        return key
    return ".".join([*parents[:2], target])


def move_model_aliases(data: dict[str, Any], understood: list[str]) -> None:
    """Move what other tools write for the model, in place."""
    model_section = data.get("model")
    places: list[dict[str, Any]] = [data, model_section if isinstance(model_section, dict) else {}]
    for alias, key in MODEL_ALIASES.items():
        for place in places:
            if alias in place:
                model = data.setdefault("model", {})
                if isinstance(model, dict) and key not in model:
                    model[key] = place.pop(alias)
                    understood.append(f"{alias} is understood as model.{key}")


def move_aliases(phase: dict[str, Any], understood: list[str]) -> None:
    """Move aliases of a phase (at its top, or in the section they belong to) to their place, in place.

    An alias beside the option it stands for is left where it is, and so reported as an unknown key.
    """
    for alias, target in ALIASES.items():
        *sections, key = target.split(".")
        holders = [phase, *([_section(phase, sections[:1])] if sections else []), _section(phase, sections)]
        for holder in holders:
            if alias not in holder or (alias == key and holder is _section(phase, sections)):
                continue
            there = _section(phase, sections, make=True)
            if key not in there or (key == "name" and there is not holder):
                there[key] = holder.pop(alias)
                understood.append(f"{alias} is understood as {target}")


def _section(phase: dict[str, Any], path: list[str], *, make: bool = False) -> dict[str, Any]:
    place: Any = phase
    for part in path:
        if make and not isinstance(place.get(part), dict):
            text = place.get(part)
            place[part] = {"name": text} if isinstance(text, str) else {}
        place = place.get(part)
        if not isinstance(place, dict):
            return {}
    return place if isinstance(place, dict) else {}
