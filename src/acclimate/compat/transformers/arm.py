"""A loaded model as something that can be measured (core.protocols.Arm)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import Way
from acclimate.core.examples import Batch, Ints
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Scored


class ModelArm:
    """Scores documents in float32, model in eval mode, batch by batch: no logits outlive their batch (promise 18).

    Takes: `in_text`, as in the protocol.
    """

    def __init__(self, lm: LanguageModel, way: Way, batch_tokens: int, in_text: Sequence[str] = ()) -> None:
        self.tokenizer, self.max_length, self.causal = lm.tokenizer, lm.max_length, lm.causal
        self.in_text = tuple(in_text)
        self._lm, self._way, self._batch_tokens = lm, way, batch_tokens
        self._runner = Runner(lm.model, way)
        lm.model.eval()

    @torch.inference_mode()
    def score(self, documents: Sequence[Ints], positions: Sequence[Ints], targets: Sequence[Ints]) -> list[Scored]:
        """Run each document once; see the protocol. Order in is order out."""
        answers: list[Scored | None] = [None] * len(documents)
        for numbers in self._batches([len(document) for document in documents]):
            batch = self._collate([documents[number] for number in numbers], [positions[number] for number in numbers])
            logits_LV = self._runner.logits(self._lm.model, batch).float()
            target_L = torch.as_tensor(np.concatenate([targets[number] for number in numbers]), device=logits_LV.device)
            chosen = logits_LV.gather(1, target_L.long()[:, None])[:, 0].double()
            log_L = (chosen - logits_LV.logsumexp(1).double()).cpu().numpy()
            best_L = logits_LV.argmax(1).cpu().numpy()
            place = 0
            for number in numbers:
                end = place + len(targets[number])
                answers[number] = Scored(log_L[place:end], best_L[place:end])
                place = end
        return [answer for answer in answers if answer is not None]

    def close(self) -> None:
        """Leave the model as it was."""
        self._runner.close()

    def _batches(self, lengths: list[int]) -> Iterator[list[int]]:
        """Give numbers of documents of similar length, at most `batch_tokens` tokens (padding included) at a time."""
        waiting: list[int] = []
        for number in sorted(range(len(lengths)), key=lambda number: lengths[number]):
            if waiting and (len(waiting) + 1) * lengths[number] > self._batch_tokens:
                yield waiting
                waiting = []
            waiting.append(number)
        if waiting:
            yield waiting

    def _collate(self, documents: list[Ints], positions: list[Ints]) -> Batch:
        lengths = [len(document) for document in documents]
        tokens, nothing = sum(lengths), np.zeros(0, dtype=np.int64)
        if self._way.flat:
            offsets_N1 = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
            ids_BT = np.concatenate(documents).astype(np.int64)[None]
            attention_BT = None
            starts = offsets_N1[:-1]
        else:
            width = max(lengths)
            ids_BT = np.full((len(documents), width), self._lm.pad_id, dtype=np.int64)
            attention_BT = np.zeros((len(documents), width), dtype=np.int64)
            for row, document in enumerate(documents):
                ids_BT[row, : len(document)] = document
                attention_BT[row, : len(document)] = 1
            offsets_N1 = None
            starts = np.arange(len(documents)) * width
        positions_L = np.concatenate([start + place for start, place in zip(starts, positions, strict=True)]).astype(
            np.int64
        )
        return Batch(ids_BT, attention_BT, offsets_N1, positions_L, nothing, len(documents), tokens)
