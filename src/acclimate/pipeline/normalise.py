"""From what people write to the one form that is checked: phases, methods as mappings, aliases moved, overrides applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family
from acclimate.core.recipe import Data, set_dotted, unshared
from acclimate.core.registry import methods, resolve
from acclimate.pipeline.arguments import (
    OF_A_PHASE,
    OF_THE_MODEL,
    Reading,
    is_late,
    move_arguments,
    move_model_arguments,
    rename_value,
    take_override,
)
from acclimate.pipeline.parts import FROM_PHASE, in_parts, is_parts, phase_faults
from acclimate.sources.ending import name_for

PHASE_KEYS = ("sources", "prepare", "tokens", "objective", "adapter", "train")
_ROLES = ("train", "validation", "test")
_SAMPLE = "sample:"
_CONTROL = "control_source"


def normalise(
    data: Data, overrides: Sequence[tuple[str, Any]], top: Sequence[str] = ()
) -> tuple[Data, list[Fault], list[str]]:
    """Give the recipe's data in full form.

    Takes: `overrides`, dotted keys and values, applied after plain strings became mappings; `top`, the recipe's own keys.
    Gives: the data, faults that
    only the whole recipe shows, and which aliases were understood.
    """
    data = unshared(data)
    reading = Reading()
    _into_phases(data, top)
    _tidy(data, reading, last=False)
    for key, value in sorted(overrides, key=lambda override: is_late(override[0])):
        _override(data, key, value, reading)
    _tidy(data, reading, last=True)
    faults = [fault for number, phase in enumerate(_phases(data)) for fault in _finish_phase(phase, f"phases.{number}")]
    faults += phase_faults(_phases(data))
    for holder, where in _measuring(data):
        faults += _name_source(holder.get(_CONTROL), f"{where}.{_CONTROL}")
    return data, [*reading.faults, *faults, *_names(data)], list(dict.fromkeys(reading.understood))


def _into_phases(data: Data, top: Sequence[str]) -> None:
    """A recipe of one phase may write its sections, and the arguments for them, at the top.

    What is like one of their names is meant as one: its fault then names what a phase may hold.
    """
    if "phases" not in data:
        flat = [key for key in data if key in PHASE_KEYS or key in OF_A_PHASE or _like_a_section(str(key), top)]
        data["phases"] = [{"name": "adapt", **{key: data.pop(key) for key in flat}}]
    for number, phase in enumerate(_phases(data)):
        phase.setdefault("name", f"phase{number + 1}" if len(data["phases"]) > 1 else "adapt")


def _like_a_section(key: str, top: Sequence[str]) -> bool:
    """Say whether an unknown key is likelier a phase's than the recipe's own (`top`)."""
    close = get_close_matches(key, [*top, *PHASE_KEYS], n=1)
    return key not in top and key not in OF_THE_MODEL and bool(close) and close[0] in PHASE_KEYS


def _phases(data: Data) -> list[Data]:
    phases = data.get("phases")
    return [phase for phase in phases if isinstance(phase, dict)] if isinstance(phases, list) else []


def _measuring(data: Data) -> list[tuple[Data, str]]:
    """Give each section `evaluate`, the recipe's and those of phases, with its place."""
    places = [(data, "evaluate"), *((one, f"phases.{number}.evaluate") for number, one in enumerate(_phases(data)))]
    return [(one["evaluate"], where) for one, where in places if isinstance(one.get("evaluate"), dict)]


def _tidy(data: Data, reading: Reading, *, last: bool) -> None:
    """Plain strings become mappings, aliases move to their place."""
    if isinstance(data.get("leaks"), str):
        data["leaks"] = {"action": data["leaks"]}
    for holder, _ in _measuring(data):
        _as_source(holder, _CONTROL)
    move_model_arguments(data, reading)
    for number, phase in enumerate(_phases(data)):
        _as_methods(phase)
        move_arguments(phase, f"phases.{number}", reading, last=last)
        _as_methods(phase)
        for key in ("optim", "lr_scheduler_type"):
            rename_value(phase.get("train"), key, reading.understood)


def _as_methods(phase: Data) -> None:
    """Write every method and source as a mapping."""
    for key in ("objective", "adapter"):
        _as_method(phase, key)
    if isinstance(phase.get("prepare"), list):
        phase["prepare"] = [{"name": step} if isinstance(step, str) else step for step in phase["prepare"]]
        for number, key in _sources_of_steps(phase["prepare"]):
            _as_source(phase["prepare"][number], key)
    _as_method(phase.get("tokens"), "batch")
    _as_method(phase.get("objective"), "masking")
    for key in ("optim", "lr_scheduler_type"):
        _as_method(phase.get("train"), key)
    if isinstance(phase.get("sources"), dict):
        for role in _ROLES:
            _as_source(phase["sources"], role)


def _sources_of_steps(steps: list[Any]) -> Iterator[tuple[int, str]]:
    """Give the number of each step that reads a source of its own, with the option that names it."""
    for number, step in enumerate(steps):
        name = step.get("name") if isinstance(step, dict) else None
        if isinstance(name, str) and name in methods("prepare"):
            for key, option in resolve("prepare", name).model_fields.items():
                if any(isinstance(mark, Family) and mark.family == "sources" for mark in option.metadata):
                    yield number, key


def _as_method(holder: Any, key: str) -> None:
    if isinstance(holder, dict) and isinstance(holder.get(key), str):
        holder[key] = {"name": holder[key]}


