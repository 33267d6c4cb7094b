"""Where a person's true value ranks among look-alikes, in the person's own text.

    rank = (look-alikes that the model finds more probable + half of those it finds as probable) / look-alikes

0: the true value is the model's first choice; 0.5: chance. Look-alikes are values of other people who were never trained
on, of the same length as far as there are any; so training and held-out people are asked alike. A decoder says P(value |
what stands before it), an encoder P(value | what stands around it), from left to right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from acclimate.core.protocols import Arm
from acclimate.core.scores import Floats, GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.causal import Counted, score_text
from acclimate.evaluate.hidden import Hidden, snap
from acclimate.evaluate.masked import score_hidden
from acclimate.evaluate.rows import EvalText, byte_borders
from acclimate.evaluate.windows import Window, cut

LOOK_ALIKES, FEWEST, MOST_GROUPS = 19, 9, 100
"""Look-alikes a value is ranked among; with fewer it is not asked for; groups that are asked for on each side."""
UNIT = "mean rank among look-alikes (0: first, 0.5: chance)"


@dataclass(frozen=True)
class Asked:
    """A text (of one group) in which characters [start, end) are the true value, and what could stand there instead."""

    text: EvalText
    start: int
    end: int
    others: tuple[str, ...]


def ask(
    texts: Sequence[EvalText], values: Sequence[str | None], never_trained: Mapping[str, str], seed: int
) -> list[Asked]:
    """Choose what is asked for: one value a group, drawn by (seed, group), with its look-alikes.

    Takes: each text's value of the column; `never_trained`, each value of held-out people with its group, without those
    that several people share. Texts that do not hold their value, and values of several groups, are left out.
    """
    groups: dict[str, set[str]] = {}
    for text, value in zip(texts, values, strict=True):
        if value is not None:
            groups.setdefault(value, set()).add(text.group)
    chosen: dict[str, Asked] = {}
    for text, value in zip(texts, values, strict=True):
        if value is None or text.group in chosen or len(groups[value]) > 1 or value not in text.text:
            continue
        pool = [one for one, group in never_trained.items() if group != text.group and one != value]
        pool.sort(key=lambda one: (abs(len(one) - len(value)), hash64("look-alike", seed, text.group, one)))
        if len(pool) >= FEWEST:
            start = text.text.index(value)
            chosen[text.group] = Asked(text, start, start + len(value), tuple(pool[:LOOK_ALIKES]))
    drawn = sorted(chosen, key=lambda group: (hash64("asked", seed, group), group))[:MOST_GROUPS]
    return [chosen[group] for group in sorted(drawn)]


def ranks(arms: Mapping[str, Arm], asked: Sequence[Asked]) -> dict[str, GroupSums]:
    """Give each arm's ranks as sums over groups; what does not fit one window of every arm is left out."""
    causal = next(iter(arms.values())).causal
    room = min(arm.max_length for arm in arms.values())
    variants = [one for each in asked for one in _variants(each, room, causal=causal)]
    windows = cut([text for text, _, _ in variants], list(arms.values()), overlap=0.0)
    of_row: dict[int, list[Window]] = {}
    for window in windows:
        of_row.setdefault(window.row, []).append(window)
    kept: list[Asked] = []
    places: list[int] = []
    row = 0
    for each in asked:
        rows = range(row, row + 1 + len(each.others))
        row = rows.stop
        if all(len(of_row.get(one, ())) == 1 for one in rows):
            kept.append(each)
            places.extend(rows)
    whole = [of_row[one][0] for one in places]
    spans = [variants[one][1:] for one in places]
    score = _causal_bits if causal else _masked_bits
    return {name: _sums(kept, score(arm, place, whole, spans)) for place, (name, arm) in enumerate(arms.items())}


def _variants(asked: Asked, room: int, *, causal: bool) -> list[tuple[EvalText, int, int]]:
    """Give the true text and one for each look-alike, cut to what surely fits, with where the value stands."""
    text = asked.text.text
    before = text[max(0, asked.start - room // 2) : asked.start]
    after = "" if causal else text[asked.end : asked.end + room // 4]
    return [
        (replace(asked.text, text=before + value + after, tagged=None, header_chars=0, cuts=()), len(before), len(before) + len(value))
        for value in (text[asked.start : asked.end], *asked.others)
    ]  # fmt: skip


def _causal_bits(arm: Arm, place: int, windows: list[Window], spans: Sequence[tuple[int, int]]) -> Floats:
    counted = [
        Counted(start, end, np.zeros(len(window.text), dtype=np.bool_), end - start, 0, 0)
        for window, (start, end) in zip(windows, spans, strict=True)
    ]
    return score_text(arm, place, windows, counted, _silent).bits_W


def _masked_bits(arm: Arm, place: int, windows: list[Window], spans: Sequence[tuple[int, int]]) -> Floats:
    hidden = []
    for number, (window, span) in enumerate(zip(windows, spans, strict=True)):
        spans_U2, _ = snap(np.array([span], dtype=np.int64), window.encoded)
        borders = byte_borders(window.text)
        bytes_U = borders[spans_U2[:, 1]] - borders[spans_U2[:, 0]]
        hidden.append(Hidden(number, spans_U2, bytes_U, np.full(1, -1, dtype=np.int64)))
    return score_hidden(arm, place, windows, hidden, _silent).bits_U


def _sums(kept: Sequence[Asked], bits: Floats) -> GroupSums:
    rank_G, row = np.zeros(len(kept)), 0
    for group, each in enumerate(kept):
        true, others = bits[row], bits[row + 1 : row + 1 + len(each.others)]
        rank_G[group] = ((others < true).sum() + 0.5 * (others == true).sum()) / len(others)
        row += 1 + len(others)
    names = tuple(each.text.group for each in kept)
    return GroupSums("value_rank", UNIT, "higher", names, rank_G, np.ones(len(kept)), len(kept))


def _silent(done: int) -> None:
    """Nobody is told."""
