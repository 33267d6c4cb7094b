"""Measuring: base and adapted model on the same held-out rows and on general text, the change, the verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import acclimate
from acclimate.core.artifact import fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.events import Event, Tell
from acclimate.core.proof import DataFacts
from acclimate.core.protocols import Floor
from acclimate.core.registry import resolve
from acclimate.core.rows import GROUP, ROW_ID, Rows, about, need_columns
from acclimate.core.scores import GroupSums, Verdict
from acclimate.core.tasks import Task
from acclimate.evaluate.copying import copying_floors
from acclimate.evaluate.kept import keep
from acclimate.evaluate.measure import Measured, measure
from acclimate.evaluate.pseudo import PSEUDO_PERPLEXITY
from acclimate.evaluate.review_files import ANSWERS, write_pairs
from acclimate.evaluate.rows import EvalText, Tagged, choose
from acclimate.evaluate.scores import Place, score_lines
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.text_floors import text_floors
from acclimate.evaluate.verdict import judge, not_measurable, noun
from acclimate.pipeline.arms import arms, each_once
from acclimate.pipeline.control import against_control
from acclimate.pipeline.conversations import as_read
from acclimate.pipeline.examples import examples
from acclimate.pipeline.forgetting import BROKEN, broken, forgotten
from acclimate.pipeline.general import PAIRS, general_inputs, minimal_pairs
from acclimate.pipeline.generated import wrote
from acclimate.pipeline.measured import Proven
from acclimate.pipeline.memorisation import memorised, need_columns_there
from acclimate.pipeline.prepare import of_domain, of_role
from acclimate.pipeline.prompts import need_prompts, prompt_inputs
from acclimate.pipeline.subgroups import need_slices, row_labels, subgroup_lines
from acclimate.pipeline.task_scores import need_choosable, need_libraries, need_scores
from acclimate.pipeline.tasks import has_answers
from acclimate.pipeline.terms import proven_terms, term_inputs
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace
from acclimate.tokens.cache import rows_hash

MEASURED = "measured.json"


def evaluated(
    workplace: Workplace, phases: Sequence[Trained], rows: Rows, tell: Tell, control: Trained | None = None
) -> Proven:
    """Measure what a run's phases made of the base (or find it measured); write scores.json and verdict.json."""
    settings, trained = workplace.recipe.measured_by, phases[-1]
    updates = sum(one.facts["updates"] for one in phases)
    place = workplace.stage("evaluate")
    shown = workplace.recipe.report.examples
    made_from = fingerprint(
        "evaluate",
        trained.made_from,
        updates,
        rows_hash(rows),
        fingerprint(eval_texts(rows, "test", settings)[1:], _groups(rows, settings)),
        general_inputs(settings.retention),
        _labels(rows, settings),
        control.made_from if control is not None else None,
        term_inputs(settings),
        prompt_inputs(settings.prompts),
        settings.model_dump(mode="json"),
        shown,
        acclimate.__version__,
    )
    if not is_complete(place, made_from):
        tell(Event("stage", "measuring base and adapted model"))
        proven = _measure(workplace, (trained, control), rows, updates, tell)
        test, column = eval_texts(rows, "test", settings)
        answers = wrote(workplace, trained, rows, choose(test, settings.max_rows, settings.seed), column, tell)
        proven = replace(
            proven, scores=[*proven.scores, *answers.lines], generation=answers.proof,
            seconds=proven.seconds + answers.seconds,
        )  # fmt: skip
        with folder(place, made_from=made_from) as new:
            write_json(new / MEASURED, proven.as_json())
            write_pairs(new / ANSWERS, [one.pair for one in answers.answers])
    proven = Proven.from_json(read_json(place / MEASURED))
    write_json(workplace.root / "scores.json", [score.as_json() for score in proven.scores])
    said = " ".join([proven.verdict.sentence, *workplace.recipe.cautions])
    write_json(workplace.root / "verdict.json", asdict(replace(proven.verdict, sentence=said)))
    return proven


