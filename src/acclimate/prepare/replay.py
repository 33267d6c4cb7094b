"""Step `replay`: general text, or rows of an earlier training, among the training rows, against forgetting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family, Method, option
from acclimate.core.protocols import Source
from acclimate.core.registry import name_of
from acclimate.core.rows import GROUP, OWN_COLUMNS, ROLE, ROW_ID, Counts, Rows, about, need_columns, with_about
from acclimate.core.seeds import hash64
from acclimate.prepare.held_out import group_columns, held_out

_SAMPLE, _PREFIX = "sample:", "replay/"
REPLAYED = "replayed"
"""Under which name `core.rows.about` tells how many rows of general text a table holds."""


class Replay(Method):
    """Adds rows of general text, or old rows of a task, to the n training rows, a of them, so that a / (n + a) = share.

    Takes: rows with `text` and `_role`; a source whose rows have `text`. Rows of it without a text are not used, nor are those
    whose group the split in front holds out, where the source has the columns that groups are named by.

    Gives: the rows, then the added ones, all for training, with `text` and `row_id` ("replay/" and the source's; "#2" for
    its second copy), each a group of its own; what else the rows have is empty in them. They are the rows of the smallest
    hash(seed, row_id).

    Options: `source` as under `sources`, with its `name`. With `labels: true` the added rows have all columns that the rows have
    too, labels among them; the rows and the source then need no `text`, the source the columns that groups are named by. With `repeat`, a
    source of fewer rows is used several times.

    When to use: where the report shows forgetting; 0.05 to 0.25 is usual. With `labels: true` to train a task on with new data from
    an earlier run (docs/incremental.md): `{name: run, path: runs/EARLIER}`, or the old file. It stands behind `split`, which
    else would put general text into test, and behind `deduplicate`, which would take out the copies that `repeat` makes. Not
    with the text that forgetting is measured on: what was trained on can't show what was forgotten. So `sample:general` is
    refused, all of which `evaluate.retention` measures by default.

    Source: Ibrahim et al. 2024, Simple and scalable strategies to continually pre-train large language models; rows of a
    task: Rolnick et al. 2019, Experience Replay for Continual Learning.

    Raises: UserError for a source that can't be read, lacks the columns named above, or has too few rows; and where a row of
    the domain is named as the added ones are.
    """

    source: Annotated[Source, Family("sources")] = option(..., "where the general text (or the old rows) comes from")
    share: float = option(0.1, "share of the added rows in the training rows", unit="share of rows", gt=0, lt=1)
    labels: bool = option(False, "old rows of the task: all columns that the rows have come along, labels too")
    repeat: bool = option(False, "use a source that is too small more than once")

    @field_validator("source", mode="before")
    @classmethod
    def _a_sample_by_its_short_name(cls, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(_SAMPLE):
            return {"name": "sample", "sample": value.removeprefix(_SAMPLE)}
        return value

    @field_validator("source")
    @classmethod
    def _not_what_forgetting_is_measured_on(cls, value: Any) -> Any:
        if name_of("sources", value) == "sample" and value.sample == "general":
            raise ValueError("general text of your own: on sample:general forgetting is measured, not to be trained on")
        return value

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give what the source reads, with hashes, as a source does: a run's fingerprint needs it."""
        return self.source.inputs(f"{where}.source")

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Add the rows; see the class."""
        found, read = self.source.read(f"{where}.source")
        read.check("replay")
        if not self.labels:
            need_columns(rows, ["text"], where)
            need_columns(found, ["text"], f"{where}.source")
            found = found.filter(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(found.column("text"), "")), ""))
        _need_names_free(rows, where)
        found, held = self._without_held_out(found, rows, where, seed)
        training = pc.sum(pc.equal(rows.column(ROLE), "train")).as_py() or 0
        wanted = max(round(self.share / (1 - self.share) * training), 1)
        self._check(found.num_rows, training, wanted, where)
        added = _as_training_rows(found, self._columns(found, rows, where), wanted, seed)
        if GROUP in rows.column_names:
            added = added.append_column(GROUP, added.column(ROW_ID))
        made = with_about(
            _together(rows, added, where), {**about(rows), REPLAYED: about(rows).get(REPLAYED, 0) + wanted}
        )
        told = {f"replay source, {reason}": number for reason, number in {**read.dropped, **read.removed}.items()}
        told |= {"replay source, in a group that is held out": held} if held else {}
        return made, Counts(rows.num_rows, made.num_rows, added=wanted, values=told)

    def _without_held_out(self, found: Rows, rows: Rows, where: str, seed: int) -> tuple[Rows, int]:
        """Give the source's rows without those of groups that are held out, and the number of those."""
        by = group_columns(rows)
        missing = [name for name in by or [] if name not in found.column_names]
        if self.labels and missing:
            lacks = f"the source has no column {', '.join(missing)}, which names the groups of split"
            do = "give it that column, or no one knows which of its rows are held out"
            raise UserError(Fault(f"{where}.source", lacks, ", ".join(found.column_names), do))
        # General text has other names than the domain's rows: that the names of two files agree says nothing.
        if by is None or missing or (not self.labels and by == [ROW_ID]):
            return found, 0
        held_R = held_out(found, rows, seed, f"{where}.source")
        return found.filter(pa.array(~held_R)), int(held_R.sum())

    def _columns(self, found: Rows, rows: Rows, where: str) -> list[str]:
        """Name the columns that the added rows have of the source's."""
        if not self.labels:
            return ["text"]
        names = [name for name in found.column_names if name in rows.column_names and name not in OWN_COLUMNS]
        if not names:
            there = ", ".join(name for name in rows.column_names if name not in OWN_COLUMNS)
            raise UserError(
                Fault(f"{where}.source", f"it has none of the columns {there}", "rows of the same task", "")
            )
        return names

    def _check(self, there: int, training: int, wanted: int, where: str) -> None:
        if there >= wanted or (there and self.repeat):
            return
        what = "rows" if self.labels else "texts"
        if not there:
            found = f"there is no {what.removesuffix('s')} in it that may be trained on"
            raise UserError(Fault(f"{where}.source", found, "at least one", "name another source"))
        largest = np.floor(1000 * there / (there + training)) / 1000
        found = f"the source has {there} {what}, but a share of {self.share:g} of the training rows takes {wanted}"
        do = f"set share: {largest:g}, " if largest else ""
        raise UserError(Fault(f"{where}.share", found, "", f"{do}give the source more {what}, or set repeat: true"))


