"""Roles by group: what decides, what stays, what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, about
from acclimate.core.seeds import share
from acclimate.prepare.split import Split
from acclimate.sources.jsonl import Jsonl
from tests.prepare.made import table

MANY = [str(number) for number in range(2_000)]


def split(rows: pa.Table, seed: int = 0, **options: Any) -> tuple[pa.Table, Counts]:
    made, counts = Split.model_validate(options).apply(rows, "phases.0.prepare.1", seed)
    counts.check("split")
    return made, counts


def roles(rows: pa.Table) -> dict[str, str]:
    return dict(zip(rows["_group"].to_pylist(), rows["_role"].to_pylist(), strict=True))


def test_the_role_is_the_hash_of_seed_and_group() -> None:
    made, counts = split(table(patient=MANY), seed=7, group_by="patient", validation=0.2, test=0.1)
    for group, role in roles(made).items():
        place = share(7, group)
        assert role == ("test" if place < 0.1 else "validation" if place < 0.1 + 0.2 else "train")
    assert counts == Counts(2_000, 2_000)
    assert about(made)["group_by"] == ["patient"]


def test_shares_are_about_what_was_asked() -> None:
    found = list(roles(split(table(patient=MANY), group_by="patient", validation=0.2, test=0.1)[0]).values())
    for role, wanted in (("test", 0.1), ("validation", 0.2)):
        spread = 4 * np.sqrt(wanted * (1 - wanted) / len(found))
        assert abs(found.count(role) / len(found) - wanted) < spread


def test_another_seed_gives_other_roles() -> None:
    one, other = (roles(split(table(p=MANY), seed=seed, group_by="p")[0]) for seed in (0, 1))
    assert one != other


@given(
    st.lists(st.sampled_from("abcdefghij"), max_size=20),
    st.lists(st.sampled_from("abcdefghijklmn"), max_size=20),
    st.randoms(),
)
def test_a_group_has_one_role_for_good(first: list[str], more: list[str], random: Any) -> None:
    shares = {"group_by": "p", "validation": 0.3, "test": 0.3}
    before = split(table(p=first + MANY[:50]), **shares)[0]
    mixed = first + more + MANY[:50]
    random.shuffle(mixed)
    after = split(table(p=mixed), **shares)[0]
    for made in (before, after):
        pairs = set(zip(made["_group"].to_pylist(), made["_role"].to_pylist(), strict=True))
        assert len(pairs) == len({group for group, _ in pairs})
    assert roles(before).items() <= roles(after).items()


def test_several_columns_name_a_group_and_none_means_the_row() -> None:
    rows = table(a=["1", "11"] * 200, b=["11", "1"] * 200, c=MANY[:400])
    made = split(rows, group_by=["a", "b"], validation=0, test=0)[0]
    assert set(made["_group"].to_pylist()) == {'["1", "11"]', '["11", "1"]'}
    by_row = split(rows, group_by="none")[0]
    assert by_row["_group"].to_pylist() == rows["row_id"].to_pylist()
    assert about(by_row)["group_by"] is None


def test_numbers_and_text_name_the_same_groups() -> None:
    numbers = table(p=list(range(300)))
    assert roles(split(numbers, group_by="p")[0]) == roles(split(table(p=MANY[:300]), group_by="p")[0])


def test_whole_values_for_test_and_the_rest_by_hash() -> None:
    sources = ["NIDDK", "NHLBI", "GARD", "GHR"] * 100
    made, _ = split(
        table(source=sources, url=MANY[:400]),
        group_by="url",
        column="source",
        test_values=["NIDDK", "NHLBI"],
        validation=0.2,
        test=0.1,
    )
    for source, group, role in zip(*(made[name].to_pylist() for name in ("source", "_group", "_role")), strict=True):
        expected = "test" if source in {"NIDDK", "NHLBI"} else "validation" if share(0, group) < 0.2 else "train"
        assert role == expected


def test_a_group_with_a_test_value_is_not_torn() -> None:
    rows = table(patient=["1", "1", "2", "2", "3", *MANY[10:100]], hospital=["A", "B", "B", "C", "C", *["C"] * 90])
    made, _ = split(
        rows,
        group_by="patient",
        column="hospital",
        test_values="A",
        validation_values="B",
        validation=0.5,
        test=0.5 - 1e-9,
    )
    assert made["_role"].to_pylist()[:5] == ["test", "test", "validation", "validation", "train"]


def test_rows_of_other_sources_stay_and_their_groups_leave_training() -> None:
    rows = table(role=["train"] * 100 + ["test"] * 2, p=[*MANY[:100], "5", "x"])
    made, counts = split(rows, group_by="p", validation=0.3, test=0)
    by_group = roles(made)
    assert by_group["5"] == by_group["x"] == "test"
    assert counts.removed == {"its group stands in the test or validation source": 1}
    assert made.num_rows == 101
    by_row, counts = split(rows, validation=0.3, test=0)
    assert by_row["_role"].to_pylist()[100:] == ["test", "test"]
    assert not counts.removed


def test_an_empty_group_is_named() -> None:
    with pytest.raises(UserError, match=r"group_by: column 'p' is empty in x\.csv:2, x\.csv:3"):
        split(table(p=["1", None, " "]), group_by="p")
    with pytest.raises(UserError, match=r"no column 'patient'"):
        split(table(p=["1"]), group_by="patient")


def test_one_row_cannot_be_split() -> None:
    with pytest.raises(UserError, match="there is only one row"):
        split(table(p=["1"]), group_by="p")


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(UserError, match="give the source more groups"):
        split(table(p=["1"] * 50), group_by="p")


@given(st.integers(3, 12), st.integers(0, 200))
def test_an_empty_role_says_which_share_would_fill_it(count: int, seed: int) -> None:
    rows = table(p=MANY[:count])
    options: dict[str, Any] = {"group_by": "p", "validation": 0.01, "test": 0.01}
    for _ in range(3):
        try:
            made = split(rows, seed=seed, **options)[0]
        except UserError as error:
            said = [(fault.where.rpartition(".")[2], fault.found, fault.do) for fault in error.faults]
            assert all(f"none of {count} groups" in found for _, found, _ in said)
            role, _, do = said[0]
            assert do.startswith(f"set {role}: ")
            options[role] = float(do.split(": ")[1].split(",")[0])
            if options["validation"] + options["test"] >= 1:
                return
        else:
            assert {"test", "validation", "train"} == set(made["_role"].to_pylist())
            return
    raise AssertionError("the shares that were proposed did not help")


def test_a_share_that_an_earlier_split_took_whole_is_told_from_few_groups() -> None:
    left = [name for name in MANY if share(0, name) >= 0.3]
    with pytest.raises(UserError, match="what an earlier split by the same hash left") as caught:
        split(table(p=left), group_by="p", validation=0.1, test=0.0)
    assert caught.value.faults[0].do.startswith("set validation: 0")


def test_nothing_left_to_train_on_is_an_error() -> None:
    with pytest.raises(UserError, match="left for training"):
        split(
            table(s=["a"] * 4 + ["b"] * 4, p=MANY[:8]), group_by="p", column="s", test_values="a", validation_values="b"
        )


def test_values_that_are_not_there_are_named() -> None:
    with pytest.raises(UserError, match=r"no source 'NIDK'; did you mean NIDDK\?"):
        split(table(source=["NIDDK", "GARD"] * 9), column="source", test_values=["NIDK"])
    with pytest.raises(UserError, match="no column 'sauce'"):
        split(table(source=["NIDDK"] * 9), column="sauce", test_values=["NIDDK"])


@pytest.mark.parametrize(
    "options, place",
    [
        ({"validation": 0.5, "test": 0.5}, "test"),
        ({"validation": 1.0}, "validation"),
        ({"test": -0.1}, "test"),
        ({"test_values": ["a"]}, "test_values"),
        ({"column": "s", "test_values": ["a"], "validation_values": ["a"]}, "validation_values"),
        ({"column": "s"}, "validation_values"),
    ],
)
def test_faults_of_the_recipe(options: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Split.model_validate(options)
    assert [error["loc"] for error in caught.value.errors()] == [(place,)]


@pytest.mark.shared_data
def test_real_questions_are_split_by_their_source(shared_data: Path) -> None:
    rows, _ = Jsonl(path=str(shared_data / "medquad" / "medquad.jsonl.xz")).read("sources.train")
    rows = rows.append_column("_role", pa.array(["train"] * rows.num_rows))
    made, counts = split(rows, group_by="url", column="source", test_values=["NIDDK", "NHLBI"], validation=0.05)
    of_source = {(row["source"], row["_role"]) for row in made.select(["source", "_role"]).to_pylist()}
    assert {source for source, role in of_source if role == "test"} == {"NIDDK", "NHLBI"}
    assert {role for source, role in of_source if source == "NIDDK"} == {"test"}
    assert {role for _, role in of_source} == {"train", "validation", "test"}
    assert counts.rows_out == 16_359
