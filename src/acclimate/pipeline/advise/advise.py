"""Do I need to adapt this model to this data at all? Measured without training, answered with reasons and costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import acclimate
from acclimate.compat.memory_limits import room
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, silent
from acclimate.core.extras import need_package
from acclimate.core.language_model import LanguageModel
from acclimate.core.scores import GroupSums, Score
from acclimate.evaluate.change import Change
from acclimate.evaluate.scores import Place, score_lines
from acclimate.model.load import load, load_tokenizer, outline
from acclimate.pipeline.advise.advice import Advice, Option
from acclimate.pipeline.advise.cost import Cost, cost_of
from acclimate.pipeline.advise.domain import LONGEST, Domain, Labelled, Question, domain_of
from acclimate.pipeline.advise.features import features_of
from acclimate.pipeline.advise.labels import balanced_accuracy, folds_of, linear_head, simple
from acclimate.pipeline.advise.page import write_advice
from acclimate.pipeline.advise.recommend import Signs, recommend
from acclimate.pipeline.advise.shots import MOST_LABELS, asked
from acclimate.pipeline.advise.surprise import Surprise, excess, surprise_of
from acclimate.pipeline.advise.words import Words, words_in
from acclimate.pipeline.arms import arm_of
from acclimate.pipeline.init.tasks import OTHER_NAMES
from acclimate.report.formats import size

_SHOWN = 12
_TEXTS = 1000


def advise(question: Question, to: str | Path | None = None, tell: Tell = silent) -> Advice:
    """Measure a base on data without training and say what to do; write advise.html and advise.json.

    Takes: `to`, the folder to write into (default: advise/NAME); nothing is written elsewhere.
    Raises: UserError for data, model, task or label that can't be had, or a missing scikit-learn where a label is asked for.
    """
    question = replace(question, task=OTHER_NAMES.get(str(question.task), question.task))
    wanted = question.label is not None or question.task == "classify"
    if wanted:
        need_package("sklearn", "advise", "--label")
    tell(Event("stage", "reading"))
    domain = domain_of(question)
    place = Path(to).expanduser() if to is not None else Path("advise") / domain.name
    if place.exists() and not place.is_dir():
        raise UserError(Fault("--to", f"{place} is a file", "a folder", "name another"))
    domain = _with_sklearn(domain, wanted=wanted)
    lm = _loaded(domain)
    made = _advice(question, domain, lm, tell)
    write_advice(made, place)
    tell(Event("done", made.recommendation.choice))
    return made


def _with_sklearn(domain: Domain, *, wanted: bool) -> Domain:
    """Leave labels that nobody asked for alone where they can't be measured."""
    if domain.labelled is None or wanted:
        return domain
    try:
        need_package("sklearn", "advise", "--label")
    except UserError as error:
        found = f"{domain.labelled.column} looks like a label and was not measured: {error.faults[0].found}; "
        return replace(domain, labelled=None, notes=[*domain.notes, f"{found}{error.faults[0].do}."])
    return domain


def _loaded(domain: Domain) -> LanguageModel:
    """Load the base once it is known to fit."""
    phase, spec = domain.recipe.phases[0], domain.recipe.model
    tokenizer = load_tokenizer(spec)
    planned = outline(spec, phase.objective.head, tokenizer)
    needed = sum(weight.numel() * weight.element_size() for weight in planned.model.parameters())
    if needed > room().free:
        found = f"{spec.label} has {size(needed)} of weights"
        raise UserError(Fault("--model", found, f"{size(room().free)}, all that can be had", "name a smaller model"))
    return load(spec, phase.objective.head, tokenizer)


def _advice(question: Question, domain: Domain, lm: LanguageModel, tell: Tell) -> Advice:
    settings = domain.recipe.measured_by.model_copy(update={"seed": question.seed})
    notes = list(domain.notes)
    tell(Event("stage", "tokens and words"))
    here, there = words_in(domain.texts, lm.tokenizer), words_in(domain.general, lm.tokenizer)
    tell(Event("stage", "timing a few passes"))
    cost = cost_of(domain, lm)
    labels: list[GroupSums] = []
    if domain.labelled is not None:
        tell(Event("stage", f"predicting {domain.labelled.column}"))
        labels += _predicted(domain.labelled, lm, question.seed)
    tell(Event("stage", "bits per byte"))
    surprise, answers = _asked(question, domain, lm, tell)
    labels += answers
    notes += [f"Bits per byte can't be read: {surprise.refused}."] if surprise.refused else []
    scores, changes = _scores(domain, here, there, surprise)
    scores += _label_scores(domain, labels)
    named = {one.name: one for one in labels}
    kinds = len(domain.labelled.kinds) if domain.labelled else 0
    signs = Signs(
        lm.causal, cost.weights, cost.tokens, changes.get("bits_per_byte"), changes.get("tokens_per_word"), named, kinds,
        domain.task_rows > 0,
    )  # fmt: skip
    if domain.texts and domain.texts[0].tagged is not None:
        notes.append("Bits per byte are of the records' values, against words of general text: a rough comparison.")
    return Advice(
        domain.name, lm.name, question.task or ("clm" if lm.causal else "mlm"), datetime.now(UTC).isoformat(timespec="seconds"),
        recommend(signs, settings.bootstrap), scores, _options(cost, domain), here.terms if here else 0,
        len(here.broken) if here else 0, here.broken[:_SHOWN] if here else [], [*notes, f"Memory: {cost.said}."],
        domain.labelled.column if domain.labelled else "", settings.confidence, acclimate.__version__,
    )  # fmt: skip


