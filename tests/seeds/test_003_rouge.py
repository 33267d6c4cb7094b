"""Seed 003's table: the two sentences about Proxima's Passkey, scored as the chapter scores them.

Its `rouge` package cuts at white space and counts each n-gram once ("investment" stands twice in the predicted sentence).
"""

from __future__ import annotations

import pytest

from acclimate.core.answers import TextAnswers
from acclimate.core.method import Method
from acclimate.evaluate.metrics.rouge1 import Rouge1
from acclimate.evaluate.metrics.rouge2 import Rouge2
from acclimate.evaluate.metrics.rouge_l import RougeL

REFERENCE = (
    "Proxima's Passkey enables seamless integration of diverse financial portfolios, offering unparalleled access to "
    "global investment opportunities and streamlined asset management."
)
PREDICTED = (
    "The Proxima Passkey provides a unified platform for managing various investment portfolios, granting access to "
    "worldwide investment options and efficient asset control."
)


@pytest.mark.parametrize(
    "metric, recall, precision, f1",
    [
        (Rouge1(tokens="whitespace", repeats=False), 0.35, 0.333, 0.341),
        (Rouge2(tokens="whitespace", repeats=False), 0.053, 0.048, 0.05),
        (RougeL(tokens="whitespace", repeats=False), 0.35, 0.333, 0.341),
    ],
    ids=["ROUGE-1", "ROUGE-2", "ROUGE-L"],
)
def test_the_table_of_the_chapter(metric: Method, recall: float, precision: float, f1: float) -> None:
    scores = metric.sums(TextAnswers(("1",), ("1",), ((REFERENCE,),), (PREDICTED,)))  # type: ignore[attr-defined]
    found = {one.name.partition("_")[2]: round(one.value, 3) for one in scores}
    assert found == {"recall": recall, "precision": precision, "": f1}
