"""The floor of the hospital sample: how many bits its hidden values cost at the very least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from acclimate.samples.hospital.chain import Beliefs, Chain, Evidence
from acclimate.samples.hospital.model import Floats, Model, hospital_model
from acclimate.samples.hospital.record import Field, Record, read_record

BEGINNING = "+0d"
"""The timestamp of a history's first event; the later ones are the days since the event before, as in `+30d`."""


class Posterior(NamedTuple):
    """The distribution of one hidden value: what it could be, how probable each is, and which of them it is."""

    values: tuple[str, ...]
    probabilities: Floats
    true: int

    @property
    def bits(self) -> float:
        """-log2 of the probability of the true value."""
        return float(-np.log2(self.probabilities[self.true])) + 0.0  # no -0.0

    @property
    def entropy(self) -> float:
        """The mean of `bits` over what the value could be."""
        possible = self.probabilities[self.probabilities > 0]
        return float(-(possible * np.log2(possible)).sum()) + 0.0


@dataclass(frozen=True, eq=False)
class HospitalFloor:
    """Knows the exact probability of every value that is hidden in a record of the hospital sample.

    bits(v) = -log2 P(v | everything visible), by forward-backward over the states of `model`. All hidden values are hidden
    together; each one's marginal is given.

    Takes: tagged text of the fields age, sex, department (header) and timestamp, code, description (in `<event>`), as
        `key:value` joined by commas, timestamps as days since the event before. A window from the middle of a history
        begins with another timestamp than `+0d`; the events before it are summed out (`Chain.earlier`). Whether a text
        begins its history is taken as known: a hidden first `+0d` costs 0 bits.
    Gives: bits of each hidden value.
    Options: `model`, the distribution that the records were drawn from.
    When to use: on records of `sample: hospital`, to say which share of the possible gain was reached. Real data has no
        known floor.
    Source: Baum, Petrie, Soules and Weiss, A Maximization Technique Occurring in the Statistical Analysis of Probabilistic
        Functions of Markov Chains, 1970.
    Raises: nothing for a text of another kind: its bits are NaN.
    """

    model: Model = field(default_factory=hospital_model)

    def bits(self, text: str, hidden: Sequence[tuple[int, int]]) -> npt.NDArray[np.float64]:
        """Give the bits of each hidden value given everything in `text` outside of all hidden spans.

        Takes: `hidden`, spans [start, end) in characters, each of exactly one value. Gives: one number a span; NaN for
        a span that is no value or holds one that the generator never writes, and throughout for a text that it can't
        have written (fields of other kinds, unknown visible values, a course that has probability 0).
        """
        found = self.posteriors(text, hidden)
        return np.array([np.nan if one is None else one.bits for one in found], dtype=np.float64)

    def posteriors(self, text: str, hidden: Sequence[tuple[int, int]]) -> list[Posterior | None]:
        """Give the distribution of each hidden value; takes the same as `bits`, None stands for its NaN."""
        nothing: list[Posterior | None] = [None] * len(hidden)
        record = read_record(text)
        if record is None:
            return nothing
        spans = {(int(start), int(end)) for start, end in hidden}
        begins = self._begins(record)
        evidence = self._evidence(record, spans, begins=begins)
        if evidence is None:
            return nothing
        beliefs = Chain(self.model).beliefs(evidence, record.events, begins=begins)
        if beliefs is None:
            return nothing
        by_span = {(one.start, one.end): one for one in record.fields}
        fields = [by_span.get((int(start), int(end))) for start, end in hidden]
        return [None if one is None else self._posterior(one, beliefs, begins=begins) for one in fields]

    @cached_property
    def _values(self) -> dict[str, tuple[str, ...]]:
        model = self.model
        return {
            "age": tuple(str(age) for age in model.ages),
            "sex": model.sexes,
            "department": model.departments,
            "timestamp": tuple(f"+{days}d" for days in model.days),
            "code": model.codes,
            "description": model.descriptions,
        }

    @cached_property
    def _numbers(self) -> dict[str, dict[str, int]]:
        return {key: {value: number for number, value in enumerate(values)} for key, values in self._values.items()}

    @staticmethod
    def _begins(record: Record) -> bool:
        first = [one.value for one in record.fields if one.event == 0 and one.key == "timestamp"]
        return first in ([], [BEGINNING])

    def _evidence(self, record: Record, spans: set[tuple[int, int]], *, begins: bool) -> Evidence | None:
        evidence = {}
        for one in record.fields:
            touched = any(one.start < end and start < one.end for start, end in spans)
            if touched or _is_beginning(one, begins=begins):
                continue
            if one.value not in self._numbers[one.key]:
                return None
            evidence[one.key, one.event] = self._numbers[one.key][one.value]
        return evidence

    def _posterior(self, one: Field, beliefs: Beliefs, *, begins: bool) -> Posterior | None:
        if _is_beginning(one, begins=begins):
            return Posterior((BEGINNING,), np.ones(1), 0)
        if one.value not in self._numbers[one.key]:
            return None
        probabilities = self._probabilities(one, beliefs)
        true = self._numbers[one.key][one.value]
        return Posterior(self._values[one.key], probabilities, true) if probabilities[true] > 0 else None

    def _probabilities(self, one: Field, beliefs: Beliefs) -> Floats:
        if one.key == "sex":
            return beliefs.sex
        if one.key == "age":
            return _mixed(beliefs.first, self.model.age)
        if one.key == "department":
            return _mixed(beliefs.first, self.model.department)
        state: Floats = beliefs.states[one.event]
        return _mixed(state, self.model.gap) if one.key == "timestamp" else state


def _mixed(states: Floats, table: Floats) -> Floats:
    mixture: Floats = states @ table
    return mixture


def _is_beginning(one: Field, *, begins: bool) -> bool:
    return begins and one.event == 0 and one.key == "timestamp"
