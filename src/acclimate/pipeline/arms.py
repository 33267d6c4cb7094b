"""The models that are measured: base, base with new rows, adapted."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Arm
from acclimate.core.scores import GroupSums
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.section import Evaluate
from acclimate.model.load import load
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace


@contextmanager
def arms(
    workplace: Workplace, trained: Trained, in_text: Sequence[str], updates: int, control: Trained | None = None
) -> Iterator[dict[str, Arm]]:
    """Load what is compared and give `before`, `start` (only if tokens were added), `after` and `control` (if there is
    one), each with its own tokenizer. Without a trained head of the base there is no `before`.

    All see windows of the length that was trained on.

    Takes: `in_text`, the special tokens that training took as such where they stood in a text (`Tokens.new_tokens`).
    `updates` of all phases: a run of none compares the base with itself.
    """
    recipe = workplace.recipe
    head = recipe.phases[-1].objective.head
    settings: Evaluate = recipe.measured_by
    adapted = load(trained.model(recipe.model), head)
    if not adapted.trained_head:
        reason = f"{adapted.name} has no trained {head} head: what it would say is random"
        raise UserError(Fault("model", reason, "a model that was trained with this head", "name another model"))
    scratch = recipe.model.path is None
    base = None if scratch else load(recipe.model.model_copy(update={"dtype": "float32"}), head, seed=recipe.seed)
    found: dict[str, LanguageModel] = {}
    if base is not None and base.trained_head:
        found["before"] = base
        new = _new_ids(base, adapted)
        if new:
            found["start"] = _start(base, adapted, new)
    found["after"] = base if base is not None and not updates else adapted
    if control is not None:
        found["control"] = load(control.model(recipe.model), head)
    window = recipe.phases[-1].tokens.max_length
    made: dict[int, Any] = {}
    for lm in found.values():
        made.setdefault(id(lm), arm_of(lm, window, settings.batch_tokens, in_text))
    try:
        yield {name: made[id(lm)] for name, lm in found.items()}
    finally:
        for arm in made.values():
            arm.close()


def arm_of(lm: LanguageModel, window: int | None, batch_tokens: int, in_text: Sequence[str]) -> Any:
    """Give a loaded model as something that can be measured; it sees at most `window` tokens. It wants to be closed."""
    from acclimate.compat.hardware import device
    from acclimate.compat.transformers.arm import ModelArm
    from acclimate.compat.transformers.ways import choose

    lm.max_length = min(lm.max_length, window or lm.max_length)
    lm.model.to(device())
    way, _ = choose(lm.model, causal=lm.causal)
    return ModelArm(lm, way, batch_tokens, special_among(in_text, lm.tokenizer))


def special_among(tokens: Sequence[str], tokenizer: Any) -> list[str]:
    """Give those of `tokens` that a tokenizer has as special ones: all for an adapted model, often none for its base."""
    special = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    return [token for token in tokens if token in special]


def _new_ids(base: LanguageModel, adapted: LanguageModel) -> list[int]:
    known = base.tokenizer.get_vocab()
    return sorted(number for token, number in adapted.tokenizer.get_vocab().items() if token not in known)


def _start(base: LanguageModel, adapted: LanguageModel, new_ids: list[int]) -> LanguageModel:
    """Give the base with the adapted tokenizer, new rows at their starting values."""
    from acclimate.model.rows import add_rows
    from acclimate.tokens.vocabulary import pieces_of

    tokens = [str(adapted.tokenizer.convert_ids_to_tokens(number)) for number in new_ids]
    start = LanguageModel(copy.deepcopy(base.model), adapted.tokenizer, base.name, base.causal, base.max_length)
    add_rows(start, new_ids, pieces_of(base.tokenizer, tokens))
    return start


def each_once(found: Mapping[str, Arm], run: Callable[[Mapping[str, Arm]], Measured]) -> Measured:
    """Measure each model once: where two arms are one model (a run of no updates), their sums are the same."""
    first: dict[int, str] = {}
    for name, arm in found.items():
        first.setdefault(id(arm), name)
    measured = run({name: arm for name, arm in found.items() if first[id(arm)] == name})

    def of_all(sums: Mapping[str, list[GroupSums]]) -> dict[str, list[GroupSums]]:
        return {name: sums[first[id(arm)]] for name, arm in found.items() if first[id(arm)] in sums}

    slices = {part: of_all(sums) for part, sums in measured.slices.items()}
    return replace(measured, sums=of_all(measured.sums), slices=slices)
