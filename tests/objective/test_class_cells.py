"""Cells of labels: what they name, through which names numbers count, and the order of what was found."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.objective.class_labels import sorted_labels
from acclimate.objective.classify import Classify
from tests.objective.test_classify import rows, settled


def labels(cells: list[Any], **options: Any) -> list[Any]:
    _, shaped = settled({"text": ["t"] * len(cells), "label": cells}, **options)
    found = shaped.column("labels").to_pylist()
    return [some[0] if len(some) == 1 else some for some in found]


@pytest.mark.parametrize(
    "cells, given, read",
    [
        ([1, 2, 3], ("1", "2", "3"), ["1", "2", "3"]),
        (["1", "2", "3"], ("1", "2", "3"), ["1", "2", "3"]),
        ([0, 1], ("1", "0"), ["0", "1"]),
        ([0, 1], ("neg", "pos"), ["neg", "pos"]),
        (["0", "1"], ("neg", "pos"), ["neg", "pos"]),
        (["0.0", "1.0"], ("neg", "pos"), ["neg", "pos"]),
        ([0.0, 1.0], ("neg", "pos"), ["neg", "pos"]),
        ([0.0, 1.0], ("0.0", "1.0"), ["0.0", "1.0"]),
        ([False, True], ("neg", "pos"), ["neg", "pos"]),
        (["FALSE", "true"], ("neg", "pos"), ["neg", "pos"]),
        ([False, True], ("True", "False"), ["False", "True"]),
        ([False, True], (), ["False", "True"]),
        (["0.0", "1.0"], (), ["0", "1"]),
        (["01.0", "1.0", "x"], (), ["01.0", "1.0", "x"]),
        (["01", "1"], (), ["01", "1"]),
        (["d > c", "d>c", "e>f"], (), ["d > c", "d > c", "e>f"]),
        (["d > c", "e"], ("d>c", "e"), ["d>c", "e"]),
        (["²", "1", "--1"], (), ["²", "1", "--1"]),
        (["['a', 'b']", "a"], (), [["a", "b"], "a"]),
    ],
)
def test_what_cells_name(cells: list[Any], given: tuple[str, ...], read: list[Any]) -> None:
    assert labels(cells, labels=given) == read


def test_codes_keep_their_point() -> None:
    assert labels(["401.0", "401.9"], kind="one") == ["401.0", "401.9"]


def test_a_number_that_is_no_name_counts_through_no_numbers() -> None:
    with pytest.raises(UserError, match=r"objective.labels does not name: '0' \(a:0\)"):
        labels([0, 1, 2], labels=("1", "2", "3"))


def test_a_list_that_can_t_be_read_is_no_label() -> None:
    with pytest.raises(UserError, match=r"neither JSON nor Python writes so: .*'a' 'b'.*\(a:0\); 2 rows in all"):
        labels(["['a' 'b']", "a", "['b' 'a']"])


def test_levels_that_were_written_otherwise_are_counted() -> None:
    columns = {"text": ["t"] * 3, "label": ["d > c", "d>c", "e"]}
    found, _ = settled(columns)
    assert found.labels == ("d > c", "e")
    assert "1 labels differ from others in the space around > alone" in Classify().shape(rows(columns), "objective")[2]


@pytest.mark.parametrize("twice", [("a", "b", "a"), ("d>c", "d > c")])
def test_a_label_stands_once_in_a_recipe(twice: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="each label once"):
        Classify(labels=twice)


def test_one_hot_cells_of_spreadsheets_and_empty_ones() -> None:
    columns = {"text": ["t"] * 2, "x": ["TRUE", "No"], "y": ["f", "Y"]}
    _, shaped = settled(columns, label_column=["x", "y"])
    assert shaped.column("labels").to_pylist() == [["x"], ["y"]]
    for empty in ("", None):
        with pytest.raises(UserError, match="1 rows without 0 or 1 in each column: a:1"):
            settled({**columns, "x": ["1", empty]}, label_column=["x", "y"])


@pytest.mark.parametrize("names", [["1", "01", "2", "10"], ["10", "2", "1", "01"]])
def test_the_order_of_numbers_is_one(names: list[str]) -> None:
    assert sorted_labels(names) == ["01", "1", "2", "10"]
    assert sorted_labels([*names, "²"]) == ["01", "1", "10", "2", "²"]
