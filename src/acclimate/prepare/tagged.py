"""Step `tagged`: structured records to one text a group, events in time order inside tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationInfo, field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import GROUP, OWN_COLUMNS, ROLE, Counts, Rows, need_columns, replace_column, with_about
from acclimate.prepare.columns import Codes, Names, codes, first_come, need_all_values, need_values
from acclimate.prepare.node import Node
from acclimate.prepare.tagged_text import Record, Writer
from acclimate.prepare.times import Times, times_of

_MADE = ("text", "header_chars", "cuts")
_NO_VALUE, _NOTHING = "event without a value", "group without a value"


class Tagged(Method):
    r"""Writes each group of rows as one text: header + opening tag of the body + events + closing tag.

    `<patient>age:34, sex:F</patient><visits><event>timestamp:+0d, code:I10</event>...</visits>`: in a tag stand fields
    `column:value` with separators between. Null and empty values are left out, then tags that would hold nothing. In
    a value, a backslash goes before the separator (`\,`) and into what looks like a tag (`<\event>`).

    Takes: rows, one an event. Rows of different roles or split groups never meet in one text.

    Gives: a row a group, in the order in which groups first appear: the `group_by` columns (without `group_by` all
    columns, and each row is its own group), `text`, and for windows `header_chars` and `cuts`: a window is
    `text[:header_chars]` and then events, from one cut up to another. A window that ends before the text does lacks
    closing tags; one that begins inside a nested node lacks that node's opening. Written about the table: `tags`,
    `separator`.

    Options: `header` and `body` are trees of tags (prepare/node.py); `order_by` puts the rows of a group in time order
    (equal times: as they came). With `time: delta` it is written as the step from the event before (`+0d`, `+12d`,
    `+36h`, `+90min`), with `none` not at all.

    When to use: tables of patients and visits, accounts and sessions. Join them first with `sql`. Text columns need none
    of it.

    Source: M. Ghashami, Domain adaptation of a large language model (Towards Data Science, 2023), "Step 1: data".

    Raises: UserError for a column that is not there or has no value at all, an empty `group_by`, and times that can't be
    read (by row). Counted, not raised: events without a value or without a time (dropped), and header values that
    differ inside a group (the first stays).
    """

    group_by: Names = option((), "columns whose equal values make one text; none: each row is a text")
    order_by: str | None = option(None, "column of times (or numbers) by which the rows of a group are ordered")
    header: tuple[Node, ...] = option((), "tags that come first and that each window repeats")
    body: Node | None = option(None, "tag around the events; `each` in it is the event's tag")
    separator: str = option(",", "the mark between two fields; a space follows it")
    time: Literal["absolute", "delta", "none"] = option("absolute", "how the order_by column is written")

    @field_validator("group_by")
    @classmethod
    def _no_made_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if set(value) & {*_MADE, *OWN_COLUMNS}:
            raise ValueError(f"columns of the data; {', '.join(_MADE)} are made here")
        return value

    @field_validator("separator")
    @classmethod
    def _one_mark(cls, value: str) -> str:
        if len(value) != 1 or value.isalnum() or value.isspace() or value in ":\\<>[]/_-.+":
            raise ValueError("a single mark such as , ; | (not one that stands in tags, keys or time steps)")
        return value

    @field_validator("body")
    @classmethod
    def _says_something(cls, value: Node | None, info: ValidationInfo) -> Node | None:
        nodes = [*info.data.get("header", ()), *([value] if value else [])]
        if not any(one.fields for node in nodes for one in node.nodes()):
            raise ValueError("a tree in which some tag has fields (or fields in header)")
        return value

    @field_validator("time")
    @classmethod
    def _has_a_time(cls, value: str, info: ValidationInfo) -> str:
        if value == "delta" and "order_by" in info.data and not info.data["order_by"]:
            raise ValueError("absolute or none as long as order_by names no column")
        return value

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Write the texts; see the class."""
        fields = list(dict.fromkeys(name for node in self._nodes() for name in node.fields))
        self._check(rows, fields, where)
        group_R = self._groups(rows)
        times = times_of(rows, self.order_by, where) if self.order_by else None
        order_R = _order(group_R, times)
        sorted_times = Times(times.ticks_R[order_R], times.missing_R[order_R], times.plain) if times else None
        writer = Writer(
            rows.take(order_R), group_R[order_R], sorted_times, self.order_by, self.time, self.separator, where
        )
        writer.prepare([*self.header, *([self.body] if self.body else [])])
        begins = np.flatnonzero(np.diff(writer.group_R, prepend=-1))
        ends = [*begins[1:].tolist(), rows.num_rows]
        records = [
            writer.record(self.header, self.body, begin, end) for begin, end in zip(begins.tolist(), ends, strict=True)
        ]
        there_G = np.array([bool(record.text) for record in records], dtype=np.bool_)
        first_G = np.minimum.reduceat(order_R, begins) if len(begins) else begins
        made = self._table(rows, first_G[there_G], [record for record in records if record.text])
        return made, _count(writer, begins, there_G, self.order_by)

    def _nodes(self) -> Iterator[Node]:
        for node in (*self.header, *([self.body] if self.body else [])):
            yield from node.nodes()

    def _check(self, rows: Rows, fields: list[str], where: str) -> None:
        inner = [name for node in self._nodes() for name in node.group_by]
        need_columns(
            rows, list(dict.fromkeys([*self.group_by, *fields, *inner, *filter(None, [self.order_by])])), where
        )
        if not rows.num_rows:
            raise UserError(
                Fault(where, "there are no rows", "at least one row", "look at the ledger of the steps before")
            )
        need_values(rows, list(dict.fromkeys([*self.group_by, *fields, *filter(None, [self.order_by])])), where)
        need_all_values(rows, self.group_by, where, "fill it, or leave such rows out with prepare: sql")
        marks = (":", "<", "[", "\\", "\n", self.separator)
        shown = [name for node in self._nodes() if node.keys for name in node.fields]
        bad = [name for name in dict.fromkeys(shown) if any(mark in name for mark in marks) or name.strip() != name]
        if bad:
            allowed = f"names without {' '.join(repr(mark)[1:-1] for mark in marks)} and without space around them"
            do = "rename them with prepare: sql (select ... as ...), or set keys: false in their tag"
            raise UserError(Fault(where, f"columns that can't be written as a key: {', '.join(bad)}", allowed, do))

    def _groups(self, rows: Rows) -> Codes:
        if not self.group_by:
            return np.arange(rows.num_rows)
        return codes(rows, [*self.group_by, *(name for name in (ROLE, GROUP) if name in rows.column_names)])

    def _table(self, rows: Rows, first_G: npt.NDArray[np.int64], records: list[Record]) -> Rows:
        names = self.group_by or [name for name in rows.column_names if name not in (*_MADE, *OWN_COLUMNS)]
        own = [name for name in OWN_COLUMNS if name in rows.column_names]
        made = rows.select([*own, *names]).take(first_G)
        made = replace_column(made, "text", pa.array([record.text for record in records], pa.string()))
        made = replace_column(made, "header_chars", pa.array([record.header_chars for record in records], pa.int32()))
        made = replace_column(made, "cuts", pa.array([record.cuts for record in records], pa.list_(pa.int32())))
        tags = list(dict.fromkeys(tag for node in self._nodes() for tag in (node.opening, node.closing)))
        return with_about(made, {"tags": tags, "separator": self.separator})


