"""A blind comparison by people: which rows are shown on which side, and what their choices say.

    win rate = sum of (1 where the adapted model's answer was chosen, 1/2 for a tie) / comparisons

Its interval comes from weighing groups anew (evaluate/change.py): it speaks of these reviewers and of other rows.

Legend of shapes: V choices (one reviewer on one item).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from acclimate.core.artifact import fingerprint
from acclimate.core.review import Agreement, AnswerPair, Choice, Filled, Key, KeyRow, ReviewOutcome, Sheet, SheetRow
from acclimate.core.seeds import hash64
from acclimate.evaluate.agreement import cohen_kappa, krippendorff_alpha
from acclimate.evaluate.answer_sums import RowSums
from acclimate.evaluate.change import Bootstrap, own_interval

_WORTH = {"adapted": 1.0, "tie": 0.5, "base": 0.0}


def blind(pairs: Sequence[AnswerPair], most: int, seed: int) -> tuple[Sheet, Key]:
    """Choose rows and sides.

    At most `most` rows are drawn, as evenly over the groups as there are rows, and shown in an order of their own; the
    adapted model stands as often on the left as on the right. All of it depends on (seed, row_id) alone. Of the rows that
    were drawn those answered alike are not shown; they stand in the key as ties.
    """
    drawn = _drawn(pairs, most, seed)
    shown = [pair for pair in drawn if pair.base.strip() != pair.adapted.strip()]
    by_side = sorted(shown, key=lambda pair: hash64("review side", seed, pair.row_id))
    left = {pair.row_id for pair in by_side[: (len(shown) + hash64("review odd", seed) % 2) // 2]}
    shown.sort(key=lambda pair: hash64("review order", seed, pair.row_id))
    name = fingerprint([vars(pair) for pair in shown], seed)[:6]
    rows, keys = [], []
    for number, pair in enumerate(shown, start=1):
        item, on_left = f"{name}-{number:03d}", pair.row_id in left
        sides = (pair.adapted, pair.base) if on_left else (pair.base, pair.adapted)
        rows.append(SheetRow(item, pair.prompt, pair.reference, *sides))
        keys.append(KeyRow(pair.row_id, pair.group, item, "left" if on_left else "right"))
    keys += [KeyRow(pair.row_id, pair.group) for pair in drawn if pair.base.strip() == pair.adapted.strip()]
    return Sheet(name, tuple(rows)), Key(name, seed, tuple(keys))


def _drawn(pairs: Sequence[AnswerPair], most: int, seed: int) -> list[AnswerPair]:
    by_group: dict[str, list[AnswerPair]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda one: hash64("review draw", seed, one.row_id)):
        by_group[pair.group].append(pair)
    order = sorted(by_group, key=lambda group: hash64("review group", seed, group))
    turns = sorted((turn, place) for place, group in enumerate(order) for turn in range(len(by_group[group])))
    return [by_group[order[place]][turn] for turn, place in turns[:most]]


def outcome(key: Key, filled: Sequence[Filled], bootstrap: Bootstrap) -> ReviewOutcome | None:
    """Give what came of it, or None where nobody chose anything.

    A row that was answered alike counts as a tie of every reviewer, by the share of the shown rows that they judged (who
    judged a tenth has seen a tenth of the ties). Takes: items that are all in the key.
    """
    shown = {row.item: row for row in key.rows if row.item}
    alike = [row.group for row in key.rows if not row.item]
    votes = [(one.reviewer, shown[item], choice) for one in filled for item, choice in one.choices.items()]
    if not votes:
        return None
    won = [_model(row, choice) for _, row, choice in votes]
    groups_V = [row.group for _, row, _ in votes] + alike
    weight_V = np.array([1.0] * len(votes) + [len(votes) / len(shown)] * len(alike))
    worth_V = np.array([_WORTH[model] for model in won] + [_WORTH["tie"]] * len(alike))
    rate = RowSums(groups_V).ratio("win_rate", "share of comparisons won", worth_V * weight_V, weight_V)
    found = own_interval(rate, bootstrap)
    by_reviewer: dict[str, list[float]] = {}
    for (reviewer, _, _), model in zip(votes, won, strict=True):
        by_reviewer.setdefault(reviewer, []).append(_WORTH[model])
    decided = [choice for _, _, choice in votes if choice != "tie"]
    return ReviewOutcome(
        win_rate=found.value,
        low=found.low,
        high=found.high,
        confidence=bootstrap.confidence,
        groups=found.groups,
        wins=won.count("adapted"),
        ties=won.count("tie"),
        losses=won.count("base"),
        alike=len(alike),
        reviewers={name: sum(some) / len(some) for name, some in by_reviewer.items()},
        left=decided.count("left") / len(decided) if decided else None,
        agreement=_agreement(shown, filled),
    )


def _model(row: KeyRow, choice: Choice) -> str:
    return "tie" if choice == "tie" else "adapted" if choice == row.adapted else "base"


def _agreement(shown: dict[str, KeyRow], filled: Sequence[Filled]) -> Agreement | None:
    """Give the agreement on whose answer is better; None where no item was judged twice."""
    judged = [[_model(row, one.choices[item]) for one in filled if item in one.choices] for item, row in shown.items()]
    twice = [some for some in judged if len(some) > 1]
    if not twice:
        return None
    if sum(bool(one.choices) for one in filled) == 2:
        first, second = zip(*twice, strict=True)
        return Agreement("Cohen's kappa", cohen_kappa(first, second), len(twice))
    return Agreement("Krippendorff's alpha", krippendorff_alpha(twice), len(twice))