def _together(rows: Rows, added: Rows, where: str) -> Rows:
    try:
        return pa.concat_tables([rows, added], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        found = f"columns of the added rows differ in type: {error}"
        raise UserError(Fault(f"{where}.source", found, "the types that the rows have", "cast them alike")) from None


def without_replayed(rows: Rows) -> Rows:
    """Give the domain's own rows: what is learnt about the domain (its terms, its words) must not come from the others."""
    return rows.filter(pc.invert(_named_as_added(rows))) if about(rows).get(REPLAYED) else rows


def _named_as_added(rows: Rows) -> pa.ChunkedArray:
    return pc.starts_with(rows.column(ROW_ID).cast(pa.string()), _PREFIX)


def _need_names_free(rows: Rows, where: str) -> None:
    if not about(rows).get(REPLAYED) and (taken := pc.sum(_named_as_added(rows)).as_py()):
        found = f"{taken} rows of the domain have names that begin with {_PREFIX}"
        do = "give their folder another name"
        raise UserError(Fault(where, found, "names by which the added rows can be told", do))


def _as_training_rows(found: Rows, columns: Sequence[str], wanted: int, seed: int) -> Rows:
    """Choose rows by hash, over and over if need be."""
    ids = [str(name) for name in found.column(ROW_ID).to_pylist()]
    order = np.argsort(np.array([hash64("replay", seed, name) for name in ids], dtype=np.uint64), kind="stable")
    places = np.sort(np.resize(order, wanted))
    first = np.searchsorted(places, places)
    copies = (np.arange(wanted) - first + 1).tolist()
    names = [
        f"{_PREFIX}{ids[place]}" + (f"#{copy}" if copy > 1 else "")
        for place, copy in zip(places.tolist(), copies, strict=True)
    ]
    taken = {name: found.column(name).take(places) for name in columns}
    return pa.table({ROW_ID: pa.array(names, pa.string()), ROLE: ["train"] * wanted, **taken})
