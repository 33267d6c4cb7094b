"""The general text on which forgetting is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.registry import resolve
from acclimate.core.rows import ROW_ID, Rows, need_columns
from acclimate.core.text import word_spans
from acclimate.evaluate.pairs import Pair
from acclimate.evaluate.rows import EvalText
from acclimate.samples.general import passages
from acclimate.sources.ending import name_for

SAMPLE, PAIRS = "sample:general", "blimp:"
_CHINESE = "\u4e00", "\u9fff"
_GOOD, _BAD, _PARADIGM = ("good", "sentence_good"), ("bad", "sentence_bad"), ("uid", "UID", "paradigm")


def general_texts(retention: str, domain: Sequence[EvalText]) -> list[EvalText]:
    """Give the general documents, each a group of its own.

    Takes: `retention`, "sample:general" or a file; `domain`, the measured texts: of the sample those languages are taken
    that the domain is written in (at least a tenth of its words). Minimal pairs are no running text: the sample stands in
    for them.
    """
    if retention == SAMPLE or retention.startswith(PAIRS):
        wanted = languages(domain)
        rows = [row for row in passages() if row["language"] in wanted]
        return [EvalText(row["id"], row["id"], row["text"]) for row in rows]
    table = _read(retention)
    need_columns(table, ["text"], "evaluate.retention")
    pairs = zip(table.column(ROW_ID).to_pylist(), table.column("text").to_pylist(), strict=True)
    return [EvalText(str(name), str(name), text) for name, text in pairs if text]


def general_languages(retention: str) -> dict[str, str]:
    """Give the language of each general document, where it is known: of the sample, and from a column `language`."""
    if retention == SAMPLE:
        return {row["id"]: row["language"] for row in passages()}
    table = _read(retention)
    if "language" not in table.column_names:
        return {}
    names, spoken = (table.column(name).to_pylist() for name in (ROW_ID, "language"))
    return {str(name): str(language) for name, language in zip(names, spoken, strict=True) if language}


def minimal_pairs(retention: str) -> list[Pair]:
    """Read the pairs of `blimp:PATH`: columns good, bad and uid (or as in BLiMP's own files).

    Raises: UserError for columns that are not there, and for a row without both sentences.
    """
    table, where = _read(retention), "evaluate.retention"
    columns = [_column(table, names) for names in (_GOOD, _BAD, _PARADIGM)]
    found = []
    for name, good, bad, paradigm in zip(table.column(ROW_ID).to_pylist(), *columns, strict=True):
        if not good or not bad:
            fault = Fault(f"{where}, {name}", f"good {good!r}, bad {bad!r}", "two sentences", "fill it, or take it out")
            raise UserError(fault)
        found.append(Pair(str(name), str(paradigm), str(good), str(bad)))
    if not found:
        raise UserError(Fault(where, f"{retention}: there are no pairs", "at least one", "name another file"))
    return found


def _column(table: Rows, names: Sequence[str]) -> list[Any]:
    there = [name for name in names if name in table.column_names]
    need_columns(table, there or names[:1], "evaluate.retention")
    column: list[Any] = table.column((there or names)[0]).to_pylist()
    return column


def _source(retention: str) -> Any:
    """Give what reads a file of general text, or `blimp:` a file or a folder of JSONL."""
    if not retention.startswith(PAIRS):
        return resolve("sources", name_for(retention, "evaluate.retention"))(path=retention)
    path = Path(retention.removeprefix(PAIRS)).expanduser()
    return resolve("sources", "jsonl")(path=f"{path}/*.jsonl*" if path.is_dir() else str(path))


def _read(retention: str) -> Rows:
    return _source(retention).read("evaluate.retention")[0]


def every_general_text(retention: str) -> list[tuple[str, str]]:
    """Give (id, text) of all that forgetting may be measured on: of the sample, every language."""
    if retention == SAMPLE:
        return [(row["id"], row["text"]) for row in passages()]
    if retention.startswith(PAIRS):
        return [(pair.row_id, pair.good) for pair in minimal_pairs(retention)]
    return [(text.row_id, text.text) for text in general_texts(retention, [])]


def general_inputs(retention: str | None) -> dict[str, str]:
    """Give what the general text consists of, with hashes. Raises: UserError if a file is not there."""
    if retention is None or retention == SAMPLE:
        return {}
    return dict(_source(retention).inputs("evaluate.retention"))


def languages(texts: Sequence[EvalText]) -> set[str]:
    """Say which of the sample's languages, "en" and "zh", are in use: those with a tenth of the words or more."""
    words = chinese = 0
    for text in texts[:200]:
        spans = word_spans(text.text)
        words += len(spans)
        chinese += sum(1 for start, _ in spans if _CHINESE[0] <= text.text[start] <= _CHINESE[1])
    share = chinese / max(words, 1)
    return {language for language, part in (("en", 1 - share), ("zh", share)) if part >= 0.1}
