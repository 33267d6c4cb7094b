"""Step `sql`: one table of several, by a query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import field_validator

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Method, option
from acclimate.core.rows import GROUP, OWN_COLUMNS, ROLE, ROW_ID, Counts, Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# In this order. One thread: with more, the order of a join's rows changes from run to run, and with it what training hides.
_LOCK = (
    "SET threads = 1",
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_COLUMNS_TOLD = 40
_UNKNOWN = re.compile(
    r'(?:Table with name|Referenced column|Referenced table|column named) "?([^"]+?)"?(?: does not| not found|$)'
)


class Sql(Method):
    """Joins the tables of a role by one SELECT (or WITH ... SELECT) of DuckDB, in memory.

    The database is locked: it opens no file, loads no extension, reaches no network; it sees the sources and nothing
    else.

    Takes: the tables of one role, by the names they have in the recipe (a single source is `rows`). Each has its own
    columns and `row_id`.

    Gives: what the query gives, in its order, with `_role`. `row_id` is the query's, if it selects exactly one and that
    names each row once; else "sql:1", "sql:2", ... So that ids mean the same rows in every run, end the query with
    ORDER BY where the files may come in another order.

    Options: `query`.

    When to use: first in `prepare`, for tables that belong together (patients and their visits), to filter, rename or
    compute columns. `tagged` then writes the joined rows as texts.

    Source: duckdb.org/docs/sql, "Securing DuckDB".

    Raises: UserError with DuckDB's reason and the tables and columns there are; for more than one statement, one that
    is no SELECT, columns of equal names, and a result without rows.
    """

    query: str = option(..., "one SELECT over the sources by name")

    @field_validator("query")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("a SELECT")
        return value

    def join(self, tables: Mapping[str, Rows], where: str) -> tuple[Rows, Counts]:
        """Run the query; see the class."""
        found = self._run(tables, f"{where}.query")
        _refuse_names(found.column_names, f"{where}.query")
        if not found.num_rows:
            sizes = ", ".join(f"{name} {table.num_rows}" for name, table in tables.items())
            do = "look at the join's keys and the WHERE"
            raise UserError(Fault(f"{where}.query", f"the query gives no rows (of {sizes})", "at least one", do))
        rows = _with_ids(found)
        roles = {role for table in tables.values() for role in _roles(table)}
        if len(roles) == 1:
            rows = rows.append_column(ROLE, pa.array(list(roles) * rows.num_rows, pa.string()))
        rows_in = sum(table.num_rows for table in tables.values())
        more = rows.num_rows - rows_in
        return rows, Counts(rows_in, rows.num_rows, merged=max(-more, 0), added=max(more, 0))

    def _run(self, tables: Mapping[str, Rows], where: str) -> Rows:
        import duckdb

        with duckdb.connect(":memory:") as connection:
            for setting in _LOCK:
                connection.execute(setting)
            for name, table in tables.items():
                own = [column for column in (ROLE, GROUP) if column in table.column_names]
                connection.register(name, table.drop_columns(own))
            try:
                _need_one_select(connection, self.query, where)
                found: Rows = connection.sql(self.query).to_arrow_table()
            except duckdb.Error as error:
                raise UserError(_fault(str(error), tables, where)) from None
        return found.replace_schema_metadata(None)


def _need_one_select(connection: DuckDBPyConnection, query: str, where: str) -> None:
    import duckdb

    kinds = [statement.type for statement in connection.extract_statements(query)]
    if kinds != [duckdb.StatementType.SELECT]:
        found = f"{len(kinds)} statements" if len(kinds) != 1 else f"a statement of the kind {kinds[0].name}"
        raise UserError(Fault(where, found, "one SELECT, or WITH ... SELECT", "write the query as one SELECT"))


def _fault(error: str, tables: Mapping[str, Rows], where: str) -> Fault:
    """Say what DuckDB said, and what the query could have named."""
    said = error.splitlines()[0]
    line = re.search(r"^LINE (\d+):", error, re.MULTILINE)
    place = f"{where}, line {line[1]}" if line else where
    there = "; ".join(f"{name} ({_columns(table)})" for name, table in tables.items())
    if error.startswith(("Permission Error", "Invalid Input Error: Cannot change configuration")):
        do = "name the file as a source of the recipe; the query sees sources only"
        return Fault(place, f"{said} (files, network and settings are locked)", there, do)
    names = [*tables, *(column for table in tables.values() for column in table.column_names)]
    unknown = _UNKNOWN.search(said)
    hint = nearest(unknown[1], names) if unknown else ""
    return Fault(place, said.rstrip("!") + hint, there, "mend the query")


def _columns(table: Rows) -> str:
    names = [name for name in table.column_names if name not in OWN_COLUMNS]
    more = f", and {len(names) - _COLUMNS_TOLD} more" if len(names) > _COLUMNS_TOLD else ""
    return ", ".join(names[:_COLUMNS_TOLD]) + more


def _refuse_names(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 and name != ROW_ID})
    if twice:
        do = "name the columns instead of *, some with AS: select p.CITY as patient_city, ..."
        raise UserError(Fault(where, f"the result has two columns named {', '.join(twice)}", "each name once", do))
    own = [name for name in names if name in (ROLE, GROUP)]
    if own:
        raise UserError(
            Fault(where, f"the result has a column {own[0]}, which acclimate keeps for itself", "", "rename it")
        )


def _with_ids(found: Rows) -> Rows:
    """Keep the query's row ids if they name rows; a join repeats them."""
    places = [place for place, name in enumerate(found.column_names) if name == ROW_ID]
    ids = found.column(places[0]) if len(places) == 1 else None
    if ids is None or ids.null_count or pc.count_distinct(ids).as_py() != found.num_rows:
        ids = pa.array([f"sql:{number}" for number in range(1, found.num_rows + 1)], pa.string())
    kept = [place for place in range(found.num_columns) if place not in places]
    return found.select(kept).add_column(0, ROW_ID, ids.cast(pa.string()))


def _roles(table: Rows) -> list[str]:
    roles: list[str] = table.column(ROLE).unique().to_pylist() if ROLE in table.column_names else []
    return roles
