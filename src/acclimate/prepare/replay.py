"""Step `replay`: general text among the training rows, against forgetting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family, Method, option
from acclimate.core.protocols import Source
from acclimate.core.registry import name_of
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Counts, Rows, about, need_columns, with_about
from acclimate.core.seeds import hash64

_SAMPLE, _PREFIX = "sample:", "replay/"
REPLAYED = "replayed"
"""Under which name `core.rows.about` tells how many rows of general text a table holds."""


class Replay(Method):
    """Adds rows of general text to the n training rows, a of them, so that a / (n + a) = share.

    Takes: rows with `text` and `_role`; a source whose rows have `text`. Rows of it without a text are not used.

    Gives: the rows, then the added ones, all for training, with `text` and `row_id` ("replay/" and the source's; "#2" for
    its second copy), each a group of its own; what else the rows have is empty in them. They are the rows of the smallest
    hash(seed, row_id).

    Options: `source` as under `sources`, with its `name`. With `repeat`, a source of fewer rows is used several times.

    When to use: where the report shows forgetting; 0.05 to 0.25 is usual. It stands behind `split`, which else would put
    general text into test, and behind `deduplicate`, which would take out the copies that `repeat` makes. Not with the
    text that forgetting is measured on: what was trained on can't show what was forgotten. So `sample:general` is refused,
    all of which `evaluate.retention` measures by default.

    Source: Ibrahim et al. 2024, Simple and scalable strategies to continually pre-train large language models.

    Raises: UserError for a source that can't be read, has no column `text`, or has too few texts; and where a row of the
    domain is named as the added ones are.
    """

    source: Annotated[Source, Family("sources")] = option(..., "where the general text comes from")
    share: float = option(0.1, "share of the added rows in the training rows", unit="share of rows", gt=0, lt=1)
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
        need_columns(rows, ["text"], where)
        found, read = self.source.read(f"{where}.source")
        read.check("replay")
        need_columns(found, ["text"], f"{where}.source")
        found = found.filter(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(found.column("text"), "")), ""))
        _need_names_free(rows, where)
        training = pc.sum(pc.equal(rows.column(ROLE), "train")).as_py() or 0
        wanted = max(round(self.share / (1 - self.share) * training), 1)
        self._check(found.num_rows, training, wanted, where)
        added = _as_training_rows(found, wanted, seed)
        if GROUP in rows.column_names:
            added = added.append_column(GROUP, added.column(ROW_ID))
        made = pa.concat_tables([rows, added], promote_options="permissive")
        made = with_about(made, {**about(rows), REPLAYED: about(rows).get(REPLAYED, 0) + wanted})
        told = {f"replay source, {reason}": number for reason, number in {**read.dropped, **read.removed}.items()}
        return made, Counts(rows.num_rows, made.num_rows, added=wanted, values=told)

    def _check(self, there: int, training: int, wanted: int, where: str) -> None:
        if there >= wanted or (there and self.repeat):
            return
        if not there:
            raise UserError(
                Fault(f"{where}.source", "there is no text in it", "at least one text", "name another source")
            )
        largest = np.floor(1000 * there / (there + training)) / 1000
        found = f"the source has {there} texts, but a share of {self.share:g} of the training rows takes {wanted}"
        do = f"set share: {largest:g}, " if largest else ""
        raise UserError(Fault(f"{where}.share", found, "", f"{do}give the source more texts, or set repeat: true"))


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


def _as_training_rows(found: Rows, wanted: int, seed: int) -> Rows:
    """Choose texts by hash, over and over if need be."""
    ids = [str(name) for name in found.column(ROW_ID).to_pylist()]
    order = np.argsort(np.array([hash64("replay", seed, name) for name in ids], dtype=np.uint64), kind="stable")
    places = np.sort(np.resize(order, wanted))
    first = np.searchsorted(places, places)
    copies = (np.arange(wanted) - first + 1).tolist()
    names = [
        f"{_PREFIX}{ids[place]}" + (f"#{copy}" if copy > 1 else "")
        for place, copy in zip(places.tolist(), copies, strict=True)
    ]
    return pa.table(
        {ROW_ID: pa.array(names, pa.string()), ROLE: ["train"] * wanted, "text": found.column("text").take(places)}
    )
