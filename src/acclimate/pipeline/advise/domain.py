"""DATA as `advise` measures it: a sample of its rows, general text beside them, and labels where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.identifiers.columns import words_of
from acclimate.core.ledger import Ledger
from acclimate.core.recipe import parse_yaml
from acclimate.core.registry import resolve
from acclimate.core.rows import GROUP, OWN_COLUMNS, ROW_ID, Rows, replace_column
from acclimate.evaluate.change import FEWEST_GROUPS
from acclimate.evaluate.rows import EvalText, choose
from acclimate.evaluate.section import Evaluate
from acclimate.objective.extract_rows import CONTEXT
from acclimate.pipeline.evaluate import eval_texts
from acclimate.pipeline.general import general_texts
from acclimate.pipeline.init.columns import Column
from acclimate.pipeline.init.keys import asked_for, groups_in
from acclimate.pipeline.init.propose import Choices, Plan, objective_of, propose
from acclimate.pipeline.init.shares import shares_for
from acclimate.pipeline.init.tables import Found, Table, look
from acclimate.pipeline.init.tasks import HEADS
from acclimate.pipeline.init.texts import LABEL, text_columns, text_layout
from acclimate.pipeline.init.write import name_of_recipe, recipe_text
from acclimate.pipeline.prepare import make_rows, of_role
from acclimate.pipeline.recipe import Recipe, read_recipe

TASKS = ("mlm", "clm", *HEADS)
LONGEST = 2_000
"""Characters of a text that are read: its beginning."""
_FEWEST_LABELLED, _MOST_LABELS = 5, 100


@dataclass(frozen=True)
class Question:
    """What is asked: the data, the base, what it is for (`task`: mlm, clm, classify, tag, extract, sft; None: by the model's
    head), the column of labels and the one to group by (None: found), and how many rows each measurement may read (drawn
    by `seed`).
    """

    data: str
    model: str
    task: str | None = None
    label: str | None = None
    group: str | None = None
    rows: int = 300
    seed: int = 0


@dataclass(frozen=True)
class Labelled:
    """N texts with a label each, drawn from `rows` that have one, and the groups that cross-validation keeps together."""

    column: str
    rows: int
    texts: list[str]
    labels: list[str]
    groups: list[str]
    resampled_by: str

    @property
    def kinds(self) -> list[str]:
        """The different labels."""
        return sorted(set(self.labels))


@dataclass(frozen=True)
class Domain:
    """`recipe` is what `acclimate init` would write; `rows` all rows as it makes them; `texts` the sample that is measured.

    `task_rows` have the answers of a task without labels of texts (tag, extract, sft), which are not measured.
    """

    name: str
    recipe: Recipe
    rows: Rows
    texts: list[EvalText]
    general: list[EvalText]
    resampled_by: str
    labelled: Labelled | None
    notes: list[str] = field(default_factory=list)
    task_rows: int = 0


def domain_of(question: Question) -> Domain:
    """Read DATA as `acclimate init` would, and draw what is measured.

    Raises: UserError for data, a model, a task or a column that can't be had.
    """
    _need_task(question)
    found = look(question.data)
    if question.task in HEADS and question.task != "classify":
        return _of_task(question, found)
    task = None if question.task == "classify" else question.task
    plan = propose(found, Choices(question.model, task, question.group))
    place = _label_column(found, plan, question)
    if place is not None and plan.layout.tags is not None:
        plan = _as_texts(plan, place[0], question.group)
    name, recipe, rows = _made(plan, question)
    texts, column, notes = _sample(rows, recipe.measured_by, question)
    labelled = None
    if place is not None:
        labelled, more = _labelled(rows, *place, plan.layout.group or "row", question)
        notes += more
    return Domain(name, recipe, rows, texts, general_texts("sample:general", texts), column or "row", labelled, notes)


def _made(plan: Plan, question: Question) -> tuple[str, Recipe, Rows]:
    """Give the recipe that `init` would write, its name, and the rows that it makes."""
    name = name_of_recipe(question.data)
    data = parse_yaml(recipe_text(plan, Path(f"{name}.yaml")), question.data)
    recipe, _ = read_recipe({"name": name, **data})
    return name, recipe, make_rows(recipe, recipe.phases[0], 0, Ledger())


def _of_task(question: Question, found: Found) -> Domain:
    """Read rows as a task reads them, and measure their texts (of questions the contexts, each once) as plain text."""
    name, recipe, rows = _made(propose(found, Choices(question.model, question.task, question.group)), question)
    plain = objective_of(Choices(question.model))
    phase = recipe.phases[0].model_copy(update={"objective": resolve("objective", plain)()})
    recipe = recipe.model_copy(update={"phases": (phase,)})
    if CONTEXT in rows.column_names:
        rows = replace_column(rows, "text", rows.column(CONTEXT))
    train = of_role(rows, "train").num_rows
    first = {text: number for number, text in reversed(list(enumerate(rows.column("text").to_pylist())))}
    rows = rows.take(sorted(first.values())).select([one for one in rows.column_names if one in {*OWN_COLUMNS, "text"}])
    texts, column, notes = _sample(rows, recipe.measured_by, question)
    notes.append(f"How well the model does {question.task} already is not measured; a run says it.")
    general = general_texts("sample:general", texts)
    return Domain(name, recipe, rows, texts, general, column or "row", None, notes, train)


def shortened(text: EvalText) -> EvalText:
    """Give the beginning of a text: up to `LONGEST` characters, whole words; whole events of a record."""
    if len(text.text) <= LONGEST:
        return text
    if text.tagged is not None:
        end = max((cut for cut in text.cuts if cut <= LONGEST), default=len(text.text))
    else:
        end = _end(text.text)
    return replace(text, text=text.text[:end], cuts=tuple(cut for cut in text.cuts if cut < end))


def _end(text: str) -> int:
    blank = text.rfind(" ", LONGEST // 2, LONGEST)
    return blank if blank > 0 else LONGEST


def _need_task(question: Question) -> None:
    faults = []
    if question.task is not None and question.task not in TASKS:
        found = f"no task {question.task!r}{nearest(question.task, TASKS)}"
        faults.append(Fault("--task", found, ", ".join(TASKS), "name one of them"))
    if question.label is not None and question.task not in (None, "classify"):
        faults.append(Fault("--label", f"{question.task} reads no column of labels", "--task classify", "leave it out"))
    if question.rows < FEWEST_GROUPS:
        faults.append(Fault("--rows", f"{question.rows}", f"{FEWEST_GROUPS} or more", "fewer give no interval"))
    if faults:
        raise UserError(*faults)


def _sample(rows: Rows, settings: Evaluate, question: Question) -> tuple[list[EvalText], str, list[str]]:
    """Draw the rows to measure: of `test`, or of all where that has too few groups (nothing is trained: all are unseen)."""
    texts, column = eval_texts(rows, "test", settings)
    notes = []
    if len({text.group for text in texts}) < FEWEST_GROUPS:
        for role in ("validation", "train"):
            texts += eval_texts(rows, role, settings)[0]
        notes.append(f"Fewer than {FEWEST_GROUPS} test groups: rows of all roles are measured.")
    texts = [text for text in texts if text.text]
    chosen = choose(texts, question.rows, question.seed)
    cut = [shortened(text) for text in chosen]
    long = sum(1 for old, new in zip(chosen, cut, strict=True) if old != new)
    if len(chosen) < len(texts):
        notes.append(f"{len(chosen)} of {len(texts):,} rows are measured, whole groups drawn by seed {question.seed}.")
    if long:
        notes.append(f"Of {long} long texts only the first {LONGEST:,} characters are measured.")
    groups = len({text.group for text in chosen})
    if groups < FEWEST_GROUPS:
        notes.append(f"Only {groups} groups: too few for intervals (at least {FEWEST_GROUPS}); take this as a hint.")
    return cut, column, notes


def _label_column(found: Found, plan: Plan, question: Question) -> tuple[Table, Column] | None:
    """Give the table and column of the labels: the one that is named, else one that looks like it; None without any."""
    if question.label is None:
        likely = [
            (table, column)
            for table in found.tables
            for column in table.columns
            if plan.layout.tags is None and LABEL.search(words_of(column.name)) and 2 <= column.distinct <= _MOST_LABELS
            and column not in text_columns(table)
        ]  # fmt: skip
        if likely:
            return likely[0]
        if question.task == "classify":
            do = "name the column with --label"
            raise UserError(Fault("--label", "no column looks like a label", _columns(found), do))
        return None
    for table in found.tables:
        for column in table.columns:
            if column.name == question.label:
                _need_label(table, column)
                return table, column
    names = [column.name for table in found.tables for column in table.columns]
    guess = nearest(question.label, names)
    raise UserError(Fault("--label", f"no column {question.label!r}{guess}", _columns(found), "name one that is there"))


def _columns(found: Found) -> str:
    return ", ".join(dict.fromkeys(column.name for table in found.tables for column in table.columns))


def _need_label(table: Table, column: Column) -> None:
    where, texts = "--label", text_columns(table)
    if column in texts:
        raise UserError(Fault(where, f"{column.name} is the text itself", "a column of labels", "name another"))
    if not texts:
        raise UserError(
            Fault(where, f"{table.name} has no column of texts that {column.name} could be read from", "a table of texts",
                  "leave --label out, or call the column of texts `text`")
        )  # fmt: skip
    if not 2 <= column.distinct <= _MOST_LABELS:
        found = f"{column.name} has {column.distinct} values"
        raise UserError(Fault(where, found, f"2 to {_MOST_LABELS}", "name a column with a few values"))


def _as_texts(plan: Plan, table: Table, group: str | None) -> Plan:
    """Read the labelled table row by row, where `init` would write histories: a label belongs to a row."""
    groups = [asked_for(group, [table])] if group else groups_in([table])
    layout = text_layout([table], groups[0] if groups else None)
    return replace(plan, layout=layout, shares=shares_for(layout.groups))


def _labelled(
    rows: Rows, table: Table, column: Column, by: str, question: Question
) -> tuple[Labelled | None, list[str]]:
    """Join texts and labels by row, leave out labels that too few groups have, draw a sample."""
    labels = dict(zip(table.rows.column(ROW_ID).to_pylist(), table.rows.column(column.name).to_pylist(), strict=True))
    names = ("text", GROUP)
    texts, groups = (rows.column(name).to_pylist() for name in names)
    every = [
        EvalText(str(labels[row]), str(group), text)
        for row, group, text in zip(rows.column(ROW_ID).to_pylist(), groups, texts, strict=True)
        if text and labels.get(row) not in (None, "")
    ]
    kept = _frequent(every)
    notes = []
    if len(kept) < len(every):
        notes.append(f"{len(every) - len(kept)} rows have a {column.name} of fewer than {_FEWEST_LABELLED} groups.")
    drawn = _frequent(choose(kept, 2 * question.rows, question.seed))
    kinds = len({one.row_id for one in drawn})
    if kinds < 2:
        found = f"{column.name} has {kinds} values in {_FEWEST_LABELLED} groups or more ({len(every)} rows have one)"
        if question.label or question.task == "classify":
            raise UserError(Fault("--label", found, "two or more values", "give more rows, or name another column"))
        return None, [f"{found}: it is not looked at."]
    if len(drawn) < len(every):
        notes.append(f"{column.name} is predicted for {len(drawn)} of {len(every):,} rows.")
    cut = [shortened(one).text for one in drawn]
    return Labelled(
        column.name, len(every), cut, [one.row_id for one in drawn], [one.group for one in drawn], by
    ), notes


def _frequent(texts: Sequence[EvalText]) -> list[EvalText]:
    """Give the rows whose label (here in place of the row's name) as many groups have as there are folds."""
    groups: dict[str, set[str]] = {}
    for text in texts:
        groups.setdefault(text.row_id, set()).add(text.group)
    return [text for text in texts if len(groups[text.row_id]) >= _FEWEST_LABELLED]
