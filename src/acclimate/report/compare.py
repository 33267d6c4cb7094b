"""A comparison of runs -> one table in words, which the terminal and compare.html show alike, and compare.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from acclimate.core.artifact import write_json, write_text
from acclimate.core.comparison import ComparedRun, Comparison, Outcome
from acclimate.core.scores import Score
from acclimate.report import formats
from acclimate.report.html import BADGES, template
from acclimate.report.redact import redact_all
from acclimate.report.score_table import change_text, in_sentence, interval_text, label_of, value_text
from acclimate.report.slice_table import slice_name

_PARTS = {
    "test": "Test set (never trained on)",
    "general": "General text (what may have been forgotten)",
    "terms": "The domain's own terms (as each run was asked for them)",
}


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the table; `outcome` is better, worse, unclear, or empty where nothing is judged."""

    text: str
    hint: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Line:
    """One measure, with a cell for each run."""

    label: str
    hint: str
    cells: list[Cell]


@dataclass(frozen=True)
class Part:
    """Lines that belong together."""

    title: str
    lines: list[Line]


def write_comparison(made: Comparison, folder: Path) -> list[Path]:
    """Write compare.html and compare.json (lines as in scores.json, each with its `run`); the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    page, scores = folder / "compare.html", folder / "compare.json"
    write_text(page, render_comparison(made))
    write_json(scores, redact_all([score.as_json() for score in made.scores]))
    return [page, scores]


def render_comparison(made: Comparison) -> str:
    """Give compare.html: aggregates only, every text redacted and escaped."""
    made = Comparison.from_json(redact_all(made.to_json()))
    return template("compare.html.j2").render(
        made=made,
        moment=formats.moment(made.created),
        outcomes=[(BADGES.get(one.verdict, ("unknown", "?", one.verdict)), said(made, one)) for one in made.outcomes],
        parts=parts(made),
        confidence=formats.percent(made.confidence, whole=True),
        score=in_sentence(made.primary),
    )


def said(made: Comparison, outcome: Outcome) -> str:
    """Say in a sentence what the primary score says of one run against another."""
    change = made.find(outcome.run, "change", "test", made.primary, f"run:{outcome.against}")
    if outcome.why or change is None:
        return f"{outcome.run} against {outcome.against}: {outcome.verdict}. {outcome.why}".strip()
    confidence = formats.percent(made.confidence, whole=True)
    interval = f" ({confidence} interval {interval_text(change)})" if interval_text(change) else ""
    groups = f", {formats.count(change.groups or 0, 'group')} ({change.resampled_by})"
    label = in_sentence(made.primary)
    return (
        f"{outcome.run} against {outcome.against}: {label} {change_text(change)}{interval}{groups}: {outcome.verdict}."
    )


def parts(made: Comparison) -> list[Part]:
    """Give the table: what each run is, its scores and changes, what it cost. Lines that no run fills are left out."""
    scored = [Part(title, _score_lines(made, data)) for data, title in _PARTS.items()]
    forgetting = _line("In words", "", made, lambda run: Cell(run.retention))
    scored[1].lines.extend([forgetting] if scored[1].lines else [])
    slices = Part("Subgroups of the test set (as each run measured them)", _slice_lines(made))
    found = [Part("Model", _model_lines(made)), *scored, slices, Part("Cost", _cost_lines(made))]
    filled = [
        Part(part.title, [line for line in part.lines if any(cell.text for cell in line.cells)]) for part in found
    ]
    return [part for part in filled if part.lines]


def _line(label: str, hint: str, made: Comparison, cell: Callable[[ComparedRun], Cell]) -> Line:
    return Line(label, hint, [cell(run) for run in made.runs])


def _model_lines(made: Comparison) -> list[Line]:
    def verdict(run: ComparedRun) -> Cell:
        kind, sign, text = BADGES.get(run.verdict.verdict, ("unknown", "?", run.verdict.verdict))
        return Cell(f"{sign} {text}", "", kind)

    return [
        _line("Verdict", "the run's model against its own base", made, verdict),
        _line("Base", "", made, lambda run: Cell(run.model.base)),
        _line("Weights", "", made, lambda run: Cell(formats.count(run.model.parameters))),
        _line("New tokens", "", made, lambda run: Cell(formats.count(run.model.new_tokens))),
        _line("Adapter", "", made, lambda run: Cell(run.model.adapter)),
    ]


def _score_lines(made: Comparison, data: str) -> list[Line]:
    whole = [score for score in made.scores if score.data == data and score.slice is None]
    names = list(dict.fromkeys(score.name for score in whole))
    names.sort(key=lambda name: name != made.primary)
    first = made.runs[0].name
    lines = []
    for name in names:
        some = [score for score in whole if score.name == name]
        changes = [score for score in some if score.when == "change" and score.value]
        finest = min(changes, key=lambda score: abs(score.value), default=None)  # so all values have its decimals
        hint = f"{some[0].unit}; {some[0].better} is better"
        for when, arm in (("before", "base"), ("after", "adapted")):
            lines.append(_line(f"{label_of(name)}, {arm}", hint, made, _value(made, (when, data, name), finest)))
        for against, other in (("base", "its own base"), (f"run:{first}", first)):
            lines.append(_line(f"{label_of(name)}, against {other}", "", made, _change(made, (data, name, against))))
    return lines


def _slice_lines(made: Comparison) -> list[Line]:
    """Give each subgroup's scores, adapted and changed, whichever run has them."""
    sliced = [score for score in made.scores if score.slice is not None]
    lines = []
    for part, name in dict.fromkeys((str(score.slice), score.name) for score in sliced):
        label, whose = f"{slice_name(part)}, {in_sentence(name)}", ("test", name)
        finest = made.find(made.runs[0].name, "change", *whose, "base", part)
        lines.append(_line(f"{label}, adapted", "", made, _value(made, ("after", *whose), finest, part)))
        lines.append(_line(f"{label}, against its own base", "", made, _change(made, (*whose, "base"), part)))
    return lines