def _order(group_R: Codes, times: Times | None) -> npt.NDArray[np.int64]:
    """Sort by group, then time (rows without one last), then place; lexsort is stable."""
    keys = (group_R,) if times is None else (times.ticks_R, times.missing_R, group_R)
    return np.asarray(np.lexsort(keys), dtype=np.int64)


def _count(
    writer: Writer, begins: npt.NDArray[np.int64], there_G: npt.NDArray[np.bool_], order_by: str | None
) -> Counts:
    """Account for every row. Where no row of a group has an event, the first one still stands for its header."""
    total = len(writer.group_R)
    group_R = first_come(writer.group_R)
    lost_R = ~writer.told_R
    silent_G = ~np.logical_or.reduceat(writer.told_R, begins) if total else np.zeros(0, dtype=np.bool_)
    lost_R[begins[silent_G & there_G]] = False
    gone_R = ~there_G[group_R]
    lost_R |= gone_R
    untimed_R = writer.times.missing_R if writer.times is not None else np.zeros(total, dtype=np.bool_)
    reasons = {
        _NOTHING: gone_R,
        f"event without {order_by}": lost_R & ~gone_R & untimed_R,
        _NO_VALUE: lost_R & ~gone_R & ~untimed_R,
    }
    dropped = {reason: int(mark_R.sum()) for reason, mark_R in reasons.items() if mark_R.any()}
    made = int(there_G.sum())
    varied = {f"{name}: differs inside a group, the first stays": number for name, number in writer.varied.items()}
    return Counts(total, made, dropped=dropped, merged=total - sum(dropped.values()) - made, values=varied)
