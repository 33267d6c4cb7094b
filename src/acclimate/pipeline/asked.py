"""A file that a model is asked about -> rows: `acclimate predict`, `acclimate generate`, `evaluate.prompts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, note, silent
from acclimate.core.recipe import parse_yaml, validate
from acclimate.core.registry import resolve
from acclimate.core.rows import Rows
from acclimate.sources.ending import name_for

HERE = "here: --source KEY=VALUE, in Python source={...}"
_AS_WRITTEN = ("delimiter", "quote", "encoding")


def source_of(path: str, where: str, options: Mapping[str, Any] | None = None) -> Any:
    """Give the source that reads a file; of plain text, each line is a row. Takes: `options` of the source, its `name` too.

    Raises: UserError for options that it has not.
    """
    given = dict(options or {})
    name = str(given.pop("name", None) or name_for(path, where))
    usual = {"sample_by": "line"} if name == "text" else {}
    try:
        return validate(resolve("sources", name), {**usual, **given, "path": path})
    except UserError as error:
        raise UserError(*(replace(one, where=f"{where}: {name}.{one.where}") for one in error.faults)) from None


def rows_of(source: Any, where: str, tell: Tell = silent, how: str = HERE) -> Rows:
    """Read the rows, and tell how many lines or rows of the file are none.

    Takes: `how` options of the source are set, for messages that advise to.
    """
    try:
        rows, counts = source.read(where)
    except UserError as error:
        raise UserError(*(_here(fault, source, how) for fault in error.faults)) from None
    left: dict[str, int] = {**counts.dropped, **counts.removed}
    if left:
        note(tell, f"{where}: left out: {', '.join(f'{count:,} x {why}' for why, count in left.items())}")
    read: Rows = rows
    return read


def options_from(settings: Sequence[str], *, file: bool = True) -> dict[str, Any]:
    """Read `key=value` settings of a source, as on the command line.

    Raises: UserError for one without a =, and where there is no file to read.
    """
    if settings and not file:
        raise UserError(Fault("--source", "no file is read here", "options of a file", "name a file, or leave it out"))
    return settings_of(settings, _AS_WRITTEN, "key=value, as in delimiter=';'")


def settings_of(settings: Sequence[str], as_written: Sequence[str], allowed: str, do: str = "") -> dict[str, Any]:
    """Read `key=value` settings. Takes: `as_written`, keys whose values are text as it stands (others are YAML)."""
    data: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise UserError(Fault(setting, "has no =", allowed, do))
        data[key] = value.replace("\\t", "\t") if key in as_written else parse_yaml(value, key)
    return data


def _here(fault: Fault, source: Any, how: str) -> Fault:
    """Give a fault that advises to set an option of the source with a word of how that is done."""
    names = [name for name in type(source).model_fields if name != "path"]
    advised = any(f"{name}: " in said for name in names for said in (fault.found, fault.do))
    return replace(fault, do=f"{fault.do} ({how})".strip()) if advised else fault
