"""Advice -> one table in words, which terminal and advise.html show alike, and advise.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from acclimate.core.artifact import write_json, write_text
from acclimate.core.scores import Score
from acclimate.pipeline.advise.advice import Advice, Option
from acclimate.pipeline.advise.labels import NAMES
from acclimate.report import formats
from acclimate.report.html import template
from acclimate.report.redact import redact_all

PAGE, FILE = "advise.html", "advise.json"
_KNOWN = {
    "tokens_per_word": "Tokens a word",
    "broken_words": "Broken words (3 pieces or more), share of all",
    "bits_per_byte": "Bits per byte of the base (fewer: it knows the text better)",
}


@dataclass(frozen=True)
class Table:
    """A table in words: its title, what stands over the columns, the lines (the first cell is their name)."""

    title: str
    heads: list[str]
    lines: list[list[str]]


def write_advice(made: Advice, folder: Path) -> list[Path]:
    """Write advise.html and advise.json; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / PAGE, render_advice(made))
    write_json(folder / FILE, redact_all(made.to_json()))
    return [folder / PAGE, folder / FILE]


def render_advice(made: Advice) -> str:
    """Give advise.html: aggregates only, every text redacted and escaped."""
    choice = made.recommendation.choice
    return template("advise.html.j2").render(
        **redact_all(
            {
                "name": made.name,
                "model": made.model,
                "acclimate": made.acclimate,
                "choice": choice[0].upper() + choice[1:],
                "reasons": made.recommendation.reasons,
                "notes": made.notes,
                "broken": broken_sentence(made),
            }
        ),
        moment=formats.moment(made.created),
        tables=[table for table in tables(made) if table.lines],
        confidence=formats.percent(made.confidence, whole=True),
    )


def tables(made: Advice) -> list[Table]:
    """Give what was measured and what each choice would cost."""
    measured = Table("What the model knows", ["", "your domain", "general text", "difference"], [])
    for name, label in _KNOWN.items():
        here, there = made.find("test", name), made.find("general", name)
        if here is not None:
            change = made.find("test", name, "change")
            shown = "" if change is None else _interval(change, formats.percent(change.value, signed=True), signed=True)
            measured.lines.append([label, _value(here), "" if there is None else _value(there), shown])
    found = [(title, made.find("labels", name)) for name, title in NAMES.items()]
    labels = Table(
        f"Predicting {made.label}",
        ["", "balanced accuracy", "rows"],
        [[title, _value(one), formats.count(one.n)] for title, one in found if one is not None],
    )
    costs = [[one.choice, one.means, _time(one), _memory(one)] for one in made.options]
    return [measured, labels, Table("What it would cost here", ["", "means", "time", "memory"], costs)]


def broken_sentence(made: Advice) -> str:
    """Say how many terms are broken, and which."""
    if not made.terms:
        return "No word stands in 10 groups or more: terms were not looked at."
    share = formats.percent(made.broken_terms / made.terms)
    says = (
        f"Of {formats.count(made.terms, 'word')} that 10 groups or more use, {made.broken_terms:,} ({share}) are broken "
        "into 3 pieces or more"
    )
    shown = ", ".join(f"{word} ({pieces})" for word, pieces in made.shown_terms)
    return f"{says}: {shown}{', ...' if made.broken_terms > len(made.shown_terms) else ''}" if shown else f"{says}."


def _value(score: Score) -> str:
    return _interval(score, formats.number(score.value))


def _interval(score: Score, value: str, *, signed: bool = False) -> str:
    if score.low is None or score.high is None:
        return value
    if signed:
        return f"{value} ({formats.percent(score.low, signed=True)} to {formats.percent(score.high, signed=True)})"
    low, high = (formats.number(one, scale=score.value) for one in (score.low, score.high))
    return f"{value} ({low} to {high})"


def _time(option: Option) -> str:
    if option.seconds is None:
        return "not measured"
    text = formats.duration(option.seconds)
    return f"{text} for {option.per_texts:,} texts" if option.per_texts else f"about {text}"


def _memory(option: Option) -> str:
    return "more than there is" if option.memory is None else formats.size(option.memory)
