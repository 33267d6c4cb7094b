"""Moves what other tools write to where it stands in a recipe, and says so; the tables are in pipeline/aliases.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data, set_dotted
from acclimate.pipeline.aliases import (
    ARGUMENTS,
    IMPLIED,
    MODEL_ALIASES,
    MODEL_ARGUMENTS,
    NO_EFFECT,
    VALUE_ALIASES,
    Argument,
    NoEffect,
)

OF_A_PHASE: dict[str, Argument | NoEffect] = {**ARGUMENTS, **NO_EFFECT}
OF_THE_MODEL = {**MODEL_ALIASES, **{name: name for name in MODEL_ARGUMENTS}}
# `split` decides who is a training row, `sample` chooses among these, `replay` adds to what is left.
_BEFORE = {"split": ("sample", "replay"), "sample": ("replay",)}
_BESIDE = ("one of the two", "remove one")


@dataclass
class Reading:
    """What was understood while a recipe was read, and what is wrong with it."""

    understood: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def move_arguments(phase: Data, where: str, reading: Reading, *, last: bool) -> None:
    """Move the arguments of a phase (at its top, or in the section they belong to) to their place, in place.

    Takes: `where`, the phase's dotted place; `last`, whether overrides were applied already: late arguments wait for them.
    An argument beside the option that it stands for is a fault.
    """
    for name, argument in OF_A_PHASE.items():
        for holder, place in list(_holders(phase, name, argument)):
            value = holder[name]
            if value is not None and not last and _waits(argument) and not _stands_beside(phase, argument, value):
                continue
            del holder[name]
            if value is not None and last and _waits(argument) and _stands_beside(phase, argument, value):
                reading.understood.append(f"{name} has no effect: an override says something else")
            elif value is not None:
                _take(phase, name, value, f"{where}{place}.{name}", reading, wins=False)


def take_override(phase: Data, key: str, value: Any, where: str, reading: Reading) -> bool:
    """Take an override of a phase if its key, relative to the phase, is an argument; it wins over what is there.

    Gives: whether it is one.
    """
    *parents, name = key.split(".")
    argument = OF_A_PHASE.get(name)
    sections = argument.key.split(".")[:-1] if isinstance(argument, Argument) else []
    if (
        argument is None
        or (parents != sections[: len(parents)] and parents != _beside(argument))
        or (isinstance(argument, Argument) and argument.key == key)
    ):
        return False
    for holder, _ in list(_holders(phase, name, argument)):
        del holder[name]
    _take(phase, name, value, f"{where}.{key}", reading, wins=True)
    return True


def is_late(key: str) -> bool:
    """Say whether an override has to wait for the others, as it means something else after them."""
    argument = ARGUMENTS.get(key.rpartition(".")[2])
    return argument is not None and argument.late


def move_model_arguments(data: Data, reading: Reading) -> None:
    """Move what other tools write for the model, in place."""
    if isinstance(data.get("model"), str):
        data["model"] = {"path": data["model"]}
    for alias, key in OF_THE_MODEL.items():
        for holder, place in ((data, alias), (data.get("model"), f"model.{alias}")):
            if not isinstance(holder, dict) or alias not in holder or (holder is not data and alias == key):
                continue
            value = holder.pop(alias)
            model = data.setdefault("model", {})
            if not isinstance(model, dict) or model.get(key) is not None:
                reading.faults.append(Fault(place, f"stands beside model.{key}, which means the same", *_BESIDE))
            elif value is not None:
                model[key] = value
                reading.understood.append(f"{alias} is understood as model.{key}")


def rename_value(section: Any, key: str, understood: list[str]) -> None:
    """Give the method under `key`, a mapping with a name, the name that it has here, in place."""
    method = section.get(key) if isinstance(section, dict) else None
    name = method.get("name") if isinstance(method, dict) else None
    if isinstance(method, dict) and name in VALUE_ALIASES[key]:
        method["name"] = VALUE_ALIASES[key][name]
        understood.append(f"{key} {name} is understood as {method['name']}")


def _holders(phase: Data, name: str, argument: Argument | NoEffect) -> Iterator[tuple[Data, str]]:
    """Give the mappings in which `name` stands: the phase, the section that it belongs to, the method in that."""
    *sections, key = argument.key.split(".") if isinstance(argument, Argument) else [name]
    place: Any = phase
    for depth in range(len(sections) + 1):
        itself = depth == len(sections) and name == key and depth > 0
        if isinstance(place, dict) and name in place and not itself:
            yield place, "".join(f".{section}" for section in sections[:depth])
        place = place.get(sections[depth]) if isinstance(place, dict) and depth < len(sections) else None
    for section in _beside(argument):
        other = phase.get(section)
        if isinstance(other, dict) and name in other:
            yield other, f".{section}"


def _beside(argument: Argument | NoEffect) -> list[str]:
    return [argument.beside] if isinstance(argument, Argument) and argument.beside else []


def _waits(argument: Argument | NoEffect) -> bool:
    """Say whether an argument of the file waits for the overrides (what is said of a source goes with that source)."""
    return isinstance(argument, Argument) and argument.late and not argument.key.startswith("sources.")


def _stands_beside(phase: Data, argument: Argument | NoEffect, value: Any) -> bool:
    """Say whether what an argument would set is there."""
    if not isinstance(argument, Argument) or argument.means is None:
        return False
    try:
        settings = argument.means(phase, value)
    except ValueError:  # a fault, once the overrides are known
        return False
    return not isinstance(settings, str) and any(_said(phase, key) for key, _ in settings)


def _take(phase: Data, name: str, value: Any, place: str, reading: Reading, *, wins: bool) -> None:
    argument = OF_A_PHASE[name]
    if isinstance(argument, NoEffect):
        if argument.only and value not in argument.only:
            reading.faults.append(Fault(place, f"found {value!r}", _spelled(argument.only[0]), argument.do))
        else:
            reading.understood.append(f"{name} has no effect: {argument.reason}")
        return
    try:
        settings = argument.means(phase, value) if argument.means else [(argument.key, value)]
    except ValueError as error:
        reading.faults.append(Fault(place, f"found {value!r}", str(error)))
        return
    if isinstance(settings, str):
        reading.understood.append(f"{name} has no effect: {settings}")
        return
    for key, meant in settings:
        if not wins and _said(phase, key):
            reading.faults.append(Fault(place, f"stands beside {key}, which means the same", *_BESIDE))
        else:
            _set(phase, key, meant, place, reading)
            told = f" {_spelled(meant)}" if argument.means and _spelled(meant) not in ("", _spelled(value)) else ""
            reading.understood.append(f"{name} is understood as {key}{told}")


def _spelled(value: Any) -> str:
    """Give a value as YAML has it; of a method its name, of a source without one nothing."""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    return str(value).lower() if isinstance(value, bool) else "none" if value is None else str(value)


def _said(phase: Data, key: str) -> bool:
    place: Any = phase
    for part in key.split("."):
        if isinstance(place, list):
            place = next((item for item in place if isinstance(item, dict) and item.get("name") == part), None)
        else:
            place = place.get(part) if isinstance(place, dict) else None
    return place is not None


def _set(phase: Data, key: str, value: Any, place: str, reading: Reading) -> None:
    section, *rest = key.split(".")
    try:
        if section == "prepare":
            _need_step(phase, rest[0])
        set_dotted(phase, key, value)
    except (UserError, AttributeError, TypeError):
        found = f"{section} is {phase.get(section)!r}, which holds no {'.'.join(rest)}"
        reading.faults.append(Fault(place, found, f"{section} as a list or mapping", f"mend {section}"))
        return
    holder = phase[section]
    if section in IMPLIED and rest and "name" not in holder:
        holder["name"] = IMPLIED[section]
        reading.understood.append(f"the {section} is {IMPLIED[section]}, as nothing else is said")


def _need_step(phase: Data, name: str) -> None:
    """Put a step with its defaults into `prepare` if it is not there."""
    if phase.get("prepare") is None:
        phase["prepare"] = []
    steps = phase["prepare"]
    names = [step.get("name") if isinstance(step, dict) else None for step in steps]
    if name not in names:
        places = [place for place, other in enumerate(names) if other in _BEFORE[name]]
        steps.insert(places[0] if places else len(steps), {"name": name})
