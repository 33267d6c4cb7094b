"""Memorisation: does the adapted model know its training groups better than held-out ones, beyond what the base does?

    M = (theta_training - theta_held_out) of the adapted model - the same of the base

theta is bits per byte, or the mean rank of a person's true value among look-alikes. The two sets of groups have nothing in
common, so each is resampled on its own (evaluate/change.py, `apart`). M < 0 with an interval below 0: some of it was
memorised. Only such sums are given, never a value (docs/measuring.md, Privacy of the proof).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acclimate.core.proof import Memorised
from acclimate.core.scores import GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.change import Bootstrap, Change, apart
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.verdict import number, percent

FEWEST_SHOWN = 10
"""Fewer groups than this are not spoken of (the 10-group rule)."""


def as_many_groups(training: Sequence[EvalText], groups: int, seed: int) -> list[EvalText]:
    """Give the texts of at most `groups` training groups, drawn by (seed, group), in their order."""
    names = dict.fromkeys(text.group for text in training)
    drawn = set(sorted(names, key=lambda group: (hash64("memorised", seed, group), group))[:groups])
    return [text for text in training if text.group in drawn]


def gap(
    what: str, training: Mapping[str, GroupSums], held_out: Mapping[str, GroupSums], bootstrap: Bootstrap
) -> Memorised | None:
    """Compare one score on training and held-out groups. None with fewer than 10 groups on a side.

    Takes: for each the sums of `after`, and of `before` if the base can be measured.
    """
    sides = [(one["after"], one.get("before")) for one in (training, held_out)]
    found = apart(sides[0], sides[1], bootstrap)
    if found.groups < FEWEST_SHOWN:
        return None
    (learnt, base_learnt), (unseen, base_unseen) = sides
    return Memorised(
        what=what,
        unit=learnt.unit,
        training=learnt.value,
        held_out=unseen.value,
        base_training=None if base_learnt is None else base_learnt.value,
        base_held_out=None if base_unseen is None else base_unseen.value,
        difference=found.value,
        low=found.low,
        high=found.high,
        groups=found.groups,
        sentence=_sentence(what, learnt, unseen, found, bootstrap, of_base=base_learnt is not None),
    )


def _sentence(
    what: str, learnt: GroupSums, unseen: GroupSums, found: Change, bootstrap: Bootstrap, *, of_base: bool
) -> str:
    subject = "Text" if what == "text" else f"The true {what} among look-alikes"
    less = ", the base's own difference taken off" if of_base else ""
    said = (
        f"{subject}: {number(learnt.value)} {learnt.unit} on training groups, {number(unseen.value)} on held-out ones; "
        f"difference {_signed(found.value)}{less}"
    )
    if found.low is None or found.high is None:
        return f"{said}; {found.groups} groups are too few for an interval."
    interval = f"{percent(bootstrap.confidence)} interval {_signed(found.low)} to {_signed(found.high)}"
    if found.high < 0:
        outcome = "what was trained on is known better: some of it was memorised"
    elif found.low > 0:
        outcome = "what was trained on is not known better"
    else:
        outcome = "no memorisation shown"
    return f"{said} ({interval}, {found.groups} groups): {outcome}."


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+' if value > 0 else ''}{number(abs(value))}"
