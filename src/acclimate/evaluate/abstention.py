"""What is left where a model says nothing about texts that it is not sure of: how many are answered, and how well.

    coverage = answered / texts        accuracy_answered = right and answered / answered

A text is answered if its most probable label is at least as probable as `evaluate.abstain_below` says.
"""

from __future__ import annotations

from acclimate.core.answers import ClassAnswers
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import Counted
from acclimate.evaluate.scores import ACCURACY_ANSWERED


def abstention(answers: ClassAnswers, below: float) -> list[GroupSums]:
    """Give both scores; the second has no value where nothing is answered."""
    counted, answered_N = Counted.of(answers), answers.answered_N(below)
    share = f"share of texts whose most probable label has at least {below:g}"
    right = f"share of texts answered (most probable label at least {below:g}) whose label is right"
    return [
        counted.rows.mean("coverage", share, answered_N),
        *counted.rate(ACCURACY_ANSWERED, right, counted.right_N & answered_N, answered_N),
    ]
