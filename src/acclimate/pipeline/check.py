"""What `acclimate check` finds out before anything is trained or written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acclimate.core.language_model import LanguageModel
from acclimate.core.ledger import Ledger
from acclimate.core.rows import GROUP, Rows
from acclimate.model.load import folder_of, load_tokenizer, need_head
from acclimate.model.section import Model
from acclimate.pipeline.evaluate import need_evaluable
from acclimate.pipeline.prepare import make_rows, of_role, role_counts
from acclimate.pipeline.recipe import Phase, Recipe, read_recipe
from acclimate.pipeline.tokens import add_new_tokens
from acclimate.tokens.encode import encode

FEWEST_GROUPS = 20


@dataclass(frozen=True)
class PhaseFacts:
    """What a phase would be: rows and groups by role, windows, tokens, updates, new tokens; and what to think about."""

    name: str
    rows: dict[str, int]
    groups: dict[str, int]
    windows: int
    tokens: int
    tokens_per_word: float
    new_tokens: int
    updates: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """A recipe that can run."""

    recipe: Recipe
    understood: list[str]
    phases: list[PhaseFacts]
    ledger: Ledger


def check(recipe: str | Path | dict[str, Any], overrides: Iterable[str] = ()) -> Checked:
    """Read a recipe, its data and its tokenizer; train nothing, write nothing. Raises: UserError with what is wrong."""
    parsed, understood = read_recipe(recipe, overrides)
    ledger = Ledger()
    facts = [_phase(parsed, phase, number, ledger) for number, phase in enumerate(parsed.phases)]
    return Checked(parsed, understood, facts, ledger)


def tokenizer_only(recipe: Recipe, phase: Phase, rows: Rows) -> LanguageModel:
    """Give what tokenising needs of a model, without its weights: the tokenizer, new tokens added, and the longest window."""
    from acclimate.compat.transformers.loading import config_of, longest_sequence

    spec: Model = recipe.model
    need_head(spec, phase.objective.head)
    texts = of_role(rows, "train").column("text").to_pylist() if spec.train_tokenizer else ()
    tokenizer = load_tokenizer(spec, texts)
    config = config_of(folder_of(spec.path), spec.revision) if spec.path else None
    phase.objective.check(tokenizer, f"{phase.name}.objective")
    longest = (
        longest_sequence(config, tokenizer)
        if config is not None
        else spec.config_overrides.get("max_position_embeddings", 512)
    )
    return LanguageModel(None, tokenizer, spec.label, phase.objective.head == "causal", longest)


def _phase(recipe: Recipe, phase: Phase, number: int, ledger: Ledger) -> PhaseFacts:
    rows = make_rows(recipe, phase, number, ledger)
    lm = tokenizer_only(recipe, phase, rows)
    new_ids, _ = add_new_tokens(phase, lm, rows)
    encoded = encode(
        of_role(rows, "train"), lm.tokenizer, phase.objective, phase.tokens, lm.max_length, f"{phase.name}.tokens"
    )
    ledger.add(phase.name, "tokens", "train", encoded.counts, max_dropped=recipe.max_dropped)
    per_update = phase.train.per_device_train_batch_size * phase.train.gradient_accumulation_steps
    per_epoch = math.ceil(len(encoded.examples) / per_update)
    planned = phase.train.max_steps
    updates = math.ceil(phase.train.num_train_epochs * per_epoch) if planned is None else planned
    counts = role_counts(rows)
    if phase is recipe.phases[-1]:
        need_evaluable(recipe.measured_by, rows, causal=phase.objective.head == "causal")
    groups = {role: len(set(of_role(rows, role).column(GROUP).to_pylist())) for role in counts}
    return PhaseFacts(
        phase.name, counts, groups, len(encoded.examples), encoded.statistics.tokens, encoded.statistics.tokens_per_word,
        len(new_ids), updates, tuple(_warnings(recipe, counts, groups)),
    )  # fmt: skip


def _warnings(recipe: Recipe, counts: dict[str, int], groups: dict[str, int]) -> Iterable[str]:
    if not counts["test"]:
        yield "there are no test rows: nothing can be proven (add prepare: split, or sources.test)"
    elif groups["test"] < FEWEST_GROUPS and not recipe.measured_by.resample_by:
        share = FEWEST_GROUPS / max(1, groups["test"])
        yield (
            f"only {groups['test']} test groups: too few for an interval (at least {FEWEST_GROUPS}); "
            f"make the test share {share:.1f} times larger"
        )
