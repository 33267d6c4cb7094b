"""What a training would take on this machine: memory as `acclimate check` foresees it, time from timed passes."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from acclimate.compat.memory_limits import room
from acclimate.core.errors import UserError
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Batching, Objective
from acclimate.core.registry import resolve
from acclimate.core.seeds import permutation
from acclimate.pipeline.advise.domain import Domain
from acclimate.pipeline.prepare import of_role
from acclimate.pipeline.recipe import Phase
from acclimate.tokens.encode import encode
from acclimate.train.section import Train

_ENCODED_ROWS = 500
_TIMED_TOKENS, _PASSES = 1024, 3


@dataclass(frozen=True)
class Cost:
    """On this machine: `weights` of the model; `tokens` of training text, a pass; `texts` the tokens of a text, on average;
    tokens a second, forward and with the backward pass (None: not measured); bytes for using and for training (None: more
    than there is); `said`, what there is to know of the memory.
    """

    weights: int
    tokens: int
    text_tokens: float
    forward_rate: float | None
    train_rate: float | None
    use_bytes: int
    train_bytes: int | None
    said: str
    epochs: float

    def training(self, tokens: float) -> float | None:
        """Give the seconds of training on so many tokens, all epochs."""
        return None if self.train_rate is None else self.epochs * tokens / self.train_rate

    def using(self, texts: int) -> float | None:
        """Give the seconds that a forward pass over so many texts takes."""
        return None if self.forward_rate is None else texts * self.text_tokens / self.forward_rate


@dataclass(frozen=True)
class _Work:
    """What `largest` needs of a training."""

    lm: LanguageModel
    examples: Examples
    objective: Objective
    batching: Batching
    settings: Train


def cost_of(domain: Domain, lm: LanguageModel) -> Cost:
    """Foresee memory and measure speed. No weight changes: gradients are made and thrown away.

    Takes: the loaded base. Up to 500 training rows are tokenised; the number of tokens is scaled up from them.
    """
    from acclimate.compat.processes import processes
    from acclimate.train.memory import foresee
    from acclimate.train.passes import largest
    from acclimate.train.plan import make_plan

    phase = domain.recipe.phases[0]
    rows, scale = _some(domain, phase)
    encoded = encode(rows, lm.tokenizer, phase.objective, phase.tokens, lm.max_length, f"{phase.name}.tokens")
    examples = encoded.examples
    work = _Work(lm, examples, phase.objective, resolve("batch", "pad")(), phase.train)
    plan = make_plan(phase.train, examples.lengths_N, processes())
    batch = largest(work, plan, 0, processes()) if plan.updates else None
    parameters = sum(weight.numel() for weight in lm.model.parameters())
    use = sum(weight.numel() * weight.element_size() for weight in lm.model.parameters())
    try:
        foreseen = foresee(lm.model, batch, phase.train)
        needed, said = foreseen.memory.total, str(foreseen)
        use += foreseen.memory.python
        fits = use + foreseen.memory.gradients <= room().free
    except UserError as error:
        needed, said, fits = None, str(error), False
    forward, both = _timed(work) if fits and len(examples) else (None, None)
    statistics = encoded.statistics
    return Cost(
        parameters, round(scale * statistics.tokens), statistics.tokens / max(1, rows.num_rows), forward, both,
        use, needed, said, float(phase.train.num_train_epochs),
    )  # fmt: skip


def _some(domain: Domain, phase: Phase) -> tuple[Any, float]:
    """Draw training rows, and say how many rows each of them stands for."""
    rows = of_role(domain.rows, "train")
    if rows.num_rows <= _ENCODED_ROWS:
        return rows, 1.0
    chosen = np.sort(permutation(rows.num_rows, "cost", phase.train.seed)[:_ENCODED_ROWS])
    return rows.take(chosen), rows.num_rows / _ENCODED_ROWS


def _timed(work: _Work) -> tuple[float, float]:
    """Give tokens a second of a forward pass, and of one with its backward pass: the fastest of three each."""
    import torch

    from acclimate.compat.transformers.runner import Runner
    from acclimate.compat.transformers.ways import PADDED

    ends_N = np.cumsum(work.examples.lengths_N)
    count = max(1, int(np.searchsorted(ends_N, _TIMED_TOKENS, side="right")))
    documents = work.objective.supervise(work.examples.gather(np.arange(count)), work.lm.tokenizer, 0, 0)
    batch = work.batching.collate(documents, work.lm.pad_id)
    runner, model = Runner(work.lm.model, PADDED), work.lm.model
    labels_L = torch.as_tensor(batch.labels_L, device=next(model.parameters()).device)
    seconds = {False: math.inf, True: math.inf}
    model.eval()
    try:
        for backward in (False, True):
            for _ in range(_PASSES):
                began = time.perf_counter()
                with torch.set_grad_enabled(backward):
                    loss = torch.nn.functional.cross_entropy(runner.logits(model, batch).float(), labels_L)
                    if backward:
                        loss.backward()
                    loss.item()
                seconds[backward] = min(seconds[backward], time.perf_counter() - began)
                model.zero_grad(set_to_none=True)
    finally:
        runner.close()
    return batch.tokens / seconds[False], batch.tokens / seconds[True]