def _measure(
    workplace: Workplace, models: tuple[Trained, Trained | None], rows: Rows, updates: int, tell: Tell
) -> Proven:
    trained, control = models
    settings = workplace.recipe.measured_by
    began = time.perf_counter()
    test, column = eval_texts(rows, "test", settings)
    chosen = choose(test, settings.max_rows, settings.seed)
    facts = DataFacts("test", len(chosen), None, len({text.group for text in chosen}), column)
    if not chosen:
        verdict = not_measurable(settings.primary, "there are no test rows")
        return Proven([], verdict, "", facts, None, None, [], time.perf_counter() - began)
    phase = workplace.recipe.phases[-1]
    in_text = phase.tokens.new_tokens(rows, f"{phase.name}.tokens")
    with arms(workplace, trained, in_text, updates, control) as found:
        objective, tokenizer = phase.objective, found["after"].tokenizer
        chosen = as_read(chosen, rows, "test", objective, tokenizer)
        floor: Floor | None = (
            resolve("floor", settings.floor)() if settings.floor and not found["after"].causal else None
        )
        measured = each_once(found, lambda some: measure(some, chosen, settings, floor, tell))
        training = eval_texts(rows, "train", settings)[0]
        floors = _floors(measured, chosen, training, settings.seed)
        place = Place(phase.name, "test", column or "document")
        lines = score_lines(place, measured.sums, settings.bootstrap, settings.primary, floors.pop("", ()))
        lines += subgroup_lines(measured, chosen, rows, settings, place, floors)
        verdict = judge(measured.sums.get("before"), measured.sums["after"], settings, noun(column), measured.refused)
        if "before" in measured.sums and broken(measured, settings.primary):
            verdict = Verdict("worse", settings.primary, f"On unseen {noun(column)} {BROKEN}: worse.")
        shown = examples(found, measured, chosen, workplace.recipe.report.examples)
        both = {name: arm for name, arm in found.items() if name != "control"}
        if settings.memorisation:
            training, test = (
                as_read(some, rows, role, objective, tokenizer) for some, role in ((training, "train"), (test, "test"))
            )
        of_terms, terms = proven_terms(both, _split_groups(rows, settings), chosen, settings, place, tell)
        remembered, unsaid = memorised(both, measured, training, (chosen, test), rows, settings, tell)
        if "control" in measured.sums:
            sums = measured.sums
            unsaid.append(against_control(sums["control"], sums["after"], settings, noun(column)))
        general = forgotten(found, chosen, settings, phase.name, tell)
    if trained.facts["diverged"]:
        verdict = replace(verdict, sentence=f"Training diverged (the loss stopped being a number). {verdict.sentence}")
    share = measured.gain.share if measured.gain is not None else None
    facts = replace(facts, documents=len(measured.windows))
    seconds = time.perf_counter() - began
    return Proven(
        [*lines, *general.lines, *of_terms], verdict, general.sentence, facts, general.facts, share, unsaid, seconds, shown,
        {"test": keep(chosen, measured), **general.kept}, terms, remembered,
    )  # fmt: skip


def _groups(rows: Rows, settings: Evaluate) -> list[str]:
    return [text.group for text in eval_texts(rows, "test", settings)[0]]


def _labels(rows: Rows, settings: Evaluate) -> list[list[str]]:
    test = eval_texts(rows, "test", settings)[0]
    return [row_labels(one, test, rows, "test") for one in settings.slices]


def _split_groups(rows: Rows, settings: Evaluate) -> list[EvalText]:
    """Give the training texts in the groups of the split, whatever is resampled: a term must be many patients'."""
    return eval_texts(rows, "train", settings.model_copy(update={"resample_by": None}))[0]


def need_evaluable(settings: Evaluate, rows: Rows, objective: Any) -> None:
    """Find out before anything is trained whether the proof can be made at all.

    Raises: UserError for a primary score that this kind of model has not, a column or a file that is not there.
    """
    names = _LANGUAGE_SCORES.get(objective.head, ())
    names += (PSEUDO_PERPLEXITY,) if settings.pseudo_perplexity and objective.head == "masked" else ()
    if not has_answers(objective) and settings.primary not in names:
        found = f"{settings.primary!r} is not measured for this kind of model{nearest(settings.primary, names)}"
        raise UserError(Fault("evaluate.primary", found, ", ".join(names), "name one of them"))
    if isinstance(objective, Task):
        need_choosable(settings, objective, of_role(rows, "validation").num_rows)
    if settings.resample_by is not None:
        need_columns(rows, [settings.resample_by], "evaluate.resample_by")
    general_inputs(settings.retention)
    if (settings.retention or "").startswith(PAIRS):
        minimal_pairs(str(settings.retention))
    need_slices(settings, eval_texts(rows, "test", settings)[0], rows)
    term_inputs(settings)
    need_columns_there(settings, rows)
    need_prompts(settings.prompts, objective.head)
    if objective.head == "causal":
        need_libraries(settings)
    need_scores(settings, objective, of_role(rows, "test"))


_LANGUAGE_SCORES = {
    "causal": ("bits_per_byte", "bits_per_byte_all", "perplexity"),
    "masked": ("bits_per_byte", "masked_accuracy"),
}


def eval_texts(rows: Rows, role: str, settings: Evaluate) -> tuple[list[EvalText], str]:
    """Give the rows of a role as what is measured, and the column whose values are the groups (empty: the row itself)."""
    part, facts = of_domain(rows, role), about(rows)
    by = settings.resample_by
    if by is not None:
        need_columns(rows, [by], "evaluate.resample_by")
    groups = part.column(by or GROUP).to_pylist()
    tagged = Tagged(facts["separator"], tuple(facts["tags"])) if facts.get("tags") else None
    headers = part.column("header_chars").to_pylist() if tagged else [0] * part.num_rows
    cuts = part.column("cuts").to_pylist() if tagged else [()] * part.num_rows
    lines = zip(part.column(ROW_ID).to_pylist(), groups, part.column("text").to_pylist(), headers, cuts, strict=True)
    texts = [
        EvalText(str(name), str(group), text, tagged, int(header), tuple(cut))
        for name, group, text, header, cut in lines
    ]
    named = facts.get("group_by")
    column = by or (", ".join(named) if isinstance(named, list) else named or "")
    return texts, column


def _floors(
    measured: Measured, chosen: list[EvalText], training: list[EvalText], seed: int
) -> dict[str, list[GroupSums]]:
    """Give the floors by slice (all: the empty name): the data's own probabilities where they are known, and what copying
    would reach; of plain text what xz and counting bytes would.
    """
    floors = {"": [measured.gain.floor] if measured.gain is not None else []}
    if chosen[0].tagged is None:
        floors[""] += text_floors(chosen, measured, training, seed)
    elif measured.hidden:
        for part, some in copying_floors(chosen, measured.windows, measured.hidden, training).items():
            floors[part] = floors.get(part, []) + some
    return floors
