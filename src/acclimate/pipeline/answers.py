"""Measuring a task: what base and trained model answer about the test rows, its scores, the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa

import acclimate
from acclimate.core.answers import ClassAnswers
from acclimate.core.artifact import fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.events import Event, Tell
from acclimate.core.language_model import LanguageModel
from acclimate.core.proof import DataFacts
from acclimate.core.rows import Rows
from acclimate.core.scores import GroupSums
from acclimate.evaluate.class_counts import expected_scores
from acclimate.evaluate.curves import class_curves
from acclimate.evaluate.kept import keep_answers
from acclimate.evaluate.rows import choose
from acclimate.evaluate.scores import Place, score_lines, seed_lines, undefined
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import judge, judge_seeds, not_measurable, noun, without_base
from acclimate.model.load import load
from acclimate.pipeline.evaluate import MEASURED, eval_texts
from acclimate.pipeline.measured import Proven
from acclimate.pipeline.predictor import answering, groups_of_rows
from acclimate.pipeline.prepare import of_role
from acclimate.pipeline.recipe import Phase
from acclimate.pipeline.seeds import SeedRun
from acclimate.pipeline.subgroups import column_lines
from acclimate.pipeline.task_floors import task_floors, untold_floor
from acclimate.pipeline.task_scores import choose_threshold, keep_for_predicting, scores_of
from acclimate.pipeline.tasks import how_read
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace
from acclimate.tokens.cache import rows_hash


def answered(
    workplace: Workplace, phases: Sequence[Trained], rows: Rows, tell: Tell, repeated: Sequence[SeedRun] = ()
) -> Proven:
    """Measure what a task's model answers (or find it measured); write scores.json and verdict.json.

    Takes: `repeated`, trainings of the task from several starts and seeds; the first is the run's own model.
    """
    settings, trained = workplace.recipe.measured_by, phases[-1]
    place = workplace.stage("evaluate")
    made_from = fingerprint(
        "answers", trained.made_from, [(one.when, one.trained.made_from) for one in repeated], rows_hash(rows),
        settings.model_dump(mode="json"), acclimate.__version__,
    )  # fmt: skip
    if not is_complete(place, made_from):
        tell(Event("stage", "measuring"))
        proven = _measure(workplace, trained, rows, repeated, tell)
        with folder(place, made_from=made_from) as new:
            write_json(new / MEASURED, proven.as_json())
    proven = Proven.from_json(read_json(place / MEASURED))
    keep_for_predicting(workplace, trained, proven.thresholds, settings)
    write_json(workplace.root / "scores.json", [score.as_json() for score in proven.scores])
    said = " ".join([proven.verdict.sentence, *workplace.recipe.cautions])
    write_json(workplace.root / "verdict.json", asdict(replace(proven.verdict, sentence=said)))
    return proven


def _measure(workplace: Workplace, trained: Trained, rows: Rows, repeated: Sequence[SeedRun], tell: Tell) -> Proven:
    recipe = workplace.recipe
    settings, phase, began = recipe.measured_by, recipe.phases[-1], time.perf_counter()
    test, column = chosen_rows(rows, settings)
    groups = groups_of_rows(test, settings.resample_by)
    facts = DataFacts("test", test.num_rows, None, len(set(groups)), column)
    if not test.num_rows:
        verdict = not_measurable(settings.primary, "there are no test rows")
        return Proven([], verdict, "", facts, None, None, [], time.perf_counter() - began)
    sums: dict[str, list[GroupSums]] = {}
    decisions = [how_read(rows)] if how_read(rows) else []
    with task_arms(workplace, trained) as arms:
        for name, lm in arms.items():
            with answering(lm, phase, settings.batch_tokens) as model:
                chosen = choose_threshold(model, of_role(rows, "validation"), settings) if name == "after" else None
                said = model.answers(test, groups, tell)
                if chosen is not None and isinstance(said, ClassAnswers):
                    said = replace(said, threshold_K=chosen.threshold_K)
                    decisions.append(chosen.sentence)
            sums[name] = scores_of(said, settings)
    place = Place(phase.name, "test", column or "document")
    floors = task_floors(said, of_role(rows, "train"), of_role(rows, "validation"), test, phase.objective, settings)
    by_seed = _by_seed(workplace, repeated, sums["after"], rows, tell)
    if by_seed:
        lines = seed_lines(place, by_seed, settings.bootstrap, settings.primary)
        lines += score_lines(place, {}, settings.bootstrap, settings.primary, floors)
        bases, adapted = (list(by_seed[when].values()) for when in ("before", "after"))
        verdict = judge_seeds(bases, adapted, settings, noun(column))
    else:
        lines = score_lines(place, sums, settings.bootstrap, settings.primary, floors)
        verdict = (
            judge(sums["before"], sums["after"], settings, noun(column))
            if "before" in sums
            else without_base(sums["after"], settings, noun(column))
        )
    abstains = settings.abstain_below is not None
    expected = expected_scores(said, abstains=abstains) if isinstance(said, ClassAnswers) else ()
    decisions += [*undefined(sums, expected), *untold_floor(said)]
    texts = eval_texts(test, "test", settings)[0]
    lines += column_lines(sums, texts, rows, settings, place)
    kept = {"test": keep_answers(texts, _labels(phase), sums)}
    curves = class_curves(said) if isinstance(said, ClassAnswers) else None  # of `after`, the last arm
    thresholds = None if chosen is None else [float(one) for one in chosen.threshold_K]
    return Proven(lines, verdict, "", facts, None, None, [], time.perf_counter() - began, kept=kept, curves=curves,
                  decisions=decisions, thresholds=thresholds)  # fmt: skip


def _by_seed(
    workplace: Workplace, repeated: Sequence[SeedRun], own: list[GroupSums], rows: Rows, tell: Tell
) -> dict[str, dict[int, list[GroupSums]]]:
    """Give the scores of every start and seed; `own` are those of the run's own model, the first."""
    recipe, found = workplace.recipe, dict[str, dict[int, list[GroupSums]]]()
    settings, phase = recipe.measured_by, recipe.phases[-1]
    task: Any = phase.objective
    test, _ = chosen_rows(rows, settings)
    groups = groups_of_rows(test, settings.resample_by)
    for place, one in enumerate(repeated):
        sums = own
        if place:
            lm = load(one.trained.model(recipe.model), task.head, labels=task.label_set)
            with answering(lm, phase, settings.batch_tokens) as model:
                chosen, said = (
                    choose_threshold(model, of_role(rows, "validation"), settings),
                    model.answers(test, groups, tell),
                )
            if chosen is not None and isinstance(said, ClassAnswers):
                said = replace(said, threshold_K=chosen.threshold_K)
            sums = scores_of(said, settings)
        found.setdefault(one.when, {})[one.seed] = sums
    return found


def chosen_rows(rows: Rows, settings: Evaluate) -> tuple[Rows, str]:
    """Give the test rows that are measured (at most max_rows, whole groups), and the column whose values are groups."""
    texts, column = eval_texts(rows, "test", settings)
    wanted = {text.row_id for text in choose(texts, settings.max_rows, settings.seed)}
    test = of_role(rows, "test")
    return test.filter(pa.array([text.row_id in wanted for text in texts], pa.bool_())), column


def _labels(phase: Phase) -> str:
    task: Any = phase.objective
    return fingerprint(task.head, task.label_set.as_json() if task.label_set is not None else None)


@contextmanager
def task_arms(workplace: Workplace, trained: Trained) -> Iterator[dict[str, LanguageModel]]:
    """Give the models that are measured: `before` only where the base's head was trained for these very labels."""
    recipe = workplace.recipe
    task: Any = recipe.phases[-1].objective
    base = load(recipe.model, task.head, seed=recipe.seed, labels=task.label_set)
    found = {"before": base} if base.trained_head else {}
    yield {**found, "after": load(trained.model(recipe.model), task.head, labels=task.label_set)}
