"""What a tokenizer can't say: `<unk>`, and characters that it drops where another arm's tokenizer keeps them.

Both cost 8 bits for each UTF-8 byte that they hide; a comparison in which an arm hides over 0.1 % of the bytes is
refused (docs/measuring.md, Decoders).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from acclimate.evaluate.rows import byte_borders
from acclimate.evaluate.windows import Window

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

BITS_A_BYTE = 8.0
MOST_HIDDEN = 0.001


def unknown_id(tokenizer: PreTrainedTokenizerFast) -> int:
    """Give the id of `<unk>`, or -1 where nothing is unknown (GPT-2 names its end of text so)."""
    found = tokenizer.unk_token_id
    return -1 if found is None or found in (tokenizer.bos_token_id, tokenizer.eos_token_id) else int(found)


def dropped_bytes(window: Window, arm: int) -> npt.NDArray[np.int64]:
    """Give for each character of the window its bytes if arm number `arm` has no token for it and another has, else 0.

    White space is no loss: many tokenizers leave it out on purpose.
    """
    length = len(window.text)
    covered_AC = np.array([encoded.covered(length) for encoded in window.encoded])
    lost_C = ~covered_AC[arm] & covered_AC.any(axis=0)
    if not lost_C.any():
        return np.zeros(length, dtype=np.int64)
    visible_C = np.array([not character.isspace() for character in window.text])
    return np.where(lost_C & visible_C, np.diff(byte_borders(window.text)), 0)


def refusal(unknown: Mapping[str, float], total: float) -> str:
    """Give why the arms can't be compared, or an empty string.

    Takes: the bytes that each arm's tokenizer hides, and all bytes measured.
    """
    for arm, hidden in unknown.items():
        if hidden > MOST_HIDDEN * total:
            return (
                f"the tokenizer of `{arm}` has no token for {hidden / total:.1%} of the bytes that are measured "
                f"(at most {MOST_HIDDEN:.1%} can be compared)"
            )
    return ""
