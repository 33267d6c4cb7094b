"""What was forgotten: the change on general text (docs/measuring.md, Forgetting).

    R = (BPB_general(adapted) - BPB_general(base)) / BPB_general(base), paired by document

`kept` if and only if the interval's upper end lies below `retention_margin`. Where minimal pairs stand for general text,
R is the loss of accuracy, (accuracy(base) - accuracy(adapted)) / accuracy(base), with paradigms for documents.

Legend of shapes: G groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Change, change
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import NO_HEAD, find, number, percent

MINIMAL_PAIRS = "minimal_pairs"
_LANGUAGES = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True)
class Retention:
    """How well general text was kept. `change` is R (a share of the base's score), `kept` None where nobody can say."""

    sentence: str
    kept: bool | None = None
    change: Change | None = None


def retention(
    before: Sequence[GroupSums] | None, after: Sequence[GroupSums], settings: Evaluate, refused: str = ""
) -> Retention:
    """Compare base and adapted model on general text, or on minimal pairs.

    Takes: their scores there, resampled by document (`before` None: the base has no trained head).
    """
    reason = refused or (NO_HEAD if before is None else "" if before and after else "the general text is empty")
    if reason or before is None:
        return Retention(f"What was forgotten is not measurable: {reason}.")
    pairs = any(one.name == MINIMAL_PAIRS for one in after)
    name = MINIMAL_PAIRS if pairs else "bits_per_byte"
    base, adapted = (find(one, name, "evaluate.retention") for one in (before, after))
    found = _loss(base, adapted, settings)
    outcome, kept = _outcome(found, settings)
    where = f"{found.groups} {'paradigms' if pairs else 'documents'}"
    says = _says_pairs(found) if pairs else _says(found)
    if found.low is None or found.high is None:
        return Retention(f"{says}, on {where}: {outcome}.", None, found)
    return Retention(f"{says}, on {where} ({_interval(found, settings)}): {outcome}.", kept, found)


def by_language(
    before: Sequence[GroupSums], after: Sequence[GroupSums], settings: Evaluate, language_G: Sequence[str]
) -> dict[str, Retention]:
    """Give R of each language apart. Takes: the language of each group (an empty one is left out)."""
    base, adapted = (find(one, "bits_per_byte", "evaluate.retention") for one in (before, after))
    found = {}
    for language in sorted(set(language_G) - {""}):
        some_G = np.array([one == language for one in language_G])
        lost = _loss(base.only(some_G), adapted.only(some_G), settings)
        outcome, kept = _outcome(lost, settings)
        interval = "" if lost.low is None else f", {_interval(lost, settings)}"
        where = f"{lost.groups} documents{interval}"
        name = _LANGUAGES.get(language, language)
        found[language] = Retention(f"{name}: {_signed(lost.value)} ({where}), {outcome}.", kept, lost)
    return found


def _loss(before: GroupSums, after: GroupSums, settings: Evaluate) -> Change:
    """Give R: more bits, or less accuracy, in shares of the base's."""
    found = change(after, before, settings.bootstrap, relative=True)
    if after.better == "lower":
        return found
    low, high = (None if end is None else 0.0 - end for end in (found.high, found.low))
    return Change(0.0 - found.value, low, high, found.groups)


def _outcome(found: Change, settings: Evaluate) -> tuple[str, bool | None]:
    margin = percent(settings.retention_margin)
    if found.low is None or found.high is None:
        return "too few to say whether it was kept", None
    if found.high < settings.retention_margin:
        return f"kept (below {margin})", True
    if found.low > settings.retention_margin:
        return f"some of it was forgotten (above {margin})", False
    return f"not shown to be kept (the interval does not end below {margin})", False


def _says(found: Change) -> str:
    if found.value == 0:
        return "On general text the adapted model needs as many bits per byte as the base"
    amount, direction = number(100 * abs(found.value)), "more" if found.value > 0 else "fewer"
    return f"On general text the adapted model needs {amount} % {direction} bits per byte than the base"


def _says_pairs(found: Change) -> str:
    if found.value == 0:
        return "The adapted model tells good sentences from bad ones as often as the base"
    amount, direction = number(100 * abs(found.value)), "less" if found.value > 0 else "more"
    return f"The adapted model tells good sentences from bad ones {amount} % {direction} often than the base"


def _interval(found: Change, settings: Evaluate) -> str:
    return f"{percent(settings.confidence)} interval {_signed(found.low or 0.0)} to {_signed(found.high or 0.0)}"


def _signed(share: float) -> str:
    text = number(100 * abs(share))
    return f"{'-' if share < 0 else '+' if share > 0 else ''}{text} %"
