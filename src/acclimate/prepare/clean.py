"""Step `clean`: one way to write each character, no runs of white space, no empty texts, each key once."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import OWN_COLUMNS, Counts, Rows, holding_places, need_columns, replace_column
from acclimate.prepare.columns import Names, codes
from acclimate.prepare.copies import Marks, originals, strengths

_LINE_ENDS = r"\r\n|[\r\x0B\x0C\x{85}\x{2028}\x{2029}]"
_CONTROLS = r"[\x00-\x08\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}\x{FEFF}]"
_SPACES = r"[\t\p{Zs}]+"


class Clean(Method):
    """Writes text in one way: Unicode NFC, control characters removed, runs of white space made one; then takes out rows
    that lack a value or repeat a key.

    Takes: rows with a text column; or, before `tagged`, tables whose columns of text are all to be cleaned. In a text
    of which places are written down (`cuts` of tagged records, spans of entities) no character is changed:
    there only empty and short texts are looked for. Clean records before `tagged`.

    Gives: the same rows without those whose text is empty (counted as dropped), shorter than `min_chars`, without a value
    in a `required` column, or with the `keys` of another row (counted as removed). Where all columns are cleaned, an empty
    value becomes null, and only `required` and `keys` take rows out.

    Options: with `newlines: keep`, a run of white space with one line end becomes a line end, one with more an empty
    line; with `drop` every run becomes a space. `required: [question, answer]` with `keys: question` is pandas'
    `dropna(subset=...)` and `drop_duplicates(subset=...)`, on cleaned values; but a row without a value in a key is no
    copy of another, and of copies in several roles the one in test stays, then the one in validation, as in `deduplicate`.

    When to use: always, unless white space means something (program code). `deduplicate` for copies of whole texts.

    Source: Unicode Standard Annex 15 (NFC).

    Raises: UserError if a column is not there, if `column` holds no text, or if no row is left.
    """

    column: str | None = option(None, "the column to clean; default: text if there is one, else every column of text")
    newlines: Literal["keep", "drop"] = option("keep", "what becomes of line ends")
    min_chars: int = option(0, "shorter texts are removed", unit="characters", ge=0)
    required: Names = option(
        (), "columns that need a value: rows in which one is null, NaN (as text too) or white space are removed"
    )
    keys: Names = option((), "columns that name a row: of rows with equal values in all of them one stays")
    keep: Literal["first", "last"] = option("first", "which of the rows with equal keys stays")

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Clean the rows; see the class."""
        names = self._columns(rows, where)
        need_columns(rows, self.required, f"{where}.required")
        need_columns(rows, self.keys, f"{where}.keys")
        rows_in, whole = rows.num_rows, self._whole_table(rows)
        fixed, changed = holding_places(rows), {}
        for name in [one for one in names if one not in fixed]:
            before = rows.column(name)
            after = self._cleaned(before)
            number = pc.sum(pc.not_equal(before, after)).as_py() or 0
            if number:
                changed[f"{name}: written anew"] = number
            if whole:
                after = pc.if_else(pc.equal(after, ""), pa.scalar(None, after.type), after)
            rows = replace_column(rows, name, after)
        dropped: dict[str, int] = {}
        removed: dict[str, int] = {}
        if not whole:
            rows, dropped, removed = self._without_empty(rows, names[0])
        for name in self.required:
            rows = _taken_out(rows, _has_no_value(rows.column(name)), f"no value in {name!r}", removed)
        if self.keys:
            rows = _taken_out(rows, self._is_repeated(rows), f"{', '.join(self.keys)} as in another row", removed)
        if rows_in and not rows.num_rows:
            raise UserError(_nothing_left(rows_in, {**dropped, **removed}, where))
        return rows, Counts(rows_in, rows.num_rows, dropped=dropped, removed=removed, values=changed)

    def _whole_table(self, rows: Rows) -> bool:
        return self.column is None and "text" not in rows.column_names

    def _columns(self, rows: Rows, where: str) -> list[str]:
        if self._whole_table(rows):
            if self.min_chars:
                do = "set column: to the column whose length counts"
                raise UserError(Fault(f"{where}.min_chars", "there is no column 'text'", "one column of text", do))
            return [field.name for field in rows.schema if _is_text(field.type) and field.name not in OWN_COLUMNS]
        name = self.column or "text"
        need_columns(rows, [name], where)
        kind = rows.schema.field(name).type
        if not _is_text(kind) or name in OWN_COLUMNS:
            raise UserError(Fault(f"{where}.column", f"column {name!r} holds {kind}", "text", "name a column of text"))
        return [name]

    def _cleaned(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        text = pc.utf8_normalize(column, form="NFC")
        text = pc.replace_substring_regex(text, _LINE_ENDS, "\n" if self.newlines == "keep" else " ")
        text = pc.replace_substring_regex(text, _CONTROLS, "")
        text = pc.replace_substring_regex(text, _SPACES if self.newlines == "keep" else r"[\n\t\p{Zs}]+", " ")
        text = pc.replace_substring_regex(text, " ?\n ?", "\n")
        return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, "\n{3,}", "\n\n"))

    def _without_empty(self, rows: Rows, name: str) -> tuple[Rows, dict[str, int], dict[str, int]]:
        """Take out empty and short texts; give the rows, and what was dropped and removed."""
        dropped: dict[str, int] = {}
        removed: dict[str, int] = {}
        rows = _taken_out(rows, _is_missing(rows.column(name)), "empty text", dropped)
        lengths = np.asarray(pc.utf8_length(pc.utf8_trim_whitespace(rows.column(name))).to_numpy())
        return (
            _taken_out(rows, lengths < self.min_chars, f"under {self.min_chars} characters", removed),
            dropped,
            removed,
        )

    def _is_repeated(self, rows: Rows) -> Marks:
        there_R = ~np.logical_or.reduce([_is_missing(rows.column(name)) for name in self.keys])
        named = rows.filter(pa.array(there_R))
        original_N = originals(codes(named, self.keys), strengths(named), self.keep)
        repeated_R = np.zeros(rows.num_rows, dtype=np.bool_)
        repeated_R[there_R] = original_N != np.arange(named.num_rows)
        return repeated_R


def _taken_out(rows: Rows, mark_R: Marks, reason: str, counted: dict[str, int]) -> Rows:
    """Give the rows without the marked ones, which are counted."""
    if not mark_R.any():
        return rows
    counted[reason] = int(mark_R.sum())
    return rows.filter(pa.array(~mark_R))


def _is_missing(column: pa.ChunkedArray) -> Marks:
    """Mark null, NaN, and text of white space alone."""
    missing = pc.is_null(column, nan_is_null=pa.types.is_floating(column.type))
    if _is_text(column.type):
        missing = pc.or_(missing, pc.equal(pc.utf8_trim_whitespace(column.fill_null("")), ""))
    return np.asarray(missing.to_numpy(), dtype=np.bool_)


def _has_no_value(column: pa.ChunkedArray) -> Marks:
    """Mark what is missing, and the nan that CSV files write for it."""
    missing_R = _is_missing(column)
    if _is_text(column.type):
        written = pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(column.fill_null(""))), "nan")
        missing_R = missing_R | np.asarray(written.to_numpy(), dtype=np.bool_)
    return missing_R


def _nothing_left(rows_in: int, reasons: dict[str, int], where: str) -> Fault:
    lost = ", ".join(f"{reason}: {number}" for reason, number in reasons.items())
    do = "look at the source, or ask for less (min_chars, required, keys)"
    return Fault(where, f"no row would be left of {rows_in} ({lost})", "at least one row", do)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
