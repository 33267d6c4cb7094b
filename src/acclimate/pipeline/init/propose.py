"""From tables and a user's choices to a plan: model, objective, what is done with the data, split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.model.load import config_for, need_head
from acclimate.model.section import Model
from acclimate.pipeline.init.events import event_layout, event_tables, record_layout
from acclimate.pipeline.init.keys import Group, asked_for, groups_in
from acclimate.pipeline.init.layout import Layout
from acclimate.pipeline.init.shares import Shares, shares_for
from acclimate.pipeline.init.tables import Found, Table
from acclimate.pipeline.init.task_layout import task_layout
from acclimate.pipeline.init.tasks import HEADS, OTHER_NAMES
from acclimate.pipeline.init.texts import text_columns, text_layout

TASKS = {"mlm": "masked", "clm": "causal", **HEADS}


@dataclass(frozen=True)
class Choices:
    """What a user decides: the base; the objective (None: mlm or clm, by the model's head); the column to group by (None: the
    likeliest); the tables to use (none: all that fit). A task may name its column of labels: classify:COLUMN.
    """

    model: str
    task: str | None = None
    group: str | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A recipe that is not written down yet."""

    data: str
    model: str
    objective: str
    layout: Layout
    shares: Shares


def base_for(task: str | None) -> str:
    """Give the starter that a task is tried with."""
    return "starter:decoder" if task in ("clm", "sft", "chat") else "starter:encoder"


def propose(found: Found, choices: Choices) -> Plan:
    """Decide what the recipe says.

    Raises: UserError for a model that can't be had, a task or table or column that is not there, and data without words.
    """
    objective = objective_of(choices)
    tables, left = chosen_tables(found, choices.tables)
    group = asked_for(choices.group, tables) if choices.group else None
    if objective in HEADS:
        layout = task_layout(objective, tables, group, _split_task(choices)[1])
    else:
        layout = _layout(tables, group, asked=bool(choices.tables))
    layout = replace(layout, unused=(*found.left_out, *left, *layout.unused), said=(*_notes(tables), *layout.said))
    own = set(layout.sources)
    shares = shares_for(layout.groups, validation="validation" not in own, test="test" not in own)
    return Plan(found.data, choices.model, objective, layout, shares)


def likely_groups(found: Found) -> list[str]:
    """Give the columns that rows may be grouped by, the likeliest first."""
    tables, _ = chosen_tables(found, ())
    return list(dict.fromkeys(group.alias for group in groups_in(tables)))


def chosen_tables(found: Found, names: Sequence[str]) -> tuple[list[Table], list[str]]:
    """Give the tables to look at: those named (and what describes their groups), or all that say something of their own."""
    known = [table.name for table in found.tables]
    faults = [
        Fault("--table", f"no table {name!r}{nearest(name, known)}", ", ".join(known), "name a table that is there")
        for name in names
        if name not in known
    ]
    if faults:
        raise UserError(*faults)
    if names:
        describing = {
            group.parent.name for group in groups_in(found.tables) if group.parent and set(names) & set(group.members)
        }
        return [table for table in found.tables if table.name in {*names, *describing}], []
    left, kept = [], list(found.tables)
    for table in found.tables:
        wider = next((one for one in kept if one is not table and _holds(one, table)), None)
        if wider is not None:
            kept.remove(table)
            left.append(f"{table.name}: left out, {wider.name} has the same rows and columns")
    return kept, left


def _holds(wide: Table, narrow: Table) -> bool:
    names = {column.name for column in narrow.columns}
    same_rows = wide.whole and narrow.whole and wide.rows.num_rows == narrow.rows.num_rows
    return same_rows and names <= {column.name for column in wide.columns}


def objective_of(choices: Choices) -> str:
    """Give the task that is asked for, else mlm or clm. Raises: UserError if the model can't be had or has no such head."""
    task, _ = _split_task(choices)
    if task is not None and task not in TASKS:
        raise UserError(Fault("--task", f"no task {task!r}{nearest(task, TASKS)}", ", ".join(TASKS)))
    spec = Model(path=choices.model)
    if task:
        need_head(spec, TASKS[task])
        return task
    config = config_for(spec)
    causal = any("CausalLM" in name or "LMHead" in name for name in config.architectures or ())
    try:
        need_head(spec, "causal" if causal else "masked")
        return "clm" if causal else "mlm"
    except UserError as error:
        other = "objective: clm" in error.faults[0].do or "objective: mlm" in error.faults[0].do
        if not other:
            raise
        need_head(spec, "masked" if causal else "causal")
        return "mlm" if causal else "clm"


def _split_task(choices: Choices) -> tuple[str | None, str | None]:
    """Give the task, and the column of labels that it names."""
    task, _, label = (choices.task or "").partition(":")
    return OTHER_NAMES.get(task, task) or None, label or None


def _layout(tables: Sequence[Table], group: Group | None, *, asked: bool) -> Layout:
    """Choose between histories of events, texts, and single records."""
    groups = [group] if group else groups_in(tables)
    for one in groups:
        events, others = event_tables(one, tables)
        long = [table for table in events if any(column.is_long for column in table.columns)]
        timed = [table for table in events if any(column.kind == "time" for column in table.columns)]
        if events and not long and (timed or group or not any(text_columns(table) for table in tables)):
            return event_layout(one, events, others)
    if any(text_columns(table) for table in tables):
        by = next((one for one in groups if group or one.rank == 0), None)
        return text_layout(tables, by)
    worded = [table for table in tables if any(column.has_words for column in table.columns)]
    if len(worded) == 1 or (worded and asked):
        return record_layout(worded[0])
    raise UserError(_nothing(tables, worded))


def _nothing(tables: Sequence[Table], worded: Sequence[Table]) -> Fault:
    if worded:
        names = ", ".join(table.name for table in worded)
        return Fault(
            "DATA", f"no column joins the tables ({names}), and none holds texts", "tables with a key in common, or one table",
            "name the column with --group, or one table with --table",
        )  # fmt: skip
    kinds: dict[str, list[str]] = {}
    for table in tables:
        for column in table.columns:
            kinds.setdefault(column.kind, []).append(column.name)
    found = "; ".join(f"{kind}: {', '.join(names[:8])}" for kind, names in kinds.items())
    return Fault("DATA", f"no column holds words to learn from ({found})", "a column of texts, codes or names of things",
                 "a language model learns words: give a table that has some")  # fmt: skip


def _notes(tables: Sequence[Table]) -> list[str]:
    return [f"{table.name}: {note}" for table in tables for note in table.notes]
