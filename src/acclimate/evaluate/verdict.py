"""What is said in the end, in one sentence that anybody understands (docs/measuring.md, Change).

better: the interval of the primary score's change lies wholly on the good side and the change is at least `min_effect`
of the base's score; worse: wholly on the other side; else no difference shown. Without an interval: not measurable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.scores import GroupSums, Verdict, spelt
from acclimate.evaluate.change import FEWEST_GROUPS, Change, change, own_interval
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.seeds import change_over_seeds
from acclimate.evaluate.written import OF_ANSWERS

NO_HEAD = "the base has no trained head for this objective, so there is no `before`"


@dataclass(frozen=True)
class _Phrase:
    """How a change is said: `text` with {amount} and {direction}, the two directions, and what values are times."""

    text: str
    less: str = "less"
    more: str = "more"
    scale: float = 1.0


_PHRASES = {
    "bits_per_byte": _Phrase("The adapted model needs {amount} bits per byte {direction} than the base"),
    f"bits/byte{OF_ANSWERS}": _Phrase(
        "The adapted model needs {amount} bits per byte of the right answers {direction} than the base"
    ),
    "masked_accuracy": _Phrase(
        "Of every 100 hidden pieces the adapted model restores {amount} {direction} than the base", "fewer", scale=100.0
    ),
}


def noun(column: str | None) -> str:
    """Give what the groups of a column are called: patient_id -> patients; without a column: documents."""
    if not column:
        return "documents"
    name = column.lower().replace("-", "_")
    for ending in ("_id", "_key", "_no", "_number", "_uuid"):
        name = name.removesuffix(ending)
    name = name.replace("_", " ").strip()
    if name in {"", "id", "key", "row"}:
        return "groups"
    return name if name.endswith("s") else f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def find(scores: Sequence[GroupSums], name: str, where: str) -> GroupSums:
    """Give the score of all of the data called `name`.

    Takes: `where`, the recipe place that named it. Raises: UserError naming those that were measured.
    """
    whole = [one for one in scores if one.slice is None]
    for one in whole:
        if one.name == name:
            return one
    names = [one.name for one in whole]
    raise UserError(Fault(where, f"no score {name!r} was measured{nearest(name, names)}", ", ".join(names), "name one"))


def not_measurable(primary: str, reason: str) -> Verdict:
    """Give the verdict that there is none, and why."""
    return Verdict("not measurable", primary, f"Whether the adapted model is better is not measurable: {reason}.")


def without_base(after: Sequence[GroupSums], settings: Evaluate, groups: str) -> Verdict:
    """Give the verdict on a task whose head the base has not: its score, and that there is nothing to compare it with."""
    reason = _without_value(settings.primary, {"the model": [after]})
    if reason:
        return not_measurable(settings.primary, reason)
    adapted = find(after, settings.primary, "evaluate.primary")
    own = own_interval(adapted, settings.bootstrap)
    interval = f"{percent(settings.confidence)} interval {number(own.low)} to {number(own.high)}" if own.low is not None and own.high is not None else "no interval"  # fmt: skip
    score = f"{spelt(adapted.name)} is {number(own.value)} ({interval}) on {_unseen(adapted, own.groups, groups)}"
    reason = "the base was not trained for this task, so there is nothing to compare it with"
    return Verdict("not measurable", settings.primary, f"The model's {score}; {reason}.")


def judge(
    before: Sequence[GroupSums] | None, after: Sequence[GroupSums], settings: Evaluate, groups: str, refused: str = ""
) -> Verdict:
    """Give the verdict on the scores of base and adapted model on `test`.

    Takes: `before`, None where the base has no trained head; `groups`, what a group is called (`noun`); `refused`, why
    the arms can't be compared (`Measured.refused`).
    """
    if refused:
        return not_measurable(settings.primary, refused)
    if not after:
        return not_measurable(settings.primary, "nothing in the test rows can be measured")
    if before is None:
        return not_measurable(settings.primary, NO_HEAD)
    reason = _without_value(settings.primary, {"the base": [before], "the adapted model": [after]})
    if reason:
        return not_measurable(settings.primary, reason)
    base, adapted = (find(one, settings.primary, "evaluate.primary") for one in (before, after))
    return _judged(base, base.value, change(adapted, base, settings.bootstrap), settings, groups)


def judge_seeds(
    before: Sequence[Sequence[GroupSums]], after: Sequence[Sequence[GroupSums]], settings: Evaluate, groups: str
) -> Verdict:
    """Give the verdict on a task that base and adapted model were trained for from several seeds.

    Takes: the scores of each seed, in one order.
    """
    reason = _without_value(settings.primary, {"the base": before, "the adapted model": after})
    if reason:
        return not_measurable(settings.primary, reason)
    bases, adapted = ([find(one, settings.primary, "evaluate.primary") for one in some] for some in (before, after))
    found = change_over_seeds(adapted, bases, settings.bootstrap)
    level = change_over_seeds(bases, [], settings.bootstrap).value
    verdict = _judged(bases[0], level, found, settings, groups)
    told = f"{verdict.sentence} Both were trained for the task on the same rows, from {len(bases)} seeds each; the interval is over seeds and {groups}."
    return Verdict(verdict.verdict, verdict.primary, told)


def _without_value(primary: str, arms: Mapping[str, Sequence[Sequence[GroupSums]]]) -> str:
    """Say that a model has no value of the primary score (nothing where all have); each arm has a model, or one a seed."""
    for who, models in arms.items():
        lacking = [
            not any((one.name, one.slice) == (primary, None) and one.measured for one in some) for some in models
        ]
        if any(lacking):
            seeds = f" from {sum(lacking)} of {len(lacking)} seeds" if len(lacking) > 1 else ""
            return f"{spelt(primary)} has no value for {who}{seeds}, as what it divides by did not occur"
    return ""


def _judged(base: GroupSums, level: float, found: Change, settings: Evaluate, groups: str) -> Verdict:
    """Give the verdict on a change; `level` is the base's score."""
    if found.low is None or found.high is None:
        if found.groups < FEWEST_GROUPS:
            counted = f"{found.groups} {groups}" if found.groups != 1 else "one group"
            reason = f"too few {groups} to say ({counted}; an interval needs at least {FEWEST_GROUPS})"
        else:
            reason = f"the {groups} are too uneven for an interval"
        return not_measurable(settings.primary, reason)
    low, high = (found.low or 0.0), (found.high or 0.0)
    worse_end, good_end = (high, low) if base.better == "lower" else (-low, -high)
    enough = abs(found.value) >= settings.min_effect * abs(level)
    said = "no difference shown"
    if worse_end < 0 and enough:
        said = "better"
    elif good_end > 0:
        said = "worse"
    where = f"on {_unseen(base, found.groups, groups)} ({_interval(base, found, settings.confidence)})"
    sentence = f"{_says(base, found)} {where}: {said}"
    if worse_end < 0 and not enough:
        sentence += f", as the change is below {percent(settings.min_effect)} of the base's score (min_effect)"
    return Verdict(said, settings.primary, f"{sentence}.")


