"""The smaller parts of `acclimate init`: shares, names in queries, values in YAML, keys, large files."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.recipe import parse_yaml
from acclimate.core.seeds import share
from acclimate.pipeline.init import tables
from acclimate.pipeline.init.hub_folder import split_names
from acclimate.pipeline.init.keys import asked_for, groups_in, singular
from acclimate.pipeline.init.query import key_of, listed, literal, quoted, wrapped
from acclimate.pipeline.init.shares import shares_for
from acclimate.pipeline.init.tables import look
from acclimate.pipeline.init.write import flow, name_of_recipe, scalar
from tests.pipeline import init_made, tiny


@pytest.mark.parametrize("count", [1, 2, 3, 10, 27, 60, 100, 400])
def test_shares_leave_no_role_empty(count: int) -> None:
    groups = [f"p{number}" for number in range(count)]
    found = shares_for(groups)
    test = [group for group in groups if share(0, group) < found.test]
    validation = [group for group in groups if found.test <= share(0, group) < found.test + found.validation]
    assert found.test_groups == len(test)
    assert bool(test) == bool(found.test)
    assert bool(validation) == bool(found.validation)
    assert len(test) + len(validation) < count
    if count >= 100:
        assert found.enough
    assert shares_for(groups, test=False).test == 0


def test_names_in_queries() -> None:
    assert [quoted(name) for name in ("code", "START", "select", "a b", 'a"b', "timestamp", "日期")] == [
        "code", "START", '"select"', '"a b"', '"a""b"', '"timestamp"', '"日期"']  # fmt: skip
    assert literal("it's") == "'it''s'"
    assert key_of("a: b,c") == "a_b_c"
    assert listed([("code", "code"), ("sex", "patients.sex"), ("day", "substr(d, 1, 10)")]) == [
        "code", "patients.sex", "substr(d, 1, 10) AS day"]  # fmt: skip
    assert wrapped(["aaa", "bbb", "ccc"], "SELECT ", "  ", 14) == ["SELECT aaa,", "  bbb, ccc"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_values_in_yaml_are_read_back(text: str) -> None:
    assert parse_yaml(f"a: {scalar(text)}", "x") == {"a": text}
    assert parse_yaml(f"a: {flow({'path': [text], 'n': 1})}", "x") == {"a": {"path": [text], "n": 1}}


def test_names_of_recipes() -> None:
    names = {"a/b/": "b", "x/patients.csv.xz": "patients", "s3://bucket/two words.jsonl": "two_words", "d/*.csv": "d"}
    assert {data: name_of_recipe(data) for data in names} == names


def test_singulars() -> None:
    assert [singular(word) for word in ("patients", "allergies", "glass", "bus", "visit")] == [
        "patient", "allergy", "glass", "bus", "visit"]  # fmt: skip


def test_groups_of_tables_without_a_table_of_people(tmp_path: Path) -> None:
    for name in ("visits", "labs"):
        rows = [{"customer_no": f"c{n % 9}", "day": "2020-01-01", "what": f"{name} {n % 4}"} for n in range(30)]
        init_made.write_csv(tmp_path / f"{name}.csv", rows)
    found = look(str(tmp_path)).tables
    group = groups_in(found)[0]
    assert (group.alias, group.members, group.parent) == (
        "customer_no",
        {"labs": "customer_no", "visits": "customer_no"},
        None,
    )
    assert asked_for("WHAT", found).alias == "what"


def test_numbered_files_are_one_table_and_other_formats_of_it_none(tmp_path: Path) -> None:
    for year in (2019, 2020):
        init_made.write_csv(tmp_path / f"visits_{year}.csv", [{"a": f"x{n}", "b": "y"} for n in range(4)])
    init_made.write_csv(tmp_path / "rooms.csv", [{"a": "one", "c": "z"}])
    tiny.write_rows(tmp_path / "rooms.jsonl", [{"a": "one", "c": "z"}])
    found = look(str(tmp_path))
    assert [(table.name, table.rows.num_rows) for table in found.tables] == [("rooms", 1), ("visits", 8)]
    assert found.tables[1].sources["train"]["path"] == [f"{tmp_path}/visits_{year}.csv" for year in (2019, 2020)]
    assert "another format" in found.left_out[0]


def test_a_large_file_is_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_WHOLE_BYTES", 100)
    monkeypatch.setattr(tables, "_FIRST_ROWS", 20)
    rows = [{"code": "007", "what": f"thing {n}"} for n in range(50)]
    found = look(str(init_made.write_csv(tmp_path / "big.csv", rows))).tables[0]
    assert (found.rows.num_rows, found.whole) == (20, False)
    assert found.rows.column("code")[0].as_py() == "007", "text, as the source reads it"
    assert "only the first 20 rows" in found.notes[0]


def test_files_called_train_and_dev_are_roles(tmp_path: Path) -> None:
    for name in ("train", "devel", "test"):
        (tmp_path / f"{name}.tsv").write_text("The\tO\ndrug\tB-Drug\n\n" * 3, encoding="utf-8")
    assert list(look(str(tmp_path)).tables[0].sources) == ["train", "validation", "test"]


def test_a_table_called_test_makes_no_hub_folder(tmp_path: Path) -> None:
    for name in ("patients", "lab_test"):
        init_made.write_csv(tmp_path / f"{name}.csv", [{"a": "b"}])
    assert split_names(str(tmp_path)) == {}
    assert split_names(str(init_made.hub_folder(tmp_path / "hub"))) == {"train": "train", "test": "test"}


def test_a_broken_table_among_others_is_left_out_and_named(tmp_path: Path) -> None:
    data = init_made.clinic(tmp_path / "clinic")
    (data / "rooms.csv").write_text("a,b\n1\n", encoding="utf-8")
    found = look(str(data))
    assert [table.name for table in found.tables] == ["patients", "prescriptions", "visits"]
    assert "rooms.csv: left out, it can't be read (1 fields" in found.left_out[0]


def test_arrow_strings_of_all_kinds_are_words(tmp_path: Path) -> None:
    import pyarrow.parquet

    table = pa.table({"a": pa.array(["x", "y", "x"]).dictionary_encode(), "b": pa.array([1, 2, 2])})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    assert [column.kind for column in look(str(tmp_path / "t.parquet")).tables[0].columns] == ["words", "number"]
