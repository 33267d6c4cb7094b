"""Runs beside each other: the same held-out groups, the paired change between their models, cost and forgetting.

All runs are compared with the first that is named, never with the best of them: which change is which is decided
before a score is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import acclimate
from acclimate.core.comparison import ComparedRun, Comparison, Outcome
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, silent
from acclimate.core.proof import DataFacts
from acclimate.core.scores import Score
from acclimate.evaluate.kept import Kept, comparable
from acclimate.evaluate.retention import retention
from acclimate.evaluate.scores import Place, run_change, score_lines
from acclimate.evaluate.verdict import judge, noun
from acclimate.pipeline.finished import Finished, finished
from acclimate.pipeline.remeasure import remeasured
from acclimate.pipeline.terms import DATA as TERMS
from acclimate.report.compare import write_comparison
from acclimate.report.facts import data_sentence

_ASKED = ("seed", "passes", "max_rows", "resample_by", "retention")
_MEASURE = "add --measure (in Python: measure=True): it measures the models of all runs on the test rows of the first"
_SEVERAL = (
    "Each change has its own interval: the more runs are compared, the likelier one of them looks good by chance."
)


def compare(
    runs: Sequence[str | Path],
    to: str | Path | None = None,
    *,
    measure: bool = False,
    notes: Sequence[str] = (),
    tell: Tell = silent,
) -> Comparison:
    """Compare finished runs with the first one; write compare.html and compare.json.

    Takes: `runs`, two folders or more; `to`, the folder to write into (default: the one that the first run lies in);
    `measure`, to measure all models anew, together, on the first run's test rows. Without it they must have been
    measured on the same hidden characters of the same rows; `notes`, more that a reader has to know.
    Raises: UserError for what is no finished run, or for runs that can't be compared, saying what differs.
    """
    if len(runs) < 2:
        raise UserError(Fault("compare", f"{len(runs)} runs", "two or more run folders", "acclimate compare RUN RUN"))
    found = finished([Path(run) for run in runs])
    place = Path(to).expanduser() if to is not None else found[0].folder.resolve().parent
    if place.exists() and not place.is_dir():
        raise UserError(Fault("--to", f"{place} is a file", "a folder", "name another"))
    _need_one_kind(found)
    made = _compared(found, measure=measure, tell=tell)
    made = replace(made, notes=[*made.notes, *notes])
    write_comparison(made, place)
    return made


def differences(runs: Sequence[Finished]) -> list[Fault]:
    """Say why runs can't be compared as they were measured; nothing, if they can."""
    first, *others = runs
    return [fault for other in others for fault in _differs(first, other)]


def _differs(first: Finished, other: Finished) -> list[Fault]:
    there, here = first.proven.kept.get("test"), other.proven.kept.get("test")
    where = str(other.folder)
    if there is None or here is None:
        old = first if there is None else other
        return [Fault(str(old.folder), "was measured before sums over groups were kept", "", _MEASURE)]
    if (there.rows, there.groups) != (here.rows, here.groups):
        ours, theirs = other.proven.test, first.proven.test
        what = "other test rows" if there.rows != here.rows else "the same test rows in other groups"
        sizes = f"({data_sentence(ours)}; {first.name}: {data_sentence(theirs)})"
        return [
            Fault(where, f"measured on {what} {sizes}{_settings(first, other)}", "the same rows and groups", _MEASURE)
        ]
    if there.asked != here.asked:
        why = _settings(first, other) or "; tokenizers or max_length differ, and hidden characters follow token borders"
        return [Fault(where, f"other characters were hidden than in {first.name}{why}", "the same ones", _MEASURE)]
    return []


def _settings(first: Finished, other: Finished) -> str:
    ours, theirs = other.recipe.measured_by, first.recipe.measured_by
    pairs = [(key, getattr(ours, key), getattr(theirs, key)) for key in _ASKED]
    return "".join(f"; evaluate.{key} is {mine!r}, there {there!r}" for key, mine, there in pairs if mine != there)


def _need_one_kind(runs: Sequence[Finished]) -> None:
    heads = {run.name: run.recipe.phases[-1].objective.head for run in runs}
    if len(set(heads.values())) > 1:
        found = ", ".join(f"{name} is {head}" for name, head in heads.items())
        do = "compare encoders with encoders, decoders with decoders: their bits per byte mean different things"
        raise UserError(Fault("compare", found, "models of one kind", do))


