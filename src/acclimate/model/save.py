"""A model -> a folder that plain transformers loads, with a proof that it does.

Legend of shapes: T tokens of all probe documents, V entries of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acclimate.core.errors import AcclimateError
from acclimate.core.language_model import LanguageModel

if TYPE_CHECKING:
    from torch import Tensor

_PROBE = "The patient 患者 was given 3.5 mg twice a day. Revenue rose by 12 % in 2023; costs fell."
_LONGEST = 48
_LINE = 64
"""Bytes that memory of torch's own is aligned to."""
_MERGED = 1e-5
"""How far merged logits may lie from the adapter's, as a share of the largest."""
_ROUNDINGS = 10
"""How many times the model's own error of rounding they may, where that is more: in 16 bits, or after a run gone wrong."""


def probe(lm: LanguageModel, model: Any) -> Tensor:
    """Give the logits [T, V] of a few short documents that hold every new token, in float32 on the CPU.

    Takes: `model`, that of `lm` or a wrapper of it. It runs on the CPU with transformers' own attention, whatever it was
    trained with, so that the same weights give the same bits; afterwards it is as it was.
    """
    import torch

    from acclimate.compat.transformers.heads import logits_of

    ids = [*_ids(lm.tokenizer), *lm.new_rows]
    length = min(_LONGEST, lm.max_length)
    documents = [ids[start : start + length] for start in range(0, len(ids), length)]
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    device, training = base.device, model.training
    run = type(model).forward  # accelerate has put one on the object that rounds to 16 bits
    try:
        with _plain(base, use_cache=False), torch.no_grad():
            _align(model.eval().to("cpu"))
            said = [logits_of(run(model, input_ids=torch.tensor([document]))) for document in documents]
            logits_TV = [one.reshape(-1, one.shape[-1]).float() for one in said]
    finally:
        model.train(training).to(device)
    return torch.cat(logits_TV)


def _align(model: Any) -> None:
    """Move the weights that lie at odd addresses, as those mapped from a file do: there products are added up otherwise."""
    for weight in (*model.parameters(), *model.buffers()):
        if weight.data_ptr() % _LINE:
            weight.data = weight.data.clone()


def save(lm: LanguageModel, model: Any, folder: Path, before: Tensor | None = None) -> None:
    """Write `config.json`, `model.safetensors` and the tokenizer's files, load them again and compare (promise 13).

    Takes: `model`, the plain transformers model (merged); `folder`, one that an error takes away (core.artifact.folder);
    `before`, what `probe` gave of the model with its adapter, before it was merged.
    Raises: AcclimateError if merging changed the logits, or if what was saved gives other tokens, weights or logits.
    """
    from acclimate.compat.transformers.quiet import quiet

    trained = probe(lm, model)
    if before is not None:
        _need_merged(lm, model, trained, before)
    with _plain(model, use_cache=True), quiet():
        model.save_pretrained(folder)
    lm.tokenizer.save_pretrained(folder)
    _need_tokenizer(lm, folder)
    _need_model(lm, model, trained, folder)


def save_adapter(lm: LanguageModel, wrapped: Any, folder: Path) -> None:
    """Write PEFT's `adapter_config.json` and `adapter_model.safetensors`, and the tokenizer.

    New rows ride along, and where there are some the head's bias, which a base that grew anew has not.
    """
    from acclimate.compat.peft import write_adapter

    for config in wrapped.peft_config.values():
        config.base_model_name_or_path = lm.name  # PEFT would write where the base lay on this machine
    write_adapter(wrapped, str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty template
    if lm.new_rows:
        _add_biases(wrapped, folder / "adapter_model.safetensors")
    lm.tokenizer.save_pretrained(folder)


def _add_biases(wrapped: Any, path: Path) -> None:
    """Add to an adapter's file what has one number for each token; PEFT loads all that bears the name of a weight."""
    from safetensors.torch import load_file, save_file

    rows = wrapped.get_base_model().get_input_embeddings().weight.shape[0]
    biases = {name: weight.detach().cpu() for name, weight in wrapped.named_parameters() if weight.shape == (rows,)}
    if biases:
        save_file({**load_file(path), **biases}, path, {"format": "pt"})


@contextmanager
def _plain(model: Any, *, use_cache: bool) -> Iterator[None]:
    """Give a transformers model its own attention back for a while."""
    from acclimate.compat.transformers.attention import plain

    original, cached = model.config._attn_implementation, getattr(model.config, "use_cache", False)
    try:
        model.set_attn_implementation(plain(model))
        model.config.use_cache = use_cache
        yield
    finally:
        model.set_attn_implementation(original)
        model.config.use_cache = cached


def _ids(tokenizer: Any) -> list[int]:
    return [int(number) for number in tokenizer(_PROBE, verbose=False)["input_ids"]]


def _need_merged(lm: LanguageModel, model: Any, merged: Tensor, before: Tensor) -> None:
    largest = float(before.nan_to_num(0.0, 0.0, 0.0).abs().max())
    difference = _apart(merged, before) / largest
    if difference <= _MERGED:
        return
    allowed = max(_MERGED, _ROUNDINGS * _apart(_finer(lm, model), merged) / largest)
    if not difference <= allowed:
        raise AcclimateError(
            f"merged with its adapter the model gives other logits: {difference:.1e} of the largest, at most {allowed:.1e}"
        )


def _finer(lm: LanguageModel, model: Any) -> Tensor:
    """Give what `probe` would if the model did not round as it does: in 64 bits instead of 32, in 32 instead of 16."""
    import torch

    own = model.dtype
    try:
        return probe(lm, model.to(torch.float64 if own == torch.float32 else torch.float32))
    finally:
        model.to(own)  # each weight finds back to its bits


def _apart(one: Tensor, other: Tensor) -> float:
    """Give the largest difference; where both are NaN there is none."""
    same = one.isnan() & other.isnan() | (one == other)
    return float((one - other).abs().masked_fill(same, 0.0).max())


def _need_tokenizer(lm: LanguageModel, folder: Path) -> None:
    from acclimate.compat.transformers.loading import tokenizer_from

    again = tokenizer_from(str(folder), "main")
    tokens = [str(lm.tokenizer.convert_ids_to_tokens(row)) for row in lm.new_rows]
    text = " ".join([_PROBE, lm.tokenizer.decode(lm.new_rows), *tokens])
    ids, ids_again = (one(text, verbose=False)["input_ids"] for one in (lm.tokenizer, again))
    if ids != ids_again or [again.convert_tokens_to_ids(token) for token in tokens] != lm.new_rows:
        raise AcclimateError(f"{folder}: the saved tokenizer gives other ids")


def _need_model(lm: LanguageModel, model: Any, trained: Tensor, folder: Path) -> None:
    from acclimate.compat.transformers.loading import pretrained

    again, _ = pretrained(str(folder), "main", lm.head)
    for weight in (*again.parameters(), *again.buffers()):
        weight.data = weight.data.to(model.dtype if weight.is_floating_point() else weight.dtype)
    saved = again.state_dict()
    for name, weight in model.state_dict().items():
        if name not in saved or not _same(saved[name], weight.cpu()):
            raise AcclimateError(f"{folder}: the saved weight {name} differs")
    if not _same(probe(lm, again), trained):
        raise AcclimateError(f"{folder}: the saved model gives other logits, although its weights are the same")


def _same(one: Tensor, other: Tensor) -> bool:
    """Say whether two tensors are the same bit for bit; NaN (of a run that diverged) is the same as NaN."""
    import torch

    return torch.equal(one, other) or torch.allclose(one, other, rtol=0.0, atol=0.0, equal_nan=True)
