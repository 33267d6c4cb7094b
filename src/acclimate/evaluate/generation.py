"""What models are asked to write, and how: the recipe's `evaluate.generation`; the test rows that are answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import field_validator

from acclimate.core.decoding import Decoding
from acclimate.core.method import Section, option
from acclimate.core.seeds import hash64
from acclimate.evaluate.rows import EvalText

_NEW_TOKENS = 128


class Generation(Section):
    """What base and adapted model write: on test rows of `sft`, and to the prompts of `evaluate.prompts`.

    All are asked in the same words, and write in the same way.
    """

    rows: int = option(
        48, "most test rows that are answered, as evenly over the groups as they come (0: none)", unit="rows", ge=0,
        le=100_000,
    )  # fmt: skip
    shots: int = option(
        3, "training rows that the base is also shown as worked examples before each question (0: it is not)",
        unit="rows", ge=0, le=32,
    )  # fmt: skip
    decoding: Decoding = option(
        Decoding(max_new_tokens=_NEW_TOKENS), f"how all write (max_new_tokens: {_NEW_TOKENS}, if it is not given)"
    )

    @field_validator("decoding", mode="before")
    @classmethod
    def _shorter(cls, value: Any) -> Any:
        """Keep this section's own default where other settings are given."""
        return {"max_new_tokens": _NEW_TOKENS, **value} if isinstance(value, dict) else value


def spread(texts: Sequence[EvalText], most: int, seed: int) -> list[EvalText]:
    """Give at most `most` of the texts in their order, as evenly over the groups as they come, by a draw of (seed, row_id).

    Whole groups (as `choose` gives) would be few where answers are dear; here a group has one row before any has two.
    """
    by_group: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(texts)), key=lambda place: hash64("answered", seed, texts[place].row_id)):
        by_group[texts[place].group].append(place)
    order = sorted(by_group, key=lambda group: hash64("answered group", seed, group))
    turns = sorted((turn, rank) for rank, group in enumerate(order) for turn in range(len(by_group[group])))
    return [texts[place] for place in sorted(by_group[order[rank]][turn] for turn, rank in turns[:most])]
