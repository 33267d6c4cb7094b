"""The domain's own terms as table rows: those learnt and those lost."""

from __future__ import annotations

from acclimate.core.proof import Proof, TermLine
from acclimate.report.formats import count, number, percent

HEADS = ["Term", "Kind", "Was", "Bits, base", "Bits, adapted", "Ranked first, base", "Ranked first, adapted", "Places"]


def term_rows(proof: Proof) -> list[list[str]]:
    """Give a row for each term of the proof, in its order: learnt, the most first, then lost."""
    return [_row(line) for line in proof.terms.lines]


def _row(line: TermLine) -> list[str]:
    bits = [number(value) for value in (line.base_bits, line.adapted_bits)]
    first = [percent(share, whole=True) for share in (line.base_first, line.adapted_first)]
    return [line.term, line.kind, line.outcome, *bits, *first, count(line.occurrences)]
