"""Step `clean`: one way to write each character, no control characters, no runs of white space, no empty texts."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import OWN_COLUMNS, Counts, Rows, need_columns, replace_column

_LINE_ENDS = r"\r\n|[\r\x0B\x0C\x{85}\x{2028}\x{2029}]"
_CONTROLS = r"[\x00-\x08\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}\x{FEFF}]"
_SPACES = r"[\t\p{Zs}]+"


class Clean(Method):
    """Writes text in one way: Unicode NFC, control characters removed, runs of white space made one.

    Takes: rows with a text column; or, before `tagged`, tables whose columns of text are all to be cleaned. In a tagged
    text (a row with `cuts`) no character is changed, since places in it are written down: there only empty and short
    texts are looked for. Clean such data before `tagged`.

    Gives: the same rows without those whose text is empty (counted as dropped) or shorter than `min_chars` (counted as
    removed). Where all columns are cleaned, an empty value becomes null and no row goes.

    Options: with `newlines: keep`, a run of white space with one line end becomes a line end, one with more an empty
    line; with `drop` every run becomes a space.

    When to use: always, unless white space means something (program code).

    Source: Unicode Standard Annex 15 (NFC).

    Raises: UserError if `column` is not there or holds no text.
    """

    column: str | None = option(None, "the column to clean; default: text if there is one, else every column of text")
    newlines: Literal["keep", "drop"] = option("keep", "what becomes of line ends")
    min_chars: int = option(0, "shorter texts are removed", unit="characters", ge=0)

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Clean the rows; see the class."""
        names = self._columns(rows, where)
        changed = {}
        for name in names if "cuts" not in rows.column_names else [one for one in names if one != "text"]:
            before = rows.column(name)
            after = self._cleaned(before)
            number = pc.sum(pc.not_equal(before, after)).as_py() or 0
            if number:
                changed[f"{name}: written anew"] = number
            rows = replace_column(rows, name, after)
        if self._whole_table(rows):
            for name in names:
                column = rows.column(name)
                rows = replace_column(
                    rows, name, pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
                )
            return rows, Counts(rows.num_rows, rows.num_rows, values=changed)
        return self._without_empty(rows, names[0], changed, where)

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

    def _without_empty(self, rows: Rows, name: str, changed: dict[str, int], where: str) -> tuple[Rows, Counts]:
        trimmed = pc.utf8_trim_whitespace(rows.column(name).fill_null(""))
        lengths = np.asarray(pc.utf8_length(trimmed).to_numpy())
        empty, short = lengths == 0, (lengths > 0) & (lengths < self.min_chars)
        kept = rows.filter(pa.array(~(empty | short)))
        if rows.num_rows and not kept.num_rows:
            lost = f"{int(empty.sum())} empty, {int(short.sum())} under {self.min_chars} characters"
            found = f"no row would be left of {rows.num_rows}: column {name!r} is {lost}"
            do = "look at the source, or lower min_chars"
            raise UserError(Fault(where, found, "at least one text", do))
        dropped = {"empty text": int(empty.sum())} if empty.any() else {}
        removed = {f"under {self.min_chars} characters": int(short.sum())} if short.any() else {}
        return kept, Counts(rows.num_rows, kept.num_rows, dropped=dropped, removed=removed, values=changed)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
