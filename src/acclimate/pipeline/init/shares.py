"""Which shares of the groups are held back: enough for an interval where there are that many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from acclimate.core.seeds import share
from acclimate.evaluate.change import FEWEST_GROUPS

_TEST = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40)
_TEST_OF_FEW = (0.20, 0.30, 0.40, 0.50)
_VALIDATION = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
_SOME = 3
_SEED = 0


@dataclass(frozen=True)
class Shares:
    """Shares of the groups (0: none), and how many groups they are."""

    validation: float
    test: float
    groups: int
    test_groups: int

    @property
    def enough(self) -> bool:
        """Whether the test groups are enough for an interval."""
        return self.test_groups >= FEWEST_GROUPS


def shares_for(groups: Collection[str], *, validation: bool = True, test: bool = True) -> Shares:
    """Give the smallest usual shares with which `split` (by hash, with a recipe's default seed) leaves no role empty.

    Takes: the groups by name, as `split` names them; whether rows are held back for `validation` and `test` at all.
    Gives: test with at least 20 groups if 0.4 of them are that many.
    """
    places = sorted(share(_SEED, group) for group in set(groups))
    count = len(places)

    def within(low: float, high: float) -> int:
        return sum(1 for place in places if low <= place < high)

    tested = [one for one in _TEST if within(0, one) >= FEWEST_GROUPS]
    tested += [one for one in _TEST_OF_FEW if 0 < within(0, one) < count]
    first = tested[0] if test and tested else 0.0
    held = [one for one in _VALIDATION if within(first, first + one) and within(first + one, 1)]
    held = [one for one in held if within(first, first + one) >= _SOME] or held
    return Shares(held[0] if validation and held else 0.0, first, count, within(0, first))
