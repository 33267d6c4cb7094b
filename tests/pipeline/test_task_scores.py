"""Every metric that a recipe names is measured, under a name of its own; what can't be is told before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest

from acclimate.core.answers import ClassAnswers, Kind
from acclimate.core.errors import UserError
from acclimate.core.method import Method, option
from acclimate.core.scores import GroupSums
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.metrics.exact_match import ExactMatch
from acclimate.evaluate.metrics.glossary import Glossary
from acclimate.evaluate.section import Evaluate
from acclimate.objective.classify import Classify
from acclimate.objective.extract import Extract
from acclimate.objective.mlm import Mlm
from acclimate.objective.sft import Sft
from acclimate.objective.tag import Tag
from acclimate.pipeline.task_scores import need_scores, scores_of
from tests.evaluate.answers_made import answers
from tests.evaluate.classes_made import one_of


class Caught(Method):
    """A metric of a user's own, whose scores are called as an option says."""

    reads: ClassVar[Kind] = "classes"

    label: str = option(..., "the label that must not be missed")
    called: str = option("caught", "the score's name")

    def sums(self, given: ClassAnswers) -> list[GroupSums]:
        has_N = given.gold_NK[:, given.labels.place(self.label)] == 1
        return [RowSums(given.groups).ratio(self.called, "share", has_N & given.said_NK().any(axis=1), has_N)]


class Gives(Method):
    """A metric that gives something else."""

    reads: ClassVar[Kind] = "classes"

    what: Any = option(None, "what it gives")

    def sums(self, given: ClassAnswers) -> Any:
        return self.what


CLASSES = one_of(("ill", "well"), [0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
TEST = pa.table({"label": ["ill", "well"]})
TASK = Classify(kind="one", labels=("ill", "well"))


def named(*metrics: Method, **more: Any) -> Evaluate:
    return Evaluate(**more).model_copy(update={"metrics": metrics})


def test_two_of_one_class_are_both_measured() -> None:
    both = named(*(Caught(label=label, called=f"caught_{label}") for label in ("ill", "well")))
    found = {one.name: one.n for one in scores_of(CLASSES, both)}
    assert (found["caught_ill"], found["caught_well"]) == (1, 2)
    assert found["accuracy"] == 3


def test_the_options_that_a_recipe_names_replace_the_plain_metric() -> None:
    (one,) = (
        one for one in scores_of(answers([("A", "a")]), named(ExactMatch(normalise=False))) if one.name == "exact_match"
    )
    assert one.value == 0


def test_several_glossaries_are_told_apart_by_their_names(tmp_path: Path) -> None:
    drugs, organs = tmp_path / "drugs.txt", tmp_path / "organs.txt"
    drugs.write_text("aspirin\n", encoding="utf-8")
    organs.write_text("heart\n", encoding="utf-8")
    two = named(Glossary(terms=str(drugs)), Glossary(terms=str(organs), called="organs"))
    need_scores(two, Sft(), TEST)
    found = {one.name: one.value for one in scores_of(answers([("aspirin for the heart", "aspirin")]), two)}
    assert (found["glossary_recall"], found["organs_recall"]) == (1, 0)
    assert "organs_precision" not in found
    with pytest.raises(
        UserError, match=r"evaluate\.metrics\.1: a second score 'glossary_recall' \(the first: evaluate\.metrics\.0\)"
    ):
        need_scores(named(*(Glossary(terms=str(terms)) for terms in (drugs, organs))), Sft(), TEST)  # fmt: skip


def test_a_name_that_is_taken_is_refused_before_training() -> None:
    with pytest.raises(UserError, match=r"evaluate\.metrics\.0: a second score 'accuracy' \(the first: accuracy\)"):
        need_scores(named(Caught(label="ill", called="accuracy"), primary="f1"), TASK, TEST)


@pytest.mark.parametrize("what, found", [(None, "None"), ({"odd": 0.5}, "a dict"), ([0.5], "a list")])
def test_what_is_no_score_is_refused_before_training(what: Any, found: str) -> None:
    with pytest.raises(UserError, match=rf"evaluate\.metrics\.0: Gives\.sums gives {found}\n"):
        need_scores(named(Gives(what=what), primary="f1"), TASK, TEST)


@pytest.mark.parametrize(
    "task, rows, scores",
    [
        (Tag(labels=("O", "B-X", "I-X")), {"entities": [[{"start": 0, "end": 1, "label": "X"}]]}, "entity_f1, entity_precision"),
        (Extract(), {"context": ["in may"], "answers": [[{"text": "may", "start": 3}]]}, "exact_match, token_f1"),
    ],
)  # fmt: skip
def test_a_primary_score_that_a_task_has_not_is_told_before_training(task: Any, rows: Any, scores: str) -> None:
    table = pa.table(dict(zip(task.columns, rows.values(), strict=False)))
    with pytest.raises(UserError, match=scores) as caught:
        need_scores(Evaluate(primary="entity_f2"), task, table)
    assert caught.value.faults[0].where == "evaluate.primary"
    need_scores(Evaluate(primary=scores.partition(",")[0]), task, table)


@pytest.mark.parametrize(
    "task, answers_with", [(Tag(labels=("O", "B-X", "I-X")), "spans"), (Mlm(), "nothing"), (Sft(), "texts")]
)
def test_a_metric_that_nothing_is_there_for_is_refused(task: Any, answers_with: str) -> None:
    found = rf"evaluate\.metrics\.0: is about classes, and this kind of model answers with {answers_with}"
    with pytest.raises(UserError, match=found):
        need_scores(named(Caught(label="ill")), task, TEST)


def test_a_score_that_divides_by_nothing_has_no_value() -> None:
    made = one_of(("ill", "well"), [0, 0], np.array([[0.9, 0.1], [0.9, 0.1]]))
    assert "caught" not in {one.name for one in scores_of(made, named(Caught(label="well")))}
