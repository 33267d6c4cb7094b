"""Step `pseudonymise`: made-up names, numbers and addresses in the place of real ones, dates moved by person."""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BeforeValidator

from acclimate.compat.presidio import installed, presidio_spans
from acclimate.core.errors import Fault, UserError
from acclimate.core.extras import need_package
from acclimate.core.identifiers.kinds import KINDS, PLURALS, Kind, Span
from acclimate.core.identifiers.spans import find
from acclimate.core.method import Method, option
from acclimate.core.rows import (
    GROUP,
    ROW_ID,
    Counts,
    Rows,
    about,
    holding_places,
    need_columns,
    replace_column,
    with_about,
)
from acclimate.prepare.columns import Names, encoded, several
from acclimate.prepare.identifying import plan
from acclimate.prepare.surrogates import Surrogates

_SHORTEST_KEY = 16


def _by_name(value: Any) -> Any:
    """A list of columns is one whose kinds are still to be found."""
    value = several(value)
    return dict.fromkeys(value) if isinstance(value, list | tuple) else value


@functools.cache
def _drawn() -> bytes:
    """Draw the key of this process, once: a person has one surrogate in all tables and phases of a run."""
    return os.urandom(32)


class Pseudonymise(Method):
    """Replaces what says who somebody is: surrogate = f(key, value), and date' = date + shift(key, group).

    Takes: rows, before `tagged` (which writes down places in the text). Columns are text, numbers, dates or times.

    Gives: the same rows. Columns that identify hold other values of the same form (numbers and texts come out as text),
    equal for equal values in every column and text, different for different numbers; in columns of text the identifiers
    found are replaced where they stand. All dates of a group move by the same whole number of days, so that their order
    and distances stay. `_group` follows the columns it is made of. Counted: changed values by column and kind.

    Options: what is not named is found by name and content (`acclimate check` shows what). `columns: {NOTE_BY: name}`
    says what kind a column is. The key is drawn anew for each process and kept nowhere: nobody can go back, a person has
    one surrogate in all tables and phases, and two runs have different ones; with `key_env` it is read from an environment
    variable and the same in every run (a run of several phases that is stopped between them needs that to stay consistent).
    A run that goes on takes the prepared rows from its folder, whatever the key. Another key gives other rows, and all
    that is made from rows is kept by their content: it is another preparation, tokenised and trained anew.

    When to use: for records that name people, before anything is learnt from them; it lowers the risk and is no proof of
    anonymity. Behind `split` with a drawn key, so that a test patient is one in the next run too. Where a column is of
    no use, leave it out instead.

    Source: date shifting as in MIMIC-III (Johnson et al. 2016); Black and Rogaway 2002, Ciphers with
    arbitrary finite domains (cycle walking).

    Raises: UserError for a column that is not there or holds lists, for text behind `tagged`, for columns of dates
    without `group_by` (or a split before), for a key that is not set or shorter than 16 characters,
    and for `presidio: true` where it is not installed.
    """

    columns: Annotated[dict[str, Kind | None] | None, BeforeValidator(_by_name)] = option(
        None, "columns that are replaced whole, with their kind or as a list; default: found by name and content"
    )
    text: Annotated[tuple[str, ...] | None, BeforeValidator(several)] = option(
        None, "columns of text in which identifiers are replaced; default: all others of text"
    )
    dates: Annotated[tuple[str, ...] | None, BeforeValidator(several)] = option(
        None, "columns of dates or times that move; default: all that hold nothing else"
    )
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(several)] = option(KINDS, "what is replaced")
    group_by: Names = option((), "columns that say whose a row is: its dates move together; default: the split's group")
    max_shift_days: int = option(365, "dates move by 1 to this many days, back or forth", unit="days", ge=1, le=36_500)
    presidio: bool | None = option(
        None, "also replace in texts what presidio finds; default: where acclimate[privacy] is installed"
    )
    key_env: str | None = option(None, "environment variable that holds the key; default: drawn and forgotten")

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give which presidio looks, if one does, and what changes with a key from outside (slow to guess from; never it)."""
        found = {"presidio": installed()} if self._with_presidio() else {}
        return found if self.key_env is None else {**found, f"key of {self.key_env}": self._key(where)[:8].hex()}

    def _with_presidio(self) -> bool:
        return bool(installed()) if self.presidio is None else self.presidio

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Replace the values; see the class."""
        self._check(rows, where)
        todo = plan(rows, self.columns, self.dates, self.text, frozenset(self.kinds))
        group_R = self._groups(rows)
        if todo.dates and group_R is None:
            do = "name group_by: the column that says whose a row is, put split before, or set dates: []"
            found = f"{', '.join(todo.dates)} hold dates, but nothing says whose"
            raise UserError(Fault(f"{where}.group_by", found, "a column", do))
        who_R = group_R if group_R is not None else rows.column(ROW_ID).to_pylist()
        surrogates = Surrogates(hashlib.blake2b(self._key(where), key=b"surrogates").digest(), self.max_shift_days)
        counted: Counter[str] = Counter()
        for name, kind in todo.whole.items():
            rows = replace_column(rows, name, _whole(rows, name, kind, surrogates, counted))
        for name in todo.dates:
            rows = replace_column(rows, name, _moved(rows, name, who_R, surrogates, counted))
        for name in todo.read:
            rows = replace_column(rows, name, _read(rows, name, self._find, who_R, surrogates, counted))
        rows = _group_too(rows, todo.whole, surrogates)
        rows = with_about(rows, {"pseudonymised": sorted({*about(rows).get("pseudonymised", ()), *self.kinds})})
        return rows, Counts(rows.num_rows, rows.num_rows, values=dict(counted))

    def _find(self, text: str) -> list[Span]:
        return find(text, self.kinds, presidio_spans(text, self.kinds) if self._with_presidio() else ())

    def _key(self, where: str) -> bytes:
        if self.key_env is None:
            return _drawn()
        said = os.environ.get(self.key_env, "")
        if len(said) < _SHORTEST_KEY:
            found = f"{self.key_env} holds {len(said)} characters" if said else f"{self.key_env} is not set"
            do = f"export {self.key_env}=$(openssl rand -hex 32), and keep it where the data are kept"
            raise UserError(Fault(f"{where}.key_env", found, f"at least {_SHORTEST_KEY} characters", do))
        slow = hashlib.scrypt(said.encode(), salt=b"acclimate pseudonymise", n=2**14, r=8, p=1, dklen=32)
        return hmac.digest(slow, b"key", "sha256")

    def _check(self, rows: Rows, where: str) -> None:
        if self.presidio:
            need_package("presidio_analyzer", "privacy", f"{where}.presidio")
        if "cuts" in rows.column_names:
            found = "the texts are tagged records, in which places are written down"
            raise UserError(Fault(where, found, "rows before tagged", "put pseudonymise before tagged"))
        if holding_places(rows):
            found = "places in the texts are written down (entities, spans), and would no longer be right"
            raise UserError(Fault(where, found, "texts without them", "pseudonymise before they are marked"))
        for part, names in (
            ("columns", self.columns or ()),
            ("text", self.text or ()),
            ("dates", self.dates or ()),
            ("group_by", self.group_by),
        ):
            need_columns(rows, list(names), f"{where}.{part}")
            nested = [name for name in names if pa.types.is_nested(rows.schema.field(name).type)]
            if nested:
                do = "take single values out of it with prepare: sql"
                raise UserError(Fault(f"{where}.{part}", f"column {nested[0]!r} holds lists or objects", "values", do))

    def _groups(self, rows: Rows) -> list[str] | None:
        """Give whose each row is; None if nothing says it."""
        if self.group_by:
            parts = [rows.column(name).cast(pa.string()).to_pylist() for name in self.group_by]
            return ["\x1f".join(str(one) for one in row) for row in zip(*parts, strict=True)]
        if GROUP in rows.column_names:
            groups: list[str] = rows.column(GROUP).cast(pa.string()).to_pylist()
            return groups
        return None


