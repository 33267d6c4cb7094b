"""Roles by what a column says, for data that come with their own split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pydantic import model_validator

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Section, option
from acclimate.core.rows import ROLES, Rows, need_columns
from acclimate.prepare.columns import Names, texts
from acclimate.prepare.roles import Roles, need_said

_WORDS = {"train": ("train", "training"), "validation": ("validation", "valid", "val", "dev"), "test": ("test",)}
_TOLD = 10


class Values(Section):
    """The values of a column that mean each role. A role for which none is listed has its usual words."""

    train: Names = option((), f"values for training; none: {', '.join(_WORDS['train'])}")
    validation: Names = option((), f"values for validation; none: {', '.join(_WORDS['validation'])}")
    test: Names = option((), f"values for test; none: {', '.join(_WORDS['test'])}")

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_text(cls, data: Any) -> Any:
        """Folds are often numbers, and columns are compared as text."""
        if not isinstance(data, dict):
            return data
        return {role: _texts(values) if role in ROLES else values for role, values in data.items()}

    @model_validator(mode="after")
    def _each_once(self) -> Values:
        listed = [*self.train, *self.validation, *self.test]
        twice = sorted({value for value in listed if listed.count(value) > 1})
        if twice:
            raise ValueError(f"each value for one role; {', '.join(twice)} stands twice")
        return self

    @property
    def listed(self) -> dict[str, str]:
        """Give the role of each value that is listed."""
        by_role = dict(zip(ROLES, (self.train, self.validation, self.test), strict=True))
        return {value: role for role, values in by_role.items() for value in values}

    @property
    def meaning(self) -> dict[str, str]:
        """Give the role of each value, usual words included."""
        named = set(self.listed.values())
        usual = {word: role for role, words in _WORDS.items() if role not in named for word in words}
        return {**usual, **self.listed}


def _texts(values: Any) -> Any:
    if isinstance(values, int) and not isinstance(values, bool):
        return (str(values),)
    return (
        tuple(_texts(one)[0] if isinstance(one, int) else one for one in values) if isinstance(values, list) else values
    )


def roles_by_column(rows: Rows, group_R: Sequence[str], name: str, values: Values, where: str) -> Roles:
    """Give each row the role that its value means; of a group in several roles only the rows of the strongest stay.

    Test is stronger than validation, that than train.
    Raises: UserError for rows without a value, for values that mean no role, and for listed values that are nowhere.
    """
    place = f"{where}.column"
    need_columns(rows, [name], place)
    value_R = texts(rows, name, place)
    need_said(
        rows, name, [value is None for value in value_R], place, "fill it, or leave such rows out with prepare: sql"
    )
    counted = Counter(value for value in value_R if value is not None)
    meaning = values.meaning
    faults = [_unknown(name, [value for value in counted if value not in meaning], counted, meaning, place)]
    faults += [
        Fault(
            f"{where}.values.{role}", f"no {name} {value!r}{nearest(value, counted)}", ", ".join(list(counted)[:_TOLD])
        )
        for value, role in values.listed.items()
        if value not in counted
    ]
    found = [fault for fault in faults if fault is not None]
    if found:
        raise UserError(*found)
    said_R = [meaning[value] for value in value_R if value is not None]
    strongest = {group: role for wanted in ROLES for group, role in zip(group_R, said_R, strict=True) if role == wanted}
    role_R = [role if strongest[group] == role else None for group, role in zip(group_R, said_R, strict=True)]
    lost = Counter(strongest[group] for group, role in zip(group_R, role_R, strict=True) if role is None)
    return Roles(list(role_R), {f"its group also stands in {role}": number for role, number in lost.items()})


def _unknown(name: str, unknown: list[str], counted: Counter[str], meaning: dict[str, str], where: str) -> Fault | None:
    if not unknown:
        return None
    shown = ", ".join(f"{value!r} ({counted[value]} rows)" for value in unknown[:_TOLD])
    more = f" and {len(unknown) - _TOLD} more" if len(unknown) > _TOLD else ""
    allowed = ", ".join(f"{value} ({role})" for value, role in meaning.items())
    do = f"say what each means: values: {{test: [{unknown[0]}]}}, or leave such rows out with prepare: sql"
    return Fault(where, f"column {name!r} holds {shown}{more}, which means no role", allowed, do)
