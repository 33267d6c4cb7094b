"""The course of training: which lines to draw, and the same in a sentence for those who can't see them."""

from __future__ import annotations

import math
from typing import Any

from acclimate.core.proof import Proof
from acclimate.report.formats import count, number
from acclimate.report.plots import Series


def loss_series(proof: Proof) -> list[Series]:
    """Give training and validation loss, each where it was logged."""
    lines = [_series(proof, "loss", "training"), _series(proof, "eval_loss", "validation", marked=True)]
    return [line for line in lines if line.xs]


def rate_series(proof: Proof) -> list[Series]:
    """Give the learning rate."""
    line = _series(proof, "learning_rate", "learning rate")
    return [line] if len(line.xs) > 1 else []


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
            said.append(f"it was lowest ({number(least)}) at update {count(int(at))}")
        broken = next((x for x, y in zip(line.xs, line.ys, strict=True) if not math.isfinite(y)), None)
        if broken is not None:
            said.append(f"{line.label} loss was not a finite number at update {count(int(broken))}")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""
