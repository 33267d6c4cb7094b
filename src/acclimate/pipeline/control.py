"""The control: the same base and training, with as many tokens of general text instead of the domain's.

Only it separates "my domain" from "more training" (not-DAPT in Gururangan et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.compat.processes import main_first
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell
from acclimate.core.ledger import Ledger
from acclimate.core.registry import name_of
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Rows, need_columns
from acclimate.core.scores import GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import judge
from acclimate.model.load import load_tokenizer
from acclimate.model.section import Model
from acclimate.pipeline.general import general_inputs
from acclimate.pipeline.prepare import of_role
from acclimate.pipeline.recipe import Phase, Recipe
from acclimate.pipeline.train import Trained, trained
from acclimate.pipeline.workplace import Workplace

FOLDER = "control"
_WHERE = "evaluate.control_source"
_READ_AT_ONCE = 1000
_READ = (ROW_ID, ROLE, GROUP, "text", "header_chars", "cuts")


def control_rows(recipe: Recipe, rows: Rows, tell: Tell) -> Rows | None:
    """Give the control's rows, before anything is trained; None where the recipe asks for no control.

    Takes: `rows`, the last phase's, whose validation part the control shares. Raises: UserError for general text that is
    not there, is measured on, or is too short.
    """
    settings: Evaluate = recipe.measured_by
    return None if settings.control is None else general_rows(recipe, recipe.phases[-1], rows, tell)


def general_rows(recipe: Recipe, phase: Phase, rows: Rows, tell: Tell) -> Rows:
    """Give general text to train `phase` on in the place of its own `rows`. Raises: as `control_rows`."""
    tell(Event("stage", "control: reading general text"))
    return _as_many_tokens(_general(recipe, phase), rows, load_tokenizer(recipe.model))


def controlled(workplace: Workplace, base: Model, rows: Rows, tell: Tell) -> Trained:
    """Train the control in the run's folder `control/`, or find it trained.

    Takes: `base`, what the last phase starts from; `rows`, the control's. Raises: UserError, Interrupted.
    """
    phase = workplace.recipe.phases[-1]
    changes = {"output_dir": str(workplace.root / FOLDER), "phases": (phase,), "model": base}
    with main_first():
        own = Workplace(workplace.recipe.model_copy(update=changes), workplace.command)
    return trained(own, phase, base, rows, Ledger(), tell)


def against_control(control: Sequence[GroupSums], after: Sequence[GroupSums], settings: Evaluate, groups: str) -> str:
    """Say what the domain's text did beyond what as much general text does."""
    says = judge(control, after, settings, groups).sentence.replace("than the base", "than the control")
    return f"Against a control that was trained alike on as many tokens of general text: {says[0].lower()}{says[1:]}"


def control_source(recipe: Recipe, phase: Phase) -> Any:
    """Give the source of general text for a control of `phase`. Raises: UserError where there is none, or it is measured on."""
    settings = recipe.measured_by
    steps: list[Any] = [step for step in phase.prepare if name_of("prepare", step) == "replay"]
    replayed = [step.source for step in steps if not step.labels]
    source: Any = settings.control_source or next(iter(replayed), None)
    do = "name a source of general text of your own in evaluate.control_source"
    if source is None:
        raise UserError(
            Fault(_WHERE, "evaluate.control: general needs general text", "a source, or prepare: replay", do)
        )
    sample = name_of("sources", source) == "sample" and source.sample == "general"
    same = set(source.inputs(_WHERE).values()) & set(general_inputs(settings.retention).values())
    if sample or same:
        raise UserError(
            Fault(_WHERE, "the text on which forgetting is measured", "text that nothing is measured on", do)
        )
    return source


def _general(recipe: Recipe, phase: Phase) -> Rows:
    """Read the general texts, in an order that depends on the seed alone."""
    found, counts = control_source(recipe, phase).read(_WHERE)
    counts.check("control")
    need_columns(found, ["text"], _WHERE)
    found = found.filter(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(found.column("text"), "")), ""))
    names = [f"control/{name}" for name in found.column(ROW_ID).to_pylist()]
    order = sorted(range(len(names)), key=lambda place: hash64("control", recipe.seed, names[place]))
    ids = pa.array([names[place] for place in order], pa.string())
    roles = pa.array(["train"] * len(order), pa.string())
    return pa.table({ROW_ID: ids, ROLE: roles, GROUP: ids, "text": found.column("text").take(order)})


def _as_many_tokens(general: Rows, rows: Rows, tokenizer: Any) -> Rows:
    """Give the first general texts that have at least as many tokens as the training rows, and the validation rows."""
    wanted = sum(_tokens(of_role(rows, "train"), tokenizer))
    total, taken = 0, 0
    while total < wanted and taken < general.num_rows:
        for tokens in _tokens(general.slice(taken, _READ_AT_ONCE), tokenizer):
            if total >= wanted:
                break
            total, taken = total + tokens, taken + 1
    if total < wanted:
        found = f"the general text has {total} tokens, the training text {wanted}"
        raise UserError(Fault(_WHERE, found, "at least as many", "give it more text"))
    there = [name for name in _READ if name in rows.column_names]
    validation = of_role(rows, "validation").select(there).replace_schema_metadata(None)
    return pa.concat_tables([general.slice(0, taken), validation], promote_options="permissive")


def _tokens(rows: Rows, tokenizer: Any) -> list[int]:
    texts = [text or "" for text in rows.column("text").to_pylist()]
    return [len(ids) for ids in tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]] if texts else []
