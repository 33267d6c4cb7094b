"""Parquet: types stay, files agree, damage is named."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import about
from acclimate.sources.parquet import Parquet


def write(path: Path, **columns: object) -> None:
    pa.parquet.write_table(pa.table(columns), path)


def test_types_stay_and_text_is_text(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", n=[7], d=[date(2020, 1, 31)], t=pa.array(["x"], pa.large_string()), l=[[1, 2]])
    write(tmp_path / "b.parquet", n=[8], d=[None], t=pa.array(["y"]).dictionary_encode(), l=[[3]])
    source = Parquet(path=str(tmp_path))
    rows, counts = source.read("sources.train")
    assert rows.to_pylist() == [
        {"row_id": "a.parquet:1", "n": 7, "d": date(2020, 1, 31), "t": "x", "l": [1, 2]},
        {"row_id": "b.parquet:1", "n": 8, "d": None, "t": "y", "l": [3]},
    ]
    assert rows.schema.field("t").type == pa.string()
    assert (counts.rows_in, counts.rows_out) == (2, 2)
    assert list(source.inputs("sources.train")) == [f"{tmp_path}/a.parquet", f"{tmp_path}/b.parquet"]


def test_metadata_of_other_programs_is_left_behind(tmp_path: Path) -> None:
    table = pa.table({"a": ["x"]}, metadata={"acclimate": '{"tags": []}', "pandas": "{}"})
    pa.parquet.write_table(table, tmp_path / "a.parquet")
    rows, _ = Parquet(path=str(tmp_path)).read("sources.train")
    assert about(rows) == {}


def test_columns_are_chosen(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", a=["x"], b=[1], row_id=["own"])
    assert Parquet(path=str(tmp_path), columns=("b",)).read("sources.train")[0].column_names == ["row_id", "b"]
    with pytest.raises(UserError, match="a column row_id"):
        Parquet(path=str(tmp_path)).read("sources.train")
    with pytest.raises(UserError, match="no column 'c'"):
        Parquet(path=str(tmp_path), columns=("c",)).read("sources.train")


def test_types_that_differ_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", n=[7])
    write(tmp_path / "b.parquet", n=["7"])
    with pytest.raises(UserError, match=r"b\.parquet: column 'n' holds string, in .*a\.parquet it holds int64"):
        Parquet(path=str(tmp_path)).read("sources.train")


@pytest.mark.parametrize("data", [b"", b"PAR1", b"a,b\n1,2\n" * 10])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(UserError, match=r"a\.parquet: not a whole Parquet file"):
        Parquet(path=str(tmp_path)).read("sources.train")


def test_damage_in_the_middle_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", n=list(range(10_000)), t=[str(number) for number in range(10_000)])
    path = tmp_path / "a.parquet"
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4)
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"a\.parquet: not a whole Parquet file"):
        Parquet(path=str(tmp_path)).read("sources.train")


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", n=pa.array([], pa.int64()))
    with pytest.raises(UserError, match="not one row"):
        Parquet(path=str(tmp_path)).read("sources.train")
