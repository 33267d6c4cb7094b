"""Rows with labels as people write them: what `check` says about them before anything is trained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.pipeline.check import check
from tests.pipeline import tiny


def notes(encoder: Path, place: Path, rows: Sequence[dict[str, Any]], **objective: Any) -> str:
    """What is told about rows, of which the last is the only one to be tested on."""
    files = {"train": place / "train.jsonl", "test": place / "test.jsonl"}
    for role, some in (("train", rows[:-1]), ("test", rows[-1:])):
        files[role].write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    recipe = tiny.recipe(
        encoder, files["train"], place / "run", objective={"name": "classify", **objective}, prepare=[]
    )
    recipe["sources"]["test"] = {"path": str(files["test"])}
    return "\n".join(check(recipe).phases[0].notes)


def one_hot(*flags: str) -> list[dict[str, Any]]:
    texts = [f"the patient {number} was seen" for number in range(len(flags))]
    return [
        {"text": text, **dict(zip("abc", map(int, some), strict=True))} for text, some in zip(texts, flags, strict=True)
    ]


def test_a_column_without_a_training_row_is_left_out_and_named(encoder: Path, tmp_path: Path) -> None:
    said = notes(encoder, tmp_path, one_hot("100", "101", "001", "101"), label_column=["a", "b", "c"])
    assert "2 labels: a, c" in said
    assert "no training row has a 1 in b: not among the labels" in said


def test_where_every_column_is_learnt_nothing_is_said(encoder: Path, tmp_path: Path) -> None:
    said = notes(encoder, tmp_path, one_hot("100", "111", "001", "010"), label_column=["a", "b", "c"])
    assert "3 labels: a, b, c" in said
    assert "no training row" not in said


def test_a_test_row_with_a_label_that_no_training_row_has_is_a_fault(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="test rows have labels that no training row has: 'b'"):
        notes(encoder, tmp_path, one_hot("100", "101", "001", "010"), label_column=["a", "b", "c"])


@pytest.mark.parametrize("kind", ["one", "several"])
def test_a_listed_label_that_is_never_learnt_is_named(encoder: Path, tmp_path: Path, kind: str) -> None:
    rows = [{"text": f"the patient {number} was seen", "label": label} for number, label in enumerate("acac")]
    said = notes(encoder, tmp_path, rows, labels=["a", "b", "c"], kind=kind)
    assert "3 labels: a, b, c" in said
    assert "no training row has b: among the labels, as objective.labels says, but never learnt" in said


PATHS = (
    ["disease", "cardiovascular", "hypertension"],
    ["disease", "cardiovascular", "infarction"],
    ["disease", "respiratory", "asthma"],
    ["injury", "fracture"],
    ["injury", "burn"],
)
HOW = "these lists look like a hierarchy: write them as 'disease > cardiovascular > hypertension' and kind: one"


def listed(lists: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    return [{"text": f"the patient {number} was seen", "labels": list(some)} for number, some in enumerate(lists)]


def test_lists_that_are_paths_are_told_how_a_hierarchy_is_written(encoder: Path, tmp_path: Path) -> None:
    said = notes(encoder, tmp_path, listed([*PATHS, *PATHS, PATHS[0]]))
    assert HOW in said
    with pytest.raises(UserError, match="exactly one label") as caught:
        notes(encoder, tmp_path, listed([*PATHS, *PATHS, PATHS[0]]), kind="one")
    assert HOW in caught.value.faults[0].do


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param([["a"], ["b"], ["c"]] * 4, id="one label each"),
        pytest.param([["a"], ["a", "b"], ["a"], ["a", "b"]] * 3, id="two labels, sorted"),
        pytest.param([["a", "b"], ["a", "c"], ["b", "c"], ["a", "b", "c"]] * 3, id="sorted"),
        pytest.param([["a", "b"], ["b", "a"], ["a", "c"]] * 4, id="in any order"),
        pytest.param([*PATHS, *PATHS, []], id="a row without a label"),
        pytest.param([*PATHS, *PATHS, ["fracture", "burn"]], id="one row that is no path"),
        pytest.param([["a", "b"], ["a", "c"], ["a", "d", "e"], ["a", "f"]], id="labels seen once"),
        pytest.param([["a > b", "a > c"], ["a > b", "a > d"], ["a > b"]] * 4, id="levels already"),
    ],
)
def test_ordinary_lists_of_labels_are_not(encoder: Path, tmp_path: Path, lists: list[list[str]]) -> None:
    assert "look like a hierarchy" not in notes(encoder, tmp_path, listed([*lists, lists[0]]))


def labelled(*labels: Any) -> list[dict[str, Any]]:
    return [{"text": f"the patient {number} was seen", "label": label} for number, label in enumerate(labels)]


def test_the_label_that_precision_and_recall_are_about_is_named(encoder: Path, tmp_path: Path) -> None:
    rows = labelled("normal", "abnormal", "normal", "abnormal")
    about = "one of them a text (kind: one); precision, recall, F1 and threshold are about"
    assert f"{about} 'normal', the last (order: objective.labels)" in notes(encoder, tmp_path, rows)
    assert f"{about} 'abnormal'" in notes(encoder, tmp_path, rows, labels=["normal", "abnormal"])
    assert "precision" not in notes(encoder, tmp_path, labelled("a", "b", "c", "a"))


def test_what_made_several_labels_hold_is_said(encoder: Path, tmp_path: Path) -> None:
    columns = ["a", "b", "c"]
    said = notes(encoder, tmp_path, one_hot("100", "111", "000", "001", "010"), label_column=columns)
    assert "several labels may hold at once, as 1 rows have none and 1 more than one" in said
    assert "3 labels: a, b, c; any number of them a text (kind: several)" in said
    said = notes(encoder, tmp_path, one_hot("100", "010", "001", "010"), label_column=columns)
    assert "(kind: one)" in said and "at once" not in said  # noqa: PT018


@pytest.mark.parametrize(
    "labels, told",
    [
        (["a", "N/A", "None", "a"], "N/A, None: a class as any other; if it means that there is no label"),
        (["BMI > 30", "BMI", "BMI > 30", "BMI"], "> in labels stands between the levels of a hierarchy"),
        (["d/c/x", "d/c/y", "e/z", "d/c/x"], "labels with / look like paths: write > in its place"),
    ],
)
def test_labels_that_may_mean_something_else_are_told(
    encoder: Path, tmp_path: Path, labels: list[str], told: str
) -> None:
    assert told in notes(encoder, tmp_path, labelled(*labels))
    assert told not in notes(encoder, tmp_path, labelled("a/b", "none of these", "c", "a/b"))
