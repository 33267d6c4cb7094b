"""Vectors of whole texts by a sentence encoder: the mean of its last layer over all tokens, of length 1.

Legend of shapes: N texts, B texts of a batch, T tokens, H width of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from acclimate.compat.hardware import device
from acclimate.compat.transformers.loading import config_of, longest_sequence, tokenizer_from
from acclimate.compat.transformers.quiet import quiet
from acclimate.core.errors import Fault, UserError

_WHERE = "model"


class SentenceEncoder:
    """A model of a folder or the Hub, in float32 and eval mode. `longest` is what it reads of a text, in tokens.

    Raises: UserError if it can't be loaded: safetensors only, no remote code, no weight missing.
    """

    def __init__(self, model: str, revision: str) -> None:
        config = config_of(model, revision)
        self._tokenizer = tokenizer_from(model, revision)
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token
        self.longest = longest_sequence(config, self._tokenizer)
        self._model = _body(model, revision, config).eval().to(device())

    @torch.inference_mode()
    def vectors(self, texts: Sequence[str], batch_tokens: int) -> npt.NDArray[np.float64]:
        """Give vectors_NH. Each forward pass has at most `batch_tokens` tokens, padding included, but at least one text."""
        ids = self._tokenizer(list(texts), truncation=True, max_length=self.longest)["input_ids"] if texts else []
        vectors_NH = np.zeros((len(texts), self._model.config.get_text_config().hidden_size))
        waiting: list[int] = []
        for number in sorted(range(len(texts)), key=lambda number: len(ids[number])):
            if waiting and (len(waiting) + 1) * len(ids[number]) > batch_tokens:
                vectors_NH[waiting] = self._batch([ids[one] for one in waiting])
                waiting = []
            waiting.append(number)
        if waiting:
            vectors_NH[waiting] = self._batch([ids[one] for one in waiting])
        return vectors_NH

    def _batch(self, ids: list[list[int]]) -> npt.NDArray[np.float64]:
        padded = self._tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self._model.device)
        hidden_BTH = self._model(**padded).last_hidden_state.double()
        seen_BT1 = padded["attention_mask"][:, :, None].double()
        mean_BH = (hidden_BTH * seen_BT1).sum(1) / seen_BT1.sum(1).clamp(min=1)
        return np.asarray(torch.nn.functional.normalize(mean_BH, dim=1).cpu().numpy())


def _body(model: str, revision: str, config: Any) -> Any:
    from safetensors import SafetensorError
    from transformers import AutoModel

    try:
        with quiet():
            body, loading = AutoModel.from_pretrained(
                model, revision=revision, config=config, dtype=torch.float32, use_safetensors=True,
                trust_remote_code=False, output_loading_info=True,
            )  # fmt: skip
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        found = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(Fault(_WHERE, found, "a sentence encoder with safetensors", "name another")) from None
    missing = sorted(key for key in loading["missing_keys"] if not key.startswith("pooler."))
    if missing:
        found = f"{len(missing)} weights are not in the files: {', '.join(missing[:3])}"
        raise UserError(Fault(_WHERE, found, "all of them", "get the model's files anew"))
    return body
