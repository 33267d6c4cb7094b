"""How much of what there was to gain was gained, where the data's own probabilities are known.

    share = (before - after) / (before - floor)

The floor is the mean -log2 of the exact posterior of each hidden value given all that is visible at first. A model is
shown the first pieces of the other hidden values on the way (masked.py), so the best could come out a bit above 1.

Legend of shapes: U hidden units, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.protocols import Floor
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.hidden import Hidden
from acclimate.evaluate.rows import sum_by
from acclimate.evaluate.windows import Window


@dataclass(frozen=True)
class Gain:
    """The floor, and the arms on exactly the units it covers.

    `covered` is the share of hidden bytes (0 to 1) whose exact probability is known: not of spans that are more or less
    than one value. `arms` are bits per byte on those alone, so that the share compares like with like.
    """

    floor: GroupSums
    covered: float
    arms: dict[str, GroupSums]

    @property
    def share(self) -> float | None:
        """Share of the possible gain that was reached (0: nothing, 1: all, below 0: worse than before), or None where
        there was nothing to gain or an arm is missing.
        """
        if not {"before", "after"} <= set(self.arms):
            return None
        before = self.arms["before"].value
        possible = before - self.floor.value
        return (before - self.arms["after"].value) / possible if possible > 0 else None


def gain(
    floor: Floor,
    windows: Sequence[Window],
    hidden: Sequence[Hidden],
    bits: Mapping[str, Floats],
    place_U: npt.NDArray[np.int64],
    groups: tuple[str, ...],
) -> Gain | None:
    """Ask the floor for the same hidden values, each given what its window shows.

    Takes: each arm's bits a unit; each unit's group. Gives: None if the floor knows none of them.
    """
    floor_U = np.concatenate([np.zeros(0), *(_floor_bits(floor, windows[one.window], one) for one in hidden)])
    bytes_U = np.concatenate([np.zeros(0), *(one.bytes_U for one in hidden)])
    known_U = ~np.isnan(floor_U)
    if not known_U.any():
        return None

    def summed(bits_U: Floats) -> GroupSums:
        above_G, below_G = (sum_by(place_U[known_U], values_U[known_U], groups) for values_U in (bits_U, bytes_U))
        unit = "bits/byte of hidden values"
        return GroupSums("bits_per_byte", unit, "lower", groups, above_G, below_G, int(known_U.sum()))

    covered = float(bytes_U[known_U].sum() / bytes_U.sum())
    return Gain(summed(floor_U), covered, {name: summed(bits_U) for name, bits_U in bits.items()})


def _floor_bits(floor: Floor, window: Window, hidden: Hidden) -> Floats:
    spans = [_strip(window.text, int(start), int(end)) for start, end in hidden.spans_U2]
    bits_U = np.array(floor.bits(window.text, spans), dtype=np.float64)
    bits_U[hidden.unit_U < 0] = np.nan
    return bits_U


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
