"""Joins the domain's own terms to a run: which they are, how well each arm knows them, the lines of scores.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from acclimate.core.artifact import fingerprint
from acclimate.core.events import Event, Tell
from acclimate.core.proof import TermsProof
from acclimate.core.protocols import Arm
from acclimate.core.scores import Score
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.scores import Place, score_lines
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.terms_glossary import read_glossary
from acclimate.evaluate.terms_measure import MINED, TermsMeasured, measure_terms, terms_of
from acclimate.evaluate.verdict import noun
from acclimate.pipeline.general import general_texts

DATA = "terms"
GENERAL = "sample:general"


def term_inputs(settings: Evaluate) -> str:
    """Give what changes when the terms of a glossary do. Raises: UserError if it can't be read."""
    if settings.terms in (None, MINED):
        return settings.terms or ""
    return fingerprint(*((term.text, term.branches) for term in read_glossary(str(settings.terms))))


def proven_terms(
    arms: Mapping[str, Arm],
    training: Sequence[EvalText],
    test: Sequence[EvalText],
    settings: Evaluate,
    place: Place,
    tell: Tell,
) -> tuple[list[Score], TermsProof]:
    """Measure base and adapted model on the domain's terms in the test texts.

    Gives: lines of scores.json (data `terms`; a `slice` is a branch), and what the report says.
    """
    if settings.terms is None:
        return [], TermsProof()
    tell(Event("stage", "asking base and adapted model for the domain's own terms"))
    terms = terms_of(training, general_texts(settings.retention or GENERAL, test), settings)
    if not terms.terms:
        return [], TermsProof("No term stands in at least 10 groups of the training rows and is typical of them.")
    asked = {name: arm for name, arm in arms.items() if name != "start"}
    found = measure_terms(asked, test, terms, settings, tell)
    if found.refused:
        return [], TermsProof(f"How well the domain's terms are known is not measurable: {found.refused}.")
    place = replace(place, data=DATA)
    lines = score_lines(place, found.sums, settings.bootstrap)
    for branch, sums in found.slices.items():
        lines += [replace(line, slice=branch) for line in score_lines(place, sums, settings.bootstrap)]
    return lines, TermsProof(_sentence(found, settings, place), found.lines)


def _sentence(found: TermsMeasured, settings: Evaluate, place: Place) -> str:
    if not found.occurrences:
        return "None of the domain's terms stands in the test rows where a model can be asked for it."
    column = None if place.resampled_by == "document" else place.resampled_by
    whence = "mined from the training rows" if settings.terms == MINED else "of the glossary, found in the test rows"
    return (
        f"{found.terms} terms of the domain, {whence}, were asked for at {found.occurrences} places in the test rows, at "
        f"most {settings.term_occurrences} a term, each in another of the {noun(column)}; each was ranked among up to "
        f"{settings.term_candidates} terms of its kind. Terms learnt and lost were chosen on one half of the "
        f"{noun(column)}; the numbers are the other half's."
    )
