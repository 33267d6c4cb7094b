"""Labels of whole texts: how rows are read, which labels there are, and the loss against transformers' own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from transformers import BertConfig, BertForSequenceClassification

from acclimate.core.errors import UserError
from acclimate.core.rows import ROLE, ROW_ID, Rows
from acclimate.objective.classify import Classify


def rows(columns: dict[str, Any], roles: list[str] | None = None) -> Rows:
    count = len(next(iter(columns.values())))
    own = {ROW_ID: [f"a:{number}" for number in range(count)], ROLE: roles or ["train"] * count}
    return pa.table({**own, **columns})


def settled(columns: dict[str, Any], roles: list[str] | None = None, **options: Any) -> tuple[Classify, Rows]:
    task = Classify(**options)
    shaped, counts, _ = task.shape(rows(columns, roles), "objective")
    counts.check("objective")
    return task.settled(shaped, "objective"), shaped


@pytest.mark.parametrize(
    "columns, options, kind, names, given",
    [
        ({"text": ["a", "b"], "label": ["no", "yes"]}, {}, "one", ("no", "yes"), [["no"], ["yes"]]),
        ({"text": ["a", "b"], "label": [1, 0]}, {}, "one", ("0", "1"), [["1"], ["0"]]),
        ({"Text": ["a", "b"], "LABEL": [1, 0]}, {}, "one", ("0", "1"), [["1"], ["0"]]),
        ({"text": ["a", "b"], "label": [1, 0]}, {"labels": ("neg", "pos")}, "one", ("neg", "pos"), [["pos"], ["neg"]]),
        ({"review": ["a", "b"], "sentiment": ["x", "y"]}, {}, "one", ("x", "y"), [["x"], ["y"]]),
        ({"text": ["a", "b"], "label": ["10", "9"]}, {}, "one", ("9", "10"), [["10"], ["9"]]),
        ({"text": ["a", "b"], "labels": [["x", "y"], []]}, {}, "several", ("x", "y"), [["x", "y"], []]),
        ({"text": ["a", "b"], "labels": ['["x", "y"]', "[]"]}, {}, "several", ("x", "y"), [["x", "y"], []]),
        ({"text": ["a", "b"], "label": ["[x] y", "z"]}, {}, "one", ("[x] y", "z"), [["[x] y"], ["z"]]),
        ({"text": ["a", "b"], "x": ["1", "0"], "y": ["1", "1"]}, {"label_column": ["x", "y"]}, "several", ("x", "y"), [["x", "y"], ["y"]]),
    ],
)  # fmt: skip
def test_rows_as_people_write_them(
    columns: dict[str, Any], options: dict[str, Any], kind: str, names: tuple[str, ...], given: list[list[str]]
) -> None:
    task, shaped = settled(columns, **options)
    assert (task.kind, task.labels) == (kind, names)
    assert shaped.column("labels").to_pylist() == given
    assert shaped.column("text").to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    "columns, options, text, pair",
    [
        ({"question": "q", "sentence": "s"}, {}, "question", "sentence"),
        ({"passage": "p", "question": "q"}, {}, "question", "passage"),
        ({"sentence1": "s", "sentence2": "t"}, {}, "sentence1", "sentence2"),
        ({"question": "q", "sentence": "s"}, {"text_pair_column": "sentence"}, "question", "sentence"),
        ({"question": "q", "sentence": "s"}, {"text_column": "sentence"}, "sentence", None),
        ({"question": "q", "answer": "a"}, {"label_column": "answer"}, "question", None),
        ({"text": "t", "question": "q", "context": "c"}, {}, "text", None),
        ({"question": "q", "answer": 1}, {}, "question", None),
    ],
)
def test_two_texts_that_belong_together_are_a_pair_and_said(
    columns: dict[str, Any], options: dict[str, Any], text: str, pair: str | None
) -> None:
    task, table = Classify(**options), rows({**{name: [one] * 2 for name, one in columns.items()}, "label": ["x", "y"]})
    shaped, _, said = task.shape(table, "objective")
    unlabelled = task.asked(table, "predict")
    for made in (shaped, unlabelled):
        assert made.column("text").to_pylist() == [columns[text]] * 2
    assert shaped.column("text_pair").to_pylist() == [columns[pair]] * 2 if pair else "second text" not in said
    assert said.startswith(f"columns: text: {text}; ")
    assert said.endswith(f"; second text: {pair}") or pair is None
    if pair:
        assert unlabelled.column("text_pair").to_pylist() == [columns[pair]] * 2


def test_a_score_is_a_number() -> None:
    task, shaped = settled({"text": ["a", "b"], "score": ["0.5", "2"]}, kind="score")
    assert shaped.column("score").to_pylist() == [0.5, 2.0]
    assert task.answer({"score": 2.0}).tolist() == [2.0]


@pytest.mark.parametrize(
    "columns, roles, options, said",
    [
        ({"text": ["a", "b"], "label": ["x", "x"]}, None, {}, "only one label: x"),
        ({"text": ["a", "b", "c"], "label": ["x", "y", "z"]}, ["train", "train", "test"], {}, "no training row has: 'z' (a:2)"),
        ({"text": ["a", "b"], "label": ["x", None]}, None, {}, "1 rows without a label: a:1"),
        ({"text": ["a", "b"], "label": [0.5, 1.0]}, None, {}, "numbers with a fraction: 0.5 (a:0)"),
        ({"text": ["a", "b"], "label": [float("nan"), 1.0]}, None, {}, "1 rows without a label: a:0"),
        ({"text": ["a", "b"], "score": ["1", "high"]}, None, {"kind": "score"}, "1 rows without a number: a:1"),
        ({"text": ["a", "b"], "what": ["x", "y"]}, None, {}, "no column is called label"),
        ({"text": ["a", "b"], "label": ["x", "y"]}, None, {"label_column": "lable"}, "did you mean label"),
        ({"text": ["a", "b"], "x": [1, 2], "y": [3, 4]}, None, {"kind": "score", "label_column": ["x", "y"]}, "2 columns of one score"),
        ({"text": ["a", "b"], "x": ["1", "2"], "y": ["0", "1"]}, None, {"label_column": ["x", "y"]}, "without 0 or 1 in each"),
    ],
)  # fmt: skip
def test_bad_labels_are_named_with_their_rows(
    columns: dict[str, Any], roles: list[str] | None, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match="objective") as caught:
        settled(columns, roles, **options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "kind, labels",
    [("one", [2, 0, 1]), ("several", [[1, 0, 1], [0, 0, 0], [0, 1, 0]]), ("score", [[0.5], [2.0], [-1.0]])],
)
def test_the_loss_is_that_of_transformers(kind: str, labels: list[Any]) -> None:
    names = ("a", "b", "c") if kind != "score" else ("score",)
    task = Classify(kind=kind, labels=names)
    config = BertConfig(vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                        num_labels=len(names), problem_type=task.label_set.problem_type)  # fmt: skip
    torch.manual_seed(0)
    model = BertForSequenceClassification(config).eval()
    ids = torch.randint(5, 30, (3, 6))
    target = torch.tensor(labels) if kind == "one" else torch.tensor(labels, dtype=torch.float32)
    with torch.no_grad():
        theirs = model(input_ids=ids, labels=target)
        ours = task.loss(theirs.logits, target) / task.weight(target.numpy())
    assert float(ours) == pytest.approx(float(theirs.loss), rel=1e-6)


def test_balanced_weights_are_those_of_scikit_learn_and_average_as_in_torch() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    given = ["x"] * 6 + ["y"] * 2
    task, _ = settled({"text": ["t"] * 8, "label": given}, class_weights="balanced")
    theirs = compute_class_weight("balanced", classes=np.array(["x", "y"]), y=given)
    assert list(task.class_weights.values()) == pytest.approx(theirs.tolist())
    logits, labels = torch.randn(8, 2), torch.tensor([0] * 6 + [1] * 2)
    mean = torch.nn.functional.cross_entropy(logits, labels, weight=torch.tensor(theirs, dtype=torch.float32))
    assert float(task.loss(logits, labels) / task.weight(labels.numpy())) == pytest.approx(float(mean), rel=1e-5)


def test_labels_may_be_written_as_numbers() -> None:
    made = Classify(labels=[0, "1", True], class_weights={0: 1, 1: 5})
    assert made.labels == ("0", "1", "True")
    assert made.class_weights == {"0": 1.0, "1": 5.0}


def test_of_several_labels_the_texts_that_have_one_are_weighed_as_by_torch() -> None:
    lists = [["x", "y"], ["x"], ["x"], []]
    task, _ = settled({"text": ["t"] * 4, "labels": lists}, class_weights="balanced")
    assert task.class_weights == {"x": pytest.approx(1 / 3, abs=1e-6), "y": 3.0}
    logits, labels = torch.randn(4, 2), torch.tensor([[1.0, 1], [1, 0], [1, 0], [0, 0]])
    theirs = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1 / 3, 3.0]))(logits, labels)
    assert float(task.loss(logits, labels) / task.weight(labels.numpy())) == pytest.approx(float(theirs), rel=1e-5)
    settled({"text": ["t"] * 2, "labels": [["x", "y"], ["x"]]}, class_weights="balanced")  # x has no text without it


def test_a_balanced_sampler_asks_for_the_labels_classes_and_says_so() -> None:
    columns = {"text": ["t"] * 4, "label": ["x", "x", "y", "x"]}
    task, _ = settled(columns, sampler="balanced")
    labels_NK = np.array([[0], [0], [1], [0]], dtype=np.float32)
    assert task.classes(labels_NK).tolist() == [0, 0, 1, 0]
    assert settled(columns)[0].classes(labels_NK) is None


@pytest.mark.parametrize(
    "columns, options, said",
    [
        ({"text": ["a", "b"], "label": ["x", "y"]}, {"class_weights": "balanced"}, "class_weights are given too"),
        ({"text": ["a", "b"], "label": [["x", "y"], ["y"]]}, {}, "several labels may hold at once"),
        ({"text": ["a", "b"], "score": ["1", "2"]}, {"kind": "score"}, "a score has no labels"),
    ],
)
def test_where_nothing_can_be_balanced(columns: dict[str, Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        settled(columns, sampler="balanced", **options)
    assert caught.value.faults[0].where == "objective.sampler"


@pytest.mark.parametrize("weights", ["balanced", {"x": 2.0}])
def test_a_score_has_no_labels_to_weigh(weights: Any) -> None:
    columns = {"text": ["a", "b"], "score": ["1", "2.5"]}
    with pytest.raises(UserError, match="a score has no labels that could weigh") as caught:
        settled(columns, kind="score", class_weights=weights)
    assert caught.value.faults[0].where == "objective.class_weights"
    assert "leave it out" in caught.value.faults[0].do


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_macro_f1_while_training_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    right_L, said_L = np.array(pairs).T
    found = Classify(kind="one", labels=("a", "b", "c", "d")).rate(
        np.eye(4, dtype=np.float32)[said_L], right_L, right_L
    )
    assert found == {"macro_f1": pytest.approx(f1_score(right_L, said_L, average="macro", zero_division=0.0))}


def test_micro_f1_while_training_is_that_of_scikit_learn() -> None:
    right_LK = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 0]], dtype=np.float32)
    logits_LK = np.array([[2, -1, -3], [-1, 0.5, -2], [0.1, 3, -0.1]], dtype=np.float32)
    found = Classify(kind="several", labels=("a", "b", "c")).rate(logits_LK, right_LK, np.arange(3))
    assert found == {"micro_f1": pytest.approx(f1_score(right_LK, logits_LK > 0, average="micro"))}
