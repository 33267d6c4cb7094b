"""The models that are measured: base, base with new rows, adapted."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from acclimate.core.language_model import LanguageModel
from acclimate.core.protocols import Arm
from acclimate.evaluate.section import Evaluate
from acclimate.model.load import load
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace


@contextmanager
def arms(workplace: Workplace, trained: Trained, in_text: Sequence[str], updates: int) -> Iterator[dict[str, Arm]]:
    """Load what is compared and give `before`, `start` (only if tokens were added) and `after`, each with its own
    tokenizer. Without a trained head of the base there is no `before`.

    All see windows of the length that was trained on.

    Takes: `in_text`, the special tokens that training took as such where they stood in a text (`Tokens.new_tokens`).
    `updates` of all phases: a run of none compares the base with itself.
    """
    recipe = workplace.recipe
    head = recipe.phases[-1].objective.head
    settings: Evaluate = recipe.measured_by
    adapted = load(recipe.model.at(str(trained.folder / "model")), head)
    scratch = recipe.model.path is None
    base = None if scratch else load(recipe.model.model_copy(update={"dtype": "float32"}), head, seed=recipe.seed)
    found: dict[str, LanguageModel] = {}
    if base is not None and base.trained_head:
        found["before"] = base
        new = _new_ids(base, adapted)
        if new:
            found["start"] = _start(base, adapted, new)
    found["after"] = base if base is not None and not updates else adapted
    window = recipe.phases[-1].tokens.max_length
    made: dict[int, Any] = {}
    for lm in found.values():
        lm.max_length = min(lm.max_length, window or lm.max_length)
        made.setdefault(id(lm), _arm(lm, settings.batch_tokens, in_text))
    try:
        yield {name: made[id(lm)] for name, lm in found.items()}
    finally:
        for arm in made.values():
            arm.close()


def _arm(lm: LanguageModel, batch_tokens: int, in_text: Sequence[str]) -> Any:
    from acclimate.compat.hardware import device
    from acclimate.compat.transformers.arm import ModelArm
    from acclimate.compat.transformers.ways import choose

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
