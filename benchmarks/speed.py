"""How fast an encoder learns on a CPU: the plain recipe, length-sorted padding, one flat row without padding.

All three take the same documents with the same hidden tokens, an update each in turn in one process, so that whatever
else the machine does meets all of them. An update is everything from documents to moved weights: masks drawn, rows laid
out, forward, backward, gradients clipped, AdamW. A check before the start sees that the three compute the same loss.

Legend of shapes: B rows, T tokens of a row, L hidden tokens, N documents.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedTokenizerFast

from acclimate.adapter.full import Full
from acclimate.compat.hardware import has_bf16
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import PADDED, choose
from acclimate.core.errors import AcclimateError
from acclimate.core.events import silent
from acclimate.core.examples import Examples, Ints
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Batching
from acclimate.objective.mlm import Mlm
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.checkpoint import Checkpoints
from acclimate.train.job import Job
from acclimate.train.optimizer import make_optimizer
from acclimate.train.passes import passes
from acclimate.train.plan import make_plan
from acclimate.train.section import Train

LONGEST, DOCUMENTS, FEWEST_ROUNDS = 128, 4096, 5
SAME_LOSS = 0.02  # bfloat16 against float32; a wrong mask or a forgotten row is off by far more
_SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]")


@dataclass(frozen=True)
class Size:
    """A BERT: its shape, and how many documents an update has."""

    hidden: int
    heads: int
    vocabulary: int
    documents: int
    layers: int = 6


SIZES = {256: Size(256, 4, 16_384, 16), 768: Size(768, 12, 30_522, 8)}


@dataclass(frozen=True)
class Way:
    """One way to learn: `losses` gives each forward pass's share of an update's loss."""

    name: str
    what: str
    job: Job
    optimizer: torch.optim.Optimizer
    losses: Callable[[Job, Ints], Iterator[Tensor]]


def compare(size: Size, seconds: float) -> dict[str, Any]:
    """Race the three ways for about `seconds` (at least 5 rounds) and give medians and ratios.

    Raises: AcclimateError if they do not compute the same loss.
    """
    data = documents(size.vocabulary)
    ways = make_ways(size, data)
    plan = make_plan(ways[0].job.settings, data.lengths_N, 1)
    check_losses(ways, plan.numbers(0))
    for way in ways:
        update(way, plan.numbers(0))
    times: dict[str, list[float]] = {way.name: [] for way in ways}
    tokens: list[int] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(tokens) < FEWEST_ROUNDS:
        numbers = plan.numbers(1 + len(tokens))
        first = len(tokens) % len(ways)
        for way in ways[first:] + ways[:first]:
            times[way.name].append(update(way, numbers))
        tokens.append(int(data.lengths_N[numbers].sum()))
    weights = sum(weight.numel() for weight in ways[0].job.lm.model.parameters())
    lengths = {"mean": round(float(data.lengths_N.mean()), 1), "longest": int(data.lengths_N.max())}
    about = {"layers": size.layers, "hidden": size.hidden, "vocabulary": size.vocabulary, "parameters": weights}
    measured = {"documents_an_update": size.documents, "tokens_a_document": lengths, "rounds": len(tokens)}
    return {**about, **measured, "ways": [summary(way, times, tokens) for way in ways]}


def summary(way: Way, times: dict[str, list[float]], tokens: list[int]) -> dict[str, Any]:
    """Give a way's median speed, the middle half of the speeds, and the median ratio of the plain recipe's time to its own."""
    own, plain = times[way.name], times["plain"]
    low, middle, high = statistics.quantiles([count / seconds for count, seconds in zip(tokens, own, strict=True)], n=4)
    return {
        "name": way.name,
        "what": way.what,
        "median_seconds": round(statistics.median(own), 4),
        "tokens_per_second": round(middle, 1),
        "middle_half": [round(low, 1), round(high, 1)],
        "ratio": round(statistics.median(slow / fast for slow, fast in zip(plain, own, strict=True)), 2),
    }


def documents(vocabulary: int) -> Examples:
    """Make documents of random ids, 8 to 128 tokens long, 50 on average; every token but the first and last may be hidden."""
    draw = np.random.Generator(np.random.PCG64(0))
    lengths_N = np.clip(np.rint(draw.gamma(2.0, 25.5, DOCUMENTS)), 8, LONGEST).astype(np.int64)
    offsets_N1 = np.concatenate([[0], np.cumsum(lengths_N)])
    ids_T = draw.integers(len(_SPECIAL), vocabulary, offsets_N1[-1]).astype(np.int32)
    units_T = np.concatenate([[-1, *range(length - 2), -1] for length in lengths_N]).astype(np.int32)
    ids_T[offsets_N1[:-1]], ids_T[offsets_N1[1:] - 1] = _SPECIAL.index("[CLS]"), _SPECIAL.index("[SEP]")
    return Examples(
        ids_T, units_T, offsets_N1, np.arange(DOCUMENTS, dtype=np.int32), np.arange(DOCUMENTS, dtype=np.uint64)
    )


def make_ways(size: Size, data: Examples) -> list[Way]:
    """Give the three ways, each with a model of its own that starts from the same weights."""
    bf16 = has_bf16()
    fast = "bf16" if bf16 else "float32"
    kinds = [
        ("plain", "float32, padded to the longest of the batch, head on every token", Pad(), False, plain_losses),
        ("sorted", f"{fast}, sorted by length and padded, head on hidden tokens", Pad(max_padded_tokens=1024), bf16,
         sparse_losses),
        ("flat", f"{fast}, one flat row without padding, head on hidden tokens", PaddingFree(), bf16, sparse_losses),
    ]  # fmt: skip
    ways = []
    for name, what, batching, reduced, losses in kinds:
        job = make_job(size, data, batching, bf16=reduced)
        ways.append(Way(name, what, job, make_optimizer(job.model, job.settings, 1e-4), losses))
    return ways


def make_job(size: Size, data: Examples, batching: Batching, *, bf16: bool) -> Job:
    """Give a training of a fresh BERT, as the pipeline would set it up."""
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        "bert",
        vocab_size=size.vocabulary,
        hidden_size=size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=4 * size.hidden,
        max_position_embeddings=LONGEST,
    )
    lm = LanguageModel(AutoModelForMaskedLM.from_config(config), _tokenizer(size.vocabulary), "BERT", False, LONGEST)
    way = choose(lm.model, causal=False)[0] if batching.flat else PADDED
    adapter = Full()
    model, _ = adapter.wrap(lm.model, [], 0)
    settings = Train(per_device_train_batch_size=size.documents, num_train_epochs=10_000, bf16=bf16)
    nowhere = Path()
    checkpoints = Checkpoints(nowhere, "", lambda folder: None)
    return Job(lm, model, Runner(model, way), data, None, Mlm(masking="token"), batching, adapter, settings, checkpoints,
               nowhere, silent)  # fmt: skip


def _tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    words = {word: number for number, word in enumerate(_SPECIAL)}
    words |= {f"w{number}": number for number in range(len(_SPECIAL), vocabulary)}
    backend = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))  # noqa: S106  a token of text
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", mask_token="[MASK]")  # noqa: S106


def plain_losses(job: Job, numbers: Ints) -> Iterator[Tensor]:
    """Do as most scripts do: one padded batch with labels, and transformers' own loss over the logits of every token."""
    documents = job.objective.supervise(job.examples.gather(numbers), job.lm.tokenizer, 0, job.settings.seed)
    batch = job.batching.collate(documents, job.lm.pad_id)
    labels_BT = np.full(batch.ids_BT.shape, -100, dtype=np.int64)
    labels_BT.reshape(-1)[batch.positions_L] = batch.labels_L
    arrays = {"input_ids": batch.ids_BT, "attention_mask": batch.attention_BT, "labels": labels_BT}
    yield job.model(**{name: torch.as_tensor(array) for name, array in arrays.items()}).loss


