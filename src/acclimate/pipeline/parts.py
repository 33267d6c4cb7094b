"""Sources of a role that are several as people write them: a list (one below another), and what other phases train on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from acclimate.core.errors import Fault, nearest

FROM_PHASE = "from_phase"
_PART = re.compile(r"part\d+")


def in_parts(source: Any) -> Any:
    """Give a list of sources as tables called part1, part2, ...; of one alone that one; else the source as it is."""
    if not isinstance(source, list) or not source or not all(isinstance(one, dict) for one in source):
        return source
    return source[0] if len(source) == 1 else {f"part{number}": one for number, one in enumerate(source, 1)}


def is_parts(tables: Mapping[str, Any]) -> bool:
    """Tell the tables that a list became from those that a join makes one of."""
    return all(_PART.fullmatch(str(name)) for name in tables)


def phase_faults(phases: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Say which phases can't read what they name: one that is not there, themselves, or one that waits for them."""
    names = [str(phase.get("name")) for phase in phases]
    asked = [list(_asked(phase, f"phases.{number}.sources")) for number, phase in enumerate(phases)]
    wants = {name: [found for _, found in some] for name, some in zip(names, asked, strict=True)}
    faults = []
    for name, some in zip(names, asked, strict=True):
        others = [one for one in names if one != name]
        for where, found in some:
            do = "name another phase, whose own sources are files"
            if ".sources.train" not in where:
                do = "take them in sources.train, and let split choose"
                faults.append(Fault(where, f"{found!r}: a phase gives rows to train on", "a source of its own", do))
            elif found == name:
                faults.append(Fault(where, f"{name!r} is this phase itself", ", ".join(others), do))
            elif found not in names:
                faults.append(Fault(where, f"no phase {found!r}{nearest(found, others)}", ", ".join(others), do))
            elif name in _reached(found, wants):
                faults.append(Fault(where, f"{found!r} itself waits for the rows of {name!r}", "no circle", do))
    return faults


def _asked(phase: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Give the place and the name of every phase that one asks for."""
    sources = phase.get("sources")
    for role, tables in sources.items() if isinstance(sources, dict) else ():
        for table, source in tables.items() if isinstance(tables, dict) else ():
            if isinstance(source, dict) and FROM_PHASE in source:
                yield f"{where}.{role}.{table}".removesuffix(".rows") + f".{FROM_PHASE}", str(source[FROM_PHASE])


def _reached(name: str, wants: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += wants.get(one, [])
    return reached
