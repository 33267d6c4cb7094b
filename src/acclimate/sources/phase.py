"""Source `phase`: the text that another phase of the same recipe trains on."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Counts, Rows, about, need_columns

_HELD_OUT = "held out by its phase"


class Phase(Method):
    """Takes the training rows of another phase of the recipe, also of a later one; never its validation or test rows.

    Takes: nothing from outside. The pipeline gives it the other phase's rows, as its steps left them.

    Gives: `text`, `row_id` and `_group` of the training rows, and the columns that `split` grouped them by there. Names and
    groups stay, so that the hash of a split gives them the role that they have there.

    Options: `labels: false` takes the text alone, whatever labels the rows have; `true` takes every column, for a second
    phase of the same task. In a recipe `{from_phase: task, labels: false}` is enough.

    When to use: to adapt a model to the very texts of its task before it learns the task (TAPT), alone or in a list with a
    corpus. A corpus from other people is adapted to as usual, by the source that reads it.

    Source: Gururangan et al. 2020, Don't Stop Pretraining.

    Raises: UserError where no phase can be meant: for validation and test, in a step or as the control's source.
    """

    from_phase: str = option(..., "the phase whose training rows are taken")
    labels: bool = option(False, "whether all other columns come along, labels too")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Say that there is nothing to read outside of a recipe's phases."""
        raise UserError(
            Fault(where, f"from_phase: {self.from_phase} can't be read here", "sources.train of a phase",
                  "name the file that the other phase reads")
        )  # fmt: skip

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give nothing: what the other phase reads is part of its own fingerprint, which the pipeline adds."""
        return {}

    def taken(self, rows: Rows, where: str) -> tuple[Rows, Counts]:
        """Give what this source takes of the other phase's rows."""
        need_columns(rows, ["text"], where)
        train = rows.filter(pc.equal(rows.column(ROLE), "train"))
        counts = Counts(rows.num_rows, train.num_rows, removed=_removed(rows.num_rows - train.num_rows))
        if self.labels:
            return train.drop_columns([ROLE]), counts
        grouped = about(rows).get("group_by") or []
        by = [grouped] if isinstance(grouped, str) else grouped
        names = [name for name in (ROW_ID, "text", GROUP, *by) if name in train.column_names]
        found = train.select(list(dict.fromkeys(names))).replace_schema_metadata(None)
        return found, counts


def one_below_another(tables: Mapping[str, Rows], where: str) -> tuple[Rows, Counts]:
    """Give the rows of a list of sources as one table; what a source has no column for is empty in its rows.

    Raises: UserError for columns of different types, and for a row that stands in two of the sources.
    """
    try:
        rows = pa.concat_tables(
            [table.replace_schema_metadata(None) for table in tables.values()], promote_options="default"
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        do = "cast them alike, or leave the column out"
        raise UserError(Fault(where, f"the sources' columns differ in type: {error}", "the same columns", do)) from None
    names = rows.column(ROW_ID).cast(pa.string())
    counted = pc.value_counts(names)
    twice = [str(one["values"]) for one in counted.to_pylist() if one["counts"] > 1]
    if twice:
        found = f"{len(twice)} rows stand in two of the sources, the first is {twice[0]}"
        raise UserError(Fault(where, found, "each row once", "name each file once, or give files other names"))
    if GROUP in rows.column_names:
        filled = pc.coalesce(rows.column(GROUP).cast(pa.string()), names)
        rows = rows.set_column(rows.column_names.index(GROUP), GROUP, filled)
    return rows, Counts(rows.num_rows, rows.num_rows)


def _removed(number: int) -> dict[str, int]:
    return {_HELD_OUT: number} if number else {}
