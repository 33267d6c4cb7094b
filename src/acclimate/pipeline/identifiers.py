"""What `acclimate check` says about identifiers: columns that say who somebody is, and such things in the text itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from acclimate.compat.presidio import installed, presidio_spans
from acclimate.core.identifiers.columns import Likely, identifies
from acclimate.core.identifiers.kinds import KINDS, PLURALS, Kind, masked
from acclimate.core.identifiers.spans import find
from acclimate.core.rows import OWN_COLUMNS, ROW_ID, Rows, about
from acclimate.pipeline.recipe import Phase
from acclimate.prepare.columns import encoded

_ROWS, _VALUES = 20_000, 1000
"""Most rows of a source and most values of a column that are looked at."""
_TEXTS, _CHARACTERS = 2000, 3_000_000
"""Most texts, and most characters of them, that are searched."""
_BY_PRESIDIO = 200_000
"""Most characters that presidio reads, where it is installed: it is slow."""
_TRIED, _SHORTEST, _ENOUGH = 50, 4, 0.2
"""Of a column, so many values of so many characters are looked for in the text; it stands there if this share does."""
_DO = "leave it out of prepare, or add prepare: pseudonymise"


@dataclass(frozen=True)
class _Column:
    place: str
    likely: Likely
    share: float
    values: list[str]

    def __str__(self) -> str:
        example = masked(self.values[0])
        return f"{self.place}: {self.likely.why}, in {_percent(self.share)} of rows, such as {example}"


@dataclass
class Identifiers:
    """Collects what identifies somebody while a phase's sources are read; then says which of it the text holds."""

    columns: list[_Column] = field(default_factory=list)

    def look(self, source: str, rows: Rows) -> None:
        """Look at the columns of one source. Takes: `source`, what it is called (`train`, `train: patients`)."""
        rows = rows.slice(0, _ROWS)
        for name in rows.column_names:
            if name in OWN_COLUMNS or not rows.num_rows:
                continue
            number_R, values = encoded(rows.column(name))
            filled = int((number_R >= 0).sum())
            some = [said for value in values if (said := str(value).strip())][:_VALUES]
            likely = identifies(name, some, len(values), filled) if some else None
            if likely is not None:
                place = f"{_file(rows)} ({source}), column {name}"
                self.columns.append(_Column(place, likely, filled / rows.num_rows, some))

    def warnings(self, phase: Phase, rows: Rows) -> Iterator[str]:
        """Say what of it stands in the text that is learnt, by column and by kind.

        Takes: the phase's prepared rows. Of an example only the form is shown.
        """
        text_R = rows.column("text").to_pylist()
        text = "\n".join(one for one in text_R if one)[: 10 * _CHARACTERS]
        for column in self.columns:
            if _stands_in(column, text):
                yield f"{phase.name}: {column}; it stands in the text that is learnt: {_DO}"
        yield from _in_text(phase, rows, text_R)

    def left_out(self, rows: Rows) -> list[str]:
        """Name the other columns that identify somebody: no text holds them."""
        text = "\n".join(one for one in rows.column("text").to_pylist() if one)[: 10 * _CHARACTERS]
        return [str(column) for column in self.columns if column.likely.sure and not _stands_in(column, text)]


def _stands_in(column: _Column, text: str) -> bool:
    tried = [value for value in column.values if len(value) >= _SHORTEST and not value.isalpha()][:_TRIED]
    tried = tried or [value for value in column.values if len(value) >= 2][:_TRIED]
    return bool(tried) and sum(value in text for value in tried) >= _ENOUGH * len(tried)


def _in_text(phase: Phase, rows: Rows, text_R: list[str | None]) -> Iterator[str]:
    made_up = set(about(rows).get("pseudonymised", ()))
    kinds = [kind for kind in KINDS if kind != "date" and kind not in made_up]
    every = max(1, -(-len(text_R) // _TEXTS))
    more, looked_by_more = bool(installed()), 0
    looked, budget = 0, _CHARACTERS
    hits: dict[Kind, list[tuple[int, str]]] = {}
    for row in range(0, len(text_R), every):
        text = text_R[row] or ""
        budget -= len(text)
        looked += 1
        also = presidio_spans(text, kinds) if more and looked_by_more + len(text) <= _BY_PRESIDIO else ()
        looked_by_more += len(text)
        spans = find(text[:_CHARACTERS], kinds, also)
        for kind in {span.kind for span in spans}:
            first = next(span for span in spans if span.kind == kind)
            hits.setdefault(kind, []).append((row, text[first.start : first.end]))
        if budget <= 0:
            break
    for kind, found in hits.items():
        row, value = found[0]
        place = rows.column(ROW_ID)[row].as_py()
        yield (
            f"{phase.name}: the text holds {PLURALS[kind]} in {_percent(len(found) / looked)} of rows "
            f"({len(found)} of {looked} looked at), such as {masked(value)} in {place}: add prepare: pseudonymise, "
            "if they are somebody's"
        )


def _file(rows: Rows) -> str:
    return str(rows.column(ROW_ID)[0].as_py()).rpartition(":")[0] if ROW_ID in rows.column_names else "a table"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"