def _as_source(holder: Any, key: Any) -> None:
    text = holder[key] if key in holder or isinstance(holder, list) else None
    if isinstance(text, str):
        sample = text.removeprefix(_SAMPLE)
        holder[key] = {"path": text} if sample == text else {"name": "sample", "sample": sample}
    elif isinstance(text, list):
        for number in range(len(text)):
            _as_source(text, number)
    elif isinstance(text, dict) and FROM_PHASE in text:
        text.setdefault("name", "phase")
    elif _is_tables(text):
        for name in holder[key]:
            _as_source(holder[key], name)
        if list(holder[key]) == ["rows"]:  # as a resolved recipe writes a single source
            holder[key] = holder[key]["rows"]


def _is_tables(source: Any) -> bool:
    """Tell a mapping of tables (patients: ..., visits: ...) from a single source (name or path, and options)."""
    plain = isinstance(source, dict) and source and "name" not in source and "path" not in source
    return bool(plain and all(isinstance(table, dict | str) for table in source.values()))


def _override(data: Data, key: str, value: Any, reading: Reading) -> None:
    first, _, rest = key.partition(".")
    names = [phase.get("name") for phase in _phases(data)]
    if first in names and rest:
        key = f"phases.{names.index(first)}.{rest}"
    elif (first in PHASE_KEYS or first in OF_A_PHASE) and len(names) == 1:
        key = f"phases.0.{key}"
    *parents, last = parts = key.split(".")
    if last in OF_THE_MODEL and parents in ([], ["model"]) and key != f"model.{OF_THE_MODEL[last]}":
        reading.understood.append(f"{last} is understood as model.{OF_THE_MODEL[last]}")
        key = f"model.{OF_THE_MODEL[last]}"
        parts = key.split(".")
    if _overrides_an_argument(data, parts, value, reading):
        return
    if key == "model.path":
        data["model"] = {"path": value}
    elif parts[-1] == "path" and {"sources", "source", _CONTROL} & set(parts) and not _is_remote(value):
        set_dotted(data, ".".join(parts[:-1]), {"path": value})
    else:
        set_dotted(data, key, value, method=key != "name" and not (parts[0] == "phases" and len(parts) == 3))


def _overrides_an_argument(data: Data, parts: list[str], value: Any, reading: Reading) -> bool:
    if len(parts) < 3 or parts[0] != "phases":
        return False
    phases = _phases(data)
    names = [str(phase.get("name")) for phase in phases]
    number = int(parts[1]) if parts[1].isdigit() else names.index(parts[1]) if parts[1] in names else len(phases)
    rest = ".".join(parts[2:])
    return number < len(phases) and take_override(phases[number], rest, value, f"phases.{number}", reading)


def _is_remote(value: Any) -> bool:
    return "://" in str(value)


def _finish_phase(phase: Data, where: str) -> list[Fault]:
    """Name each source's format, make every role a mapping of tables, and look for two ways of saying one thing."""
    sources = phase.get("sources")
    found = phase.get("prepare")
    every: list[Any] = found if isinstance(found, list) else []
    steps = [step.get("name") for step in every if isinstance(step, dict)]
    faults: list[Fault] = []
    for number, key in _sources_of_steps(every):
        faults += _name_source(every[number].get(key), f"{where}.prepare.{number}.{key}")
    if not isinstance(sources, dict):
        return faults
    for role in [role for role in _ROLES if role in sources and sources[role] is not None]:
        sources[role] = in_parts(sources[role])
        several = _is_tables(sources[role])
        tables = sources[role] if several else {"rows": sources[role]}
        sources[role] = tables
        for name, source in tables.items():
            faults += _name_source(source, f"{where}.sources.{role}" + (f".{name}" if several else ""))
        if several and "sql" not in steps[:1] and not is_parts(tables):
            faults.append(
                Fault(f"{where}.sources.{role}", f"{len(tables)} tables", "one source, or several with prepare: sql first",
                      "add {name: sql, query: ...} as the first step")
            )  # fmt: skip
    return faults + _twice(every, sources, where)


def _name_source(source: Any, where: str) -> list[Fault]:
    if not isinstance(source, dict) or "name" in source or "path" not in source:
        return []
    try:
        source["name"] = name_for(source["path"])
    except UserError as error:
        return [Fault(f"{where}.path", fault.found, fault.allowed, fault.do) for fault in error.faults]
    return []


def _twice(steps: list[Any], sources: Data, where: str) -> list[Fault]:
    faults = []
    splits = [
        (number, step) for number, step in enumerate(steps) if isinstance(step, dict) and step.get("name") == "split"
    ]
    for number, step in splits:
        for role in ("validation", "test"):
            asked = step.get(role, 0.05 if role == "validation" else 0.1)
            if sources.get(role) and asked and role in step:
                faults.append(
                    Fault(f"{where}.prepare.{number}.{role}", f"a share of {asked} for {role}, and a {role} source",
                          "one of the two", f"remove sources.{role}, or set {role}: 0 here")
                )  # fmt: skip
            elif sources.get(role):
                step[role] = 0
    if len(splits) > 1:
        faults.append(Fault(f"{where}.prepare", "split stands twice", "once", "remove one"))
    return faults


def _names(data: Data) -> list[Fault]:
    if data.get("phases") == []:
        return [Fault("phases", "found []", "at least one phase", "write one, or its sections at the top level")]
    names = [str(phase.get("name")) for phase in _phases(data)]
    again = sorted({name for name in names if names.count(name) > 1})
    odd = [name for name in names if not name.replace("_", "").replace("-", "").isalnum() or name in PHASE_KEYS]
    faults = [Fault("phases", f"two phases are called {name!r}", "each name once", "rename one") for name in again]
    return faults + [
        Fault("phases", f"a phase is called {name!r}", "letters, digits, - and _; no section's name", "rename it")
        for name in odd
    ]