def _value(
    made: Comparison, which: tuple[str, str, str], finest: Score | None, part: str | None = None
) -> Callable[[ComparedRun], Cell]:
    def cell(run: ComparedRun) -> Cell:
        score = made.find(run.name, *which, part=part)
        return Cell(value_text(score.value, score.unit, finest)) if score else Cell("")

    return cell


def _change(made: Comparison, which: tuple[str, str, str], part: str | None = None) -> Callable[[ComparedRun], Cell]:
    data, name, against = which

    def cell(run: ComparedRun) -> Cell:
        score = made.find(run.name, "change", data, name, against, part)
        if score is None:
            return Cell("")
        judged = part is None and data == "test" and name == made.primary
        return Cell(
            change_text(score), interval_text(score) or "no interval", _outcome(made, run, score) if judged else ""
        )

    return cell


def _outcome(made: Comparison, run: ComparedRun, score: Score) -> str:
    """A change is coloured by what its verdict says, never by its sign."""
    if score.against == "base":
        verdict = run.verdict.verdict
    else:
        verdict = next((one.verdict for one in made.outcomes if one.run == run.name), "")
    return BADGES.get(verdict, ("unknown", "", ""))[0]


def _cost_lines(made: Comparison) -> list[Line]:
    def some(value: float | None, text: Callable[[float], str]) -> str:
        return "" if value is None else text(value)

    def trained(run: ComparedRun) -> Cell:
        share = run.model.trainable / run.model.parameters if run.model.parameters else 0.0
        return Cell(formats.count(run.model.trainable), f"{formats.percent(share)} of all") if share else Cell("")

    return [
        _line("Trained weights", "", made, trained),
        _line("Updates", "", made, lambda run: Cell(some(run.cost.updates, lambda value: formats.count(int(value))))),
        _line("Training alone", "", made, lambda run: Cell(some(run.cost.train_seconds, formats.duration))),
        _line("Whole run", "", made, lambda run: Cell(some(run.cost.total_seconds, formats.duration))),
        _line("Speed", "tokens/s", made, lambda run: Cell(some(run.cost.tokens_per_second, formats.number))),
        _line("Peak memory", "of the process", made, lambda run: Cell(some(run.cost.peak_memory_bytes, formats.size))),
        _line("Device", "", made, lambda run: Cell(run.cost.device)),
    ]
