"""What was forgotten: the change on general text (docs/measuring.md, Forgetting).

    R = (BPB_general(adapted) - BPB_general(base)) / BPB_general(base), paired by document

`kept` if and only if the interval's upper end lies below `retention_margin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Change, change
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import NO_HEAD, find, number, percent


@dataclass(frozen=True)
class Retention:
    """How well general text was kept. `change` is R (a share of the base's score), `kept` None where nobody can say."""

    sentence: str
    kept: bool | None = None
    change: Change | None = None


def retention(
    before: Sequence[GroupSums] | None, after: Sequence[GroupSums], settings: Evaluate, refused: str = ""
) -> Retention:
    """Compare base and adapted model on general text.

    Takes: their scores there, resampled by document (`before` None: the base has no trained head).
    """
    reason = refused or (NO_HEAD if before is None else "" if before and after else "the general text is empty")
    if reason or before is None:
        return Retention(f"What was forgotten is not measurable: {reason}.")
    base, adapted = (find(one, "bits_per_byte", "evaluate.retention") for one in (before, after))
    found = change(adapted, base, settings.bootstrap, relative=True)
    says = _says(found)
    if found.low is None or found.high is None:
        return Retention(f"{says}, on {found.groups} documents: too few to say whether it was kept.", None, found)
    kept = found.high < settings.retention_margin
    interval = f"{percent(settings.confidence)} interval {_signed(found.low)} to {_signed(found.high)}"
    margin = percent(settings.retention_margin)
    if kept:
        outcome = f"kept (below {margin})"
    elif found.low > settings.retention_margin:
        outcome = f"some of it was forgotten (above {margin})"
    else:
        outcome = f"not shown to be kept (the interval does not end below {margin})"
    return Retention(f"{says}, on {found.groups} documents ({interval}): {outcome}.", kept, found)


def _says(found: Change) -> str:
    if found.value == 0:
        return "On general text the adapted model needs as many bits per byte as the base"
    amount, direction = number(100 * abs(found.value)), "more" if found.value > 0 else "fewer"
    return f"On general text the adapted model needs {amount} % {direction} bits per byte than the base"


def _signed(share: float) -> str:
    text = number(100 * abs(share))
    return f"{'-' if share < 0 else '+' if share > 0 else ''}{text} %"
