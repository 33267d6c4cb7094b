"""Scores as table rows in words: base, control, adapted, the change with its interval, floors; one row a score.

Any score of any name, unit and data set becomes a row: rows are made from lines of scores.json, never from a list of names.
"""

from __future__ import annotations

from dataclasses import dataclass

from acclimate.core.proof import Proof
from acclimate.core.scores import Score, spelt
from acclimate.report.formats import NARROW, number, percent
from acclimate.report.score_words import EXPLAINED, NO_GOOD_SIDE

ARMS = {
    "before": "base",
    "start": "start (base with new tokens)",
    "after": "adapted",
    "control": "control (general text)",
}
ROLES = {
    "test": "test set",
    "validation": "validation set",
    "general": "general text",
    "terms": "terms",
    "train": "training set",
    "prompts": "prompts of the recipe",
}
_DIRECTIONS = {"lower": "↓ lower is better", "higher": "↑ higher is better"}
TITLES = {"test": "Your domain (test set, never trained on)", "general": "General text (what may have been forgotten)"}


@dataclass(frozen=True)
class Bar:
    """A change and its interval, turned so that better is positive; `reach` is what fills half the drawing."""

    value: float
    low: float | None
    high: float | None
    reach: float


@dataclass(frozen=True)
class ScoreRow:
    """One score of one data set in words; `outcome` is better, worse, unclear, or empty where nothing is judged.

    `beyond_control` is the change against the control; `floors` are values with what reaches each of them.
    `own_interval` is the adapted model's, where there is no change to show. `shots` is the base's with worked examples in
    its prompts, `beyond_shots` the change against it.
    """

    name: str
    label: str
    explained: str
    unit: str
    direction: str
    base: str
    adapted: str
    change: str
    relative: str
    interval: str
    primary: bool
    outcome: str
    bar: Bar | None
    control: str = ""
    beyond_control: str = ""
    floors: tuple[tuple[str, str], ...] = ()
    own_interval: str = ""
    shots: str = ""
    beyond_shots: str = ""


SHOTS = "shots="
"""What the slice of a score begins with that is of the base with worked examples in its prompts."""
IN_WORDS = {"forgetting"}
"""Scores that a box of their own says in a sentence."""


def label_of(name: str) -> str:
    """Give the name of a score as people say it, also of one that nobody has explained."""
    if name in EXPLAINED:
        return EXPLAINED[name][0]
    text = spelt(name)
    return text[:1].upper() + text[1:] if not text.startswith("chrF") else text


def in_sentence(name: str) -> str:
    """Give the name of a score as it stands within a sentence."""
    label = label_of(name)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def judged_phase(proof: Proof) -> str:
    """Give the phase that the verdict is about: that of the primary change, else the last one measured."""
    primary = [score.phase for score in proof.scores if score.primary and score.when == "change"]
    measured = primary or [score.phase for score in proof.scores]
    return measured[-1] if measured else ""


def find(proof: Proof, when: str, data: str, name: str, against: str = "base") -> Score | None:
    """Give one score of the judged phase; of changes the one `against` the base or the control."""
    phase = judged_phase(proof)
    for score in proof.scores:
        here = (score.phase, score.when, score.data, score.name) == (phase, when, data, name)
        if here and score.slice is None and score.against in {None, against}:
            return score
    return None


def find_shots(proof: Proof, when: str, data: str, name: str) -> Score | None:
    """Give one score of the base with worked examples (before), or the change against it."""
    phase = judged_phase(proof)
    for score in proof.scores:
        here = (score.phase, score.when, score.data, score.name) == (phase, when, data, name)
        if here and (score.slice or "").startswith(SHOTS):
            return score
    return None


def score_rows(proof: Proof, data: str) -> list[ScoreRow]:
    """Give a row for each score of `data` in the judged phase, the primary one first."""
    phase = judged_phase(proof)
    arms = ("before", "after", "control", "change")
    here = [score for score in proof.scores if score.phase == phase and score.data == data and score.slice is None]
    mine = [score for score in here if score.when in arms and score.name not in IN_WORDS]
    names = list(dict.fromkeys(score.name for score in mine))
    names.sort(key=lambda name: name != proof.verdict.primary)
    return [_row(proof, data, name) for name in names]


def headline(proof: Proof) -> ScoreRow | None:
    """Give the primary score's row if it is fit to be shown large: nothing is, where nothing could be measured."""
    row = next((row for row in score_rows(proof, "test") if row.primary and row.base and row.adapted), None)
    return None if proof.verdict.verdict == "not measurable" else row


