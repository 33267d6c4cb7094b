"""Measures how well each arm knows the domain's terms (docs/measuring.md, What does it know?).

What is asked is fixed before any arm is: terms, places and candidates depend on texts, seed and the arms' tokenizers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from acclimate.core.events import Event, Tell, silent
from acclimate.core.proof import TermLine
from acclimate.core.protocols import Arm
from acclimate.core.scores import GroupSums
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.terms import Finder, Occurrence, Term, choose_occurrences, groups_with, passages
from acclimate.evaluate.terms_ask import TermResults, answer, questions, shared
from acclimate.evaluate.terms_glossary import read_glossary
from acclimate.evaluate.terms_mine import mine, mine_values
from acclimate.evaluate.terms_tally import all_finite, learnt_and_lost, rivals, slices, term_sums
from acclimate.evaluate.unknown import refusal
from acclimate.evaluate.windows import cut

MINED = "mined"
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """The terms of a domain; `fields` says that they are values of tagged records' fields."""

    terms: list[Term]
    fields: bool = False


@dataclass(frozen=True)
class TermsMeasured:
    """What asking for terms gives.

    `sums` are each arm's scores, `slices` the same by branch (its name -> arm -> scores); `lines` are terms learnt and
    lost. `terms` have an occurrence, of which there are `occurrences`. `refused` says why the arms can't be compared.
    """

    sums: dict[str, list[GroupSums]] = field(default_factory=dict)
    slices: dict[str, dict[str, list[GroupSums]]] = field(default_factory=dict)
    lines: list[TermLine] = field(default_factory=list)
    terms: int = 0
    occurrences: int = 0
    refused: str = ""


def terms_of(training: Sequence[EvalText], general: Sequence[EvalText], settings: Evaluate) -> Terms:
    """Give the terms that `evaluate.terms` names: mined from training texts, or a glossary's.

    Raises: UserError for a glossary that can't be read.
    """
    if settings.terms is None:
        return Terms([])
    if settings.terms != MINED:
        return Terms(_most_frequent(read_glossary(settings.terms), training, settings.max_terms))
    if any(text.tagged is not None for text in training):
        return Terms(mine_values(training, settings.max_terms), fields=True)
    return Terms(mine(training, general, settings.max_terms))


def _most_frequent(terms: Sequence[Term], training: Sequence[EvalText], most: int) -> list[Term]:
    """Give at most `most` terms of a glossary in its order: those that most training groups have."""
    groups_T = groups_with(Finder(terms), training, len(terms))
    counted = [replace(term, groups=int(groups)) for term, groups in zip(terms, groups_T, strict=True)]
    chosen = sorted(range(len(counted)), key=lambda number: (-counted[number].groups, number))[:most]
    return [counted[number] for number in sorted(chosen)]


def measure_terms(
    arms: Mapping[str, Arm], texts: Sequence[EvalText], terms: Terms, settings: Evaluate, tell: Tell = silent
) -> TermsMeasured:
    """Ask every arm for the terms in held-out texts. Nothing is given where no term stands in them.

    Raises: UserError from cutting and masking.
    """
    causal = next(iter(arms.values())).causal
    rows, rooms = passages(texts), shared(arms, terms.terms)
    finder = Finder(terms.terms, fields=terms.fields)
    rows = [row for row in rows if finder.places(row)]
    windows = cut(rows, list(rooms.values()), overlap=0.5 if causal else 0.0)
    chosen = choose_occurrences(rows, windows, finder, settings.seed, settings.term_occurrences, causal=causal)
    asked = questions(terms.terms, chosen, windows, list(arms.values()), settings.term_candidates, settings.seed)
    occurrences = [chosen[of] for of in dict.fromkeys(one.of for one in asked)]
    if not occurrences:
        return TermsMeasured()
    first_of = {one.of: one for one in reversed(asked)}
    told = {
        id(arm): answer(rooms[name], number, asked, _teller(tell, name, len(asked)))
        for number, (name, arm) in enumerate(arms.items())
        if arm not in list(arms.values())[:number]
    }
    results = {name: told[id(arm)] for name, arm in arms.items()}
    total = float(sum(one.bytes for one in first_of.values()))
    refused = refusal({name: float(one.unknown_O.sum()) for name, one in results.items()}, total)
    return replace(_tallied(results, terms.terms, occurrences, rivals([one.of for one in asked])), refused=refused)


def _tallied(
    results: Mapping[str, TermResults], terms: Sequence[Term], occurrences: Sequence[Occurrence], rivals_O: Counts
) -> TermsMeasured:
    sums = {name: term_sums(one, rivals_O, occurrences) for name, one in results.items()}
    parts = {
        branch: {name: term_sums(one, rivals_O, occurrences, some_O) for name, one in results.items()}
        for branch, some_O in slices(terms, occurrences).items()
    }
    lines = []
    if "before" in results and all_finite(results):
        lines = learnt_and_lost(terms, occurrences, results["before"], results["after"])
    return TermsMeasured(sums, parts, lines, len({one.term for one in occurrences}), len(occurrences))


def _teller(tell: Tell, arm: str, total: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        tell(Event("progress", f"asking {arm} for terms", {"done": done, "of": total}))

    return told
