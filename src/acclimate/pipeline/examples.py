"""Some held-out rows with what both models guess, for the private report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from acclimate.core.proof import Example, Piece
from acclimate.core.protocols import Arm
from acclimate.evaluate.hidden import Hidden
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import Window


def examples(found: Mapping[str, Arm], measured: Measured, texts: Sequence[EvalText], rows: int) -> list[Example]:
    """Give at most `rows` windows with their hidden units and each model's guesses, all pieces of a unit guessed at once.

    Only for masked models: a causal one is shown by what it writes.
    """
    shown = measured.hidden[:rows]
    if not shown or "before" not in found:
        return []
    order = list(dict.fromkeys(id(arm) for arm in found.values()))
    guesses = {
        name: [_guess(found[name], order.index(id(found[name])), measured.windows[one.window], one) for one in shown]
        for name in ("before", "after")
    }
    return [
        Example(
            texts[measured.windows[one.window].row].row_id,
            _pieces(measured.windows[one.window].text, one, base, adapted),
        )
        for one, base, adapted in zip(shown, guesses["before"], guesses["after"], strict=True)
    ]


def _guess(arm: Arm, number: int, window: Window, hidden: Hidden) -> list[str]:
    """Give an arm's first choice for every hidden unit of a window."""
    encoded = window.encoded[number]
    first_U, last_U = encoded.touching(hidden.spans_U2)
    ids_S = encoded.ids_S.copy()
    places = [encoded.places_T[first:last] for first, last in zip(first_U, last_U, strict=True)]
    positions = np.concatenate(places)
    ids_S[positions] = arm.tokenizer.mask_token_id
    best = arm.score([ids_S], [positions], [encoded.ids_S[positions]])[0].best_N
    borders = np.cumsum([len(place) for place in places])[:-1]
    return [str(arm.tokenizer.decode(part)).strip() for part in np.split(best, borders)]


def _pieces(text: str, hidden: Hidden, base: list[str], adapted: list[str]) -> list[Piece]:
    pieces, done = [], 0
    for (start, end), old, new in zip(hidden.spans_U2.tolist(), base, adapted, strict=True):
        if start > done:
            pieces.append(Piece(text[done:start]))
        pieces.append(Piece(text[start:end], True, old, new))
        done = end
    return [*pieces, Piece(text[done:])] if done < len(text) else pieces
