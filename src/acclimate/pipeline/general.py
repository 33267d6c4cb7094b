"""The general text on which forgetting is measured."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.registry import resolve
from acclimate.core.rows import ROW_ID, need_columns
from acclimate.core.text import word_spans
from acclimate.evaluate.rows import EvalText
from acclimate.samples.general import passages
from acclimate.sources.ending import name_for

_CHINESE = "\u4e00", "\u9fff"


def general_texts(retention: str, domain: Sequence[EvalText]) -> list[EvalText]:
    """Give the general documents, each a group of its own.

    Takes: `retention`, "sample:general" or a file; `domain`, the measured texts: of the sample those languages are taken
    that the domain is written in (at least a tenth of its words).
    """
    if retention == "sample:general":
        wanted = languages(domain)
        rows = [row for row in passages() if row["language"] in wanted]
        return [EvalText(row["id"], row["id"], row["text"]) for row in rows]
    source = resolve("sources", name_for(retention))(path=retention)
    table, _ = source.read("evaluate.retention")
    need_columns(table, ["text"], "evaluate.retention")
    pairs = zip(table.column(ROW_ID).to_pylist(), table.column("text").to_pylist(), strict=True)
    return [EvalText(str(name), str(name), text) for name, text in pairs if text]


def general_inputs(retention: str | None) -> dict[str, str]:
    """Give what the general text consists of, with hashes. Raises: UserError if a file is not there."""
    if retention is None or retention == "sample:general":
        return {}
    return dict(resolve("sources", name_for(retention))(path=retention).inputs("evaluate.retention"))


def languages(texts: Sequence[EvalText]) -> set[str]:
    """Say which of the sample's languages, "en" and "zh", are in use: those with a tenth of the words or more."""
    words = chinese = 0
    for text in texts[:200]:
        spans = word_spans(text.text)
        words += len(spans)
        chinese += sum(1 for start, _ in spans if _CHINESE[0] <= text.text[start] <= _CHINESE[1])
    share = chinese / max(words, 1)
    return {language for language, part in (("en", 1 - share), ("zh", share)) if part >= 0.1}
