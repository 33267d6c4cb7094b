"""The table of arguments: what scripts such as run_mlm.py call an option, where it stands in a recipe, and its default."""

from __future__ import annotations

from typing import Any

from acclimate.core.registry import methods, resolve
from acclimate.model.section import Model
from acclimate.pipeline.aliases import ARGUMENTS, IMPLIED, NO_EFFECT
from acclimate.pipeline.arguments import OF_THE_MODEL
from acclimate.pipeline.recipe import Recipe
from acclimate.tokens.section import Tokens
from acclimate.train.section import Train

_OF_THE_RUN = ("output_dir", "overwrite_output_dir", "seed")


def argument_table() -> list[tuple[str, str, str]]:
    """Give each argument that a recipe takes at its top, the option it stands for, and that option's default."""
    rows = [(name, f"model.{key}", _spelled(Model.model_fields[key].default)) for name, key in OF_THE_MODEL.items()]
    rows += [(name, argument.key, _spelled(default_of(argument.key))) for name, argument in ARGUMENTS.items()]
    rows += [(name, name, _spelled(Recipe.model_fields[name].default)) for name in _OF_THE_RUN]
    for name, what in NO_EFFECT.items():
        only = f"{_spelled(what.only[0])} alone" if what.only else "no effect"
        rows.append((name, f"{only}: {what.reason}", ""))
    return rows


def default_of(key: str) -> Any:
    """Give the default of a phase's dotted option (None where it must be said)."""
    section, *rest = key.split(".")
    if section == "sources":
        return None
    owner: Any = {"train": Train, "tokens": Tokens}.get(section)
    if section in IMPLIED:
        kinds = [resolve(section, name) for name in (IMPLIED[section], *methods(section))]
        owner = next(kind for kind in kinds if rest[0] in kind.model_fields)
    if section == "prepare":
        owner = resolve("prepare", rest.pop(0))
    if rest[0] == "masking" and rest[1] != "name":
        kinds = [resolve("masking", name) for name in methods("masking")]
        owner = next(kind for kind in kinds if rest[1] in kind.model_fields)
        rest.pop(0)
    return owner.model_fields[rest[0]].default


def _spelled(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple | dict):
        return ", ".join(default)
    return "" if default is None else str(default)
