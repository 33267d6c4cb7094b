"""Step `split`: which groups are for training, which for validation, which for test."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pydantic import ValidationInfo, field_validator

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Method, option
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Counts, Rows, column, need_columns, replace_column, with_about
from acclimate.core.seeds import share
from acclimate.prepare.columns import Names, need_all_values, texts

_TOLD = 10
_LEAKS = "its group stands in the test or validation source"


class Split(Method):
    """Gives each training row a role by its group: with h = hash(seed, group) in [0, 1), test if h < test, validation
    if h < test + validation, else train.

    Takes: rows with `_role`. Only rows of the training source are split. Those whose group (by `group_by`) also stands
    in a source of their own for validation or test are removed and counted.

    Gives: `_role` and `_group`. The role depends on seed and group alone: no row that is added or taken away, and no
    order of rows, moves a group; a test patient stays a test patient in every later run.

    Options: `group_by` names what must not be torn apart (default: the row). `column` with `test_values` or
    `validation_values` takes whole values out, such as two hospitals for test; a role that has such values gets no
    others by hash. A group with rows of several values goes as a whole, to test before validation.

    When to use: unless there are sources for validation and test. Split by what the model is meant to be new to: the
    patient, the source of a document.

    Source: PROOF.md, "Splits and leaks"; hash: BLAKE2b.

    Raises: UserError for an empty group, a value that is not there, and a role without rows (with the share that it
    would take).
    """

    group_by: Names | None = option(None, "columns that name a group; none: each row is one")
    validation: float = option(0.05, "share of the groups for validation", unit="share of groups", ge=0, lt=1)
    test: float = option(0.10, "share of the groups for test", unit="share of groups", ge=0, lt=1)
    column: str | None = option(None, "column whose values test_values and validation_values are")
    test_values: Names = option((), "values whose rows are for test")
    validation_values: Names = option((), "values whose rows are for validation")

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

    @field_validator("test_values", "validation_values")
    @classmethod
    def _of_a_column(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and "column" in info.data and info.data["column"] is None:
            raise ValueError("no values as long as column is not set")
        if set(value) & set(info.data.get("test_values", ())):
            raise ValueError("values that are not among test_values")
        return value

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Give the roles; see the class."""
        group_R = self._groups(rows, where)
        role_R: list[str] = column(rows, ROLE, where)
        fixed = {} if self.group_by is None else {g: r for g, r in zip(group_R, role_R, strict=True) if r != "train"}
        asked = self._asked(rows, group_R, where)
        hashed = {group: share(seed, group) for group in dict.fromkeys(group_R) if group not in asked}
        roles = {**{group: self._by_hash(place) for group, place in hashed.items()}, **asked}
        leaks_R = np.array([r == "train" and g in fixed for g, r in zip(group_R, role_R, strict=True)], dtype=np.bool_)
        new_R = [roles[g] if r == "train" else r for g, r in zip(group_R, role_R, strict=True)]
        made = replace_column(rows, ROLE, pa.array(new_R, pa.string()))
        made = replace_column(made, GROUP, pa.array(group_R, pa.string())).filter(pa.array(~leaks_R))
        self._check(made, [place for group, place in hashed.items() if group not in fixed], where)
        made = with_about(made, {"group_by": list(self.group_by) if self.group_by else None})
        removed = {_LEAKS: int(leaks_R.sum())} if leaks_R.any() else {}
        return made, Counts(rows.num_rows, made.num_rows, removed=removed)

    @property
    def _shares(self) -> tuple[float, float]:
        """The shares of test and validation that the hash deals out."""
        return (0.0 if self.test_values else self.test), (0.0 if self.validation_values else self.validation)

    def _by_hash(self, place: float) -> str:
        test, validation = self._shares
        return "test" if place < test else "validation" if place < test + validation else "train"

    def _groups(self, rows: Rows, where: str) -> list[str]:
        names = list(self.group_by or [ROW_ID])
        need_columns(rows, names, f"{where}.group_by")
        columns = [texts(rows, name, f"{where}.group_by") for name in names]
        for name, values in zip(names, columns, strict=True):
            if None in values:
                said = replace_column(rows.select([ROW_ID]), name, pa.array(values, pa.string()))
                do = "fill it, leave such rows out with prepare: sql, or group by another column"
                need_all_values(said, [name], f"{where}.group_by", do)
        if len(columns) == 1:
            return [value or "" for value in columns[0]]
        return [json.dumps(values, ensure_ascii=False) for values in zip(*columns, strict=True)]

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

    def _check(self, rows: Rows, places: list[float], where: str) -> None:
        """See that every role that was asked for has rows. `places`: where the hash put the groups it decided about."""
        if rows.num_rows == 1 and (self.test or self.validation):
            do = "give the source more rows, or set validation: 0 and test: 0 to measure nothing"
            raise UserError(Fault(where, "there is only one row, which can't be split", "a row for each role", do))
        roles = set(rows.column(ROLE).unique().to_pylist())
        test, validation = self._shares
        faults = []
        if test and "test" not in roles:
            faults.append(_empty("test", test, 0.0, places, where))
        if validation and "validation" not in roles:
            faults.append(_empty("validation", validation, test, places, where))
        if "train" not in roles:
            found = f"no group of {len(places)} is left for training"
            faults.append(Fault(where, found, "at least one", "lower validation and test, or give more groups"))
        if faults:
            raise UserError(*faults)


def _empty(role: str, wanted: float, below: float, places: list[float], where: str) -> Fault:
    """Say which share would hold a group: a share is each group's chance, so few groups need a large one."""
    found = f"{role} is empty after the split: none of {len(places)} groups falls into its share of {wanted:g}"
    do = "give the source more groups, or take another seed"
    later = [place for place in places if place >= below]
    if len(later) > 1:
        need = math.ceil((min(later) - below) * 1000 + 1) / 1000
        do = f"set {role}: {need:g}, which holds one, or {do}"
    return Fault(f"{where}.{role}", found, "at least one group", do)
