"""Every text once; a test text is never trained on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.prepare.deduplicate import Deduplicate
from tests.prepare.made import table


def test_the_first_copy_stays_and_test_goes_before_training() -> None:
    roles = ["train", "train", "test", "validation", "train", "test", "train", "validation"]
    texts = ["a", "b", "b", "c", "c", "b", "a", "b"]
    rows, counts = Deduplicate().apply(table(role=roles, text=texts), "w", 0)
    counts.check("deduplicate")
    assert [(row["row_id"], row["_role"], row["text"]) for row in rows.to_pylist()] == [
        ("x.csv:1", "train", "a"),
        ("x.csv:3", "test", "b"),
        ("x.csv:4", "validation", "c"),
    ]
    assert counts == Counts(
        8,
        3,
        removed={
            "copy within test": 1,
            "copy of a test row": 2,
            "copy of a validation row": 1,
            "copy within train": 1,
        },
    )


def test_by_chosen_columns_or_all_of_the_data() -> None:
    rows = table(a=["1", "1", "1", "1"], b=[[1], [1], [2], [2]], c=["x", "x", "x", "y"])
    assert Deduplicate().apply(rows, "w", 0)[0]["row_id"].to_pylist() == ["x.csv:1", "x.csv:3", "x.csv:4"]
    chosen = Deduplicate(columns=("a", "b")).apply(rows, "w", 0)[0]
    assert chosen["row_id"].to_pylist() == ["x.csv:1", "x.csv:3"]
    with pytest.raises(UserError, match="no column 'd'"):
        Deduplicate(columns=("d",)).apply(rows, "w", 0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["train", "validation", "test"])), min_size=1))
def test_what_stays_is_each_text_once_in_its_strongest_role(pairs: list[tuple[str, str]]) -> None:
    texts, roles = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows, counts = Deduplicate().apply(table(role=roles, text=texts), "w", 0)
    counts.check("deduplicate")
    kept = dict(zip(rows["text"].to_pylist(), rows["_role"].to_pylist(), strict=True))
    assert len(kept) == rows.num_rows == len(set(texts))
    for text, role in kept.items():
        all_roles = {one for said, one in pairs if said == text}
        assert role == next(one for one in ("test", "validation", "train") if one in all_roles)
    again, counts = Deduplicate().apply(rows, "w", 0)
    assert again.equals(rows)
    assert not counts.removed


LONG = "the patient was seen in the clinic on monday and went home with the same medication as before the visit {}"


def test_near_copies_are_counted_apart_and_leave_training_first() -> None:
    texts = [LONG.format("x"), LONG.format("y"), "another text", LONG.format("z"), LONG.format("x")]
    rows, counts = Deduplicate(near=True).apply(
        table(role=["train", "test", "train", "test", "train"], text=texts), "w", 0
    )
    counts.check("deduplicate")
    assert rows["row_id"].to_pylist() == ["x.csv:2", "x.csv:3"]
    assert counts.removed == {"copy within train": 1, "near copy within test": 1, "near copy of a test row": 1}
    exact, counts = Deduplicate().apply(table(text=texts), "w", 0)
    assert exact.num_rows == 4
    assert counts.removed == {"copy within train": 1}


def test_near_copies_in_chosen_columns() -> None:
    rows = table(a=[LONG.format("x"), LONG.format("y")], b=["1", "2"], n=[1, 2])
    assert Deduplicate(columns=("a",), threshold=0.7).apply(rows, "w", 0)[0].num_rows == 1
    assert Deduplicate(columns=("a", "n"), threshold=1.0).apply(rows, "w", 0)[0].num_rows == 2


def test_near_and_threshold_mean_the_same_and_survive_the_resolved_recipe() -> None:
    assert Deduplicate(near=True) == Deduplicate(threshold=0.8)
    assert Deduplicate(near=True, threshold=0.5) == Deduplicate(threshold=0.5)
    for one in (Deduplicate(), Deduplicate(near=True)):
        assert Deduplicate.model_validate(one.model_dump(mode="json")) == one
    with pytest.raises(ValidationError, match="a threshold, or near: false"):
        Deduplicate(near=False, threshold=0.5)
