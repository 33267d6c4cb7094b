"""Minimal pairs: does the model still find the good one of two sentences more probable? (BLiMP, Warstadt et al. 2020)

    accuracy = pairs with ln P(good) > ln P(bad) / pairs

Decoders: ln P is the sum of the tokens' log probabilities. Encoders: the pseudo-log-likelihood, each word hidden by
itself, its pieces from left to right (Kauf & Ivanova 2023). The interval is over paradigms, not pairs.

Legend of shapes: W windows (one a sentence), P pairs.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, silent
from acclimate.core.protocols import Arm
from acclimate.core.scores import Floats, GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.causal import STRIDE, count, score_text
from acclimate.evaluate.masked import score_hidden
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.pseudo import each_alone
from acclimate.evaluate.retention import MINIMAL_PAIRS
from acclimate.evaluate.rows import EvalText, groups_of, sum_by
from acclimate.evaluate.windows import Window, cut

UNIT = "share of pairs whose good sentence is the more probable"


@dataclass(frozen=True)
class Pair:
    """Two sentences that differ in one point of grammar, which `paradigm` names."""

    row_id: str
    paradigm: str
    good: str
    bad: str


def choose_pairs(pairs: Sequence[Pair], most: int, seed: int) -> list[Pair]:
    """Give at most `most` pairs, by a seeded draw, as evenly over the paradigms as there are pairs."""
    by_paradigm: dict[str, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda one: hash64("pairs", seed, one.row_id)):
        by_paradigm[pair.paradigm].append(pair)
    order = sorted(by_paradigm, key=lambda name: hash64("paradigm", seed, name))
    turns = sorted((turn, place) for place, name in enumerate(order) for turn in range(len(by_paradigm[name])))
    return [by_paradigm[order[place]][turn] for turn, place in turns[:most]]


def measure_pairs(arms: Mapping[str, Arm], pairs: Sequence[Pair], tell: Tell = silent) -> Measured:
    """Ask every arm for both sentences of each pair. Gives: each arm's `minimal_pairs`, paradigms as groups.

    A tie is not right. Raises: UserError for a sentence that is longer than an arm's window.
    """
    texts = [EvalText(pair.row_id, pair.paradigm, text) for pair in pairs for text in (pair.good, pair.bad)]
    causal = next(iter(arms.values())).causal
    windows = cut(texts, list(arms.values()), overlap=1 - STRIDE if causal else 0.0)
    rows = [window.row for window in windows]
    if len(set(rows)) < len(rows):
        long = texts[next(row for row, after in itertools.pairwise(rows) if row == after)]
        raise UserError(
            Fault(f"evaluate.retention, {long.row_id}", f"a sentence of {len(long.text)} characters", "what fits max_length",
                  "raise tokens.max_length, or take it out")
        )  # fmt: skip
    groups, place_R = groups_of(texts)
    place_P, sums = place_R[::2], {}
    for number, (name, arm) in enumerate(arms.items()):
        tell(Event("progress", f"measuring {name}", {"done": number, "of": len(arms)}))
        bits_R = np.full(len(texts), np.nan)
        bits_R[rows] = _causal(arm, number, texts, windows) if causal else _masked(arm, number, texts, windows)
        right_P = bits_R[::2] < bits_R[1::2]
        above_G, below_G = (sum_by(place_P, some, groups) for some in (right_P, np.ones(len(pairs))))
        sums[name] = [GroupSums(MINIMAL_PAIRS, UNIT, "higher", groups, above_G, below_G, len(pairs))]
    return Measured(sums, "", None, windows)


def _causal(arm: Arm, number: int, texts: Sequence[EvalText], windows: list[Window]) -> Floats:
    return score_text(arm, number, windows, count(texts, windows), lambda done: None).bits_W


def _masked(arm: Arm, number: int, texts: Sequence[EvalText], windows: list[Window]) -> Floats:
    """Give the bits of each sentence: every word hidden once, alone."""
    hidden = each_alone(texts, windows, [np.ones(len(text.units()), dtype=np.bool_) for text in texts]).hidden
    found = score_hidden(arm, number, windows, hidden, lambda done: None)
    return sum_by(np.array([one.window for one in hidden], dtype=np.int64), found.bits_U, [""] * len(windows))