def _asked(question: Question, domain: Domain, lm: LanguageModel, tell: Tell) -> tuple[Surprise, list[GroupSums]]:
    """Measure what needs the base's own head: bits per byte, and labels by their likelihood.

    It comes last: a model that was made ready for measuring sees documents in a way of its own.
    """
    if not lm.trained_head:
        return Surprise(None, None, f"{lm.name} has no trained head"), []
    settings = domain.recipe.measured_by.model_copy(update={"seed": question.seed})
    arm = arm_of(lm, domain.recipe.phases[0].tokens.max_length, settings.batch_tokens, ())
    try:
        surprise = surprise_of(arm, domain.texts, domain.general, settings, tell)
        labelled = domain.labelled
        if not lm.causal or labelled is None or len(labelled.kinds) > MOST_LABELS:
            return surprise, []
        found = asked(arm, labelled, question.seed)
        return surprise, [balanced_accuracy(labelled, one) for one in found]
    finally:
        arm.close()


def _predicted(labelled: Labelled, lm: LanguageModel, seed: int) -> list[GroupSums]:
    folds = folds_of(labelled, seed)
    found = simple(labelled, folds)
    found.append(linear_head(features_of(lm, labelled.texts, LONGEST // 4), labelled, folds))
    return [balanced_accuracy(labelled, one) for one in found]


def _scores(
    domain: Domain, here: Words | None, there: Words | None, surprise: Surprise
) -> tuple[list[Score], dict[str, Change]]:
    """Give the lines of either text, and by name how much more the domain takes."""
    settings = domain.recipe.measured_by
    one = [*(here.sums if here else []), *([surprise.domain] if surprise.domain else [])]
    other = [*(there.sums if there else []), *([surprise.general] if surprise.general else [])]
    scores = score_lines(Place("advise", "test", domain.resampled_by), {"before": one}, settings.bootstrap)
    scores += score_lines(Place("advise", "general", "document"), {"before": other}, settings.bootstrap)
    changes = {}
    by_name = {sums.name: sums for sums in other if sums.value > 0}
    for sums in one:
        if sums.name not in by_name or (sums is surprise.domain and surprise.refused):
            continue
        found = changes[sums.name] = excess(sums, by_name[sums.name], settings.bootstrap)
        scores.append(
            Score("advise", "change", "test", sums.name, found.value, "share of general text's", sums.better, sums.n, found.low,
                  found.high, "general", domain.resampled_by, found.groups)
        )  # fmt: skip
    return scores, changes


def _label_scores(domain: Domain, labels: Sequence[GroupSums]) -> list[Score]:
    if domain.labelled is None:
        return []
    place = Place("advise", "labels", domain.labelled.resampled_by)
    return score_lines(place, {"before": list(labels)}, domain.recipe.measured_by.bootstrap)


def _options(cost: Cost, domain: Domain) -> list[Option]:
    """Give what each choice would take."""
    use: dict[str, Any] = {"seconds": cost.using(_TEXTS), "memory": cost.use_bytes, "per_texts": _TEXTS}
    adapt = cost.training(cost.tokens)
    found = [
        Option("leave it", "use the model as it is", **use),
        Option("prompt or retrieve", "put what it should know into its input", **use),
    ]
    epochs = f"{cost.epochs:g} epochs"
    rows = domain.labelled.rows if domain.labelled is not None else domain.task_rows
    if rows:
        task = cost.training(rows * cost.text_tokens)
        means = f"{epochs} over {rows:,} labelled rows"
        found.append(Option("fine-tune the task only", means, task, cost.train_bytes))
        adapt = None if adapt is None or task is None else adapt + task
    then = ", then the task" if rows else ""
    found.append(Option("adapt first", f"{epochs} over {cost.tokens:,} tokens{then}", adapt, cost.train_bytes))
    return found
