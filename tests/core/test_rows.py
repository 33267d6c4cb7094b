import pyarrow as pa
import pytest

from acclimate.core.errors import AcclimateError, UserError
from acclimate.core.rows import ROLE, ROW_ID, Counts, about, called, column, need_columns, replace_column, with_about

ROWS = pa.table({ROW_ID: ["a:1", "a:2"], ROLE: ["train", "test"], "diagnosis": ["I10", "E11"]})


@pytest.mark.parametrize(
    "counts",
    [
        Counts(5, 5),
        Counts(5, 3, dropped={"empty": 1}, removed={"copy": 1}),
        Counts(9, 2, merged=7),
        Counts(2, 6, added=4),
        Counts(10, 4, dropped={"x": 2}, removed={"y": 1}, merged=4, added=1, values={"never a row": 99}),
    ],
)
def test_counts_that_add_up(counts: Counts) -> None:
    counts.check("step")


@pytest.mark.parametrize(
    "counts", [Counts(5, 4), Counts(5, 5, dropped={"x": 1}), Counts(5, 5, merged=1), Counts(5, 5, added=1)]
)
def test_counts_that_do_not_add_up_are_a_bug(counts: Counts) -> None:
    with pytest.raises(AcclimateError, match="tagged: the ledger does not add up") as caught:
        counts.check("tagged")
    assert not isinstance(caught.value, UserError)


@pytest.mark.parametrize(
    "there, found",
    [
        (["Text", "text"], "text"),
        (["TEXT ", "x"], "TEXT "),
        (["Text", "TEXT"], None),
        (["x"], None),
        (["note", "Text"], "note"),
    ],
)
def test_a_column_is_found_in_other_capitals_where_it_is_the_only_one(there: list[str], found: str | None) -> None:
    assert called(there, ("text", "note")) == found


def test_a_missing_column_is_named_with_its_nearest_and_all_there_are() -> None:
    with pytest.raises(UserError) as caught:
        need_columns(ROWS, ["diagnosi", "zebra", "diagnosis"], "prepare.0")
    first, second = caught.value.faults
    assert first.found == "no column 'diagnosi'; did you mean diagnosis?"
    assert first.where == "prepare.0"
    assert second.found == "no column 'zebra'"
    assert second.allowed == "diagnosis", "acclimate's own columns are not offered"


def test_column_gives_values_or_says_what_there_is() -> None:
    assert column(ROWS, "diagnosis", "x") == ["I10", "E11"]
    with pytest.raises(UserError, match="no column 'text'"):
        column(ROWS, "text", "x")


def test_replace_column_keeps_the_place_and_adds_at_the_end() -> None:
    changed = replace_column(ROWS, ROLE, ["x", "y"])
    assert changed.column_names == ROWS.column_names
    assert changed.column(ROLE).to_pylist() == ["x", "y"]
    longer = replace_column(ROWS, "text", pa.array(["one", "two"]))
    assert longer.column_names == [*ROWS.column_names, "text"]


def test_what_is_written_about_a_table_adds_up_and_survives_a_filter() -> None:
    assert about(ROWS) == {}
    told = with_about(with_about(ROWS, {"tags": ["<a>"]}), {"separator": ","})
    assert about(told.filter(pa.array([True, False]))) == {"tags": ["<a>"], "separator": ","}
    assert about(with_about(told, {"separator": ";"}))["separator"] == ";"
