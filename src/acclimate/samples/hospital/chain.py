"""Forward-backward over a record's states: what is believed of everything hidden, given everything visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from acclimate.samples.hospital.model import Floats, Model

Evidence = Mapping[tuple[str, int], int]
"""The visible values: (field, event) -> number of the value in the model; the header's event is -1."""


class Beliefs(NamedTuple):
    """Posterior distributions: of the sex [sex], of the record's first state [state], of each event's state [event, state].

    In a window from the middle of a history the first state is not that of the window's first event.
    """

    sex: Floats
    first: Floats
    states: Floats


@dataclass(frozen=True)
class Chain:
    """The exact posterior of a model's hidden values."""

    model: Model

    def beliefs(self, evidence: Evidence, events: int, *, begins: bool) -> Beliefs | None:
        """Give what is believed of a record with the given evidence.

        Takes: `events`, how many the text holds; `begins`, whether its first event is the history's first. If not, the
        number of events before is unknown and summed out (`earlier`). None: the model can't write such a record.
        """
        sex = self.model.sex[:, None] * self.model.first
        if ("sex", -1) in evidence:
            sex = sex * (np.arange(len(sex)) == evidence["sex", -1])[:, None]
        header = self._header_likelihood(evidence)
        start = sex.sum(axis=0) * header
        if not events:
            return _normalised(sex @ header, start, np.empty((0, len(start))))

        likely = self._event_likelihoods(evidence, events, begins=begins)
        leap = np.eye(len(start)) if begins else self.earlier(events)
        forward = np.empty_like(likely)
        forward[0] = _scaled((start @ leap) * likely[0])
        for event in range(1, events):
            forward[event] = _scaled((forward[event - 1] @ self.model.following) * likely[event])
        backward = np.ones_like(likely)
        for event in range(events - 1, 0, -1):
            backward[event - 1] = _scaled(self.model.following @ (likely[event] * backward[event]))
        rest = leap @ (likely[0] * backward[0])
        return _normalised(sex @ (header * rest), start * rest, forward * backward)

    def earlier(self, events: int) -> Floats:
        """Give P(state of a window's first event | the record's first state), [state, state].

        The window holds `events` events and does not begin its history. Before it lie k = 1, 2, ... events, and
        P(k) is proportional to P(history has at least k + events): every run of `events` events that a history holds
        beyond its beginning is taken to be equally likely to be the window. All zeros if no history is that long.
        """
        at_least = self.model.events[::-1].cumsum()[::-1]
        weights = at_least[events + 1 :]
        total = weights.sum()
        result = np.zeros_like(self.model.following)
        if total == 0:
            return result
        power = np.eye(len(result))
        for weight in weights / total:
            power = power @ self.model.following
            result += weight * power
        return result

    def _header_likelihood(self, evidence: Evidence) -> Floats:
        likelihood = np.ones(len(self.model.codes))
        for key, table in (("age", self.model.age), ("department", self.model.department)):
            if (key, -1) in evidence:
                likelihood = likelihood * table[:, evidence[key, -1]]
        return likelihood

    def _event_likelihoods(self, evidence: Evidence, events: int, *, begins: bool) -> Floats:
        states = np.arange(len(self.model.codes))
        likely = np.ones((events, len(states)))
        for (key, event), value in evidence.items():
            if key in {"code", "description"}:
                likely[event] *= states == value
            elif key == "timestamp" and not (begins and event == 0):
                likely[event] *= self.model.gap[:, value]
        return likely


def _scaled(weights: Floats) -> Floats:
    """Give weights of sum 1, so that long records do not underflow; all zeros stay."""
    total = weights.sum()
    return weights / total if total > 0 else weights


def _normalised(sex: Floats, first: Floats, states: Floats) -> Beliefs | None:
    if not sex.sum() > 0:
        return None
    return Beliefs(sex / sex.sum(), first / first.sum(), states / states.sum(axis=1, keepdims=True))
