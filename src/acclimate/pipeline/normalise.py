"""From what people write to the one form that is checked: phases, methods as mappings, aliases moved, overrides applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data, set_dotted, unshared
from acclimate.pipeline.aliases import ALIASES, meant_by, move_aliases, move_model_aliases
from acclimate.sources.ending import name_for

PHASE_KEYS = ("sources", "prepare", "tokens", "objective", "adapter", "train")
_ROLES = ("train", "validation", "test")


def normalise(data: Data, overrides: Sequence[tuple[str, Any]]) -> tuple[Data, list[Fault], list[str]]:
    """Give the recipe's data in full form.

    Takes: `overrides`, dotted keys and values, applied after plain strings became mappings. Gives: the data, faults that
    only the whole recipe shows, and which aliases were understood.
    """
    data = unshared(data)
    understood: list[str] = []
    _into_phases(data, understood)
    _tidy(data, understood)
    for key, value in overrides:
        _override(data, key, value, understood)
    _tidy(data, understood)
    faults = [fault for number, phase in enumerate(_phases(data)) for fault in _finish_phase(phase, f"phases.{number}")]
    return data, [*faults, *_names(data)], list(dict.fromkeys(understood))


def _into_phases(data: Data, understood: list[str]) -> None:
    """A recipe of one phase may write its sections at the top."""
    move_model_aliases(data, understood)
    if "phases" not in data:
        flat = [key for key in data if key in PHASE_KEYS or key in ALIASES]
        data["phases"] = [{"name": "adapt", **{key: data.pop(key) for key in flat}}]
    for number, phase in enumerate(_phases(data)):
        phase.setdefault("name", f"phase{number + 1}" if len(data["phases"]) > 1 else "adapt")


def _phases(data: Data) -> list[Data]:
    phases = data.get("phases")
    return [phase for phase in phases if isinstance(phase, dict)] if isinstance(phases, list) else []


def _tidy(data: Data, understood: list[str]) -> None:
    """Plain strings become mappings, aliases move to their place."""
    move_model_aliases(data, understood)
    if isinstance(data.get("model"), str):
        data["model"] = {"path": data["model"]}
    for phase in _phases(data):
        for key in ("objective", "adapter"):
            _as_method(phase, key)
        if isinstance(phase.get("prepare"), list):
            phase["prepare"] = [{"name": step} if isinstance(step, str) else step for step in phase["prepare"]]
        move_aliases(phase, understood)
        _as_method(phase.get("tokens"), "batch")
        _as_method(phase.get("objective"), "masking")
        for role in _ROLES:
            if isinstance(phase.get("sources"), dict):
                _as_source(phase["sources"], role)


def _as_method(holder: Any, key: str) -> None:
    if isinstance(holder, dict) and isinstance(holder.get(key), str):
        holder[key] = {"name": holder[key]}


def _as_source(holder: Data, key: str) -> None:
    if isinstance(holder.get(key), str):
        holder[key] = {"path": holder[key]}
    elif _is_tables(holder.get(key)):
        for name in holder[key]:
            _as_source(holder[key], name)
        if list(holder[key]) == ["rows"]:  # as a resolved recipe writes a single source
            holder[key] = holder[key]["rows"]


def _is_tables(source: Any) -> bool:
    """Tell a mapping of tables (patients: ..., visits: ...) from a single source (name or path, and options)."""
    plain = isinstance(source, dict) and source and "name" not in source and "path" not in source
    return bool(plain and all(isinstance(table, dict | str) for table in source.values()))


def _override(data: Data, key: str, value: Any, understood: list[str]) -> None:
    first, _, rest = key.partition(".")
    names = [phase.get("name") for phase in _phases(data)]
    if first in names and rest:
        key = f"phases.{names.index(first)}.{rest}"
    elif (first in PHASE_KEYS or first in ALIASES) and len(names) == 1:
        key = f"phases.0.{key}"
    meant = meant_by(key)
    if meant != key:
        understood.append(f"{key.rpartition('.')[2]} is understood as {meant}")
        key = meant
    parts = key.split(".")
    if key == "model.path":
        data["model"] = {"path": value}
    elif parts[-1] == "path" and "sources" in parts and not _is_remote(value):
        set_dotted(data, ".".join(parts[:-1]), {"path": value})
    else:
        set_dotted(data, key, value, method=key != "name" and not (parts[0] == "phases" and len(parts) == 3))


def _is_remote(value: Any) -> bool:
    return "://" in str(value)


def _finish_phase(phase: Data, where: str) -> list[Fault]:
    """Name each source's format, make every role a mapping of tables, and look for two ways of saying one thing."""
    faults = []
    sources = phase.get("sources")
    steps = [step.get("name") for step in phase.get("prepare") or [] if isinstance(step, dict)]
    if not isinstance(sources, dict):
        return []
    for role in [role for role in _ROLES if role in sources and sources[role] is not None]:
        several = _is_tables(sources[role])
        tables = sources[role] if several else {"rows": sources[role]}
        sources[role] = tables
        for name, source in tables.items():
            faults += _name_source(source, f"{where}.sources.{role}" + (f".{name}" if several else ""))
        if several and "sql" not in steps[:1]:
            faults.append(
                Fault(f"{where}.sources.{role}", f"{len(tables)} tables", "one source, or several with prepare: sql first",
                      "add {name: sql, query: ...} as the first step")
            )  # fmt: skip
    return faults + _twice(phase, where, steps)


def _name_source(source: Any, where: str) -> list[Fault]:
    if not isinstance(source, dict) or "name" in source or "path" not in source:
        return []
    try:
        source["name"] = name_for(source["path"])
    except UserError as error:
        return [Fault(f"{where}.path", fault.found, fault.allowed, fault.do) for fault in error.faults]
    return []


def _twice(phase: Data, where: str, steps: list[Any]) -> list[Fault]:
    faults = []
    for number, step in enumerate(phase.get("prepare") or []):
        if not isinstance(step, dict) or step.get("name") != "split":
            continue
        for role in ("validation", "test"):
            asked = step.get(role, 0.05 if role == "validation" else 0.1)
            if phase["sources"].get(role) and asked and role in step:
                faults.append(
                    Fault(f"{where}.prepare.{number}.{role}", f"a share of {asked} for {role}, and a {role} source",
                          "one of the two", f"remove sources.{role}, or set {role}: 0 here")
                )  # fmt: skip
            elif phase["sources"].get(role):
                step[role] = 0
    if steps.count("split") > 1:
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
