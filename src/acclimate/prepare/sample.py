"""Step `sample`: at most so many rows of a role, chosen by seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
from pydantic import ValidationInfo, field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import GROUP, ROLE, ROLES, ROW_ID, Counts, Rows, need_columns
from acclimate.core.seeds import U64, hash64
from acclimate.prepare.columns import Codes, codes, encoded

_LABEL = "label"


class Sample(Method):
    """Keeps at most so many rows of a role: those with the smallest hash(seed, row_id), of each class as many as its share.

    Takes: rows with `_role`; with `by: group` also `_group`, which `split` gives.

    Gives: the chosen rows, in their order; the others are counted as removed. More data later keeps most of the choice,
    since a row's hash depends on nothing but itself. With m rows of N wanted, a class with n of them gets m * n / N,
    rounded by largest remainders, at least one where m is not below the number of classes.

    Options: `by: group` takes whole groups in the order of their hashes and ends before the one that would be too much.
    `stratify_by: none` chooses without regard to classes, also where there is a column `label`.

    When to use: behind `split`, to try a recipe on little or to cap what evaluation costs. Before `split` all rows are
    training rows, and then a cap holds for all of them together.

    Source: max_train_samples and its like are those of transformers' examples; rounding: Hamilton's method.

    Raises: UserError for a role without rows, a column that is not there, and a first group that alone is too much.
    """

    max_train_samples: int | None = option(None, "most training rows; none: all", unit="rows", ge=1)
    max_validation_samples: int | None = option(None, "most validation rows; none: all", unit="rows", ge=1)
    max_test_samples: int | None = option(None, "most test rows; none: all", unit="rows", ge=1)
    by: Literal["row", "group"] = option("row", "whether rows are chosen, or whole groups")
    stratify_by: str | None = option(None, "column of classes, with by: row; default: label where there is one")

    @field_validator("stratify_by")
    @classmethod
    def _rows_only(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value not in (None, "none") and info.data.get("by") == "group":
            raise ValueError("no column with by: group, as a group may hold several classes")
        return value

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Choose the rows; see the class."""
        most = dict(
            zip(ROLES, (self.max_train_samples, self.max_validation_samples, self.max_test_samples), strict=True)
        )
        role_R, roles = encoded(rows.column(ROLE))
        class_R = self._classes(rows, where)
        kept_R = np.ones(rows.num_rows, dtype=np.bool_)
        removed = {}
        for role, cap in most.items():
            if cap is None:
                continue
            place = f"{where}.max_{role}_samples"
            if role not in roles:
                do = "put sample behind split, or leave this out"
                raise UserError(Fault(place, f"there are no {role} rows here", f"rows of {' or '.join(roles)}", do))
            places = np.flatnonzero(role_R == roles.index(role))
            if len(places) <= cap:
                continue
            chosen = self._chosen(rows.take(places), class_R[places], cap, place, seed)
            kept_R[places] = False
            kept_R[places[chosen]] = True
            removed[f"over max_{role}_samples"] = len(places) - len(chosen)
        kept = rows.filter(pa.array(kept_R))
        return kept, Counts(rows.num_rows, kept.num_rows, removed=removed)

    def _classes(self, rows: Rows, where: str) -> Codes:
        name = _LABEL if self.stratify_by is None else self.stratify_by
        if self.by == "group":
            need_columns(rows, [GROUP], f"{where}.by")
        if self.by == "group" or name == "none" or (self.stratify_by is None and name not in rows.column_names):
            return np.zeros(rows.num_rows, dtype=np.int64)
        need_columns(rows, [name], f"{where}.stratify_by")
        return codes(rows, [name])

    def _chosen(self, rows: Rows, class_R: Codes, cap: int, where: str, seed: int) -> Codes:
        """Give the places of the chosen rows of one role."""
        if self.by == "group":
            return _whole_groups(rows, cap, where, seed)
        hash_R = _hashes(rows.column(ROW_ID).to_pylist(), seed)
        classes, size_C = np.unique(class_R, return_counts=True)
        chosen = []
        for one, count in zip(classes.tolist(), proportional(size_C.tolist(), cap), strict=True):
            places = np.flatnonzero(class_R == one)
            chosen.append(places[np.argsort(hash_R[places], kind="stable")[:count]])
        return np.sort(np.concatenate(chosen))


def _whole_groups(rows: Rows, cap: int, where: str, seed: int) -> Codes:
    group_R, groups = encoded(rows.column(GROUP))
    order = np.argsort(_hashes(groups, seed), kind="stable")
    size_G = np.bincount(group_R, minlength=len(groups))[order]
    chosen = order[np.cumsum(size_G) <= cap]
    if not len(chosen):
        found = f"the first group that is chosen, {groups[order[0]]!r}, alone has {size_G[0]} rows"
        raise UserError(Fault(where, found, f"groups of up to {cap} rows", "raise the number, or choose by: row"))
    return np.flatnonzero(np.isin(group_R, chosen))


def _hashes(names: Sequence[str], seed: int) -> U64:
    return np.array([hash64("sample", seed, name) for name in names], dtype=np.uint64)


def proportional(sizes: Sequence[int], seats: int) -> list[int]:
    """Deal `seats` out to classes in proportion to their sizes, by largest remainders; at least one each if that is possible.

    Takes: `seats`, at most the sum of `sizes`. Of equal remainders the first wins.
    """
    total = sum(sizes)
    exact = [seats * size / total for size in sizes]
    least = 1 if seats >= len(sizes) else 0
    dealt = [max(int(share), least) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda one: dealt[one] - exact[one])
    for one in by_remainder[: max(seats - sum(dealt), 0)]:
        dealt[one] += 1
    while sum(dealt) > seats:
        dealt[
            max((one for one in range(len(sizes)) if dealt[one] > least), key=lambda one: dealt[one] - exact[one])
        ] -= 1
    return dealt
