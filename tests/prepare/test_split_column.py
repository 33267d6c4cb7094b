"""Roles by what a column says."""

from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.prepare.split import Split
from tests.prepare.made import table


def split(rows: pa.Table, **options: Any) -> tuple[pa.Table, Counts]:
    made, counts = Split.model_validate({"by": "column", "column": "fold", **options}).apply(rows, "w", 0)
    counts.check("split")
    return made, counts


def test_the_usual_words() -> None:
    words = ["train", "training", "validation", "valid", "val", "dev", "test"]
    made, counts = split(table(fold=words))
    assert made["_role"].to_pylist() == ["train"] * 2 + ["validation"] * 4 + ["test"]
    assert counts == Counts(7, 7)


def test_listed_values_take_the_place_of_a_role_s_usual_words() -> None:
    made, _ = split(table(fold=["train", "dev", "holdout", "blind"]), values={"test": ["holdout", "blind"]})
    assert made["_role"].to_pylist() == ["train", "validation", "test", "test"]
    made, _ = split(table(fold=["train", "test", "x"]), values={"validation": "test", "test": "x"})
    assert made["_role"].to_pylist() == ["train", "validation", "test"]


@pytest.mark.parametrize("folds", [[0, 1, 2, 3], ["0", "1", "2", "3"]])
def test_folds_that_are_numbers(folds: list[Any]) -> None:
    made, _ = split(table(fold=folds), values={"train": [0, 1], "validation": 2, "test": ["3"]})
    assert made["_role"].to_pylist() == ["train", "train", "validation", "test"]


def test_of_a_group_in_several_roles_the_strongest_rows_stay() -> None:
    rows = table(
        p=["a", "a", "b", "b", "c", "c"], fold=["train", "test", "train", "dev", "dev", "test"], t=list("uvwxyz")
    )
    rows = pa.concat_tables([rows, table(p=["d"], fold=["train"], t=["k"])])
    made, counts = split(rows, group_by="p")
    assert list(zip(made["t"].to_pylist(), made["_role"].to_pylist(), strict=True)) == [
        ("v", "test"),
        ("x", "validation"),
        ("z", "test"),
        ("k", "train"),
    ]
    assert counts.removed == {"its group also stands in test": 2, "its group also stands in validation": 1}
    assert split(rows)[0].num_rows == 7, "without groups each row is its own"


@pytest.mark.parametrize(
    "folds, options, said",
    [
        (["train", "holdout", "holdout"], {}, r"column 'fold' holds 'holdout' \(2 rows\), which means no role"),
        (["train", None], {}, r"column 'fold' is empty in x\.csv:2"),
        (["train", "dev"], {"values": {"test": ["blind"]}}, r"w\.values\.test: no fold 'blind'"),
        (["dev", "test"], {}, "no row is left for training"),
        (["train"], {"column": "fol"}, r"no column 'fol'; did you mean fold\?"),
    ],
)
def test_values_that_say_no_role(folds: list[Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        split(table(fold=folds), **options)


@pytest.mark.parametrize(
    "options, place",
    [
        ({"column": None}, ("column",)),
        ({"values": {"test": ["a"], "train": ["a"]}}, ("values",)),
        ({"values": {"tset": ["a"]}}, ("values", "tset")),
        ({"test_values": ["a"]}, ("test_values",)),
        ({"by": "hash", "values": {"test": ["a"]}}, ("values",)),
    ],
)
def test_faults_of_the_recipe(options: dict[str, Any], place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        Split.model_validate({"by": "column", "column": "fold", **options})
    assert [error["loc"] for error in caught.value.errors()] == [place]


def test_it_survives_the_resolved_recipe() -> None:
    for options in ({}, {"by": "column", "column": "fold", "values": {"test": ["x"]}}):
        step = Split.model_validate(options)
        assert Split.model_validate(step.model_dump(mode="json")) == step