def _whole(rows: Rows, name: str, kind: Kind, surrogates: Surrogates, counted: Counter[str]) -> pa.Array:
    number_R, values = encoded(rows.column(name))
    made = [surrogates.of(kind, str(value).strip(), "") if str(value).strip() else value for value in values]
    counted[f"{name}: {PLURALS[kind]} replaced"] += int((number_R >= 0).sum())
    return pa.array([*map(str, made), None], pa.string()).take(pa.array(np.where(number_R < 0, len(made), number_R)))


def _moved(rows: Rows, name: str, who_R: list[str], surrogates: Surrogates, counted: Counter[str]) -> Any:
    column = rows.column(name)
    days_R = [surrogates.days(who) for who in who_R]
    counted[f"{name}: dates moved"] += len(column) - column.null_count
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        unit = kind if pa.types.is_timestamp(kind) else pa.timestamp("s")
        shift = pa.array([timedelta(days=days) for days in days_R], pa.duration(unit.unit))
        return pc.add(column.cast(unit), shift).cast(kind)
    texts = column.cast(pa.string()).to_pylist()
    return pa.array(
        [
            text if text is None or not text.strip() else surrogates.of("date", text.strip(), who)
            for text, who in zip(texts, who_R, strict=True)
        ],
        pa.string(),
    )


def _read(
    rows: Rows,
    name: str,
    find_in: Callable[[str], list[Span]],
    who_R: list[str],
    surrogates: Surrogates,
    counted: Counter[str],
) -> pa.Array:
    number_R, texts = encoded(rows.column(name).cast(pa.string()))
    spans = [find_in(text) for text in texts]
    made: list[str | None] = []
    for number, who in zip(number_R.tolist(), who_R, strict=True):
        made.append(_rewritten(texts[number], spans[number], who, surrogates) if number >= 0 else None)
        if number >= 0:
            counted.update({f"{name}: {PLURALS[kind]} replaced" for kind in {span.kind for span in spans[number]}})
    return pa.array(made, pa.string())


def _rewritten(text: str, spans: list[Span], who: str, surrogates: Surrogates) -> str:
    for span in reversed(spans):
        text = text[: span.start] + surrogates.of(span.kind, text[span.start : span.end], who) + text[span.end :]
    return text


def _group_too(rows: Rows, whole: Mapping[str, Kind], surrogates: Surrogates) -> Rows:
    """Let `_group` not keep what its columns no longer say."""
    made_of = about(rows).get("group_by") or ()
    names = [made_of] if isinstance(made_of, str) else list(made_of)
    if GROUP not in rows.column_names or not set(names) & set(whole):
        return rows
    number_R, values = encoded(rows.column(GROUP))
    made = pa.array([surrogates.number(str(value)) for value in values], pa.string())
    return replace_column(rows, GROUP, made.take(pa.array(number_R)))
