"""Texts end to end, cut into blocks (`batch: concat`).

Legend of shapes: T tokens of all texts, N texts, B blocks of L tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Examples
from acclimate.core.seeds import mix


@dataclass(frozen=True)
class Blocks:
    """Examples that are blocks, and what is not in them.

    `left_tokens` and `left_texts`: tokens behind the last whole block, and texts that lie wholly there. `unlearnt` blocks
    were left out because nothing in them could be learnt.
    """

    examples: Examples
    left_tokens: int
    left_texts: int
    unlearnt: int


def cut_into_blocks(texts: Examples, length: int, *, causal: bool, where: str) -> Blocks:
    """Cut texts that lie end to end into blocks of `length` tokens.

    Takes: examples that are one text each. Gives: blocks as examples; the row of a block is its first token's, its key
    names that row and the place in it. A unit that a border cuts is one unit on each side.
    Raises: UserError if all texts together are shorter than a block.
    """
    total = len(texts.ids_T)
    count = total // length
    if not count and len(texts):
        found = f"{len(texts)} texts of {total} tokens together, less than one block of {length}"
        do = "lower tokens.max_length, or take batch: padding_free"
        raise UserError(Fault(where, found, f"at least {length} tokens for each role", do))
    ids_BL = texts.ids_T[: count * length].reshape(count, length)
    units_BL = _units(texts, count, length, causal)
    learnt_B = ((units_BL > 0) if causal else (units_BL >= 0)).any(1)
    first_B = np.arange(count) * length
    text_B = np.searchsorted(texts.offsets_N1, first_B, side="right") - 1
    key_B = mix(texts.key_N[text_B], first_B - texts.offsets_N1[text_B])
    kept = int(learnt_B.sum())
    examples = Examples(
        ids_BL[learnt_B].reshape(-1),
        units_BL[learnt_B].reshape(-1),
        np.arange(kept + 1, dtype=np.int64) * length,
        texts.row_N[text_B][learnt_B],
        key_B[learnt_B],
    )
    left_texts = int((texts.offsets_N1[:-1] >= count * length).sum())
    return Blocks(examples, total - count * length, left_texts, count - kept)


def _units(texts: Examples, count: int, length: int, causal: bool) -> npt.NDArray[np.int32]:
    """Give each block's units, counted from 0; of a causal block the first token has nothing it could be learnt from."""
    end = count * length
    if causal:
        learnt_BL = texts.units_T[:end].reshape(count, length).astype(np.int32)
        learnt_BL[:, :1] = 0
        return learnt_BL
    text_T = np.repeat(np.arange(len(texts)), texts.lengths_N)[:end]
    places = np.flatnonzero(texts.units_T[:end] >= 0)
    unit, text, block = texts.units_T[places], text_T[places], places // length
    new = np.ones(len(places), dtype=np.bool_)
    new[1:] = (unit[1:] != unit[:-1]) | (text[1:] != text[:-1]) | (block[1:] != block[:-1])
    number = np.cumsum(new)
    begins = np.searchsorted(block, np.arange(count))
    units_T = np.full(end, -1, dtype=np.int32)
    if len(places):
        units_T[places] = number - number[np.minimum(begins, len(places) - 1)][block]
    return units_T.reshape(count, length)
