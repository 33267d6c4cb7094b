"""Tables of files to rows: ids, order of columns, and where two files disagree."""

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.sources.assemble import combine, need_chosen, numbered, refuse_own_columns, refuse_repeated
from acclimate.sources.files import File

A, B = File("a", "/d/a", "/d/a", None), File("b", "/d/b", "/d/b", None)


def test_rows_are_numbered_as_told() -> None:
    table = numbered(pa.table({"x": ["p", "q"]}), "deep/a.csv", [1, 3])
    assert table.to_pydict() == {"row_id": ["deep/a.csv:1", "deep/a.csv:3"], "x": ["p", "q"]}


def test_columns_come_in_the_order_of_the_first_file() -> None:
    rows = combine([(A, pa.table({"x": ["1"], "y": ["2"]})), (B, pa.table({"y": ["4"], "x": ["3"]}))], "s")
    assert rows.to_pydict() == {"x": ["1", "3"], "y": ["2", "4"]}


def test_a_column_without_values_fits_every_type() -> None:
    rows = combine([(A, pa.table({"x": pa.nulls(1)})), (B, pa.table({"x": [4]}))], "s")
    assert rows.to_pydict() == {"x": [None, 4]}


def test_files_that_differ_are_named_with_all_columns_at_once() -> None:
    with pytest.raises(UserError) as caught:
        combine([(A, pa.table({"x": ["1"], "y": [1]})), (B, pa.table({"x": [2], "z": [1]}))], "s")
    said = str(caught.value)
    assert "/d/b: column 'x' holds int64, in /d/a it holds string" in said
    assert "/d/b: no column 'y', which /d/a has" in said
    assert "/d/a: no column 'z', which /d/b has" in said


def test_no_row_at_all_is_an_error_but_one_empty_table_is_not() -> None:
    empty, full = pa.table({"x": pa.array([], pa.string())}), pa.table({"x": ["1"]})
    assert combine([(A, empty), (B, full)], "s").num_rows == 1
    with pytest.raises(UserError, match="not one row in /d/a"):
        combine([(A, empty)], "s")


def test_names_that_cannot_stand() -> None:
    with pytest.raises(UserError, match="a column row_id, _role, a name that acclimate keeps"):
        refuse_own_columns(["x", "row_id", "_role"], "f")
    with pytest.raises(UserError, match="column named twice: x"):
        refuse_repeated(["x", "y", "x"], "f")
    with pytest.raises(UserError, match=r"no column 'agee'; did you mean age\?"):
        need_chosen(["agee"], ["age", "sex"], "f")
