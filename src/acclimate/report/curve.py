"""The course of training: which lines to draw, and the same in a sentence for those who can't see them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from acclimate.core.proof import Proof
from acclimate.report.formats import count, number
from acclimate.report.plots import Series
from acclimate.report.settings import settings_of

OVERFITS, UNSTEADY, FALLING, SETTLED = "overfits", "unsteady", "still falling", "settled"
COUNTS = 0.01
"""Share of the lowest validation loss from which a difference counts."""


def loss_series(proof: Proof) -> list[Series]:
    """Give training and validation loss, each where it was logged."""
    lines = [_series(proof, "loss", "training"), _series(proof, "eval_loss", "validation", marked=True)]
    return [line for line in lines if line.xs]


def rate_series(proof: Proof) -> list[Series]:
    """Give the learning rate."""
    line = _series(proof, "learning_rate", "learning rate")
    return [line] if len(line.xs) > 1 else []


def accuracy_series(proof: Proof) -> list[Series]:
    """Give the share of labels (of texts, of tokens) that the model found the most probable, in training and on validation,
    and a task's rates on validation.
    """
    named = [
        (name, name.replace("_", " ")) for name in ("accuracy", "token_accuracy", "entity_f1", "macro_f1", "micro_f1")
    ]
    lines = [_series(proof, name, label) for name, label in named]
    lines += [_series(proof, f"eval_{name}", f"{label} on validation", marked=True) for name, label in named]
    return [line for line in lines if len(line.xs) > 1]


def speed_series(proof: Proof) -> list[Series]:
    """Give the real tokens trained on per second."""
    line = _series(proof, "tokens_per_second", "tokens per second")
    return [line] if len(line.xs) > 1 else []


def _series(proof: Proof, key: str, label: str, *, marked: bool = False) -> Series:
    points = [(float(point["step"]), _number(point[key])) for point in proof.curve if key in point]
    return Series(label, [x for x, _ in points], [y for _, y in points], marked=marked)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def curve_sentence(proof: Proof) -> str:
    """Say how the losses went, and where the lowest validation loss was."""
    said = []
    for line in loss_series(proof):
        good = [(x, y) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
        if len(good) > 1:
            (_, first), (_, last) = good[0], good[-1]
            way = "fell" if last < first else "rose" if last > first else "stayed"
            ends = f"from {number(first)} to {number(last)}" if last != first else f"at {number(first)}"
            said.append(f"{line.label} loss {way} {ends}")
        if line.marked and good:
            at, least = min(good, key=lambda point: point[1])
            which = f"it was lowest ({number(least)})" if len(good) > 1 else f"{line.label} loss was {number(least)}"
            said.append(f"{which} at update {count(int(at))}")
        broken = next((x for x, y in zip(line.xs, line.ys, strict=True) if not math.isfinite(y)), None)
        if broken is not None:
            said.append(f"{line.label} loss was not a finite number at update {count(int(broken))}")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


@dataclass(frozen=True)
class Fit:
    """What validation against training loss says; `kind` is empty with too little to say. `step` is that of the lowest
    validation loss; `amount` is how much it rose since, or fell in the end.
    """

    kind: str = ""
    step: int = 0
    amount: float = 0.0


def fit(proof: Proof) -> Fit:
    """Say whether the model over- or underfits.

    With the validation losses v_1 .. v_k after updates s_1 .. s_k, v_m the lowest, and a difference that counts from
    1 % of v_m on:

        overfits        v_k - v_m counts, and training loss fell after s_m
        unsteady        v_k - v_m counts, and training loss did not fall
        still falling   v_k is the lowest, and v_(k-1) - v_k counts
        settled         else

    Training loss at s_m and s_k is the mean of what was logged since the validation before. Fewer than 3 validation
    losses, or no training losses beside them, say nothing.
    """
    at = [(x, y) for x, y in _points(proof, "eval_loss") if math.isfinite(y)]
    if len(at) < 3:
        return Fit()
    steps, losses = [x for x, _ in at], [y for _, y in at]
    lowest = losses.index(min(losses))
    enough = COUNTS * abs(losses[lowest])
    rise, fall = losses[-1] - losses[lowest], losses[-2] - losses[-1]
    if rise > enough:
        then, now = (_training(proof, steps, place) for place in (lowest, len(steps) - 1))
        if not math.isfinite(then + now):
            return Fit()
        return Fit(OVERFITS if now < then else UNSTEADY, int(steps[lowest]), rise)
    if lowest == len(losses) - 1 and fall > enough:
        return Fit(FALLING, int(steps[-1]), fall)
    return Fit(SETTLED, int(steps[lowest]))


def _training(proof: Proof, steps: list[float], place: int) -> float:
    """Give the mean training loss that was logged up to a validation (NaN: nothing was; of the first one, what came next)."""
    logged = [(x, y) for x, y in _points(proof, "loss") if math.isfinite(y)]
    after = steps[place - 1] if place else -math.inf
    there = [y for x, y in logged if after < x <= steps[place]] or [y for _, y in logged[:1] if place == 0]
    return sum(there) / len(there) if there else math.nan


def fit_sentence(proof: Proof) -> str:
    """Say it in words, with what to do about it."""
    found = fit(proof)
    if not proof.curve:
        return ""
    if not found.kind:
        return (
            "Whether the model over- or underfits can't be told: that takes three validation losses, and training losses "
            "beside them (train.eval_steps, train.logging_steps)."
        )
    if found.kind == OVERFITS:
        kept = settings_of(proof).train.get("load_best_model_at_end") is True
        do = (
            "the state with the lowest one was kept (load_best_model_at_end)"
            if kept
            else "fewer updates, or load_best_model_at_end: true, would keep the better model"
        )
        return (
            f"Overfits from update {count(found.step)} on: validation loss rose by {number(found.amount)} from its lowest "
            f"while training loss went on falling; {do}."
        )
    if found.kind == UNSTEADY:
        return (
            f"Validation loss rose by {number(found.amount)} after update {count(found.step)}, and training loss did not "
            "fall: training was unsteady; a lower learning_rate may help."
        )
    if found.kind == FALLING:
        return f"Validation loss was still falling at the end (by {number(found.amount)} since the measurement before): more updates may help."
    return "Validation loss has settled: neither over- nor underfitting shows."


def _points(proof: Proof, key: str) -> list[tuple[float, float]]:
    line = _series(proof, key, key)
    return list(zip(line.xs, line.ys, strict=True))
