"""The ledger in words: for each step what came in, what happened to it, and what went out, so that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from acclimate.core.proof import Proof
from acclimate.report.formats import MINUS, count, percent


@dataclass(frozen=True)
class Line:
    """One reason: `amount` with its sign (none for changed values, empty for a note), and what it was."""

    amount: str
    text: str


@dataclass(frozen=True)
class LedgerRow:
    """One step of one role or source. `phase` is empty where the run has only one."""

    phase: str
    step: str
    source: str
    rows_in: str
    lines: list[Line]
    rows_out: str
    adds_up: bool


def ledger_rows(proof: Proof) -> list[LedgerRow]:
    """Give one row for each entry of the ledger."""
    phases = {entry["phase"] for entry in proof.ledger}
    return [_row(entry, entry["phase"] if len(phases) > 1 else "") for entry in proof.ledger]


def _row(entry: dict[str, Any], phase: str) -> LedgerRow:
    return LedgerRow(
        phase=phase,
        step=entry["step"],
        source=entry["source"],
        rows_in=count(entry["rows_in"]),
        lines=_lines(entry),
        rows_out=count(entry["rows_out"]),
        adds_up=_expected(entry) == entry["rows_out"],
    )


def _lines(entry: dict[str, Any]) -> list[Line]:
    lost = [Line(f"{MINUS}{count(rows)}", f"dropped: {reason}") for reason, rows in _some(entry, "dropped")]
    taken = [Line(f"{MINUS}{count(rows)}", f"removed: {reason}") for reason, rows in _some(entry, "removed")]
    merged = [Line(f"{MINUS}{count(entry['merged'])}", "merged into others")] if entry.get("merged") else []
    added = [Line(f"+{count(entry['added'])}", "cut out of others")] if entry.get("added") else []
    changed = [Line(count(cells), f"values changed: {reason}") for reason, cells in _some(entry, "values")]
    said = [Line("", note) for note in entry.get("notes") or []]
    return [*lost, *taken, *merged, *added, *changed, *said]


def _some(entry: dict[str, Any], key: str) -> list[tuple[str, int]]:
    return [(reason, amount) for reason, amount in (entry.get(key) or {}).items() if amount]


def _lost(entry: dict[str, Any]) -> int:
    return sum(amount for _, amount in _some(entry, "dropped"))


def _expected(entry: dict[str, Any]) -> int:
    removed = sum(amount for _, amount in _some(entry, "removed"))
    total: int = entry["rows_in"] - _lost(entry) - removed - (entry.get("merged") or 0) + (entry.get("added") or 0)
    return total


def do_not_add_up(proof: Proof) -> list[str]:
    """Give the steps whose figures are not consistent."""
    return [entry["step"] for entry in proof.ledger if _expected(entry) != entry["rows_out"]]


def ledger_sentence(proof: Proof) -> str:
    """Say how many rows were lost without having been asked for, and whether every step adds up.

    A phase's first step is the reading of its sources, one entry each under one name.
    """
    if not proof.ledger:
        return ""
    first_step = {entry["phase"]: entry["step"] for entry in reversed(proof.ledger)}
    rows = sum(entry["rows_in"] for entry in proof.ledger if entry["step"] == first_step[entry["phase"]])
    lost = sum(_lost(entry) for entry in proof.ledger)
    wrong = do_not_add_up(proof)
    share = f" ({percent(lost / rows)})" if rows else ""
    gone = f"{count(lost)}{share} were" if lost > 1 else f"1{share} was" if lost else "none was"
    sums = f"The figures of {', '.join(wrong)} do not add up." if wrong else "Every step adds up."
    return f"{count(rows, 'row')} came in; {gone} lost without having been asked for. {sums}"
