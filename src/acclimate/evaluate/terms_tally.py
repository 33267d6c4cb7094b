"""What the arms said of the terms, summed by group; terms learnt and lost.

    term_bits = sum of bits / occurrences        term_top1 = occurrences ranked first / ranked occurrences
    term_mrr = sum of 1 / rank / ranked occurrences

A term counts in the last two where it had another candidate.

Learnt and lost: a term's change is its mean bits of the adapted model minus the base's. One half of the test groups (by
hash) chooses the terms with the greatest changes, the other half gives the numbers that are shown: the choice favours
terms that were lucky, and luck does not repeat itself.

Legend of shapes: O occurrences, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.proof import TermLine
from acclimate.core.scores import GroupSums
from acclimate.evaluate.rows import sum_by
from acclimate.evaluate.terms import Occurrence, Term
from acclimate.evaluate.terms_ask import TermResults
from acclimate.evaluate.terms_mine import FEWEST_GROUPS

FEWEST_IN_HALF = 3
"""Occurrences of a term, each of another group, that each half must have."""
MOST_SHOWN = 10
"""Terms learnt, and lost, that are shown; of those only the private report may show, as many again."""
MOST_SLICES = 20


def term_sums(
    result: TermResults,
    rivals_O: npt.NDArray[np.int64],
    occurrences: Sequence[Occurrence],
    some_O: npt.NDArray[np.bool_] | None = None,
) -> list[GroupSums]:
    """Give the scores of one arm over the groups that have an occurrence.

    Takes: `rivals_O`, how many other candidates each had; `some_O`, which occurrences count (default: all). Scores that
    rest on nothing are left out.
    """
    names: dict[str, int] = {}
    place_O = np.array([names.setdefault(one.group, len(names)) for one in occurrences], dtype=np.int64)
    groups = tuple(names)
    counted_O = np.ones(len(occurrences), dtype=np.bool_) if some_O is None else some_O
    ranked_O = counted_O & (rivals_O > 0)
    rows = [
        ("term_bits", "bits/term", "lower", result.bits_O, counted_O),
        ("term_top1", "share of terms ranked first of their kind", "higher", result.rank_O == 1, ranked_O),
        ("term_mrr", "mean of 1/rank of the term", "higher", 1 / result.rank_O, ranked_O),
    ]
    found = []
    for name, unit, better, above_O, which_O in rows:
        above_G, below_G = (sum_by(place_O, np.where(which_O, one, 0.0), groups) for one in (above_O, 1.0))
        if which_O.any():
            found.append(GroupSums(name, unit, better, groups, above_G, below_G, int(which_O.sum())))
    return found


def slices(terms: Sequence[Term], occurrences: Sequence[Occurrence]) -> dict[str, npt.NDArray[np.bool_]]:
    """Give which occurrences belong to each branch, the branch with most first (at most 20; none if there is but one)."""
    names = dict.fromkeys(branch for one in occurrences for branch in terms[one.term].branches)
    found = {name: np.array([name in terms[one.term].branches for one in occurrences]) for name in names}
    ranked = sorted(found, key=lambda name: (-int(found[name].sum()), name))[:MOST_SLICES]
    return {name: found[name] for name in ranked} if len(found) > 1 else {}


def learnt_and_lost(
    terms: Sequence[Term], occurrences: Sequence[Occurrence], before: TermResults, after: TermResults
) -> list[TermLine]:
    """Give the terms learnt, the most first, then those lost.

    Of terms that at least 10 groups have, up to 10 each; of others (for the private report alone) as many again.
    """
    found: list[tuple[float, TermLine]] = []
    places: dict[int, tuple[list[int], list[int]]] = {}
    for place, one in enumerate(occurrences):
        places.setdefault(one.term, ([], []))[one.half].append(place)
    for term, (choosing, reporting) in places.items():
        change = float((after.bits_O[choosing] - before.bits_O[choosing]).mean()) if choosing else 0.0
        if min(len(choosing), len(reporting)) >= FEWEST_IN_HALF and change:
            found.append((change, _line(terms[term], change, reporting, before, after)))
    lines = []
    for outcome, sign in (("learnt", 1), ("lost", -1)):
        mine = [pair for pair in found if pair[1].outcome == outcome]
        mine.sort(key=lambda pair: (sign * pair[0], pair[1].term))
        for may_be_shared in (True, False):
            some = [line for _, line in mine if line.shareable == may_be_shared]
            lines += some[:MOST_SHOWN]
    return lines


def _line(term: Term, change: float, places: Sequence[int], before: TermResults, after: TermResults) -> TermLine:
    def mean(values_O: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> float:
        return float(values_O[places].mean())

    return TermLine(
        term=term.text,
        kind=term.kind,
        outcome="learnt" if change < 0 else "lost",
        groups=term.groups,
        shareable=term.groups >= FEWEST_GROUPS,
        occurrences=len(places),
        base_bits=mean(before.bits_O),
        adapted_bits=mean(after.bits_O),
        base_first=mean(before.rank_O == 1),
        adapted_first=mean(after.rank_O == 1),
    )


def all_finite(results: Mapping[str, TermResults]) -> bool:
    """Say whether every arm gave numbers."""
    return all(bool(np.isfinite(one.bits_O).all()) for one in results.values())


def rivals(of_Q: Sequence[int]) -> npt.NDArray[np.int64]:
    """Give how many candidates beside itself each occurrence has, from the occurrence of every question."""
    _, counts = np.unique(np.array(of_Q, dtype=np.int64), return_counts=True)
    return np.asarray(counts - 1, dtype=np.int64)
