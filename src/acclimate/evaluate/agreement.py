"""How far people who judge the same things agree beyond what chance would bring; categories without an order.

Cohen 1960 (A coefficient of agreement for nominal scales), Krippendorff 2004 (Content Analysis, chapter 11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Give (p - e) / (1 - e) of two judges: p the share of items judged alike, e = sum over categories of both shares.

    None where e = 1: both always said one and the same.
    """
    items = len(first)
    alike = sum(one == other for one, other in zip(first, second, strict=True)) / items
    counts = Counter(first), Counter(second)
    by_chance = sum(counts[0][category] * counts[1][category] for category in counts[0]) / items**2
    return None if by_chance == 1 else (alike - by_chance) / (1 - by_chance)


def krippendorff_alpha(judged: Sequence[Sequence[str]]) -> float | None:
    """Give 1 - D_o / D_e of any number of judges, who need not have judged everything.

        D_o = sum over items of [pairs judged otherwise / (judges - 1)] / n
        D_e = pairs of all n judgements that differ / (n (n - 1))

    Takes: for each item two or more judgements. None where all judgements are the same.
    """
    total = Counter(judgement for some in judged for judgement in some)
    count = sum(total.values())
    observed = sum(_different(Counter(some)) / (len(some) - 1) for some in judged) / count
    expected = _different(total) / (count * (count - 1))
    return None if expected == 0 else 1 - observed / expected


def _different(counts: Counter[str]) -> int:
    """Count ordered pairs of different judgements."""
    return sum(counts.values()) ** 2 - sum(one**2 for one in counts.values())
