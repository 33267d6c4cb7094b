"""What a task's head says of examples: run once over each document, in batches of like length.

Legend of shapes: L places of one document where the head answers, V labels (or start and end).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from acclimate.core.events import Event, Tell, silent
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Batching, Objective

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictor:
    """A loaded model that answers: how batches go through it (`runner`, compat/transformers/runner.py), at most
    `batch_tokens` tokens at a time, padding included.
    """

    lm: LanguageModel
    runner: Any
    objective: Objective
    batching: Batching
    batch_tokens: int = 8192

    def logits(self, examples: Examples, tell: Tell = silent) -> list[Floats]:
        """Give what the head says of each document, [L, V], in their order. The model runs in eval mode, in float32."""
        import torch

        self.lm.model.eval()
        said: list[Floats] = [np.zeros((0, 0))] * len(examples)
        done = 0
        with torch.inference_mode():
            for numbers in _batches(examples.lengths_N.tolist(), self.batch_tokens):
                made = self.objective.supervise(examples.gather(np.array(numbers)), self.lm.tokenizer, 0, 0)
                logits_LV = self.runner.logits(self.lm.model, self.batching.collate(made, self.lm.pad_id))
                borders = np.searchsorted(made.positions_L, made.offsets_N1)
                values_LV = logits_LV.double().cpu().numpy()
                for number, begin, end in zip(numbers, borders, borders[1:], strict=False):
                    said[number] = values_LV[begin:end]
                done += len(numbers)
                tell(Event("progress", "predicting", {"done": done, "of": len(examples)}))
        return said


def _batches(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Give numbers of documents of like length; the longest first, so that what does not fit in memory fails at once."""
    waiting: list[int] = []
    longest = 0
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        longest = max(longest, lengths[number])
        if waiting and (len(waiting) + 1) * longest > batch_tokens:
            yield waiting
            waiting, longest = [], lengths[number]
        waiting.append(number)
    if waiting:
        yield waiting
