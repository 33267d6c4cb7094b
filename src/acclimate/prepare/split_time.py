"""Roles by time: the latest groups are for test, the ones before for validation.

Legend of shapes: R rows, G groups.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import Rows, need_columns
from acclimate.prepare.roles import Roles, need_said
from acclimate.prepare.times import Ticks, times_of

_EMPTY = "fill it, or leave such rows out with prepare: sql"


def roles_by_time(rows: Rows, group_R: Sequence[str], name: str, shares: dict[str, float], where: str) -> Roles:
    """Give the role of each row by the latest row of its group.

    Takes: `shares` of the groups by role, the latest role first. A role begins with the time of its first group: rows of
    its groups from before that go, so that all rows of a role are later than all rows of the roles that follow in
    `shares`, and than all training rows. Groups of equal time stay together.
    Raises: UserError for rows without a time, and if nothing is left for training.
    """
    place = f"{where}.time"
    need_columns(rows, [name], place)
    times = times_of(rows, name, place)
    need_said(rows, name, times.missing_R.tolist(), place, _EMPTY)
    groups, group_R_ = np.unique(np.array(group_R, dtype=object), return_inverse=True)
    last_G = np.full(len(groups), times.ticks_R.min(initial=0), dtype=times.ticks_R.dtype)
    np.maximum.at(last_G, group_R_, times.ticks_R)
    begins = _begins(np.sort(last_G), shares, where)
    role_R: list[str | None] = ["train"] * rows.num_rows
    removed: dict[str, int] = {}
    latest_R = last_G[group_R_]
    open_R = np.ones(rows.num_rows, dtype=np.bool_)
    for role, begin in begins.items():
        in_role_R = open_R & (latest_R >= begin)
        gone_R = in_role_R & (times.ticks_R < begin)
        removed[f"its group goes on in {role}, and it is from before"] = int(gone_R.sum())
        for row in np.flatnonzero(in_role_R).tolist():
            role_R[row] = None if gone_R[row] else role
        open_R &= ~in_role_R
    return Roles(role_R, removed)


def _begins(last_G: Ticks, shares: dict[str, float], where: str) -> dict[str, float]:
    """Give the time with which each role begins. `last_G` is sorted; the groups before `end` are still to be dealt out."""
    begins: dict[str, float] = {}
    end = len(last_G)
    for role, share in shares.items():
        if not share:
            continue
        first = end - max(round(share * len(last_G)), 1)
        if first <= 0 or last_G[first] == last_G[0]:
            found = f"nothing is left for training: {role} takes the earliest of {len(last_G)} groups, too"
            do = "lower validation and test, give more groups, or a column of finer times (equal times stay together)"
            raise UserError(Fault(f"{where}.{role}", found, "groups that are earlier", do))
        begins[role] = last_G[first]
        end = int(np.searchsorted(last_G, last_G[first]))
    return begins
