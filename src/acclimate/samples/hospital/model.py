"""The joint distribution of a made-up record, as tables.

    P(record) = P(sex) P(s_1 | sex) P(age | s_1) P(department | s_1) P(events)
                * product over t > 1 of P(s_t | s_{t-1}) P(days_t | s_t)

A state s is one code with its description. The number of events is drawn apart from everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from acclimate.samples.hospital.states import COURSES, EVENTS, Course, State

Floats = npt.NDArray[np.float64]
Value = TypeVar("Value", str, int)


@dataclass(frozen=True, eq=False)
class Model:
    """A record's distribution; every table's last axis sums to 1.

    Values (what a record can hold): `codes` and `descriptions` (one each a state, all different), `sexes`,
    `departments`, `ages` in whole years, `days` since the event before (1 or more).
    Tables: `sex` [sex], `first` [sex, state], `age` [state, age] and `department` [state, department] given the first
    state, `following` [state, next state], `gap` [state, days] given the state entered, `events` [number of events].
    Raises: ValueError if a table does not fit the values or is no distribution, or if a value stands twice.
    """

    codes: tuple[str, ...]
    descriptions: tuple[str, ...]
    sexes: tuple[str, ...]
    departments: tuple[str, ...]
    ages: tuple[int, ...]
    days: tuple[int, ...]
    sex: Floats
    first: Floats
    age: Floats
    department: Floats
    following: Floats
    gap: Floats
    events: Floats

    def __post_init__(self) -> None:
        states = len(self.codes)
        shapes = {
            "sex": (len(self.sexes),),
            "first": (len(self.sexes), states),
            "age": (states, len(self.ages)),
            "department": (states, len(self.departments)),
            "following": (states, states),
            "gap": (states, len(self.days)),
            "events": self.events.shape[:1],
        }
        for name, shape in shapes.items():
            table: Floats = getattr(self, name)
            if table.shape != shape:
                raise ValueError(f"{name} has shape {table.shape}, the values need {shape}")
            if (table < 0).any() or not np.allclose(table.sum(axis=-1), 1.0, rtol=0, atol=1e-12):
                raise ValueError(f"{name} is no distribution along its last axis")
        for name in ("codes", "descriptions", "sexes", "departments", "ages", "days"):
            values: tuple[object, ...] = getattr(self, name)
            if len(set(values)) != len(values):
                raise ValueError(f"{name} holds a value twice")
        if len(self.descriptions) != states:
            raise ValueError(f"{len(self.descriptions)} descriptions for {states} codes")
        if min(self.days) < 1 or self.events[0] > 0:
            raise ValueError("days since the event before are 1 or more, and so is the number of events")


@cache
def hospital_model() -> Model:
    """Give the distribution of the hospital sample: the courses of disease of `states.py` as tables."""
    states = [state for course in COURSES for state in course.states]
    course_of = [course for course in COURSES for _ in course.states]
    codes = [state.code for state in states]
    days = sorted({day for state in states for day in state.pace})
    departments = sorted({name for course in COURSES for name in course.departments})
    ages = range(min(_ages(course)[0] for course in COURSES), max(_ages(course)[-1] for course in COURSES) + 1)
    return Model(
        codes=tuple(codes),
        descriptions=tuple(state.description for state in states),
        sexes=("F", "M"),
        departments=tuple(departments),
        ages=tuple(ages),
        days=tuple(days),
        sex=np.array([0.5, 0.5]),
        first=_table([_first(states, course_of, women) for women in (True, False)], codes),
        age=_table([_triangle(course) for course in course_of], ages),
        department=_table([course.departments for course in course_of], departments),
        following=_table([state.follows for state in states], codes),
        gap=_table([state.pace for state in states], days),
        events=_table([EVENTS], range(max(EVENTS) + 1))[0],
    )


def _table(rows: Sequence[Mapping[Value, int]], values: Sequence[Value]) -> Floats:
    place = {value: number for number, value in enumerate(values)}
    counts = np.zeros((len(rows), len(values)), dtype=np.int64)
    for row, weights in enumerate(rows):
        for value, weight in weights.items():
            counts[row, place[value]] = weight
    # Whole numbers, divided once: the same bits on every machine.
    table: Floats = counts / counts.sum(axis=1, keepdims=True)
    return table


def _first(states: Sequence[State], course_of: Sequence[Course], women: bool) -> dict[str, int]:
    """Give how often a record of a sex begins with each code; every course's own weights add up to 10."""
    return {
        state.code: (course.women if women else course.men) * course.first.get(state.code, 0)
        for state, course in zip(states, course_of, strict=True)
    }


def _ages(course: Course) -> range:
    middle, reach = course.age
    return range(middle - reach, middle + reach + 1)


def _triangle(course: Course) -> dict[int, int]:
    middle, reach = course.age
    return {age: reach + 1 - abs(age - middle) for age in _ages(course)}
