"""What `acclimate check` finds out before anything is trained or written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acclimate.compat.processes import processes
from acclimate.core.events import silent
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.ledger import Ledger
from acclimate.core.protocols import Batching, Objective
from acclimate.core.registry import resolve
from acclimate.core.rows import GROUP, Rows
from acclimate.core.tasks import Task
from acclimate.evaluate.change import FEWEST_GROUPS
from acclimate.model.load import need_dtype, need_head, outline
from acclimate.model.rows import add_rows
from acclimate.model.section import Model
from acclimate.pipeline.earlier import need_held_out
from acclimate.pipeline.evaluate import need_evaluable
from acclimate.pipeline.identifiers import Identifiers
from acclimate.pipeline.leaks import look, settled
from acclimate.pipeline.prepare import make_every, of_domain, of_role, role_counts
from acclimate.pipeline.prompts import count_prompts
from acclimate.pipeline.recipe import Phase, Recipe, read_recipe
from acclimate.pipeline.seeds import need_comparable
from acclimate.pipeline.tasks import how_read, settle
from acclimate.pipeline.tokens import add_new_tokens, need_room, tokenizer_for
from acclimate.pipeline.train import room
from acclimate.prepare.split import Split
from acclimate.tokens.encode import encode
from acclimate.tokens.pairs import joined_without_mark
from acclimate.train.plan import Plan, plan_for
from acclimate.train.section import Train

if TYPE_CHECKING:
    from acclimate.train.memory import Foreseen

_RUN_TOGETHER = (
    "the tokenizer adds no token between the two texts of a pair: the end of one and the beginning of the other look like one text"
    " (take a base whose tokenizer adds one, or give its tokenizer.json a pair template)"
)


@dataclass(frozen=True)
class PhaseFacts:
    """What a phase would be: rows and groups by role, windows, tokens, updates, new tokens, memory; and what to think about.

    `left_out` names the columns that identify somebody and that no text holds; `notes` are what a run would tell about
    the tokens and the objective.
    """

    name: str
    rows: dict[str, int]
    groups: dict[str, int]
    windows: int
    tokens: int
    tokens_per_word: float
    new_tokens: int
    updates: int
    memory: str
    warnings: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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
    named = [Identifiers() for _ in parsed.phases]
    made = make_every(parsed, ledger, [one.look for one in named])
    need_held_out(parsed, made)
    parsed = settle(parsed, made)
    need_comparable(parsed)
    for phase in parsed.phases:
        phase.train.need_metric(phase.objective, f"{phase.name}.train")
    phases = settled(parsed, made, look(parsed, made).rows, ledger, silent)
    facts = [
        _phase(parsed, phase, rows, ledger, found)
        for phase, rows, found in zip(parsed.phases, phases, named, strict=True)
    ]
    return Checked(parsed, understood, facts, ledger)


def tokenizer_only(recipe: Recipe, phase: Phase, rows: Rows) -> LanguageModel:
    """Give what tokenising needs of a model: the tokenizer, and the model without its weights."""
    spec: Model = recipe.model
    phase.train.check(f"{phase.name}.train")
    need_head(spec, phase.objective.head)
    need_dtype(spec, frozen=phase.adapter.merges)
    tokenizer = tokenizer_for(spec, rows)
    phase.objective.check(tokenizer, f"{phase.name}.objective")
    task: Any = phase.objective
    return outline(spec, task.head, tokenizer, task.label_set if isinstance(task, Task) else None)


def _phase(recipe: Recipe, phase: Phase, rows: Rows, ledger: Ledger, named: Identifiers) -> PhaseFacts:
    lm = tokenizer_only(recipe, phase, rows)
    new_ids, pieces, said = add_new_tokens(phase, lm, rows)
    encoded = encode(
        of_role(rows, "train"), lm.tokenizer, phase.objective, phase.tokens, lm.max_length, f"{phase.name}.tokens"
    )
    ledger.add(phase.name, "tokens", "train", encoded.counts, max_dropped=recipe.max_dropped)
    plan = plan_for(phase.train, encoded.examples, phase.objective, processes(), room(phase))
    counts = role_counts(rows)
    if phase is recipe.phases[-1]:
        need_evaluable(recipe.measured_by, rows, phase.objective)
        need_room(phase, lm, rows, ("validation", "test"))
    groups = {role: len(set(of_domain(rows, role).column(GROUP).to_pylist())) for role in counts}
    add_rows(lm, new_ids, pieces)
    notes = [*filter(None, [how_read(rows)]), *said, *phase.objective.notes(encoded.examples, lm.tokenizer)]
    if phase is recipe.phases[-1]:
        notes += count_prompts(recipe.measured_by.prompts)
    memory = _memory(phase, lm, encoded.examples, plan)
    warnings = [
        *_warnings(recipe, phase, rows, counts), *named.warnings(phase, rows), *([] if memory.fits else [str(memory)]),
        *([_RUN_TOGETHER] if encoded.examples.second_N is not None and joined_without_mark(lm.tokenizer) else []),
    ]  # fmt: skip
    return PhaseFacts(
        phase.name, counts, groups, len(encoded.examples), encoded.statistics.tokens, encoded.statistics.tokens_per_word,
        len(new_ids), plan.updates, str(memory) if memory.fits else "", tuple(warnings), tuple(named.left_out(rows)),
        tuple(notes),
    )  # fmt: skip


@dataclass(frozen=True)
class _Outlined:
    """What `largest` needs of a training that has no weights yet."""

    lm: LanguageModel
    examples: Examples
    objective: Objective
    batching: Batching
    settings: Train


def _memory(phase: Phase, lm: LanguageModel, examples: Examples, plan: Plan) -> Foreseen:
    """Foresee a phase's memory. Which way documents reach the model can only be tried with weights: the usual one is taken."""
    import torch

    from acclimate.compat.transformers import attention
    from acclimate.train.memory import foresee
    from acclimate.train.passes import largest

    batching = phase.tokens.batch
    if batching.flat and lm.model.config.get_text_config()._attn_implementation == "eager":
        batching = resolve("batch", "pad")()
    elif batching.flat and not attention.is_named(lm.model):
        attention.register()
        lm.model.set_attn_implementation(attention.NAME)
    with torch.device("meta"):
        wrapped, _ = phase.adapter.wrap(lm.model, lm.new_rows, phase.train.seed)
    work = _Outlined(lm, examples, phase.objective, batching, phase.train)
    return foresee(wrapped, largest(work, plan, 0, processes()) if plan.updates else None, phase.train)


