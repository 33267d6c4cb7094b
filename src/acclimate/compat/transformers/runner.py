"""The one way in which batches go through a model: for training, validation and measuring alike."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from acclimate.compat.transformers.head import SparseHead
from acclimate.compat.transformers.heads import logits_of
from acclimate.compat.transformers.ways import Way
from acclimate.core.examples import Batch


class Runner:
    """Runs batches through a model whose way of seeing documents was chosen (ways.py). Close it to take the hook out."""

    def __init__(self, model: nn.Module, way: Way) -> None:
        self.way = way
        self._head = SparseHead(model)
        config: Any = model.config
        self._types = getattr(config.get_text_config(), "type_vocab_size", 0) > 1

    def logits(self, model: nn.Module, batch: Batch) -> Tensor:
        """Give the logits [L, V] at the batch's L positions, in the order of `batch.positions_L` (V: the vocabulary, or labels).

        A head that answers once a document gives the answer of the document of each position.

        Takes: `model`, the one given at the start or a wrapper of it (DistributedDataParallel).
        """
        device = next(model.parameters()).device
        positions_L = torch.as_tensor(batch.positions_L, device=device)
        keywords: dict[str, Any] = {}
        if batch.offsets_N1 is not None:
            keywords = self.way.keywords([int(place) for place in batch.offsets_N1], device)
        elif batch.attention_BT is not None:
            keywords["attention_mask"] = torch.as_tensor(batch.attention_BT, device=device)
        if batch.second_BT is not None and self._types:
            keywords["token_type_ids"] = torch.as_tensor(batch.second_BT, device=device)
        self._head.positions_L = positions_L
        try:
            output = model(input_ids=torch.as_tensor(batch.ids_BT, device=device), **keywords)
        finally:
            self._head.positions_L = None
        logits = logits_of(output)
        if logits.dim() == 2:
            return logits[positions_L // batch.ids_BT.shape[1]]
        logits_LV: Tensor = logits.reshape(-1, logits.shape[-1])
        return logits_LV if self._head.installed else logits_LV[positions_L]

    def close(self) -> None:
        """Leave the model as it was."""
        self._head.remove()
