"""A task's scores and what goes with them: from which probability a label is said, and what predicting must know."""

from __future__ import annotations

from typing import Any

from acclimate.core.answers import Answers, ClassAnswers, SpanAnswers, TextAnswers
from acclimate.core.artifact import amend, read_json
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.extras import has_package, need_package
from acclimate.core.language_model import TASK
from acclimate.core.registry import methods, resolve
from acclimate.core.rows import Rows
from acclimate.core.scores import GroupSums
from acclimate.evaluate.abstention import abstention
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.thresholds import Chosen, choose_thresholds
from acclimate.pipeline.predictor import Answering
from acclimate.pipeline.right_answers import right_answers
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace

_FOUND = ("exact_match", "token_f1")
"""Scores of answers that were found in a text and not generated, beside those that the recipe names."""
_LIBRARIES = {"rouge1": "rouge_score", "rouge2": "rouge_score", "rougeL": "rouge_score", "bleu": "sacrebleu",
              "chrf": "sacrebleu"}  # fmt: skip
"""Metrics of generated answers that are counted by a library of the extra `generation`."""
_KINDS = {"classify": "classes", "tag": "spans", "extract": "texts", "causal": "texts"}
"""What a kind of model answers with."""
_CONFIG = "config.json"
_SAID = TextAnswers(("1",), ("1",), (("yes",),), ("yes",), (1,), (False,))
"""An answer that was generated, and is right."""


def scores_of(answers: Answers, settings: Evaluate) -> list[GroupSums]:
    """Give every metric that reads such answers, with the options of those that the recipe names; and what abstention does."""
    return [one for one in _every_score(answers, settings) if one.measured]


def _every_score(answers: Answers, settings: Evaluate) -> list[GroupSums]:
    """Give the scores, also those that nothing was measured of. Raises: UserError where two have one name."""
    found: dict[tuple[str, str | None], GroupSums] = {}
    whose: dict[tuple[str, str | None], str] = {}
    for where, metric in _metrics(answers, settings):
        for one in _sums(metric, answers, where):
            key = one.name, one.slice
            if key in found:
                what, do = (
                    f"a second score {one.name!r} (the first: {whose[key]})",
                    "name one of them otherwise, or leave it out",
                )
                raise UserError(Fault(where, what, "each name once", do))
            found[key], whose[key] = one, where
    if isinstance(answers, ClassAnswers) and settings.abstain_below is not None:
        return [*found.values(), *abstention(answers, settings.abstain_below)]
    return list(found.values())


def _metrics(answers: Answers, settings: Evaluate) -> list[tuple[str, Any]]:
    """Give what reads such answers, each with the place that names it: every metric as it is, unless the recipe names it."""
    kind = "classes" if isinstance(answers, ClassAnswers) else "spans" if isinstance(answers, SpanAnswers) else "texts"
    named = [(f"evaluate.metrics.{place}", one) for place, one in enumerate(settings.metrics)]
    names = _FOUND if isinstance(answers, TextAnswers) and not answers.tokens else tuple(methods("metric"))
    kinds = {name: resolve("metric", name) for name in names}
    told = {type(one) for one in settings.metrics}
    plain = [(name, kind()) for name, kind in kinds.items() if kind not in told and _as_it_is(kind)]
    return [(where, one) for where, one in [*plain, *named] if one.reads == kind]


def _sums(metric: Any, answers: Answers, where: str) -> list[GroupSums]:
    found = metric.sums(answers)
    if not isinstance(found, list | tuple) or not all(isinstance(one, GroupSums) for one in found):
        what = f"{type(metric).__name__}.sums gives {'None' if found is None else f'a {type(found).__name__}'}"
        raise UserError(Fault(where, what, "a list of GroupSums", "mend it (docs/own_code.md)"))
    return list(found)


def _as_it_is(metric: Any) -> bool:
    """Say whether a metric needs no option, and the library that it counts with is there."""
    return not any(one.is_required() for one in metric.model_fields.values()) and metric not in _without_library()


