"""Causal language modelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.method import Method
from acclimate.objective.losses import token_loss

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast


class Clm(Method):
    """Learn each token from those before it: loss = -sum over t of ln p(x_t | x_<t) / number of learnt t.

    Takes: documents as ids.

    Gives: the same ids, and as label of each place the token that follows it.

    Options: none.

    When to use: decoders (Llama, Qwen, GPT-2, BLOOM) that are to continue their pretraining on a domain's text. For
    encoders see `mlm`.

    Source: Radford et al. 2018; continued pretraining: Gururangan et al. 2020 (arXiv 2004.10964).

    Raises: nothing of its own.
    """

    head: ClassVar[str] = "causal"
    primary: ClassVar[str] = "bits_per_byte"
    accuracy: ClassVar[str] = ""

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        """Any tokenizer will do."""

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Mark every token that is learnt: all but the first, and those that another window has learnt already."""
        learnt_T = ~document.repeated_T
        learnt_T[:1] = False
        return learnt_T.astype(np.int32)

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell nothing."""
        return []

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        followers_L = np.flatnonzero(documents.units_T > 0)
        labels_L = documents.ids_T[followers_L].astype(np.int64)
        return Supervised(documents.ids_T, documents.offsets_N1, followers_L - 1, labels_L)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        return token_loss(logits_LV, labels_L)

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        return float(len(labels_L))
