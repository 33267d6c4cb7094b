"""What a column of a table nobody has described is: a time, a code, words, a number, an identifier."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa

from acclimate.core.errors import UserError
from acclimate.core.identifiers.columns import identifies, is_birth, words_of
from acclimate.core.rows import OWN_COLUMNS, ROW_ID, Rows
from acclimate.prepare.columns import texts
from acclimate.prepare.times import times_of

Kind = Literal["nested", "empty", "constant", "identifier", "birth", "time", "number", "code", "words", "text"]
_LOOKED_AT = 1000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_CHINESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TIME_NAME = re.compile(
    r"_(date|day|time|timestamp|datetime|start|begin|stop|end|when|at|on|ts|created|updated)_|date_$|time_$|日期|时间"
)
_CODE_NAME = re.compile(r"_(codes?|icd|icd9|icd10|snomed|loinc|atc|cpt|ndc|drg|rxnorm|mcc)_|code_$|编码|代码")
# Day first where both could be meant, but for a slash, which America writes month first.
_FORMS = tuple(
    day + clock
    for day in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y年%m月%d日")
    for clock in ("", " %H:%M", " %H:%M:%S")
)
_LONG = 150


@dataclass(frozen=True)
class Column:
    """A column and what it is.

    `why` says why it identifies somebody. `form` is a time's strptime format, empty where ISO 8601 or a type of its own.
    `filled` rows have a value, `distinct` values there are; `length` is their mean, in characters (a Chinese one counts
    for three).
    """

    name: str
    kind: Kind
    why: str = ""
    form: str = ""
    filled: int = 0
    distinct: int = 0
    length: float = 0.0

    @property
    def is_long(self) -> bool:
        """Whether it holds whole texts, not phrases."""
        return self.kind == "text" and self.length >= _LONG

    @property
    def has_words(self) -> bool:
        """Whether there is anything in it for a language model to learn, beside numbers."""
        return self.kind in ("code", "words", "text")


def columns_of(rows: Rows) -> tuple[Column, ...]:
    """Say of each column of the data what it is. Only what `rows` hold is looked at."""
    return tuple(_column(rows, name) for name in rows.column_names if name not in OWN_COLUMNS)


def _column(rows: Rows, name: str) -> Column:
    if pa.types.is_nested(rows.column(name).type) or re.search(r"[\x00-\x1f]", name):
        return Column(name, "nested")
    value_R = [value for value in texts(rows, name, name) if value is not None]
    distinct = list(dict.fromkeys(value_R))
    some = distinct[:_LOOKED_AT]
    length = sum(len(value) + 2 * len(_CHINESE.findall(value)) for value in some) / max(1, len(some))
    kind, why, form = _kind(rows, name, distinct, len(value_R))
    return Column(name, kind, why, form, len(value_R), len(distinct), length)


def _kind(rows: Rows, name: str, distinct: list[str], filled: int) -> tuple[Kind, str, str]:
    if not distinct:
        return "empty", "", ""
    some = distinct[:_LOOKED_AT]
    form = _time_form(rows, name, some)
    if form is not None:
        return ("birth", "a date of birth", form) if is_birth(name) else ("time", "", form)
    likely = identifies(name, some, len(distinct), filled)
    if likely is not None:
        return ("birth" if likely.kind == "birth_date" else "identifier"), likely.why, ""
    return _kind_of_values(name, some, len(distinct), filled), "", ""


def _kind_of_values(name: str, some: list[str], distinct: int, filled: int) -> Kind:
    if distinct == 1 and filled > 1:
        return "constant"
    if _CODE_NAME.search(words_of(name)) and not any(" " in value for value in some):
        return "code"
    if all(_NUMBER.fullmatch(value) or value in ("NaN", "nan") for value in some):
        return "number"
    return "text" if _is_text(some, distinct, filled) else "words"


def _is_text(some: Sequence[str], distinct: int, filled: int) -> bool:
    """Whether it is written freely: several words, another text in many rows."""
    words = sum(len(value.split()) + len(_CHINESE.findall(value)) / 2 for value in some) / len(some)
    return words >= 5 and distinct >= 0.3 * filled


def _time_form(rows: Rows, name: str, some: list[str]) -> str | None:
    """Give the format of a column of times ("" where `tagged` reads it as it is), or None if it is none."""
    kind = rows.column(name).type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return ""
    by_name = bool(_TIME_NAME.search(words_of(name)))
    if not by_name and all(_NUMBER.fullmatch(value) for value in some):
        return None
    if not any(character.isdigit() for character in some[0]):
        return None
    try:
        table = pa.table({ROW_ID: [str(number) for number in range(len(some))], name: some})
        return None if times_of(table, name, name).plain else ""
    except UserError:
        return next((form for form in _FORMS if all(_reads(value, form) for value in some)), None)


def _reads(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007  only whether it can be read is asked
    except ValueError:
        return False
    return True
