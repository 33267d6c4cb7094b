"""A plan as a recipe's YAML, each part explained in plain words."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import parse_yaml
from acclimate.pipeline.init.layout import Read, Tags
from acclimate.pipeline.init.propose import Plan
from acclimate.pipeline.recipe import read_recipe

_PLAIN = re.compile(r"[A-Za-z_./][\w./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "~"}
_WIDTH = 110
TOLD = {
    "mlm": "An encoder learns to say which words were hidden",
    "clm": "A decoder learns to say what comes next",
    "classify": "The model learns which label a text has",
    "tag": "The model learns which words are the name of what",
    "extract": "The model learns where in a context the answer to a question stands",
    "sft": "A decoder learns to answer",
}
"""What each objective teaches, in a sentence."""


def name_of_recipe(data: str) -> str:
    """Give a name for the recipe and its file, after DATA."""
    last = re.split(r"[/\\]", re.split(r"[*?\[]", data)[0].rstrip("/\\."))[-1] or Path.cwd().name
    stem = re.sub(r"(\.(gz|xz|bz2|zst|csv|tsv|jsonl|ndjson|json|parquet|txt|docx|pdf|html?|md|conll))+$", "", last)
    return re.sub(r"[^\w-]+", "_", stem).strip("_") or "recipe"


def write_recipe(plan: Plan, to: Path, *, force: bool) -> str:
    """Write the recipe, whole or not at all, and give its text.

    Raises: UserError if the file is there already (unless `force`), or its folder is not.
    """
    text = recipe_text(plan, to)
    read_recipe({"name": to.stem, **parse_yaml(text, str(to))})
    need_free(to, force=force)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=to.parent, suffix=".part", delete=False) as new:
        new.write(text)
    try:
        Path(new.name).chmod(0o644)
        Path(new.name).replace(to)
    finally:
        Path(new.name).unlink(missing_ok=True)
    return text


def need_free(to: Path, *, force: bool) -> None:
    """Raise UserError if a recipe can't be written to `to`."""
    if not to.parent.is_dir():
        raise UserError(Fault("--to", f"no folder {to.parent}", "a file in a folder that is there", "make the folder"))
    if to.is_dir():
        raise UserError(Fault("--to", f"{to} is a folder", "a file", f"--to {to / 'recipe.yaml'}"))
    if to.exists() and not force:
        raise UserError(
            Fault(
                "--to", f"{to} is there already", "a file that is not there", "name another with --to, or add --force"
            )
        )


def recipe_text(plan: Plan, to: Path) -> str:
    """Give the YAML of a plan."""
    parts = [_top(plan, to), _sources(plan), _prepare(plan), _tokens(), _objective(plan), _train(plan), _evaluate(plan)]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip() + "\n"


def _top(plan: Plan, to: Path) -> list[str]:
    return [
        f"# Written by `acclimate init {_one_line(plan.data)}`. Change what you like: `acclimate list` shows what there is.",
        f"#   acclimate check {_one_line(to)}     reads the data, trains nothing",
        f"#   acclimate run {_one_line(to)}       adapts the model, measures it before and after, writes a report",
        f"name: {scalar(to.stem)}",
        "",
        "# The model to start from: a Hub id, a folder, starter:encoder or starter:decoder.",
        f"model: {scalar(plan.model)}",
    ]


def _sources(plan: Plan) -> list[str]:
    lines = ["# Where rows come from. Paths are seen from the folder in which you call acclimate.", "sources:"]
    for role, source in plan.layout.sources.items():
        if isinstance(source, dict) and "path" not in source:
            lines += [f"  {role}:", *(f"    {scalar(name)}: {flow(one)}" for name, one in source.items())]
        else:
            lines.append(f"  {role}: {flow(source)}")
    return lines


def _prepare(plan: Plan) -> list[str]:
    layout = plan.layout
    lines = ["# What is done to the rows, in this order."]
    if layout.identifying:
        lines += [
            "# Left out of the texts, since it may say who somebody is. Free text may do so as well, and nobody has looked into it."
        ]
        lines += [f"#   {_one_line(name)}: {why}" for name, why in layout.identifying.items()]
    if layout.unused:
        lines += [
            "# Left out for other reasons; add what matters.",
            *(f"#   {_one_line(one)}" for one in layout.unused),
        ]
    lines.append("prepare:")
    if layout.query:
        lines += [
            "  # One table of the sources, by their names above; a single source is called rows.",
            "  - name: sql",
        ]
        lines += ["    query: |", *(f"      {line}" for line in layout.query)]
    if layout.task is not None:
        return _of_task(plan, layout.task, lines)
    if layout.tags is not None:
        lines += _tagged(layout.tags)
    else:
        lines += [
            "  # White space and Unicode in one form; rows without text and copies go, and are counted.",
            "  - clean",
        ]
    copies = "  # Of equal texts one stays, in test before validation before training."
    return [*lines, *_split(plan), copies, "  - deduplicate"]