def sparse_losses(job: Job, numbers: Ints) -> Iterator[Tensor]:
    """Do as acclimate's loop does."""
    batches = passes(job, job.examples, numbers, 0, 1)
    labels = sum(len(batch.labels_L) for batch in batches)
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16, enabled=bool(job.settings.bf16)):
            logits_LV = job.runner.logits(job.model, batch)
        yield cross_entropy(logits_LV.float(), torch.as_tensor(batch.labels_L), reduction="sum") / labels


def update(way: Way, numbers: Ints) -> float:
    """Learn from some documents and give the seconds it took."""
    way.job.model.train()
    began = time.perf_counter()
    for loss in way.losses(way.job, numbers):
        loss.backward()
    torch.nn.utils.clip_grad_norm_(way.job.model.parameters(), way.job.settings.max_grad_norm)
    way.optimizer.step()
    way.optimizer.zero_grad()
    return time.perf_counter() - began


@torch.no_grad()
def check_losses(ways: list[Way], numbers: Ints) -> None:
    """See that all ways compute the same loss (without dropout). Raises: AcclimateError with the losses."""
    losses = {}
    for way in ways:
        way.job.model.eval()
        losses[way.name] = sum(float(loss) for loss in way.losses(way.job, numbers))
    if max(losses.values()) - min(losses.values()) > SAME_LOSS * min(losses.values()):
        raise AcclimateError(f"the ways do not compute the same loss: {losses}")


def printed(found: dict[str, Any]) -> str:
    """Write a comparison as lines for people."""
    head = f"BERT, {found['layers']} layers, hidden {found['hidden']}, {found['rounds']} rounds"
    lines = [
        f"  {way['tokens_per_second']:>8,.0f} tokens/s  {way['ratio']:>5.1f}x  {way['what']}" for way in found["ways"]
    ]
    return "\n".join([head, *lines])
