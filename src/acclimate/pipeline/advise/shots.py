"""What a decoder says of labels when it is only asked: zero- and few-shot, by the likelihood of each label.

    said(x) = argmax over labels y of log p(y | prompt of x)

The prompt is plain: `Text: ...`, a line break, `COLUMN: ` and the label; few-shot puts one answered text of every label in
front (at most 8), drawn by seed from other groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from acclimate.core.protocols import Arm
from acclimate.core.seeds import hash64
from acclimate.pipeline.advise.domain import Labelled
from acclimate.pipeline.advise.labels import Predicted

MOST_ROWS, MOST_LABELS = 100, 20
_MOST_SHOTS = 8


def asked(arm: Arm, labelled: Labelled, seed: int) -> list[Predicted]:
    """Ask for at most 100 rows' labels without and with examples."""
    order = sorted(range(len(labelled.texts)), key=lambda place: hash64("asked", seed, labelled.groups[place], place))
    places = sorted(order[:MOST_ROWS])
    zero = _say(arm, labelled, {place: [] for place in places})
    few = _say(arm, labelled, {place: _shots(labelled, place, order) for place in places})
    return [Predicted("zero_shot", places, zero), Predicted("few_shot", places, few)]


def _shots(labelled: Labelled, place: int, order: Sequence[int]) -> list[int]:
    """Choose an example of each label, none of the asked row's group."""
    found: dict[str, int] = {}
    for other in order:
        if labelled.groups[other] != labelled.groups[place]:
            found.setdefault(labelled.labels[other], other)
    return list(found.values())[:_MOST_SHOTS]


def _say(arm: Arm, labelled: Labelled, shots: Mapping[int, Sequence[int]]) -> list[str]:
    """Score every label after each row's prompt; only the label's tokens are counted."""
    kinds = labelled.kinds
    ends = [_ids(arm, f" {kind}") for kind in kinds]
    longest = max(map(len, ends))
    prompts = [_prompt(arm, labelled, place, some, arm.max_length - longest) for place, some in shots.items()]
    scored = arm.score(
        [np.array(prompt + end, dtype=np.int64) for prompt in prompts for end in ends],
        [np.arange(len(prompt) - 1, len(prompt) + len(end) - 1) for prompt in prompts for end in ends],
        [np.array(end, dtype=np.int64) for _ in prompts for end in ends],
    )
    sums_NK = np.array([one.log_probability_N.sum() for one in scored]).reshape(len(prompts), len(kinds))
    return [kinds[int(best)] for best in sums_NK.argmax(axis=1)]


def _prompt(arm: Arm, labelled: Labelled, place: int, shots: Sequence[int], room: int) -> list[int]:
    """Give a prompt of at most `room` tokens: the texts in it are cut alike; where no text would be left, no example is."""
    tail = f"\n{labelled.column}:"
    asks = _ids(arm, tail)
    begin = [] if arm.tokenizer.bos_token_id is None else [int(arm.tokenizer.bos_token_id)]
    ends = [_ids(arm, f"{tail} {labelled.labels[shot]}\n\n") for shot in shots]
    each = (room - len(begin) - len(asks) - sum(map(len, ends))) // (len(ends) + 1)
    if each < 1 and shots:
        return _prompt(arm, labelled, place, [], room)
    prompt = list(begin)
    for shot, end in zip(shots, ends, strict=True):
        prompt += _ids(arm, f"Text: {labelled.texts[shot]}")[:each] + end
    prompt += _ids(arm, f"Text: {labelled.texts[place]}")[: max(1, each)] + asks
    return prompt[-max(1, room) :]


def _ids(arm: Arm, text: str) -> list[int]:
    found: list[int] = arm.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    return found
