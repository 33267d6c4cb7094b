"""transformers' `generate`, so that a prompt is answered in a batch as it is alone.

Three things of its own would make a difference. Repetition is punished over padding too, which is often the end of
sequence: here padding is left out. Sampling draws a batch from one stream: here each prompt has numbers of its own, and the
token with the largest logit plus Gumbel noise is taken, which is a draw from the softmax (Maddison et al. 2014). And what a
model's files set about generation would be mixed in: here only what was asked for holds.

Legend of shapes: B prompts, T tokens, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig
from transformers.generation import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    StoppingCriteriaList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from acclimate.compat.transformers import attention
from acclimate.compat.transformers.quiet import quiet
from acclimate.core.decoding import Decoding
from acclimate.core.seeds import hash64

Over = Callable[[list[int]], bool]


@dataclass(frozen=True)
class Prompts:
    """Prompts that are answered together: their ids, and what the numbers drawn for each depend on."""

    ids: Sequence[Sequence[int]]
    seeds: Sequence[int]


@dataclass(frozen=True)
class Writer:
    """A causal model that writes on. `ends` are the ids at which it is done, `pad_id` fills rows up."""

    model: Any
    pad_id: int
    ends: tuple[int, ...]

    def write(self, prompts: Prompts, decoding: Decoding, most: int, over: Over | None = None) -> list[list[int]]:
        """Give the ids that follow each prompt, at most `most`, the end included where it was reached.

        Takes: `over`, which says of the new ids of one prompt that they are enough (of stop strings).
        """
        lengths = [len(ids) for ids in prompts.ids]
        rows_BT = self._generate(prompts, decoding, most, _Stopping(max(lengths), over))
        return [self._until_end(row[max(lengths) :], over) for row in rows_BT.tolist()]

    def stream(self, prompts: Prompts, decoding: Decoding, most: int, over: Over | None = None) -> Iterator[int]:
        """Give the ids that follow one prompt as they come. Whoever stops asking stops the model."""
        queue: SimpleQueue[Any] = SimpleQueue()
        left = Event()
        stopping = _Stopping(len(prompts.ids[0]), over, left)

        def run() -> None:
            try:
                self._generate(prompts, decoding, most, stopping, _Tokens(queue))
                queue.put(None)
            except BaseException as error:  # noqa: BLE001  it is raised where the ids are asked for
                queue.put(error)

        thread = Thread(target=run, daemon=True)
        thread.start()
        try:
            while (found := queue.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                yield found
        finally:
            left.set()
            thread.join()

    def _until_end(self, ids: list[int], over: Over | None) -> list[int]:
        """Take away what fills a row up after its end."""
        for number, one in enumerate(ids, 1):
            if one in self.ends or (over is not None and over(ids[:number])):
                return ids[:number]
        return ids

    def _generate(
        self, prompts: Prompts, decoding: Decoding, most: int, stopping: _Stopping, streamer: Any = None
    ) -> Tensor:
        longest = max(len(ids) for ids in prompts.ids)
        device = next(self.model.parameters()).device
        padding_B = torch.tensor([longest - len(ids) for ids in prompts.ids])
        ids_BT = torch.tensor([[self.pad_id] * (longest - len(ids)) + list(ids) for ids in prompts.ids], device=device)
        mask_BT = (torch.arange(longest) >= padding_B[:, None]).long().to(device)
        config = GenerationConfig(max_new_tokens=most, do_sample=False, num_beams=1, use_cache=True,
                                  eos_token_id=list(self.ends) or None, pad_token_id=self.pad_id)  # fmt: skip
        steering = _Steering(decoding, padding_B.to(device), tuple(prompts.seeds), longest)
        with _plain(self.model), quiet():
            made: Tensor = self.model.generate(
                input_ids=ids_BT, attention_mask=mask_BT, generation_config=config, streamer=streamer,
                logits_processor=LogitsProcessorList([steering]), stopping_criteria=StoppingCriteriaList([stopping]),
            )  # fmt: skip
        return made


@contextmanager
def _plain(model: Any) -> Iterator[None]:
    """Let nothing of the model's files steer it, and no attention that keeps flat rows' documents apart, in the body."""
    config = model.generation_config
    flat = model.config.get_text_config()._attn_implementation == attention.NAME
    model.generation_config = GenerationConfig()
    training = model.training
    model.eval()
    if flat:
        model.set_attn_implementation(attention.plain(model))
    try:
        yield
    finally:
        model.generation_config = config
        model.train(training)
        if flat:
            model.set_attn_implementation(attention.NAME)


class _Tokens:
    """Puts each new id into a queue; the first call brings the prompt."""

    def __init__(self, queue: SimpleQueue[Any]) -> None:
        self._queue = queue
        self._begun = False

    def put(self, value: Tensor) -> None:
        if self._begun:
            self._queue.put(int(value.reshape(-1)[0]))
        self._begun = True

    def end(self) -> None:
        """Say nothing: the end is told when `generate` comes back."""


class _Stopping:
    """Ends a row whose new ids are enough, and all of them once nobody listens any more."""

    def __init__(self, longest: int, over: Over | None, left: Event | None = None) -> None:
        self._longest = longest
        self._over = over
        self._left = left

    def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:
        if self._left is not None and self._left.is_set():
            return torch.ones(len(input_ids), dtype=torch.bool, device=input_ids.device)
        if self._over is None:
            return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        over = [self._over(row) for row in input_ids[:, self._longest :].tolist()]
        return torch.tensor(over, device=input_ids.device)


class _Steering:
    """Repetition penalty, temperature, top_k and top_p by transformers' own, then each row's noise."""

    def __init__(self, decoding: Decoding, padding_B: Tensor, seeds: tuple[int, ...], longest: int) -> None:
        self._padding_B = padding_B
        self._seeds = seeds
        self._longest = longest
        self._sampled = decoding.temperature > 0
        penalty = decoding.repetition_penalty
        self._repetition = RepetitionPenaltyLogitsProcessor(penalty) if penalty != 1 else None
        self._warpers: list[Any] = []
        if self._sampled:
            self._warpers.append(TemperatureLogitsWarper(float(decoding.temperature)))
            self._warpers += [TopKLogitsWarper(decoding.top_k)] if decoding.top_k else []
            self._warpers += [TopPLogitsWarper(decoding.top_p)] if decoding.top_p < 1 else []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        if self._repetition is not None:
            places_T = torch.arange(input_ids.shape[1], device=input_ids.device)
            filler_B1 = input_ids[:, self._longest - 1 : self._longest]
            scores = self._repetition(torch.where(places_T < self._padding_B[:, None], filler_B1, input_ids), scores)
        for warper in self._warpers:
            scores = warper(input_ids, scores)
        if not self._sampled:
            return scores
        step = input_ids.shape[1] - self._longest
        noise_BV = torch.stack([_gumbel(hash64("draw", seed, step), scores.shape[-1]) for seed in self._seeds])
        return scores.double() + noise_BV.to(scores.device)


def _gumbel(seed: int, size: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed >> 1)
    return -torch.empty(size, dtype=torch.float64).exponential_(generator=generator).log()