def _row(proof: Proof, data: str, name: str) -> ScoreRow:
    base, adapted, change = (find(proof, when, data, name) for when in ("before", "after", "change"))
    control, beyond = find(proof, "control", data, name), find(proof, "change", data, name, "control")
    shots, beyond_shots = (find_shots(proof, when, data, name) for when in ("before", "change"))
    any_score = change or adapted or base or control or beyond
    unit = any_score.unit if any_score else ""
    better = any_score.better if any_score else ""
    primary = data == "test" and name == proof.verdict.primary
    return ScoreRow(
        name=name,
        label=label_of(name),
        explained=EXPLAINED.get(name, ("", ""))[1],
        unit=unit.removeprefix("share ").removesuffix(" restored exactly") if is_share(unit) else unit,
        direction="" if name in NO_GOOD_SIDE else _DIRECTIONS.get(better, ""),
        base=value_text(base.value, unit, change) if base else "",
        adapted=value_text(adapted.value, unit, change) if adapted else "",
        change=change_text(change) if change else "",
        relative=_relative(base, change),
        interval=interval_text(change) if change else "",
        primary=primary,
        outcome=_outcome(proof, change, primary) if data == "test" and change else "",
        bar=_bar(proof, change) if change else None,
        control=value_text(control.value, unit, beyond) if control else "",
        beyond_control=f"{change_text(beyond)} {_in_brackets(beyond)}" if beyond else "",
        shots=value_text(shots.value, unit, beyond_shots) if shots else "",
        beyond_shots=f"{change_text(beyond_shots)} {_in_brackets(beyond_shots)}" if beyond_shots else "",
        own_interval=interval_text(adapted) if adapted is not None and change is None else "",
        floors=tuple(
            (value_text(score.value, score.unit), reached_by(proof, score)) for score in _floors(proof, data, name)
        ),
    )


def _in_brackets(change: Score) -> str:
    return f"({interval_text(change)})" if interval_text(change) else "(no interval)"


def _floors(proof: Proof, data: str, name: str = "") -> list[Score]:
    phase = judged_phase(proof)
    here = [one for one in proof.scores if (one.phase, one.when, one.data, one.slice) == (phase, "floor", data, None)]
    return [one for one in here if name in ("", one.name)]


def reached_by(proof: Proof, floor: Score) -> str:
    """Say what reaches a floor: the unit says it, but for the best that is possible at all."""
    what = floor.unit.partition(" that are ")[2] or floor.unit.partition(", by ")[2]
    return what or ("the best possible" if proof.floor_share is not None else floor.unit)


def is_share(unit: str) -> bool:
    """Say whether values of this unit are shown in percent."""
    return unit.startswith("share")


def value_text(value: float, unit: str, change: Score | None = None) -> str:
    """Write a score's value, with as many decimals as it takes to see `change` in it."""
    if is_share(unit):
        return percent(value)
    visible = 10 * abs(change.value) if change and abs(change.value) >= 1e-5 else abs(value)
    return number(value, scale=min(abs(value), visible))


def change_text(score: Score) -> str:
    """Write a change with its sign; of shares in percentage points."""
    text = _in_scale(score, score.value, signed=True)
    return f"{text}{NARROW}points" if is_share(score.unit) else text


def interval_text(score: Score) -> str:
    """Write an interval as `low to high`, of a change with signs, or nothing where there is none."""
    if score.low is None or score.high is None:
        return ""
    low, high = (_in_scale(score, end, signed=score.when == "change") for end in (score.low, score.high))
    return f"{low} to {high}"


def comparisons(proof: Proof) -> list[str]:
    """Say how far one gets on the test set without a neural network (copying, counting, xz): the floors."""
    told: dict[str, list[str]] = {}
    for score in _floors(proof, "test"):
        if " that are " in score.unit or proof.floor_share is None:
            text = f"{value_text(score.value, score.unit)} ({reached_by(proof, score)})"
            told.setdefault(label_of(score.name), []).append(text)
    return [f"{label}, without a neural network: {', '.join(values)}." for label, values in told.items()]


def _in_scale(score: Score, value: float, *, signed: bool) -> str:
    if is_share(score.unit):
        return percent(value, signed=signed).removesuffix(f"{NARROW}%")
    largest = max(abs(part) for part in (score.value, score.low, score.high) if part is not None)
    return number(value, signed=signed, scale=largest)


def _relative(base: Score | None, change: Score | None) -> str:
    if base is None or change is None or not base.value or not change.value or is_share(base.unit):
        return ""
    share = change.value / abs(base.value)
    return percent(share, signed=True) if abs(share) < 100 else ""


def _outcome(proof: Proof, change: Score, primary: bool) -> str:
    if primary:
        return {"better": "better", "worse": "worse", "no difference shown": "unclear"}.get(proof.verdict.verdict, "")
    if change.low is None or change.high is None or change.name in NO_GOOD_SIDE:
        return ""
    good_side = change.high < 0 if change.better == "lower" else change.low > 0
    bad_side = change.low > 0 if change.better == "lower" else change.high < 0
    return "better" if good_side else "worse" if bad_side else "unclear"


def _bar(proof: Proof, change: Score) -> Bar | None:
    """One score has one scale on all data, so that a small loss on general text looks small beside a large gain."""
    beside = [find(proof, "change", data, change.name) for data in dict.fromkeys(("test", "general", change.data))]
    sizes = [abs(part) for one in beside if one for part in (one.value, one.low, one.high) if part is not None]
    finite = [size for size in sizes if size < float("inf")]
    if not finite or len(finite) < len(sizes):
        return None
    sign = -1.0 if change.better == "lower" else 1.0
    ends = [None if end is None else sign * end for end in (change.low, change.high)]
    low, high = ends if sign > 0 else reversed(ends)
    return Bar(sign * change.value, low, high, max(finite))
