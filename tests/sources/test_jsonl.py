"""JSON Lines: what a row is, and what is said of a line that is none."""

import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, Rows
from acclimate.sources.jsonl import Jsonl


def read(tmp_path: Path, data: str | bytes, **options: object) -> tuple[Rows, Counts]:
    path = tmp_path / "x.jsonl"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    rows, counts = Jsonl.model_validate({"path": str(path), **options}).read("sources.train")
    counts.check("jsonl")
    return rows, counts


def test_each_line_is_a_row_and_a_missing_key_is_null(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, '\ufeff{"a": "NA", "b": 1}\r\n\n{"c": {"d": [true]}, "a": "x\u2028y"}\n{}\n')
    assert rows.to_pylist() == [
        {"row_id": "x.jsonl:1", "a": "NA", "b": 1, "c": None},
        {"row_id": "x.jsonl:3", "a": "x\u2028y", "b": None, "c": {"d": [True]}},
        {"row_id": "x.jsonl:4", "a": None, "b": None, "c": None},
    ]
    assert counts == Counts(3, 3)


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    assert read(tmp_path, b'{"a":\r1}\n')[0].column("a").to_pylist() == [1]


def test_texts_that_look_like_dates_stay_text(tmp_path: Path) -> None:
    assert read(tmp_path, '{"a": "2020-01-01"}\n{"a": "x"}\n')[0].column("a").to_pylist() == ["2020-01-01", "x"]


def test_an_empty_object_is_null_so_that_a_file_can_hold_it(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, '{"a": {}, "b": [{}]}\n')
    assert rows.to_pylist() == [{"row_id": "x.jsonl:1", "a": None, "b": [None]}]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    data = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    assert read(tmp_path_factory.mktemp("jsonl"), data)[0].column("text").to_pylist() == texts


@pytest.mark.parametrize(
    "line, said",
    [
        (b'{"a": 1', "not JSON: Expecting ',' delimiter, column 8"),
        (b"[1]", "not an object: [1]"),
        (b"null", "not an object: null"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b'{"a": "\xff"}', "not utf-8: byte 0xff in column 8"),
        (b'{"a": "\\ud800"}', "half of a surrogate pair"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_line_is_named_or_dropped(tmp_path: Path, line: bytes, said: str) -> None:
    data = b'{"a": "x"}\n' + line + b'\n{"a": "y"}\n'
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    assert f"{tmp_path}/x.jsonl, line 2: {said}" in str(caught.value)
    rows, counts = read(tmp_path, data, bad_lines="drop")
    assert rows.column("row_id").to_pylist() == ["x.jsonl:1", "x.jsonl:3"]
    assert counts.dropped == {"broken line": 1}


def test_the_first_broken_lines_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="9 lines in all are broken") as caught:
        read(tmp_path, "{\n" * 9)
    assert len(caught.value.faults) == 5


def test_kinds_that_disagree_are_named_across_files(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"age": 7}\n')
    (tmp_path / "b.jsonl.xz").write_bytes(lzma.compress(b'{"age": "seven"}\n'))
    source = Jsonl(path=str(tmp_path))
    with pytest.raises(UserError, match=r"b\.jsonl\.xz, line 1: key 'age' holds text, in .*a\.ndjson, line 1"):
        source.read("sources.train")
    assert len(source.inputs("sources.train")) == 2


def test_lists_without_a_common_type_are_json_text_and_counted(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, '{"label": [[4, 13, "D"]]}\n{"label": []}\n{"label": null}\n')
    assert rows["label"].to_pylist() == ['[[4, 13, "D"]]', "[]", None]
    assert counts.values == {"label: values of several kinds, kept as JSON text": 2}
    with pytest.raises(UserError, match="key 'label' holds a list"):
        read(tmp_path, '{"label": "a"}\n{"label": ["a", "b"]}\n')


def test_columns_are_chosen_and_own_names_refused(tmp_path: Path) -> None:
    assert read(tmp_path, '{"a": 1, "_role": "x"}\n', columns=["a"])[0].column_names == ["row_id", "a"]
    with pytest.raises(UserError, match="a column _role"):
        read(tmp_path, '{"a": 1, "_role": "x"}\n')
    with pytest.raises(UserError, match="no column 'b'"):
        read(tmp_path, '{"a": 1}\n', columns=["b"])


@pytest.mark.parametrize("data", ["", "\n\n"])
def test_an_empty_file_is_an_error(tmp_path: Path, data: str) -> None:
    with pytest.raises(UserError, match=r"the file is empty|not one row"):
        read(tmp_path, data)


@pytest.mark.shared_data
def test_real_questions_and_answers(shared_data: Path) -> None:
    rows, _ = Jsonl(path=str(shared_data / "medquad" / "medquad.jsonl.xz")).read("sources.train")
    assert rows.num_rows == 16_359
    assert {"source", "url", "question", "answer"} <= set(rows.column_names)
