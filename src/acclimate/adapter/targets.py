"""Which matrices an adapter goes on: the names of a recipe, checked against the model, or PEFT's choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from acclimate.core.errors import Fault, UserError, nearest

if TYPE_CHECKING:
    from torch import nn

ALL_LINEAR = "all-linear"
"""PEFT's word for every linear layer but the head's."""


def _from_text(value: Any) -> Any:
    """They may be one text with commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_from_text)]


def chosen_targets(model: nn.Module, names: Sequence[str], defaults: Any) -> tuple[Any, list[str]]:
    """Give what PEFT is to adapt, and what was decided, in sentences.

    Takes: `names`, the recipe's (empty: `defaults`, PEFT's for the architecture, or None where it has none).
    """
    if list(names) == [ALL_LINEAR]:
        return ALL_LINEAR, []
    if names:
        return list(names), []
    if defaults is not None:
        return defaults, []
    return ALL_LINEAR, ["PEFT names no default targets for this architecture: the adapter goes on all linear layers"]


def check_targets(model: nn.Module, names: Sequence[str], new_rows: Sequence[int]) -> None:
    """Raise UserError for targets that are not there or that can't be adapted exactly."""
    if names and list(names) != [ALL_LINEAR]:
        _check_names("target_modules", names, model)
        _check_vocabulary("target_modules", names, model, new_rows)


def check_saved(model: nn.Module, names: Sequence[str], new_rows: Sequence[int]) -> None:
    """Raise UserError for `modules_to_save` that are not there, or that hold a matrix that is trained in another way."""
    if names:
        _check_names("modules_to_save", names, model)
        _check_vocabulary("modules_to_save", names, model, new_rows)


def no_such(model: nn.Module, found: str, option: str = "target_modules", leave_out: Sequence[str] = ()) -> UserError:
    """Give the error for targets that won't do."""
    names = _matrices(model) if option == "target_modules" else _modules(model)
    allowed = ", ".join(name for name in names if name not in leave_out)
    if option == "target_modules":
        allowed += f", or {ALL_LINEAR} alone"
    return UserError(Fault(f"adapter.{option}", found, allowed, "name modules that are there"))


def _check_names(option: str, targets: Sequence[str], model: nn.Module) -> None:
    """PEFT leaves out in silence what no module is called by, if it finds any other."""
    names = {f".{name}" for name, _ in model.named_modules()}
    unknown = [target for target in targets if not any(name.endswith(f".{target}") for name in names)]
    if unknown:
        known = _matrices(model) if option == "target_modules" else _modules(model)
        found = [f"{target!r}{nearest(target, known)}" for target in unknown]
        raise no_such(model, f"no module is called {', '.join(found)}", option)


def _check_vocabulary(option: str, targets: Sequence[str], model: nn.Module, new_rows: Sequence[int]) -> None:
    """A matrix of the vocabulary that is tied or has new rows can't be one: what PEFT merges is then not what it trained."""
    from acclimate.compat.peft import vocabulary_targets
    from acclimate.compat.transformers.resize import own_head

    chosen = vocabulary_targets(model, targets, inside=option == "modules_to_save")
    if not chosen or (own_head(model) is not None and not new_rows):
        return
    why = "has new rows, which are trained as they are" if new_rows else "is embedding and head at once"
    verb = "holds the vocabulary's matrix" if option == "modules_to_save" else "is the vocabulary's matrix"
    raise no_such(model, f"{', '.join(chosen)} {verb}, which {why}", option, leave_out=chosen)


def _matrices(model: nn.Module) -> list[str]:
    """Give the last names of what can be adapted (GPT-2's matrices are a class of their own)."""
    kinds = {"Linear", "Conv1D"}
    return sorted({name.rsplit(".", 1)[-1] for name, part in model.named_modules() if type(part).__name__ in kinds})


def _modules(model: nn.Module) -> list[str]:
    """Give the last names of all modules that have weights of their own (no numbers: those name layers)."""
    names = (name.rsplit(".", 1)[-1] for name, part in model.named_modules() if list(part.parameters(recurse=False)))
    return sorted({name for name in names if name and not name.isdigit()})
