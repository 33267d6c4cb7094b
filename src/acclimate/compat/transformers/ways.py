"""Which way a model can see documents without padding and without leaks, found by trying (a leak test alone passes
on wrong positions and windows, so each way is compared with every document run alone).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn

from acclimate.compat.transformers import attention
from acclimate.compat.transformers.heads import logits_of
from acclimate.compat.transformers.quiet import quiet
from acclimate.core.errors import Fault, UserError

_TOLERANCE = 1e-5
# Disentangled attention is quadratic in the row: flat rows are 1.2 to 4 times slower.
_ALWAYS_PADDED = {"deberta", "deberta-v2"}
_REFUSALS = (attention.UnsupportedAttention, RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError)


@dataclass(frozen=True)
class Way:
    """How documents reach a model. `flat`: one row without padding; `implementation`: transformers' attention to set
    (None: the model's own); `first_position`: of each document; `mask`: what keeps documents apart where neither
    positions nor offsets do: a float mask [1, 1, T, T] that looks both ways or back only, or borders (bloom.py).
    """

    name: str
    flat: bool
    implementation: str | None = None
    first_position: int | None = None
    mask: Literal["", "both ways", "back", "borders"] = ""
    offsets: bool = False

    def keywords(self, offsets: list[int], device: torch.device) -> dict[str, Any]:
        """Give what `model(...)` needs beside the ids of a flat row."""
        given: dict[str, Any] = {}
        if self.first_position is not None:
            lengths = [end - start for start, end in pairwise(offsets)]
            first = self.first_position
            places = [torch.arange(first, first + length, device=device) for length in lengths]
            given["position_ids"] = torch.cat(places)[None]
        if self.offsets:
            given["document_offsets"] = tuple(offsets)
        if self.mask == "borders":
            from acclimate.compat.transformers.bloom import borders_mask

            given["attention_mask"] = borders_mask(offsets, device)
        elif self.mask:
            given["attention_mask"] = _block_mask(offsets, device, causal=self.mask == "back")
        return given


PADDED = Way("length-sorted padding", flat=False)


def choose(model: nn.Module, *, causal: bool) -> tuple[Way, str]:
    """Give the first way that is exact for this model, set up in it, and a sentence that says which and why.

    Takes: a transformers model, not yet wrapped by an adapter (one in bfloat16 is tried in float32, where 1e-5 can be
    seen); whether it is causal.
    Raises: UserError if it can't see documents apart in any way.
    """
    config = _text_config(model)
    if config._attn_implementation == attention.NAME:  # a way was chosen for this model before
        _set(model, attention.plain(model))
    original = config._attn_implementation
    tried = []
    with _measuring(model):
        documents = _probe_documents(config)
        alone = _each_alone(model, documents)
        for way in _candidates(model, config, causal):
            difference = _difference(model, way, documents, alone)
            if difference is not None and difference <= _TOLERANCE:
                return way, f"documents lie end to end without padding ({way.name}; {_from_alone(difference)})"
            tried.append(f"{way.name}: {'not possible' if difference is None else f'{difference:.0e} off'}")
            _set(model, original)
        return PADDED, _why_padded(config, tried, _padded_difference(model, documents, alone))


@contextmanager
def _measuring(model: nn.Module) -> Iterator[None]:
    """Put the model in eval mode and in float32 while the body runs. Weights in bfloat16 come back bit for bit."""
    was_training = model.training
    model.eval()
    halves = [
        (weight, weight.dtype) for weight in model.parameters() if weight.dtype in (torch.bfloat16, torch.float16)
    ]
    for weight, _ in halves:
        weight.data = weight.data.float()
    try:
        yield
    finally:
        for weight, dtype in halves:
            weight.data = weight.data.to(dtype)
        model.train(was_training)


def _why_padded(config: Any, tried: list[str], difference: float | None) -> str:
    if difference is None:
        raise UserError(
            Fault("model", f"{config.model_type} takes no attention mask: documents of a batch can't be kept apart",
                  "an architecture whose attention takes a mask", "choose another base (docs/architectures.md)")
        )  # fmt: skip
    if config.model_type in _ALWAYS_PADDED:
        sentence = f"{config.model_type}: documents are padded (flat rows are slower with its attention)"
    else:
        sentence = f"documents are padded: no flat way is exact ({'; '.join(tried)})"
    if difference <= _TOLERANCE:
        return sentence
    return f"{sentence}. Its padding is not exact either: what a document says {_from_alone(difference)}"


def _from_alone(difference: float) -> str:
    return f"differs by {difference:.0e} from each alone"


def _text_config(model: Any) -> Any:
    """Give the config of the part that reads text, where a model has several."""
    return model.config.get_text_config()


def _candidates(model: nn.Module, config: Any, causal: bool) -> list[Way]:
    if config.model_type in _ALWAYS_PADDED:
        return []
    if config.model_type == "bloom":
        from acclimate.compat.transformers.bloom import see_borders

        see_borders(model)
        return [Way("by document, ALiBi from its start", True, mask="borders")]
    pad = config.pad_token_id or 0
    ways = [
        Way("by document", True, attention.NAME, 0, offsets=True),
        Way("by document, positions from pad + 1", True, attention.NAME, pad + 1, offsets=True),
    ]
    if causal:
        ways.append(Way("transformers' packing", True, None, 0))
    if _window(config) is None:
        ways.append(Way("block mask", True, None, 0, mask="back" if causal else "both ways"))
    return [way for way in ways if way.implementation is None] if attention.is_named(model) else ways


def _window(config: Any) -> int | None:
    """Give how far attention sees in some layers, under the names that architectures have for it; None: everywhere."""
    names = ("sliding_window", "local_attention", "window_size", "attention_chunk_size")
    found = [getattr(config, name, None) for name in names]
    return next((window for window in found if isinstance(window, int) and window > 0), None)


def _probe_documents(config: Any) -> list[Tensor]:
    """Give documents of 1 token, of some, and one longer than the window (or as long as the model allows)."""
    window = _window(config) or 24
    longest = getattr(config, "max_position_embeddings", None) or 512
    lengths = [
        min(window + 6, max(longest - 4, 2), 1024),
        1,
        min(25, max(longest - 4, 2)),
        min(20, max(longest - 4, 2)),
    ]
    special = {config.pad_token_id, config.bos_token_id, config.eos_token_id}
    ids = torch.tensor([number for number in range(2, min(config.vocab_size, 5000)) if number not in special])
    generator = torch.Generator().manual_seed(0)
    return [ids[torch.randint(len(ids), (length,), generator=generator)] for length in lengths]


def _difference(model: nn.Module, way: Way, documents: list[Tensor], alone: list[Tensor]) -> float | None:
    """Give the largest relative difference between a flat row and its documents alone; None if the way can't run."""
    offsets = [0]
    for document in documents:
        offsets.append(offsets[-1] + len(document))
    before = attention.calls[attention.NAME]
    try:
        _set(model, way.implementation)
        flat = _run(model, torch.cat(documents)[None], way.keywords(offsets, torch.device("cpu")))
    except _REFUSALS:
        return None
    layers = getattr(_text_config(model), "num_hidden_layers", None)
    if way.offsets and layers is not None and attention.calls[attention.NAME] - before != layers:
        return None
    return max(_off(flat[:, start : start + own.shape[1]], own) for start, own in zip(offsets, alone, strict=False))


def _each_alone(model: nn.Module, documents: list[Tensor]) -> list[Tensor]:
    try:
        return [_run(model, document[None], {}) for document in documents]
    except _REFUSALS as error:
        kind, lengths = _text_config(model).model_type, ", ".join(str(len(document)) for document in documents)
        raise UserError(
            Fault("model", f"{kind} can't run documents of {lengths} tokens: {str(error).splitlines()[0]}",
                  "an architecture that takes documents of any length", "choose another base")
        ) from None  # fmt: skip


def _padded_difference(model: nn.Module, documents: list[Tensor], alone: list[Tensor]) -> float | None:
    """Give the same for rows that are padded to the longest; None if the model takes no mask."""
    pad = _text_config(model).pad_token_id or 0
    ids_BT = nn.utils.rnn.pad_sequence(documents, batch_first=True, padding_value=pad)
    lengths_B = torch.tensor([len(document) for document in documents])
    mask_BT = (torch.arange(ids_BT.shape[1]) < lengths_B[:, None]).long()
    try:
        padded = _run(model, ids_BT, {"attention_mask": mask_BT})
    except _REFUSALS:
        return None
    return max(_off(padded[row : row + 1, : own.shape[1]], own) for row, own in enumerate(alone))


def _off(there: Tensor, own: Tensor) -> float:
    return float((there - own).abs().max() / own.abs().max().clamp_min(1e-12))


def _set(model: Any, implementation: str | None) -> None:
    if implementation is not None:
        attention.register()
        with quiet():  # it warns of what the probe finds out
            model.set_attn_implementation(implementation)


@torch.no_grad()
def _run(model: nn.Module, ids_BT: Tensor, keywords: dict[str, Any]) -> Tensor:
    device = next(model.parameters()).device
    moved = {key: value.to(device) if isinstance(value, Tensor) else value for key, value in keywords.items()}
    return logits_of(model(input_ids=ids_BT.to(device), **moved)).float().cpu()


def _block_mask(offsets: list[int], device: torch.device, *, causal: bool) -> Tensor:
    """Give 0 where a query sees a key, else the lowest float (a boolean mask would be added by eager attention)."""
    length = offsets[-1]
    document = torch.zeros(length, dtype=torch.long, device=device)
    document[torch.tensor(offsets[1:-1], dtype=torch.long, device=device)] = 1
    document = document.cumsum(0)
    sees = document[:, None] == document[None, :]
    if causal:
        sees = sees.tril()
    return torch.zeros(1, 1, length, length, device=device).masked_fill(~sees, torch.finfo(torch.float32).min)
