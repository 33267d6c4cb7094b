"""`abstain_below` holds back one label a text, by the most probable one; elsewhere it is refused before training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from acclimate.core.answers import ClassAnswers
from acclimate.core.errors import UserError
from acclimate.evaluate.section import Evaluate
from acclimate.objective.classify import Classify
from acclimate.objective.tag import Tag
from acclimate.pipeline.task_scores import need_choosable
from acclimate.predict.answers import lines

ONE = Classify(kind="one", labels=("harmless", "urgent"))


def test_the_most_probable_label_decides_not_the_one_that_a_threshold_says() -> None:
    """A threshold of 0.2 says urgent at 0.3; the model is sure enough of something (0.7)."""
    probability_NK = np.array([[0.7, 0.3], [0.55, 0.45]])
    answers = ClassAnswers(("a", "b"), ("a", "b"), ONE.label_set, probability_NK, probability_NK,
                           threshold_K=np.array([np.nan, 0.2]))  # fmt: skip
    assert [one["label"] for one in lines(answers, ["x", "y"], 0.6)] == ["urgent", None]


@pytest.mark.parametrize(
    "task", [Classify(kind="several", labels=("a", "b")), Classify(kind="score", labels=("score",)), Tag(labels=("O", "B-X", "I-X"))]
)  # fmt: skip
def test_where_there_is_no_one_label_it_is_a_fault(task: Any) -> None:
    with pytest.raises(UserError, match=r"evaluate\.abstain_below: this task has no one label to hold back"):
        need_choosable(Evaluate(abstain_below=0.9), task, 10)
    need_choosable(Evaluate(abstain_below=0.9), ONE, 10)
