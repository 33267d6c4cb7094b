"""CSV: values stay what they are; every bad row is named or counted."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.sources.csv import Csv


def read(
    tmp_path: Path, data: str | bytes, name: str = "x.csv", **options: object
) -> tuple[dict[str, list[object]], object]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    rows, counts = Csv.model_validate({"path": str(path), **options}).read("sources.train")
    counts.check("csv")
    return rows.to_pydict(), counts


def test_values_stay_the_text_they_are(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, 'drug,zip,note\nNA,02139,None\nnan,1e5,\nnull,007,""\n')
    assert rows == {
        "row_id": ["x.csv:1", "x.csv:2", "x.csv:3"],
        "drug": ["NA", "nan", "null"],
        "zip": ["02139", "1e5", "007"],
        "note": ["None", None, None],
    }


def test_quoted_line_breaks_delimiters_and_quotes(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, 'a,b\r\n"x\ny","1,2"\r\n"say ""no""",5" tube\r\n')
    assert rows["a"] == ["x\ny", 'say "no"']
    assert rows["b"] == ["1,2", '5" tube']


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1)] * 2), min_size=1
    )
)
def test_what_pythons_csv_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *cells])
    rows, _ = read(tmp_path_factory.mktemp("csv"), text.getvalue())
    assert list(zip(rows["a"], rows["b"], strict=True)) == cells


def test_the_delimiter_goes_by_ending_or_option(tmp_path: Path) -> None:
    assert read(tmp_path, "a\tb\n1\t2\n", "x.tsv")[0]["b"] == ["2"]
    assert read(tmp_path, "a;b\n1;2\n", delimiter=";")[0]["b"] == ["2"]
    with pytest.raises(UserError, match="set delimiter: ';'"):
        read(tmp_path, "a;b\n1;2\n")


def test_ragged_rows_are_named_all_at_once(tmp_path: Path) -> None:
    data = "a,b\n1,2\n3\n\n" + "4,5,6\n" * 7
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    said = str(caught.value)
    assert f"{tmp_path}/x.csv, row 2: 1 fields\n  allowed: 2, as in the header" in said
    assert "row 3: 3 fields" in said
    assert "8 rows in all are wrong" in said
    assert "bad_lines: drop" in said
    assert len(caught.value.faults) == 5


def test_ragged_rows_can_be_dropped_and_keep_their_numbers(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, "a,b\n1,2\n3\n4,5\n", bad_lines="drop")
    assert rows["row_id"] == ["x.csv:1", "x.csv:3"]
    assert counts.dropped == {"wrong number of fields": 1}  # type: ignore[attr-defined]
    assert (counts.rows_in, counts.rows_out) == (3, 2)  # type: ignore[attr-defined]


def test_row_numbers_hold_beyond_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acclimate.sources.csv._BLOCK_BYTES", 64)
    with pytest.raises(UserError, match=r"row 400: 1 fields"):
        read(tmp_path, "a,b\n" + "1,2\n" * 399 + "3\n" + "1,2\n" * 100)


@pytest.mark.parametrize("data", ['a,b\n1,2\n3,"never\n4,5\n6,7\n', 'a,b\n1,2\n"never,3\n4,5\n', 'a\n1\n"never\n4\n'])
def test_a_quote_never_closed_swallows_nothing_in_silence(tmp_path: Path, data: str) -> None:
    with pytest.raises(UserError, match=r"row 2: a quote that opens in this row is never closed"):
        read(tmp_path, data)


def test_a_row_longer_than_a_block_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acclimate.sources.csv._BLOCK_BYTES", 64)
    with pytest.raises(UserError, match="most likely a quote never closed"):
        read(tmp_path, 'a,b\n1,"' + "x" * 500 + '"\n')


def test_quotes_can_mean_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, 'a,b\n"x,2\n', quote="")[0] == {"row_id": ["x.csv:1"], "a": ['"x'], "b": ["2"]}