def _warnings(recipe: Recipe, phase: Phase, rows: Rows, counts: dict[str, int]) -> Iterable[str]:
    """Say what stands in the way of a verdict: no test rows, or too few test groups, and what would mend it.

    The verdict is about the last phase's rows; an earlier phase needs none.
    """
    if phase is not recipe.phases[-1]:
        return
    by = recipe.measured_by.resample_by or GROUP
    if not counts["test"]:
        yield "there are no test rows: nothing can be proven (add prepare: split, or sources.test)"
    elif by in rows.column_names:
        found = len(set(of_role(rows, "test").column(by).to_pylist()))
        if found < FEWEST_GROUPS:
            yield f"only {found} test groups: too few for an interval and a verdict (at least {FEWEST_GROUPS}); {_mend(recipe, phase, rows)}"


def _mend(recipe: Recipe, phase: Phase, rows: Rows) -> str:
    """Say how there could be 20 test groups."""
    if recipe.measured_by.resample_by:
        return "evaluate.resample_by: name a column with more values among the test rows, or make the test share larger"
    split = next(((place, step) for place, step in enumerate(phase.prepare) if isinstance(step, Split)), None)
    groups = set(rows.column(GROUP).to_pylist())
    if split is None:
        return "give sources.test more groups"
    place, step = split
    share = step.share_for(FEWEST_GROUPS, groups, recipe.seed)
    if share is None:
        return f"no share of the {len(groups)} groups can give that many and leave some to train on: more groups are needed"
    return f"set {phase.name}.prepare.{place}.test={share:g}, which holds {FEWEST_GROUPS} of the {len(groups)} groups"
