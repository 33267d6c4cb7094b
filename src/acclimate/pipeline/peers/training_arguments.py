"""From the JSON that run_mlm.py, run_clm.py and seed 000's script take: names of transformers and of its examples."""

from __future__ import annotations

from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data
from acclimate.pipeline.aliases import NO_EFFECT
from acclimate.pipeline.arguments import OF_A_PHASE, OF_THE_MODEL
from acclimate.pipeline.normalise import normalise
from acclimate.pipeline.peers.carry import DEFAULT, Carrier, Converted, LeftOut

_OF_MLM = ("mlm_probability", "line_by_line", "pad_to_max_length", "masking_strategy", "masking_prefix_flag")
_OF_THE_RUN = ("output_dir", "overwrite_output_dir", "name")


def from_training_arguments(data: Data) -> Converted:
    """Turn such a file, read as plain data, into a recipe.

    Raises: UserError where nothing tells whether run_mlm.py or run_clm.py is meant, and for a value that can't be had.
    """
    carrier = Carrier(data)
    taken = {key: carrier.take(key) for key in list(carrier.rest) if key in {*OF_A_PHASE, *OF_THE_MODEL, *_OF_THE_RUN}}
    seed = carrier.take("seed")
    if not any(key in data for key in _OF_MLM) and "block_size" not in data:
        do = "write mlm_probability (0.15) for an encoder, block_size for a decoder"
        raise UserError(
            Fault("arguments", "nothing says whether they are run_mlm.py's or run_clm.py's", "one of the two", do)
        )
    if not {"train_file", "dataset_name"} & data.keys():
        raise UserError(Fault("arguments", "they name no rows", "train_file or dataset_name", "add one"))
    objective = "mlm" if any(key in data for key in _OF_MLM) else "clm"
    given = {**taken, "objective": objective, **({"train": {"seed": seed}} if seed is not None else {})}
    recipe, faults, understood = normalise(given, [])
    if faults:
        raise UserError(*faults)
    phase = recipe.pop("phases")[0]
    phase.pop("name")
    for role, tables in phase.get("sources", {}).items():
        phase["sources"][role] = tables["rows"]
    origins = _origins(understood)
    _defaults(phase, bool(data.get("line_by_line")), origins)
    left = [LeftOut(key, data[key], reason) for key, reason in _idle(understood) if data[key] not in (False, None)]
    return Converted({**recipe, **phase}, [*left, *carrier.done().left_out], origins)


def _defaults(phase: Data, by_line: bool, origins: dict[str, str]) -> None:
    """Write down what those scripts do where nothing is said, and acclimate doesn't."""
    missing = {("train", "learning_rate"): 5e-5, ("train", "warmup_steps"): 0, ("tokens", "batch"): "concat"}
    if by_line or phase.get("tokens", {}).get("batch"):
        missing.pop(("tokens", "batch"))
    for (section, option), value in missing.items():
        if option not in phase.setdefault(section, {}):
            phase[section][option] = value
            origins[f"{section}.{option}"] = DEFAULT
    steps = phase.setdefault("prepare", [])
    if not any(step.get("name") == "split" for step in steps):
        own = "validation" in phase.get("sources", {})
        steps.insert(0, {"name": "split"} if own else {"name": "split", "validation": 0.05})
        origins.setdefault("prepare.split.validation", DEFAULT)


def _idle(understood: list[str]) -> list[tuple[str, str]]:
    """Give the arguments that changed nothing, with the reason."""
    parts = [sentence.partition(" has no effect: ") for sentence in understood]
    return [
        (name, f"no effect: {reason}")
        for name, found, reason in parts
        if found and (name in OF_A_PHASE or name in NO_EFFECT)
    ]


def _origins(understood: list[str]) -> dict[str, str]:
    parts: list[Any] = [sentence.partition(" is understood as ") for sentence in understood]
    return {option.split(" ")[0]: name for name, found, option in parts if found}