def _compared(runs: Sequence[Finished], *, measure: bool, tell: Tell) -> Comparison:
    first, settings = runs[0], runs[0].recipe.measured_by
    facts, notes = first.proven.test, []
    if measure:
        anew = remeasured(runs, tell)
        kept, notes = anew.kept, anew.notes
        facts = DataFacts(
            "test", anew.rows, None, len(kept[first.name]["test"].arms["after"][0].groups), facts.group_column
        )
    else:
        faults = differences(runs)
        if faults:
            raise UserError(*faults)
        kept = {run.name: run.proven.kept for run in runs}
    scores, outcomes = [], []
    if measure:
        notes.append("Terms and subgroups are not compared: they belong to each run's own test rows.")
    else:
        scores += [line for run in runs for line in _own(run, settings.primary)]
        notes += _other_terms(runs)
    for run in runs:
        own, more = _scores(run, kept[run.name], kept[first.name], first)
        scores += own
        notes += more
        if run is not first:
            outcomes.append(_outcome(run, kept[run.name]["test"], kept[first.name]["test"], first))
    return Comparison(
        name=" / ".join(run.name for run in runs),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        runs=[_run(run, kept[run.name] if measure else None, first) for run in runs],
        scores=scores,
        outcomes=outcomes,
        primary=settings.primary,
        test_set=data_sentence(facts),
        notes=list(dict.fromkeys([*notes, *_unknown(runs), *([_SEVERAL] if len(runs) > 2 else [])])),
        confidence=settings.confidence,
        acclimate=acclimate.__version__,
    )


def _scores(
    run: Finished, kept: dict[str, Kept], others: dict[str, Kept], first: Finished
) -> tuple[list[Score], list[str]]:
    """Give the lines of a run: its arms, its change against its own base and, but for the first run, against that one."""
    settings, notes = first.recipe.measured_by, []
    lines: list[Score] = []
    for data, one in kept.items():
        column = (first.proven.test.group_column or "document") if data == "test" else "document"
        place = Place(run.recipe.phases[-1].name, data, column)
        arms = {when: sums for when, sums in one.arms.items() if when != "start"}
        primary = settings.primary if data == "test" else ""
        lines += score_lines(place, arms, settings.bootstrap, primary)
        other = others.get(data)
        if run is first or other is None:
            continue
        if (one.rows, one.asked) != (other.rows, other.asked):
            notes.append(
                f"{run.name} was measured on other {data} text than {first.name}: no change between them there."
            )
            continue
        refused = one.refused or other.refused
        if refused:
            notes.append(f"On {data} text {run.name} and {first.name} can't be compared: {refused}.")
            continue
        theirs = {sums.name: sums for sums in other.arms["after"]}
        for sums in one.arms["after"]:
            if sums.name in theirs and comparable(sums, theirs[sums.name]):
                against = f"run:{first.name}"
                lines.append(run_change(place, sums, theirs[sums.name], against, settings.bootstrap))
    return [replace(line, run=run.name) for line in lines], notes


def _own(run: Finished, primary: str) -> list[Score]:
    """Give what the run measured of terms, and of the primary score by subgroup: its arms, and the change against its base."""
    own = [
        one for one in run.proven.scores if one.when in ("before", "after", "change") and one.against in (None, "base")
    ]
    terms = [one for one in own if one.data == TERMS and one.slice is None]
    slices = [one for one in own if one.data == "test" and one.slice is not None and one.name == primary]
    return [replace(one, run=run.name, primary=False if one.when == "change" else None) for one in (*terms, *slices)]


def _other_terms(runs: Sequence[Finished]) -> list[str]:
    """Say which runs were asked for other terms, or at other places, than the first one."""

    def asked(run: Finished) -> tuple[str, list[int]]:
        return run.proven.terms.sentence, [one.n for one in _own(run, "") if one.data == TERMS and one.when == "after"]

    return [
        f"{run.name} was asked for other terms than {runs[0].name}: their scores of terms can't be compared."
        for run in runs[1:]
        if asked(run) != asked(runs[0])
    ]


def _outcome(run: Finished, kept: Kept, other: Kept, first: Finished) -> Outcome:
    groups, primary = noun(first.proven.test.group_column), first.recipe.measured_by.primary
    mine, theirs = (next((sums for sums in one.arms["after"] if sums.name == primary), None) for one in (kept, other))
    refused = kept.refused or other.refused
    if mine is None or theirs is None or not comparable(mine, theirs):
        refused = refused or f"{primary} does not count the same thing in both runs"
    said = judge(other.arms["after"], kept.arms["after"], first.recipe.measured_by, groups, refused)
    return Outcome(run.name, first.name, said.verdict, said.sentence if said.verdict == "not measurable" else "")


def _run(run: Finished, anew: dict[str, Kept] | None, first: Finished) -> ComparedRun:
    """Give what the run's own report says; verdict and forgetting by the new measurement, if there is one."""
    made = ComparedRun(run.name, run.proof.model, run.proven.verdict, run.proven.retention, run.proof.cost)
    if anew is None:
        return made
    settings, test, general = first.recipe.measured_by, anew["test"], anew.get("general")
    groups = noun(first.proven.test.group_column)
    verdict = judge(test.arms.get("before"), test.arms["after"], settings, groups, test.refused)
    kept = ""
    if general is not None:
        kept = retention(general.arms.get("before"), general.arms["after"], settings, general.refused).sentence
    return replace(made, verdict=verdict, retention=kept)


def _unknown(runs: Sequence[Finished]) -> list[str]:
    return [f"{run.name} was trained elsewhere: on what is not known here." for run in runs if not run.trained_here]
