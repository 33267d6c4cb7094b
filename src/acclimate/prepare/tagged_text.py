"""Writes the texts of tagged records: fields of all rows at once, then one pass over the rows of each group.

Legend of shapes: R rows, in the order of groups and times.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from acclimate.core.rows import Rows
from acclimate.core.text import escape_value
from acclimate.prepare.columns import Codes, codes, texts
from acclimate.prepare.node import Node
from acclimate.prepare.times import Times, deltas

Column = list[str | None]


class Piece(NamedTuple):
    """A part of a text, and the places in it where a row's own part begins."""

    text: str
    cuts: list[int]


class Record(NamedTuple):
    """One text; its first `header_chars` characters are what each window repeats; windows may begin at `cuts`."""

    text: str
    header_chars: int
    cuts: list[int]


@dataclass
class Writer:
    """Holds the written fields of all rows and makes records of ranges of rows.

    `varied` counts, by column, values that a tag for several rows could not show, since another came first.
    """

    rows: Rows
    group_R: Codes
    times: Times | None
    order_by: str | None
    time: str
    separator: str
    where: str
    varied: dict[str, int] = field(init=False, default_factory=dict)
    told_R: npt.NDArray[np.bool_] = field(init=False)
    _columns: dict[tuple[str, bool], Column] = field(init=False, default_factory=dict)
    _each: dict[Node, list[str]] = field(init=False, default_factory=dict)
    _starts: dict[tuple[str, ...], list[int]] = field(init=False, default_factory=dict)

    def prepare(self, nodes: Sequence[Node]) -> None:
        """Write the fields of all `nodes` and everything below them."""
        everything = [one for node in nodes for one in node.nodes()]
        rows_of_their_own = [node.each for node in everything if node.each]
        self.told_R = np.full(len(self.group_R), not rows_of_their_own)
        for node in rows_of_their_own:
            kept_R = self._kept(node)
            self.told_R |= kept_R
            self._each[node] = self._row_pieces(node, kept_R)
        for node in everything:
            if node.group_by:
                number_R = codes(self.rows, node.group_by)
                self._starts[node.group_by] = np.flatnonzero(np.diff(number_R, prepend=number_R[:1])).tolist()

    def record(self, header: Sequence[Node], body: Node | None, begin: int, end: int) -> Record:
        """Write the record of the rows [begin, end)."""
        head = "".join(self._nodes(node, begin, end).text for node in header)
        if body is None:
            return Record(head, len(head), [])
        piece = self._nodes(body, begin, end) if body.group_by else self._node(body, begin, end)
        cuts = [len(head) + cut for cut in piece.cuts]
        text = head + piece.text
        return Record(text, cuts[0] if cuts else len(text), cuts)

    def _nodes(self, node: Node, begin: int, end: int) -> Piece:
        """Write a node once, or once for each of its groups; a window that begins with it takes its opening tag along."""
        starts = self._starts[node.group_by] if node.group_by else []
        borders = [begin, *(start for start in _between(starts, begin, end)), end]
        parts: list[str] = []
        cuts: list[int] = []
        length = 0
        for one_begin, one_end in pairwise(borders):
            piece = self._node(node, one_begin, one_end)
            if piece.text and (node.group_by or piece.cuts):
                cuts += [length, *(length + cut for cut in piece.cuts[1:])]
            parts.append(piece.text)
            length += len(piece.text)
        return Piece("".join(parts), cuts)

    def _node(self, node: Node, begin: int, end: int) -> Piece:
        """Write a node for the rows [begin, end); one that would hold nothing is left out."""
        parts = [self._joined(node, begin, end)]
        cuts: list[int] = []
        length = len(node.opening) + len(parts[0])
        for child in node.children:
            piece = self._nodes(child, begin, end)
            cuts += [length + cut for cut in piece.cuts]
            parts.append(piece.text)
            length += len(piece.text)
        for text in self._each[node.each][begin:end] if node.each else ():
            if text:
                cuts.append(length)
                parts.append(text)
                length += len(text)
        inner = "".join(parts)
        return Piece(f"{node.opening}{inner}{node.closing}" if inner else "", cuts)

    def _joined(self, node: Node, begin: int, end: int) -> str:
        """Join a node's fields, of each the first value there is."""
        firsts = []
        for name in node.fields:
            said = [value for value in self._column(name, node.keys)[begin:end] if value is not None]
            if not said:
                continue
            firsts.append(said[0])
            others = len(said) - said.count(said[0])
            if others and name != self.order_by:
                self.varied[name] = self.varied.get(name, 0) + others
        return f"{self.separator} ".join(firsts)

    def _column(self, name: str, keys: bool) -> Column:
        if name == self.order_by and self.times is not None and self.time != "absolute":
            if (name, keys) not in self._columns:
                self._columns[name, keys] = self._time_column(name, keys, ~self.times.missing_R)
        elif (name, keys) not in self._columns:
            self._columns[name, keys] = texts(self.rows, name, self.where, self._write(name, keys))
        return self._columns[name, keys]

    def _write(self, name: str, keys: bool) -> Callable[[str], str]:
        return partial(write_field, f"{name}:" if keys else "", self.separator)

    def _time_column(self, name: str, keys: bool, rows_R: npt.NDArray[np.bool_]) -> Column:
        """Give the step from the row before, among the marked rows of a group; with `time: none` nothing."""
        column: Column = [None] * len(rows_R)
        if self.time == "none" or self.times is None:
            return column
        places = np.flatnonzero(rows_R)
        group = self.group_R[places]
        first = np.diff(group, prepend=-1) != 0
        key = f"{name}:" if keys else ""
        for place, text in zip(
            places.tolist(), deltas(self.times.ticks_R[places], first, plain=self.times.plain), strict=True
        ):
            column[place] = key + text
        return column

    def _kept(self, each: Node) -> npt.NDArray[np.bool_]:
        """Mark the rows that say something in the node `each`: any value but the time, unless there is only the time."""
        fields = {(name, node.keys) for node in each.nodes() for name in node.fields}
        telling = [one for one in fields if one[0] != self.order_by] or list(fields)
        kept_R = np.zeros(len(self.group_R), dtype=np.bool_)
        for name, keys in telling:
            kept_R |= np.array([value is not None for value in self._column(name, keys)], dtype=np.bool_)
        return kept_R & ~self.times.missing_R if self.times is not None else kept_R

    def _row_pieces(self, node: Node, kept_R: npt.NDArray[np.bool_]) -> list[str]:
        """Write a node for each marked row; empty for the others."""
        columns = []
        for name in node.fields:
            by_step = name == self.order_by and self.time != "absolute"
            columns.append(self._time_column(name, node.keys, kept_R) if by_step else self._column(name, node.keys))
        glue = f"{self.separator} "
        inner = [glue.join(filter(None, row)) for row in zip(*columns, strict=True)] or [""] * len(kept_R)
        for child in node.children:
            inner = [text + below for text, below in zip(inner, self._row_pieces(child, kept_R), strict=True)]
        opening, closing = node.opening, node.closing
        return [
            f"{opening}{text}{closing}" if kept and text else ""
            for text, kept in zip(inner, kept_R.tolist(), strict=True)
        ]


def write_field(key: str, separator: str, value: str) -> str:
    """Write one field. A backslash at the end gets a space, or it would escape the separator that follows."""
    written = escape_value(value, separator)
    return f"{key}{written} " if written.endswith("\\") else key + written


def _between(starts: list[int], begin: int, end: int) -> list[int]:
    return starts[bisect_right(starts, begin) : bisect_left(starts, end)]
