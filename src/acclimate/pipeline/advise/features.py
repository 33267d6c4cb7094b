"""What a frozen model makes of texts: its last hidden states, averaged over each text's tokens.

Legend of shapes: N texts, B rows of a batch, T tokens, D hidden width.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from acclimate.core.language_model import LanguageModel
from acclimate.core.scores import Floats

_BATCH_TOKENS = 4096


def features_of(lm: LanguageModel, texts: Sequence[str], longest: int) -> Floats:
    """Give [N, D]; of a text as many tokens are read as the model takes, at most `longest`."""
    import torch

    limit = min(lm.max_length, longest)
    encoded = [lm.tokenizer(text, truncation=True, max_length=limit)["input_ids"] or [lm.pad_id] for text in texts]
    body = lm.model.base_model
    device = next(lm.model.parameters()).device
    made: list[Floats] = [np.zeros(0)] * len(texts)
    lm.model.eval()
    order = sorted(range(len(texts)), key=lambda number: len(encoded[number]))
    with torch.inference_mode():
        while order:
            width = len(encoded[order[-1]])
            rows = [order.pop() for _ in range(min(len(order), max(1, _BATCH_TOKENS // width)))]
            ids_BT = torch.full((len(rows), width), lm.pad_id)
            seen_BT = torch.zeros((len(rows), width), dtype=torch.long)
            for row, number in enumerate(rows):
                ids_BT[row, : len(encoded[number])] = torch.tensor(encoded[number])
                seen_BT[row, : len(encoded[number])] = 1
            seen_BT = seen_BT.to(device)
            states_BTD = body(input_ids=ids_BT.to(device), attention_mask=seen_BT).last_hidden_state.float()
            mean_BD = (states_BTD * seen_BT[..., None]).sum(1) / seen_BT.sum(1, keepdim=True)
            for number, mean_D in zip(rows, mean_BD.double().cpu().numpy(), strict=True):
                made[number] = mean_D
    return np.stack(made)
