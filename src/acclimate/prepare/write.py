"""Step `write`: the rows of each role as a file for other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pydantic import field_validator, model_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import OWN_COLUMNS, ROLE, Counts, Rows, need_columns

ENDINGS = (".json", ".jsonl")


class Write(Method):
    """Writes the rows of each role, as they are at this place among the steps, into a file of their own.

    Takes: rows with `_role`.

    Gives: the same rows. The files lie in the run's folder of this stage (`02-PHASE-prepare/`) when it is complete: `.json`
    holds one array of objects, `.jsonl` one object a line; UTF-8, characters as they are (no escapes). `acclimate check`
    writes nothing. What the leak check takes out of training later is still in them.

    Options: a file name for each role; a role without one is not written. `columns` says which columns are written and
    under which names, as in {prompt: Question, completion: Answer}; default: all columns of the data, as they are called.

    When to use: after `split`, where other tools are to see the same rows. The run itself does not need these files.

    Source: acclimate.

    Raises: UserError for a column that is not there, or for files that are asked for and would have no rows.
    """

    train: str | None = option(None, "file of the training rows")
    validation: str | None = option(None, "file of the validation rows")
    test: str | None = option(None, "file of the test rows")
    columns: dict[str, str] = option({}, "name in the file: column of the rows (default: all, as they are called)")

    @field_validator("train", "validation", "test")
    @classmethod
    def _a_name(cls, value: str | None) -> str | None:
        if value is not None and (
            not value.endswith(ENDINGS) or value.startswith(".") or "/" in value or "\\" in value
        ):
            raise ValueError(f"a file name without a folder that ends with {' or '.join(ENDINGS)}")
        return value

    @model_validator(mode="after")
    def _a_file_each(self) -> Write:
        names = list(self._files().values())
        if not names or len(set(names)) < len(names):
            raise ValueError("a file for at least one of train, validation and test, each under its own name")
        return self

    def _files(self) -> dict[str, str]:
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {role: name for role, name in named.items() if name is not None}

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Look whether all can be written; the rows stay as they are."""
        need_columns(rows, list(self.columns.values()), f"{where}.columns")
        there = set(rows.column(ROLE).to_pylist())
        empty = [role for role in self._files() if role not in there]
        if empty:
            found = f"there are no rows for {', '.join(empty)}"
            raise UserError(Fault(where, found, ", ".join(sorted(there)), "put it after split, or leave the file out"))
        return rows, Counts(rows.num_rows, rows.num_rows)

    def files(self, rows: Rows) -> Mapping[str, Iterator[bytes]]:
        """Give the content of each file, in parts."""
        roles = rows.column(ROLE).to_pylist()
        chosen = self.columns or {name: name for name in rows.column_names if name not in OWN_COLUMNS}
        table = rows.select(list(chosen.values())).rename_columns(list(chosen))
        return {
            name: _written(table.filter([one == role for one in roles]), array=name.endswith(".json"))
            for role, name in self._files().items()
        }


def _written(table: Rows, *, array: bool) -> Iterator[bytes]:
    between = b"[" if array else b""
    for batch in table.to_batches(max_chunksize=1000):
        for row in batch.to_pylist():
            yield between + json.dumps(row, ensure_ascii=False, default=str).encode()
            between = b", " if array else b"\n"
    yield b"]" if array else b"\n"