def _unseen(score: GroupSums, counted: int, groups: str) -> str:
    """Say how many groups there are, and how many of them the score is of (those with entities, with answers, ...)."""
    some = f", of which {counted} count" if counted < len(score.groups) else ""
    return f"{len(score.groups)} unseen {groups}{some}"


def _phrase(base: GroupSums) -> _Phrase:
    other = _Phrase(
        f"The adapted model's {spelt(base.name)} is {{amount}} {{direction}} than the base's",
        "lower",
        "higher",
    )
    return _PHRASES.get(base.unit, _PHRASES.get(base.name, other))


def _says(base: GroupSums, found: Change) -> str:
    if found.value == 0:
        return f"The adapted model's {spelt(base.name)} equals the base's"
    phrase = _phrase(base)
    direction = phrase.less if found.value < 0 else phrase.more
    return phrase.text.format(amount=number(abs(found.value) * phrase.scale), direction=direction)


def _interval(base: GroupSums, found: Change, confidence: float) -> str:
    """Write the ends as the sentence counts, each with its direction where they lie on two sides of 0."""
    phrase = _phrase(base)
    low, high = ((end or 0.0) * phrase.scale for end in (found.low, found.high))
    name = f"{percent(confidence)} interval"
    if high <= 0:
        return f"{name} {number(-high)} to {number(-low)}"
    if low >= 0:
        return f"{name} {number(low)} to {number(high)}"
    return f"{name} {number(-low)} {phrase.less} to {number(high)} {phrase.more}"


def number(value: float) -> str:
    """Write a number with three digits that count, never as a power of ten."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 else "less than 0.0001"


def percent(share: float) -> str:
    """Write a share in percent."""
    return f"{100 * share:.4g} %"
