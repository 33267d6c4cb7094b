"""JSON arrays: rows, types that differ, and what is said of a broken file."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, Rows
from acclimate.sources.json import Json

plain = st.text(st.characters(codec="utf-8"))


def read(tmp_path: Path, data: Any, **options: object) -> tuple[Rows, Counts]:
    path = tmp_path / "x.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    rows, counts = Json.model_validate({"path": str(path), **options}).read("sources.train")
    counts.check("json")
    return rows, counts


@pytest.fixture(params=[1 << 22, 1], ids=["one part", "a part a row"])
def _parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acclimate.sources.json._BATCH_CHARS", request.param)


@pytest.mark.usefixtures("_parts")
def test_each_object_is_a_row_and_nested_values_stay_nested(tmp_path: Path) -> None:
    rows, counts = read(
        tmp_path, '\ufeff[{"a": 1, "t": "糖尿病"},\n {}, {"a": 2.5, "n": {"x": [1]}}, {"n": {"y": "q"}}]\n'
    )
    assert rows.to_pylist() == [
        {"row_id": "x.json:1", "a": 1.0, "t": "糖尿病", "n": None},
        {"row_id": "x.json:2", "a": None, "t": None, "n": None},
        {"row_id": "x.json:3", "a": 2.5, "t": None, "n": {"x": [1], "y": None}},
        {"row_id": "x.json:4", "a": None, "t": None, "n": {"x": None, "y": "q"}},
    ]
    assert counts == Counts(4, 4)


@pytest.mark.usefixtures("_parts")
@pytest.mark.parametrize(
    "values, texts",
    [
        ([{"q": "é"}, "x", None], ['{"q": "é"}', '"x"', None]),
        ([[1], ["x"], {"a": 1}], ["[1]", '["x"]', '{"a": 1}']),
    ],
)
def test_nested_values_of_several_kinds_become_json_text_and_are_counted(
    tmp_path: Path, values: list[Any], texts: list[str | None]
) -> None:
    rows, counts = read(tmp_path, [{"a": value, "b": 1} for value in values])
    assert rows["a"].to_pylist() == texts
    assert rows["b"].to_pylist() == [1, 1, 1]
    filled = sum(text is not None for text in texts)
    assert counts.values == {"a: values of several kinds, kept as JSON text": filled}


@pytest.mark.usefixtures("_parts")
def test_text_beside_numbers_is_an_error_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"key 'a' holds text, in .*x\.json.*1 it holds a number") as caught:
        read(tmp_path, [{"a": 1}, {"a": "x"}])
    assert caught.value.faults[0].where.endswith(("x.json, object 2", "x.json:2"))


@given(st.lists(st.fixed_dictionaries({"a": plain, "b": st.lists(plain)}), min_size=1))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]]) -> None:
    rows = read(tmp_path_factory.mktemp("json"), objects)[0]
    assert rows.drop_columns(["row_id"]).to_pylist() == objects


def test_an_array_under_a_key(tmp_path: Path) -> None:
    data = {"version": [1, {"data": 2}], "data": [{"a": 1}], "more": "x"}
    assert read(tmp_path, data, field="data")[0]["a"].to_pylist() == [1]
    with pytest.raises(UserError, match=r"no key 'dat'; did you mean data\?\n  allowed: version, data, more"):
        read(tmp_path, data, field="dat")
    with pytest.raises(UserError, match=r"one object, not an array\n.*\n  do: set field: version or data"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    "data, said",
    [
        ('[{"a":1},\n{"a":}]', "line 2, column 6: not JSON: Expecting value"),
        ('[{"a":1}', "line 1, column 9: not JSON: expected ',' or ']', but the file ends"),
        ('[{"a":1}] x', "line 1, column 11: not JSON: something stands behind the end"),
        ('{"a":1}\n{"a":2}', "set name: jsonl"),
        ("[1]", "line 1, column 2: not an object: 1"),
        ("[null]", "line 1, column 2: not an object: null"),
        ("5", "not a JSON array: '5'"),
        ("[]", "not one row"),
        ("", "the file is empty"),
        ('[{"a":1,"a":2}]', "the key 'a' stands twice"),
        ('[{"a":NaN}]', "NaN is no JSON"),
        ('[{"a":"\\ud800"}]', "half of a surrogate pair"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    assert said in str(caught.value)
    assert "x.json" in str(caught.value)


def test_a_name_of_acclimate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a column row_id"):
        read(tmp_path, [{"row_id": 1}])


def test_columns_are_chosen_over_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1, "row_id": 2}]')
    (tmp_path / "b.json.xz").write_bytes(lzma.compress(b'[{"b": 3}, {"a": 2}]'))
    source = Json(path=str(tmp_path), columns=("a",))
    assert source.read("s")[0].to_pylist() == [
        {"row_id": "a.json:1", "a": 1},
        {"row_id": "b.json.xz:1", "a": None},
        {"row_id": "b.json.xz:2", "a": 2},
    ]
    assert len(source.inputs("s")) == 2
    with pytest.raises(UserError, match="no column 'c'"):
        Json(path=str(tmp_path), columns=("c",)).read("s")
