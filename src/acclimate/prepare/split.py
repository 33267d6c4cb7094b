"""Step `split`: which groups are for training, which for validation, which for test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationInfo, field_validator

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Method, option
from acclimate.core.rows import (
    GROUP,
    ROLE,
    ROW_ID,
    Counts,
    Rows,
    about,
    column,
    need_columns,
    replace_column,
    with_about,
)
from acclimate.core.seeds import share
from acclimate.prepare.columns import Names, texts
from acclimate.prepare.held_out import SPLIT, named
from acclimate.prepare.replay import REPLAYED
from acclimate.prepare.roles import Roles, need_said
from acclimate.prepare.split_column import Values, roles_by_column
from acclimate.prepare.split_time import roles_by_time

_TOLD = 10
_BY_CHANCE = 1e-6
"""Rarer than this, an empty share is no accident."""
_LEAKS = "its group stands in the test or validation source"


class Split(Method):
    """Gives each training row a role by its group: with h = hash(seed, group) in [0, 1), test if h < test, validation
    if h < test + validation, else train. Or by time, the latest for test; or by what a column says.

    Takes: rows with `_role`. Only rows of the training source are split. Those whose group (by `group_by`) also stands
    in a source of their own for validation or test are removed and counted.

    Gives: `_role` and `_group`. By hash, the role depends on seed and group alone: no row that is added or taken away,
    and no order of rows, moves a group; a test patient stays a test patient in every later run. A group never stands in
    two roles: with `by: time` it has the role of its latest row, and its rows from before that role's time are removed;
    with `by: column` its rows of weaker roles are removed (test is stronger than validation, that than train).

    Options: `group_by` names what must not be torn apart (default: the row). `by: hash` with `column` and `test_values` or
    `validation_values` takes whole values out, such as two hospitals for test; a role that has such values gets no
    others by hash, and a group with rows of several values goes as a whole, to test before validation. `by: time`: of the
    groups, in the order of their latest row, the last share is for test and the one before for validation; rows of equal
    time stay together, so that every training row is earlier than every validation row, and that than every test row.
    `by: column`: each value of `column` says its role, as `values` lists them; a value that is nowhere is a fault, and the
    shares have no meaning.

    When to use: unless there are sources for validation and test. Split by what the model is meant to be new to: the
    patient, the source of a document. By time where the model is to be used on what comes after its data (before `tagged`, which
    keeps no column of times); new data then move the border, so test again what was trained before. By column where the data come with their own split.

    Source: docs/measuring.md, Splits; hash: BLAKE2b.

    Raises: UserError for an empty group or time, a value that is not there or has no role, and a role without rows (by
    hash with the share that it would take).
    """

    group_by: Names | None = option(None, "columns that name a group; none: each row is one")
    by: Literal["hash", "time", "column"] = option("hash", "what decides about the role")
    validation: float = option(0.05, "share of the groups for validation", unit="share of groups", ge=0, lt=1)
    test: float = option(0.10, "share of the groups for test", unit="share of groups", ge=0, lt=1)
    time: str | None = option(None, "by time: the column of times (ISO 8601, dates, or numbers)")
    column: str | None = option(None, "column whose values test_values, validation_values and values are")
    values: Values = option(Values(), "by column: the values that mean each role, as in {test: [holdout, blind]}")
    test_values: Names = option((), "by hash: values whose rows are for test")
    validation_values: Names = option((), "by hash: values whose rows are for validation")

    @field_validator("group_by", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return None if value in ("none", [], ()) else value

    @field_validator("test")
    @classmethod
    def _leaves_some(cls, value: float, info: ValidationInfo) -> float:
        if value + info.data.get("validation", 0.0) >= 1:
            raise ValueError("less than 1 together with validation, or nothing is left to train on")
        return value

    @field_validator("validation_values")
    @classmethod
    def _column_decides(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        named = info.data.get("by") == "hash" and info.data.get("column") is not None
        if named and "values" in info.data and not value and not info.data.get("test_values"):
            raise ValueError("some, or test_values, as column is set; or by: column, if its values say each row's role")
        return value

    @field_validator("test_values", "validation_values")
    @classmethod
    def _of_a_column(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and "column" in info.data and info.data["column"] is None:
            raise ValueError("no values as long as column is not set")
        if value and info.data.get("by", "hash") != "hash":
            raise ValueError(f"no values here with by: {info.data['by']}; they are for by: hash")
        if set(value) & set(info.data.get("test_values", ())):
            raise ValueError("values that are not among test_values")
        return value

    @field_validator("time", "column", "values")
    @classmethod
    def _fits_what_decides(cls, value: object, info: ValidationInfo) -> object:
        by, name = info.data.get("by"), str(info.field_name)
        if by == name and value is None:
            raise ValueError(f"the name of a column, as by is {by}")
        ways = {"time": ("time",), "values": ("column",), "column": ("hash", "column")}[name]
        if by is not None and by not in ways and value not in (None, Values()):
            raise ValueError(f"nothing with by: {by}, as this is for by: {' or '.join(ways)}")
        return value

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Give the roles; see the class."""
        if about(rows).get(REPLAYED):
            do = "put replay behind split"
            raise UserError(Fault(where, "replay stands before split, so general text could be test", "", do))
        group_R = self._groups(rows, where)
        role_R: list[str] = column(rows, ROLE, where)
        fixed = set() if self.group_by is None else {g for g, r in zip(group_R, role_R, strict=True) if r != "train"}
        leaks_R = np.array([r == "train" and g in fixed for g, r in zip(group_R, role_R, strict=True)], dtype=np.bool_)
        removed = {_LEAKS: int(leaks_R.sum())}
        rows = replace_column(rows, GROUP, pa.array(group_R, pa.string()))
        rows_in, rows = rows.num_rows, rows.filter(pa.array(~leaks_R))
        own = np.asarray(pc.equal(rows.column(ROLE), "train").to_numpy())
        split = self._roles(rows.filter(pa.array(own)), where, seed)
        new_R = np.array(rows.column(ROLE).to_pylist(), dtype=object)
        new_R[own] = split.role_R
        rows = replace_column(rows, ROLE, pa.array(new_R.tolist(), pa.string()))
        rows = rows.filter(pc.is_valid(rows.column(ROLE)))
        self._check(rows, split.places, where)
        rows = with_about(rows, {"group_by": list(self.group_by) if self.group_by else None, SPLIT: self._facts()})
        removed = {reason: number for reason, number in {**removed, **split.removed}.items() if number}
        return rows, Counts(rows_in, rows.num_rows, removed=removed)

    def _roles(self, rows: Rows, where: str, seed: int) -> Roles:
        """Give the roles of the rows that are to be split; they have their group."""
        group_R: list[str] = column(rows, GROUP, where)
        if self.by == "time" and self.time is not None:
            return roles_by_time(rows, group_R, self.time, {"test": self.test, "validation": self.validation}, where)
        if self.by == "column" and self.column is not None:
            return roles_by_column(rows, group_R, self.column, self.values, where)
        asked = self._asked(rows, group_R, where)
        hashed = {group: share(seed, group) for group in dict.fromkeys(group_R) if group not in asked}
        roles = {**{group: self._by_hash(place) for group, place in hashed.items()}, **asked}
        return Roles([roles[group] for group in group_R], {}, tuple(hashed.values()))

    def _facts(self) -> dict[str, Any]:
        """Give what decides about the role of a group that is not here (prepare/held_out.py)."""
        values = [*self.test_values, *self.validation_values, *self.values.test, *self.values.validation]
        return {"by": self.by, "share": sum(self._shares), "column": self.column, "values": values}

    @property
    def _shares(self) -> tuple[float, float]:
        """The shares of test and validation that the hash deals out."""
        return (0.0 if self.test_values else self.test), (0.0 if self.validation_values else self.validation)

    def _by_hash(self, place: float) -> str:
        test, validation = self._shares
        return "test" if place < test else "validation" if place < test + validation else "train"

    def share_for(self, wanted: int, groups: Iterable[str], seed: int) -> float | None:
        """Give the smallest `test` (rounded up to a thousandth) that holds `wanted` of the groups.

        None where no share does: there are fewer, it would leave nothing to train on, or the hash does not decide.
        """
        if self.by != "hash" or self.test_values:
            return None
        places = sorted(share(seed, group) for group in set(groups))
        if len(places) < wanted:
            return None
        need = (math.floor(places[wanted - 1] * 1000) + 1) / 1000
        return need if need + self._shares[1] < 1 else None

    def _groups(self, rows: Rows, where: str) -> list[str]:
        names = list(self.group_by or [ROW_ID])
        need_columns(rows, names, f"{where}.group_by")
        columns = [texts(rows, name, f"{where}.group_by") for name in names]
        for name, values in zip(names, columns, strict=True):
            if None in values:
                do = "fill it, leave such rows out with prepare: sql, or group by another column"
                need_said(rows, name, [value is None for value in values], f"{where}.group_by", do)
        return named(columns)

    def _asked(self, rows: Rows, group_R: Sequence[str], where: str) -> dict[str, str]:
        """Give the roles of the groups in which one of the values asked for stands; test goes before validation."""
        if self.column is None:
            return {}
        need_columns(rows, [self.column], f"{where}.column")
        value_R = texts(rows, self.column, f"{where}.column")
        there = list(dict.fromkeys(value for value in value_R if value is not None))
        missing = [value for value in (*self.test_values, *self.validation_values) if value not in there]
        if missing:
            more = f" and {len(there) - _TOLD} more" if len(there) > _TOLD else ""
            allowed = ", ".join(there[:_TOLD]) + more
            raise UserError(
                *(
                    Fault(f"{where}.column", f"no {self.column} {one!r}{nearest(one, there)}", allowed)
                    for one in missing
                )
            )
        asked: dict[str, str] = {}
        for role, values in (("validation", self.validation_values), ("test", self.test_values)):
            wanted = set(values)
            asked.update({g: role for g, value in zip(group_R, value_R, strict=True) if value in wanted})
        return asked

    def _check(self, rows: Rows, places: Sequence[float], where: str) -> None:
        """See that every role that was asked for has rows. `places`: where the hash put the groups it decided about."""
        test, validation = self._shares if self.by == "hash" else (0.0, 0.0)
        if rows.num_rows == 1 and (test or validation):
            do = "give the source more rows, or set validation: 0 and test: 0 to measure nothing"
            raise UserError(Fault(where, "there is only one row, which can't be split", "a row for each role", do))
        roles = set(rows.column(ROLE).unique().to_pylist())
        faults = []
        if test and "test" not in roles:
            faults.append(_empty("test", test, 0.0, places, where))
        if validation and "validation" not in roles:
            faults.append(_empty("validation", validation, test, places, where))
        if "train" not in roles:
            of = f"group of {len(places)}" if self.by == "hash" else "row"
            do = "lower validation and test, or give more groups" if self.by == "hash" else "look at the values"
            faults.append(Fault(where, f"no {of} is left for training", "at least one", do))
        if faults:
            raise UserError(*faults)


def _empty(role: str, wanted: float, below: float, places: Sequence[float], where: str) -> Fault:
    """Say which share would hold a group: a share is each group's chance, so few groups need a large one."""
    found = f"{role} is empty after the split: none of {len(places)} groups falls into its share of {wanted:g}"
    if (1 - wanted) ** len(places) < _BY_CHANCE:
        found += (
            ", as these rows are what an earlier split by the same hash left for training (those of another phase are)"
        )
        do = f"set {role}: 0, or give a source of its own for {role}"
        return Fault(f"{where}.{role}", found, "rows that were not split before", do)
    do = "give the source more groups, or take another seed"
    later = [place for place in places if place >= below]
    if len(later) > 1:
        need = math.ceil((min(later) - below) * 1000 + 1) / 1000
        do = f"set {role}: {need:g}, which holds one, or {do}"
    return Fault(f"{where}.{role}", found, "at least one group", do)
