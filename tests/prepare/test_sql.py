"""One table of several, in a database that sees nothing else."""

from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.prepare.sql import Sql
from acclimate.prepare.tagged import Tagged
from acclimate.sources.csv import Csv
from tests.prepare.made import table

PATIENTS = table(Id=["1", "2", "3"], CITY=["Rome", "Oslo", "Bonn"])
VISITS = table(PATIENT=["2", "1", "2"], CODE=["a", "b", "c"], CITY=["x", "y", "z"])


def join(query: str) -> tuple[pa.Table, Counts]:
    rows, counts = Sql(query=query).join({"patients": PATIENTS, "visits": VISITS}, "phases.0.prepare.0")
    counts.check("sql")
    return rows, counts


def test_a_join_in_the_order_of_the_query() -> None:
    rows, counts = join("SELECT p.Id, CODE FROM visits v JOIN patients p ON v.PATIENT = p.Id ORDER BY CODE DESC")
    assert rows.to_pylist() == [
        {"row_id": "sql:1", "Id": "2", "CODE": "c", "_role": "train"},
        {"row_id": "sql:2", "Id": "1", "CODE": "b", "_role": "train"},
        {"row_id": "sql:3", "Id": "2", "CODE": "a", "_role": "train"},
    ]
    assert counts == Counts(6, 3, merged=3)


def test_more_rows_than_before_are_added() -> None:
    assert join("SELECT p.Id, v.CODE FROM patients p, visits v")[1] == Counts(6, 9, added=3)


def test_row_ids_stay_where_they_still_name_rows() -> None:
    rows, _ = join("WITH late AS (SELECT * FROM visits WHERE CODE > 'a') SELECT * FROM late ORDER BY CODE")
    assert rows["row_id"].to_pylist() == ["x.csv:2", "x.csv:3"]
    repeated, _ = join("SELECT p.* FROM patients p JOIN visits v ON PATIENT = Id ORDER BY CODE")
    assert repeated["row_id"].to_pylist() == ["sql:1", "sql:2", "sql:3"]
    both, _ = join("SELECT v.row_id, p.row_id, CODE FROM patients p JOIN visits v ON PATIENT = Id ORDER BY CODE")
    assert both.column_names == ["row_id", "CODE", "_role"]


def test_values_stay_text_and_types_of_the_query_stay() -> None:
    rows, _ = join("SELECT '02139' AS zip, count(*) AS n, NULL AS nothing FROM visits")
    assert rows.to_pylist() == [{"row_id": "sql:1", "zip": "02139", "n": 3, "nothing": None, "_role": "train"}]


def test_the_same_query_gives_the_same_order_each_time() -> None:
    count = 500_000
    many = table(k=[str(number % 97) for number in range(count)], v=list(range(count)))
    few = table(k=[str(number) for number in range(97)], w=list(range(97)))
    query = Sql(query="SELECT many.v, few.w FROM many JOIN few USING (k)")
    first = query.join({"many": many, "few": few}, "w")[0]
    assert all(query.join({"many": many, "few": few}, "w")[0].equals(first) for _ in range(3))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{path}')",
        "SELECT * FROM read_text('{path}')",
        "SELECT * FROM read_json('{path}')",
        "SELECT * FROM read_parquet('{path}')",
        "SELECT * FROM '{path}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM 'https://example.org/x.csv'",
        "SELECT * FROM read_csv('s3://bucket/x.csv')",
        "COPY visits TO '{folder}/y.csv'",
        "ATTACH '{folder}/y.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM sqlite_scan('{path}', 't')",
        'SELECT * FROM "table"',
        "SELECT * FROM tables",
    ],
)
def test_nothing_but_the_sources_is_seen(tmp_path: Path, query: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("secret\n1\n")
    with pytest.raises(UserError) as caught:
        join(query.format(path=path, folder=tmp_path))
    assert "Traceback" not in str(caught.value)
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize(
    "query, said",
    [
        ("SELECT 1; SELECT 2", "2 statements"),
        ("-- nothing", "0 statements"),
        ("CREATE TABLE t AS SELECT 1", "a statement of the kind CREATE"),
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT * FROM patient", r"patient does not exist; did you mean patients\?"),
        ("SELECT CODES FROM visits", r"did you mean CODE\?"),
        ("SELECT v.CODES FROM visits v", r"did you mean CODE\?"),
        ("SELECT CAST(CODE AS INT) FROM visits", "Conversion Error: Could not convert string 'a'"),
        ("SELECT * FROM patients JOIN visits ON Id = PATIENT", "two columns named CITY"),
        ("SELECT 1 AS _role", "a column _role"),
        ("SELECT * FROM visits WHERE CODE = 'q'", r"gives no rows \(of patients 3, visits 3\)"),
    ],
)
def test_faults_of_the_query(query: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        join(query)
    assert caught.value.faults[0].where.startswith("phases.0.prepare.0.query")


def test_faults_say_which_tables_and_columns_there_are() -> None:
    with pytest.raises(UserError, match=r"patients \(Id, CITY\); visits \(PATIENT, CODE, CITY\)"):
        join("SELECT nothing FROM patients")


def test_an_empty_query_is_a_fault_of_the_recipe() -> None:
    with pytest.raises(ValidationError, match="a SELECT"):
        Sql(query=" ")


@pytest.mark.shared_data
def test_real_patients_and_their_conditions(shared_data: Path) -> None:
    folder = shared_data / "synthea-1k"
    tables = {
        name: Csv(path=str(folder / f"{name}.csv.xz")).read(f"sources.train.{name}")[0]
        for name in ("patients", "conditions")
    }
    query = """
        SELECT p.Id AS patient, p.GENDER AS sex, p.RACE AS race, c.START AS date, c.CODE AS code, c.DESCRIPTION AS name
        FROM patients p LEFT JOIN conditions c ON c.PATIENT = p.Id ORDER BY p.row_id, c.START, c.CODE, c.row_id
    """
    rows, counts = Sql(query=query).join(tables, "phases.0.prepare.0")
    counts.check("sql")
    assert counts.rows_in == 1_171 + 8_376
    rows = rows.append_column("_role", pa.array(["train"] * rows.num_rows))
    options = {
        "group_by": "patient",
        "order_by": "date",
        "header": [{"tag": "patient", "fields": ["sex", "race"]}],
        "body": {"tag": "conditions", "each": {"tag": "event", "fields": ["date", "code", "name"]}},
        "time": "delta",
    }
    made, counts = Tagged.model_validate(options).apply(rows, "phases.0.prepare.1", 0)
    counts.check("tagged")
    assert made.num_rows == 1_171
    assert not counts.dropped
    with_events = len(set(tables["conditions"]["PATIENT"].to_pylist()))
    cuts = made["cuts"].to_pylist()
    assert sum(bool(one) for one in cuts) == with_events
    assert sum(len(one) for one in cuts) == 8_376
    assert "<patient>sex:M, race:white</patient><conditions><event>date:+0d, code:" in made["text"][0].as_py()