def _of_task(plan: Plan, task: Read, before: list[str]) -> list[str]:
    """Give what is done to rows that a task reads: those without what it needs go, and copies in its columns."""
    steps = []
    if task.required:
        steps.append(f"  # Rows without a value in {_one_line(' or '.join(task.required))} go, and are counted.")
        steps.append(f"  - {{name: clean, required: {_list(task.required)}}}")
    steps += _split(plan)
    if task.copies is not None:
        columns = f"{{name: deduplicate, columns: {_list(task.copies)}}}" if task.copies else "deduplicate"
        steps += ["  # Of equal rows one stays, in test before validation before training.", f"  - {columns}"]
    empty = not any(line.startswith("  - ") for line in steps)
    return [*before[:-1], "prepare: []" if empty else before[-1], *steps]


def _tagged(tags: Tags) -> list[str]:
    """Give the step `tagged`."""
    if tags.group_by:
        lines = [
            f"  # One text for each {_one_line(tags.group_by)}: what stays the same in front, then its rows as events."
        ]
    else:
        lines = ["  # One text for each row: its fields between tags."]
    lines.append("  - name: tagged")
    if tags.group_by:
        lines.append(f"    group_by: [{scalar(tags.group_by)}]")
    if tags.order_by:
        lines.append(f"    order_by: {scalar(tags.order_by)}")
    if tags.header:
        lines.append(f"    header: [{{tag: {tags.header_tag}, fields: {_list(tags.header)}}}]")
    if tags.event:
        lines.append(f"    body: {{tag: events, each: {{tag: event, fields: {_list(tags.event)}}}}}")
    if tags.order_by:
        lines.append("    time: delta   # times are written as steps, +12d; `absolute` writes them as they are")
    return lines


def _split(plan: Plan) -> list[str]:
    layout, shares = plan.layout, plan.shares
    own = [role for role in ("validation", "test") if role in layout.sources]
    if len(own) == 2 and layout.group is None:
        return ["  # The data have their own validation and test rows, so nothing is split."]
    unit = _one_line(layout.group) if layout.group else "row"
    enough = "" if shares.enough or "test" in own else " (too few for an interval of the change: that takes 20)"
    lines = [f"  # No {unit} stands in two roles. Of {shares.groups:,}, {shares.test_groups:,} are for test{enough}."]
    if own:
        lines = [f"  # The data have their own {' and '.join(own)} rows; no {unit} stands in two roles."]
    options = [f"group_by: {scalar(layout.group)}"] if layout.group else []
    options += [
        f"{role}: {share:.2f}"
        for role, share in (("validation", shares.validation), ("test", shares.test))
        if role not in own
    ]
    return [*lines, f"  - {{{', '.join(['name: split', *options])}}}"]


def _tokens() -> list[str]:
    return [
        "# Long texts are cut into windows; by default as long as the model takes. Shorter ones take less memory.",
        "# tokens: {max_length: 256}",
    ]


def _objective(plan: Plan) -> list[str]:
    if plan.layout.task is not None:
        options = {"name": plan.objective, **plan.layout.task.options}
        written = flow(options) if plan.layout.task.options else plan.objective
        return [f"# {TOLD[plan.objective]}. `acclimate list` shows the options.", f"objective: {written}"]
    if plan.objective == "clm":
        return ["# A decoder learns to say what comes next.", "objective: clm"]
    if plan.layout.tags is None:
        return [
            "# An encoder learns to say which words were hidden.",
            "objective: {name: mlm, mlm_probability: 0.15, masking: word}",
        ]
    return [
        "# An encoder learns to say which values were hidden; keys and tags stay. Of a hidden value 4 tokens in 10 stay in",
        "# sight, since it is measured from left to right, its first pieces shown.",
        "objective:",
        "  name: mlm",
        "  mlm_probability: 0.15",
        "  mask_replace_prob: 0.6",
        '  masking: {name: token_sep, masking_sep_token: ",", mask: value}',
    ]


def _train(plan: Plan) -> list[str]:
    lines = [
        "# How long and how fast. What is not said here has a default that does not wreck a model.",
        "train:",
        "  num_train_epochs: 3",
        "  # learning_rate: 5.0e-5             # the default is the adapter's; small models take more",
        "  # per_device_train_batch_size: 8    # lower it if memory is short, and raise gradient_accumulation_steps",
    ]
    if plan.shares.validation or "validation" in plan.layout.sources:
        lines.append("  eval_strategy: epoch                # the loss on validation rows, after each epoch")
    return [
        *lines,
        "# Train a few weights beside the model in place of all: less memory, less forgotten.",
        "# adapter: lora",
    ]


def _evaluate(plan: Plan) -> list[str]:
    if plan.layout.task is not None:
        return [
            "# The model is measured on the test rows. Which score decides, and more: docs/options.md, evaluate.",
            "# evaluate: {primary: SCORE}",
        ]
    return [
        "# The model is measured before and after on the test rows, and on general text to see what it forgot.",
        'evaluate: {primary: bits_per_byte, retention: "sample:general"}',
    ]


def scalar(value: Any) -> str:
    """Write one value so that YAML reads back the same."""
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not value.endswith(":")
    return value if plain else json.dumps(value, ensure_ascii=False)


def flow(source: Any) -> str:
    """Write a source: a path, a list of paths, or a mapping of options."""
    if isinstance(source, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in source.items()) + "}"
    if isinstance(source, list | tuple):
        return _list(source)
    return scalar(source)


def _list(items: Sequence[str]) -> str:
    return f"[{', '.join(scalar(one) for one in items)}]"


def _one_line(value: object) -> str:
    """Keep a comment on its line, whatever a column or file is called."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]", "?", str(value))