def test_columns_and_casts(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, "age,zip\n7,02139\nold,1\n", columns=["age"], casts={"age": "int"})
    assert rows == {"row_id": ["x.csv:1", "x.csv:2"], "age": [7, None]}
    assert counts.values == {"age: not int": 1}  # type: ignore[attr-defined]
    with pytest.raises(UserError, match=r"no column 'agee'; did you mean age\?"):
        read(tmp_path, "age,zip\n7,02139\n", columns=["agee"])
    with pytest.raises(UserError, match="no column 'zip'"):
        read(tmp_path, "age,zip\n7,02139\n", columns=["age"], casts={"zip": "int"})


def test_encodings(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")[0]["a"] == ["1"]
    assert read(tmp_path, "a\nGröße\n".encode("cp1252"), encoding="cp1252")[0]["a"] == ["Größe"]
    with pytest.raises(UserError, match=r"x\.csv, line 3: not utf-8: byte 0xf6"):
        read(tmp_path, "a\nb\nGröße\n".encode("cp1252"))


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "the file is empty"),
        (b"\n\n", "there is no header line"),
        (b"a,b", "not one row in"),
        (b"a,b\n", "not one row in"),
        (b"a,a\n1,2\n", "column named twice: a"),
        (b"a,,\n1,2,3\n", "column 2, 3 has no name"),
        (b"a,row_id\n1,2\n", "a column row_id, a name that acclimate keeps"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(tmp_path, data)


def test_a_column_without_name_matters_only_if_it_is_wanted(tmp_path: Path) -> None:
    assert read(tmp_path, ",a,\n0,1,2\n", columns=["a"])[0] == {"row_id": ["x.csv:1"], "a": ["1"]}


def test_several_files_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("y,x\n4,3\n")
    (tmp_path / "a.tsv").write_text("x\ty\n1\t2\n")
    source = Csv(path=str(tmp_path))
    rows, _ = source.read("sources.train")
    assert rows.to_pydict() == {"row_id": ["a.tsv:1", "b.csv:1"], "x": ["1", "3"], "y": ["2", "4"]}
    assert list(source.inputs("sources.train")) == [f"{tmp_path}/a.tsv", f"{tmp_path}/b.csv"]
    (tmp_path / "c.csv").write_text("x,z\n1,2\n")
    with pytest.raises(UserError, match=r"c\.csv: no column 'y'"):
        source.read("sources.train")


@pytest.mark.parametrize("value", ["", ",,", "é", '"', "\n"])
def test_a_delimiter_is_one_character(value: str) -> None:
    with pytest.raises(ValidationError, match="one ASCII character"):
        Csv(path="x.csv", delimiter=value)


@pytest.mark.shared_data
def test_real_patients_keep_their_zip_codes(shared_data: Path) -> None:
    rows, counts = Csv(path=str(shared_data / "synthea-1k" / "patients.csv.xz")).read("sources.train")
    assert rows.num_rows == counts.rows_out == 1171
    assert rows.column("ZIP")[0].as_py() == "01013"
    assert rows.column("FIRST")[0].as_py() == "José Eduardo181"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_empty_lines_of_one_column_are_counted(end: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(end.join(["", "text", "", "a", "", '""', '"b', "", '"', "", ""]).encode())
    rows, counts = Csv(path=str(tmp_path / "x.csv")).read("here")
    assert rows.column("text").to_pylist() == ["a", None, f"b{end}{end}"]
    assert rows.column("row_id").to_pylist() == [f"x.csv:{number}" for number in range(1, 4)]
    assert (counts.rows_in, counts.removed) == (5, {"empty line": 2})
    counts.check("csv")
    (tmp_path / "x.csv").write_bytes(end.join(["text", "a,b", "", "c"]).encode())
    _, counts = Csv(path=str(tmp_path / "x.csv"), bad_lines="drop").read("here")
    assert (counts.dropped, counts.removed) == ({"wrong number of fields": 1}, {"empty line": 1})
    (tmp_path / "y.csv").write_bytes(end.join(["text,id", "", "a,1", "", "b,2", ""]).encode())
    rows, counts = Csv(path=str(tmp_path / "y.csv")).read("here")
    assert (rows.num_rows, counts.rows_in) == (2, 2)
