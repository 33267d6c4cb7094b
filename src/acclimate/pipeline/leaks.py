"""Leaks: every phase's training text against the held-out text of its own and later phases, the general text and the prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import acclimate
from acclimate.core.artifact import fingerprint, read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, note
from acclimate.core.ledger import Ledger
from acclimate.core.proof import LeakFacts, LeakLine
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Counts, Rows, about
from acclimate.evaluate.section import Evaluate
from acclimate.pipeline.general import every_general_text, general_inputs
from acclimate.pipeline.prepare import of_role
from acclimate.pipeline.prompts import prompt_inputs, prompts_of
from acclimate.pipeline.recipe import Recipe
from acclimate.pipeline.workplace import Workplace
from acclimate.prepare.leaks import Leaks
from acclimate.prepare.ngrams import Places, Records
from acclimate.prepare.overlap import Read, Training, read

FILE = "leaks.json"
"""What was found, row by row. It names rows of the data and holds none of their text."""

_CALLED = {"general": "the general text", "prompts": "a prompt of the recipe"}
"""What is held out for no phase in particular."""


@dataclass(frozen=True)
class Looked:
    """What was looked for and found. `rows` has for each phase its training rows that overlap: row, held, like, kind, share;
    `held` is the reason in the ledger, `like` a held-out row. `validation` has its validation rows that overlap test text:
    they are told of and stay.
    """

    lines: list[LeakLine] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    validation: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def screened(workplace: Workplace, found: Sequence[tuple[Rows, str]], ledger: Ledger, tell: Tell) -> list[Rows]:
    """Give each phase's rows without the training rows that overlap held-out text; write leaks.json.

    Takes: rows with the fingerprint of what they came from. What was looked through before is read again. Once something
    is trained, general text or a suite of prompts that is new is only reported on: it can't undo what was learnt.
    """
    recipe, place = workplace.recipe, workplace.root / FILE
    phases = [rows for rows, _ in found]
    if recipe.leaks.action == "off":
        place.unlink(missing_ok=True)
        return phases
    settings = recipe.leaks.model_dump(mode="json")
    made_from = fingerprint("leaks", [one for _, one in found], settings, acclimate.__version__)
    general = _given(recipe.measured_by)
    there = _there(place)
    if there.get("made_from") != made_from or (there["general"] != general and not workplace.begun):
        tell(Event("stage", "looking for held-out text in the training text"))
        looked = look(recipe, phases)
        there = {"made_from": made_from, "general": general, **asdict(looked)}
        write_json(place, there)
        for name, rows in looked.validation.items():
            if rows:
                note(tell, f"{name}: {len(rows)} validation rows overlap test text and stay; see {FILE}")
    elif there["general"] != general:
        rest = [without(rows, there["rows"][phase.name]) for rows, phase in zip(phases, recipe.phases, strict=True)]
        again = look(recipe, rest, only_general=True)
        lines = [line for line in there["lines"] if line["held"] not in _CALLED] + [
            asdict(line) | {"removed": 0} for line in again.lines
        ]
        there |= {"general": general, "lines": lines, "late": again.rows}
        write_json(place, there)
        late = sum(map(len, again.rows.values()))
        if late:
            note(
                tell,
                f"{late} training rows overlap general text or prompts that are new; what they taught can't be undone; see {FILE}",
            )
    return settled(recipe, phases, there["rows"], ledger, tell)


def looked_through(workplace: Workplace, found: Sequence[tuple[Rows, str]], tell: Tell) -> None:
    """Write leaks.json for a model that was trained elsewhere: the recipe's own training rows, of which none are taken out.

    Takes: rows with the fingerprint of what they came from. Without training rows, or under `off`, nothing is written.
    """
    recipe, place = workplace.recipe, workplace.root / FILE
    phases = [rows for rows, _ in found]
    if recipe.leaks.action == "off" or not any(of_role(rows, "train").num_rows for rows in phases):
        place.unlink(missing_ok=True)
        return
    settings = recipe.leaks.model_copy(update={"action": "report"})
    general = _given(recipe.measured_by)
    rows = [one for _, one in found]
    made_from = fingerprint("leaks", rows, settings.model_dump(mode="json"), general, acclimate.__version__)
    if _there(place).get("made_from") == made_from:
        return
    tell(Event("stage", "looking for held-out text in the recipe's training text"))
    looked = look(recipe.model_copy(update={"leaks": settings}), phases)
    write_json(place, {"made_from": made_from, "general": general, **asdict(looked)})


def settled(
    recipe: Recipe, phases: Sequence[Rows], overlapping: dict[str, list[dict[str, Any]]], ledger: Ledger, tell: Tell
) -> list[Rows]:
    """Take the overlapping rows out, where the recipe says so, and write it down.

    Raises: UserError if no training row is left.
    """
    if recipe.leaks.action == "off":
        return list(phases)
    kept = []
    for phase, rows in zip(recipe.phases, phases, strict=True):
        found, train = overlapping[phase.name], of_role(rows, "train").num_rows
        removing = recipe.leaks.action == "remove"
        gone = dict(Counter(one["held"] for one in found)) if removing else {}
        rest = without(rows, found) if removing else rows
        ledger.add(phase.name, "leaks", "train", Counts(train, of_role(rest, "train").num_rows, removed=gone))
        if found:
            what = "were taken out" if removing else "were left in (leaks.action: report)"
            note(
                tell,
                f"{phase.name}: {len(found)} of {train} training rows overlap held-out text and {what}; see {FILE}",
            )
        if removing and len(found) == train:
            reasons = ", ".join(f"{reason}: {number}" for reason, number in gone.items())
            raise UserError(
                Fault(f"{phase.name}, leaks", f"all {train} training rows overlap held-out text ({reasons})",
                      "some training rows of its own", "split by what keeps copies together (group_by), or set leaks.action=report")
            )  # fmt: skip
        kept.append(rest)
    return kept


def without(rows: Rows, found: Sequence[dict[str, Any]]) -> Rows:
    """Give the rows without the training rows that were found."""
    if not found:
        return rows
    names = pa.array([one["row"] for one in found], pa.string())
    there = pc.and_(pc.equal(rows.column(ROLE), "train"), pc.is_in(rows.column(ROW_ID).cast(pa.string()), names))
    return rows.filter(pc.invert(there))


def look(recipe: Recipe, phases: Sequence[Rows], *, only_general: bool = False) -> Looked:
    """Look for held-out text in the training rows of every phase, and for test text in its validation rows."""
    settings, looked = recipe.leaks, Looked()
    names = [phase.name for phase in recipe.phases]
    if settings.action == "off":
        return looked
    held = [] if only_general else [
        _Set.of(rows, role, name, settings)
        for rows, name in zip(phases, names, strict=True) for role in ("test", "validation")
    ]  # fmt: skip
    if recipe.measured_by.retention:
        held.append(_Set.of_general(recipe.measured_by.retention, settings))
    if recipe.measured_by.prompts:
        held.append(_Set.of_prompts(recipe.measured_by.prompts, settings))
    removing = settings.action == "remove"
    for number, (rows, name) in enumerate(zip(phases, names, strict=True)):
        later = [one for one in held if len(one.read) and (not one.phase or one.phase in names[number:])]
        lines, looked.rows[name] = _through(_Set.of(rows, "train", name, settings), later, settings, removing=removing)
        looked.lines.extend(lines)
        for own in [one for one in later if (one.phase, one.role) == (name, "validation")]:
            tests = [one for one in later if one.role == "test"]
            lines, looked.validation[name] = _through(own, tests, settings, removing=False)
            looked.lines.extend(lines)
    return looked


def _through(
    texts: _Set, held: Sequence[_Set], settings: Leaks, *, removing: bool
) -> tuple[list[LeakLine], list[dict[str, Any]]]:
    """Look for held-out sets in the texts of one role; a row is counted with the first set it overlaps."""
    training = Training(texts.read, texts.group_T, settings)
    alive = np.ones(len(texts.read), dtype=np.bool_)
    lines, entries = [], list[dict[str, Any]]()
    for one in held:
        found = training.against(one.read, alive)
        before = len(entries)
        for overlap in found.found:
            alive[overlap.row] = False
            entries += [
                {"row": row, "held": one.called(texts.phase), "like": one.rows[overlap.held][0], "kind": overlap.kind,
                 "share": round(overlap.share, 4)} for row in texts.rows[overlap.row]
            ]  # fmt: skip
        lines.append(
            LeakLine(
                phase=texts.phase,
                held=one.role,
                of="" if one.phase == texts.phase else one.phase,
                texts=one.sum(np.ones(len(one.read))),
                too_short=one.sum(~one.read.compared_T),
                covered=one.sum(found.share_T >= settings.containment),
                counted=one.sum(found.counted_T >= settings.containment),
                rows=len(entries) - before,
                removed=len(entries) - before if removing else 0,
                looked_through=texts.role,
            )
        )
    return lines, entries


def leak_facts(workplace: Workplace) -> LeakFacts | None:
    """Give what the report says of leaks; nothing where nobody was to look (a model that was trained elsewhere)."""
    settings, there = workplace.recipe.leaks, _there(workplace.root / FILE)
    if not there and settings.action != "off":
        return None
    lines = [LeakLine(**line) for line in there.get("lines", [])]
    options = settings.model_dump()
    return LeakFacts(**options, lines=lines)


def _given(measured: Evaluate) -> str:
    """Give what changes when the general text or the suite of prompts does."""
    suite = [prompt_inputs(measured.prompts)] if measured.prompts else []
    return fingerprint(measured.retention, general_inputs(measured.retention), *suite)


def _there(place: Path) -> dict[str, Any]:
    try:
        return dict(read_json(place))
    except (OSError, ValueError):
        return {}


@dataclass(frozen=True)
class _Set:
    """Distinct texts of one role of a phase (or general text and prompts, of no phase), with the ids of the rows that have each."""

    phase: str
    role: str
    read: Read
    rows: list[list[str]]
    group_T: Places

    @classmethod
    def of(cls, rows: Rows, role: str, phase: str, settings: Leaks) -> _Set:
        part, facts = of_role(rows, role), about(rows)
        records = Records(facts["separator"], tuple(facts["tags"])) if facts.get("tags") else None
        texts = [text or "" for text in part.column("text").to_pylist()]
        names = [str(name) for name in part.column(ROW_ID).to_pylist()]
        return cls._distinct(
            phase, role, list(zip(names, texts, part.column(GROUP).to_pylist(), strict=True)), records, settings
        )

    @classmethod
    def of_general(cls, retention: str, settings: Leaks) -> _Set:
        texts = every_general_text(retention)
        return cls._distinct("", "general", [(name, text, name) for name, text in texts], None, settings)

    @classmethod
    def of_prompts(cls, path: str, settings: Leaks) -> _Set:
        """Take each prompt with its right answer, as rows of questions are texts."""
        return cls._distinct(
            "", "prompts", [(one.row_id, one.with_answer, one.row_id) for one in prompts_of(path)], None, settings
        )

    @classmethod
    def _distinct(
        cls, phase: str, role: str, found: list[tuple[str, str, Any]], records: Records | None, settings: Leaks
    ) -> _Set:  # fmt: skip
        rows: dict[str, list[str]] = {}
        groups: dict[Any, int] = {}
        group_T = []
        for name, text, group in found:
            if text not in rows:
                group_T.append(groups.setdefault(group, len(groups)))
            rows.setdefault(text, []).append(name)
        return cls(
            phase, role, read(list(rows), records, settings), list(rows.values()), np.array(group_T, dtype=np.int64)
        )

    def called(self, training: str) -> str:
        """Give the reason for which a training row goes."""
        if not self.phase:
            return f"overlaps {_CALLED[self.role]}"
        return f"overlaps a {self.role} text" + (f" of {self.phase}" if self.phase != training else "")

    def sum(self, mark_T: Any) -> int:
        """Count the marked texts, each as often as it stands there."""
        return int(np.dot(np.asarray(mark_T, dtype=np.int64), [len(names) for names in self.rows]))