def _without_library() -> list[Any]:
    return [resolve("metric", name) for name, library in _LIBRARIES.items() if not has_package(library)]


def untold_metrics() -> list[str]:
    """Say that scores of generated answers are missing, where the library that counts them is not installed."""
    names = [name for name, library in _LIBRARIES.items() if not has_package(library)]
    return [f"{', '.join(names)} are not measured: pip install 'acclimate[generation]'"] if names else []


def need_libraries(settings: Evaluate) -> None:
    """Raise UserError, before anything is trained, for a metric that the recipe names and whose library is not there."""
    for metric in settings.metrics:
        library = next((one for name, one in _LIBRARIES.items() if type(metric) is resolve("metric", name)), None)
        if library is not None:
            need_package(library, "generation", "evaluate.metrics")


def need_choosable(settings: Evaluate, task: Any, validation: int) -> None:
    """Raise UserError, before anything is trained, for a threshold or an abstention that can't be."""
    labels = task.label_set
    can = labels is not None and task.head == "classify" and (labels.kind == "several" or labels.positive is not None)
    if settings.threshold is not None and not can:
        allowed = "two labels, or several at once"
        raise UserError(Fault("evaluate.threshold", "this task has no threshold to choose", allowed, "leave it out"))
    if settings.abstain_below is not None and not (
        labels is not None and task.head == "classify" and labels.kind == "one"
    ):
        found, allowed = "this task has no one label to hold back", "classify with one label a text"
        raise UserError(Fault("evaluate.abstain_below", found, allowed, "leave it out"))
    if settings.threshold is not None and not validation:
        raise UserError(
            Fault(
                "evaluate.threshold",
                "there are no validation rows to choose it on",
                "a split or a validation source",
                "add one",
            )
        )


def need_scores(settings: Evaluate, task: Any, test: Rows) -> None:
    """Raise UserError, before anything is trained, for metrics that can't be told apart or that nothing is there for, and for
    a score that decides and that such a task has not. It is tried on the answers that are right.
    """
    kind = _KINDS.get(task.head, "nothing")
    unread = [(place, one.reads) for place, one in enumerate(settings.metrics) if one.reads != kind]
    if unread:
        found = "is about {}, and this kind of model answers with " + kind
        raise UserError(
            *(Fault(f"evaluate.metrics.{place}", found.format(reads), kind, "leave it out") for place, reads in unread)
        )
    if task.head == "causal" and settings.metrics:
        _every_score(_SAID, settings)
    if task.head not in ("classify", "tag", "extract") or not test.num_rows:
        return
    names = sorted({one.name for one in _every_score(right_answers(task, test), settings) if one.slice is None})
    if settings.primary not in names:
        found = f"{settings.primary!r} is not measured for this task{nearest(settings.primary, names)}"
        raise UserError(Fault("evaluate.primary", found, ", ".join(names), "name one of them"))


def choose_threshold(model: Answering, validation: Rows, settings: Evaluate) -> Chosen | None:
    """Choose thresholds on validation rows, if the recipe asks for it."""
    if settings.threshold is None:
        return None
    answers = model.answers(validation, [""] * validation.num_rows)
    return choose_thresholds(answers, settings.threshold) if isinstance(answers, ClassAnswers) else None


def keep_for_predicting(
    workplace: Workplace, trained: Trained, thresholds: list[float] | None, settings: Evaluate
) -> None:
    """Write thresholds and abstention into the trained model's config, where predicting reads them."""
    place = trained.folder / "model"
    if trained.elsewhere is not None or not (place / _CONFIG).is_file():
        return
    config = read_json(place / _CONFIG)
    kept = {**config.get(TASK, {}), "thresholds": thresholds, "abstain_below": settings.abstain_below}
    if kept != config.get(TASK):
        amend(place, _CONFIG, {**config, TASK: kept})
        workplace.show_at_root(trained.folder)
