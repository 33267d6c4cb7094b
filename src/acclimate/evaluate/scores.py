"""Sums over groups -> lines of scores.json (docs/scores.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from acclimate.core.scores import GroupSums, Score
from acclimate.evaluate.change import Bootstrap, Change, change, own_interval
from acclimate.evaluate.seeds import change_over_seeds

ACCURACY_ANSWERED = "accuracy_answered"
ARMS = ("before", "start", "after", "control")


@dataclass(frozen=True)
class Place:
    """Where scores belong: the phase, the data (`test`, `validation`, `general`), and the column that is resampled."""

    phase: str
    data: str
    resampled_by: str


def score_lines(
    place: Place,
    sums: Mapping[str, Sequence[GroupSums]],
    bootstrap: Bootstrap,
    primary: str = "",
    floors: Sequence[GroupSums] = (),
) -> list[Score]:
    """Give the lines of one data set: each arm's scores with their own intervals, floors, and the changes.

    Takes: `sums`, scores by `when` (before, start, after, control); `primary`, the score that the verdict reads (only
    its change on `test` is marked). Changes are those of `after` against `before`, and against `control` if there is
    one.
    """
    lines = []
    for when in ARMS:
        lines += [_line(place, when, one, own_interval(one, bootstrap)) for one in sums.get(when, ())]
    lines += [_line(place, "floor", one, own_interval(one, bootstrap)) for one in floors]
    for arm, name in (("before", "base"), ("control", "control")):
        others = {(one.name, one.slice): one for one in sums.get(arm, ())}
        for one in sums.get("after", ()):
            if (one.name, one.slice) in others:
                found = change(one, others[one.name, one.slice], bootstrap)
                of_all = place.data == "test" and one.slice is None
                marked = of_all and one.name == primary and name == "base"
                lines.append(_line(place, "change", one, found, against=name, primary=marked))
    return lines


def seed_lines(
    place: Place,
    runs: Mapping[str, Mapping[int, Sequence[GroupSums]]],
    bootstrap: Bootstrap,
    primary: str,
) -> list[Score]:
    """Give the lines of arms that were trained from several seeds: the means over seeds and their changes, then every seed.

    Takes: `runs`, by `when` (before, after, control) and seed. A score is there only if every arm and seed has it.
    """
    by_key = {
        when: [{(one.name, one.slice): one for one in sums if one.measured} for sums in seeds.values()]
        for when, seeds in runs.items()
    }
    keys = [key for key in by_key["after"][0] if all(key in one for some in by_key.values() for one in some)]
    lines = []
    for name in keys:
        some = {when: [one[name] for one in seeds] for when, seeds in by_key.items()}
        counted = some["after"][0]
        for when, by_seed in some.items():
            lines.append(_line(place, when, counted, change_over_seeds(by_seed, [], bootstrap)))
        for arm, other in (("before", "base"), ("control", "control")):
            if arm in some:
                found = change_over_seeds(some["after"], some[arm], bootstrap)
                marked = place.data == "test" and name == (primary, None) and other == "base"
                lines.append(_line(place, "change", counted, found, against=other, primary=marked))
    for when, seeds in runs.items():
        for seed, sums in seeds.items():
            whole = [one for one in sums if one.measured and one.slice is None]
            lines += [replace(_line(place, when, one, own_interval(one, bootstrap)), seed=seed) for one in whole]
    return lines


def undefined(sums: Mapping[str, Sequence[GroupSums]], expected: Sequence[str] = ()) -> list[str]:
    """Name, in sentences, the scores (of all of the data) that an arm has not, although expected or there for another."""
    found = [one.name for some in sums.values() for one in some if one.slice is None]
    names = dict.fromkeys([*expected, *found])
    return [
        f"{name} has no value {arm}: what it divides by did not occur ({_WHY.get(name, _NOTHING_SAID)})."
        for name in names
        for arm, some in sums.items()
        if not any(one.name == name and one.slice is None for one in some)
    ]


_NOTHING_SAID = "nothing was said to be positive, or all was"
_WHY = {ACCURACY_ANSWERED: "no text was answered, as evaluate.abstain_below asks for more than the model is sure of"}


def run_change(place: Place, after: GroupSums, other: GroupSums, against: str, bootstrap: Bootstrap) -> Score:
    """Give the line of one run's score against that of another, `run:NAME`, measured on the same groups.

    Never primary: the verdict of a run is about its own base.
    """
    return _line(place, "change", after, change(after, other, bootstrap), against=against, primary=False)


def forgetting_line(
    place: Place, lost: Change, n: int, part: str | None = None, unit: str = "% of the base's bits per byte"
) -> Score:
    """Give the line of R, in percent, of all general text or of one `part` of it."""
    low, high = (None if end is None else 100 * end for end in (lost.low, lost.high))
    return Score(
        place.phase, "change", place.data, "forgetting", 100 * lost.value, unit, "lower", n, low, high,
        "base", place.resampled_by, lost.groups, primary=False, slice=part,
    )  # fmt: skip


def gap_line(place: Place, one: GroupSums, found: Change, between: str, against: str | None) -> Score:
    """Give the line of the largest gap `between` two subgroups, of a score or (`against` base) of its change."""
    return replace(_line(place, "gap", one, found, against=against), slice=between)


def _line(
    place: Place, when: str, one: GroupSums, found: Change, against: str | None = None, primary: bool | None = None
) -> Score:
    return Score(
        phase=place.phase,
        when=when,
        data=place.data,
        name=one.name,
        value=found.value,
        unit=one.unit,
        better=one.better,
        n=one.n,
        low=found.low,
        high=found.high,
        against=against,
        resampled_by=place.resampled_by,
        groups=found.groups,
        primary=primary,
        slice=one.slice,
    )
