"""What each way to split gives: a role a row, or none for a row that goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from acclimate.core.rows import ROW_ID, Rows, replace_column
from acclimate.prepare.columns import need_all_values


@dataclass(frozen=True)
class Roles:
    """Roles of R rows; None marks a row that goes, and `removed` counts those by reason.

    `places`: where the hash put the groups that it decided about, in [0, 1).
    """

    role_R: list[str | None]
    removed: dict[str, int]
    places: tuple[float, ...] = ()


def need_said(rows: Rows, name: str, missing_R: Sequence[bool], where: str, do: str) -> None:
    """Raise UserError naming the first of the marked rows, in which the column `name` says nothing."""
    said = [None if missing else "" for missing in missing_R]
    need_all_values(replace_column(rows.select([ROW_ID]), name, pa.array(said, pa.string())), [name], where, do)
