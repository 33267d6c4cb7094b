"""A peer's file on disk: which tool's it is, and the recipe that is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data, parse_yaml
from acclimate.pipeline.peers.axolotl import from_axolotl
from acclimate.pipeline.peers.carry import Converted, LeftOut
from acclimate.pipeline.peers.llamafactory import from_llamafactory
from acclimate.pipeline.peers.training_arguments import from_training_arguments
from acclimate.pipeline.peers.writing import written
from acclimate.pipeline.recipe import read_recipe

_KNOWN = "a YAML of axolotl (base_model, datasets) or LLaMA-Factory (model_name_or_path, stage, dataset), or a JSON of run_mlm.py's arguments"


def convert(path: str | Path) -> tuple[str, list[LeftOut]]:
    """Turn another tool's file into a recipe.

    Gives: the recipe's YAML, commented, and what it does not have, with reasons. What it has passes `read_recipe`.
    Raises: UserError for a file that is not there, is none of those known, or trains for a task; places are the peer's.
    """
    path = Path(path)
    data = _read(path)
    name = path.stem.strip().lstrip(".") or "recipe"
    try:
        peer, found = _converted(data, path)
        found = _without_refused({**found.recipe, "name": name}, found)
    except UserError as error:
        raise UserError(
            *(Fault(f"{path}: {one.where}", one.found, one.allowed, one.do) for one in error.faults)
        ) from None
    return written(found, name, peer, path.name), found.left_out


def _read(path: Path) -> Data:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise UserError(Fault(str(path), reason, _KNOWN, "check the path")) from None
    data = parse_yaml(text, str(path))
    if not isinstance(data, dict):
        raise UserError(Fault(str(path), f"found {type(data).__name__}", _KNOWN, "name such a file"))
    return data


def _converted(data: Data, path: Path) -> tuple[str, Converted]:
    if "base_model" in data:
        return "axolotl", from_axolotl(data)
    if {"stage", "finetuning_type", "template", "dataset_dir"} & data.keys() and "model_name_or_path" in data:
        return "LLaMA-Factory", from_llamafactory(data, _dataset_info(data, path))
    if {"model_name_or_path", "model_type", "config_name"} & data.keys():
        return "transformers' examples", from_training_arguments(data)
    found = (
        "it is a recipe already"
        if {"sources", "phases"} & data.keys()
        else f"keys {', '.join(sorted(map(str, data))[:6])}"
    )
    raise UserError(Fault("the file", found, _KNOWN, "name such a file"))


def _dataset_info(data: Data, path: Path) -> Data | None:
    """Give dataset_info.json from the folder that the file names: seen from the working folder, or from a folder above the file."""
    folder = str(data.get("dataset_dir", "data"))
    for above in (Path(), *path.resolve().parents):
        place = above / folder / "dataset_info.json"
        if place.is_file():
            found = parse_yaml(place.read_text(encoding="utf-8-sig"), str(place))
            return found if isinstance(found, dict) else None
    return None


def _without_refused(recipe: Data, found: Converted) -> Converted:
    """Leave out the options whose value a recipe does not take; what is no option of the peer's making stays a fault."""
    left = list(found.left_out)
    recipe = {key: dict(value) if isinstance(value, dict) else value for key, value in recipe.items()}
    try:
        read_recipe(recipe)
        return Converted(recipe, left, found.origins)
    except UserError as error:
        for fault in error.faults:
            section, _, rest = fault.where.removeprefix("phases.0.").partition(".")
            key = rest.split(".")[0]
            holder: Any = recipe.get(section)
            if (
                section not in ("train", "tokens", "adapter", "model")
                or not isinstance(holder, dict)
                or key not in holder
            ):
                raise
            allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
            left.append(LeftOut(found.origins.get(f"{section}.{key}", key), holder.pop(key), f"{fault.found}{allowed}"))
    read_recipe(recipe)
    return Converted(recipe, left, found.origins)
