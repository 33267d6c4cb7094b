"""What base, base with worked examples, and adapted model write, joined to a run: scores, sentences, the answers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from acclimate.core.answers import TextAnswers
from acclimate.core.decoding import Decoding
from acclimate.core.events import Event, Tell
from acclimate.core.generated import Answered, GenerationProof
from acclimate.core.rendered import Writes
from acclimate.core.rows import ROW_ID, Rows
from acclimate.core.scores import GroupSums, Score
from acclimate.core.seeds import hash64
from acclimate.core.tasks import Task
from acclimate.evaluate.generation import spread
from acclimate.evaluate.generation_words import left_out, of_shots, on_suite, on_test_rows
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.scores import Place, score_lines
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import noun
from acclimate.model.load import load
from acclimate.pipeline.generate import Speaking
from acclimate.pipeline.prepare import of_domain, of_role
from acclimate.pipeline.prompts import Prompt, prompts_of
from acclimate.pipeline.task_scores import scores_of, untold_metrics
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace
from acclimate.predict.generate import Generated
from acclimate.predict.shots import TRIED, Turns, shots_before

SUITE, SHOTS = "prompts", "shots"
"""The data that scores of a prompt suite are of; the arm of the base with worked examples."""
_FIRST = ("rougeL", "answer_length", "answers_cut")
"""Scores of answers that are read first."""
_WHERE = "evaluate.generation"
Said = dict[str, list[Generated]]


@dataclass(frozen=True)
class Wrote:
    """Lines of scores.json, what the report says, and everything that was written; all empty where nothing was asked."""

    lines: list[Score] = field(default_factory=list)
    proof: GenerationProof = field(default_factory=GenerationProof)
    answers: list[Answered] = field(default_factory=list)
    seconds: float = 0.0


def wrote(
    workplace: Workplace, trained: Trained, rows: Rows, texts: Sequence[EvalText], column: str, tell: Tell
) -> Wrote:
    """Let base and adapted model answer some test rows (`sft`) and the recipe's prompts.

    Takes: `texts`, the test rows that are measured, and the column whose values are their groups.
    """
    recipe = workplace.recipe
    phase, settings = recipe.phases[-1], recipe.measured_by
    tested, suite = prompts_of_rows(rows, texts, phase.objective, settings), prompts_of(settings.prompts)
    if not tested and not suite:
        return Wrote()
    began = time.perf_counter()
    models, decoding = _speaking(workplace, trained), settings.generation.decoding
    place = Place(phase.name, "test", column or "document")
    said: list[str] = []
    lines: list[Score] = []
    answers: list[Answered] = []
    if tested:
        tell(Event("stage", "base and adapted model answer test rows"))
        fit = _fitting(models, tested)
        found = _asked(models, fit, decoding, tell)
        counts = _with_shots(models, found, rows, fit, workplace, tell)
        lines += _lines(place, fit, found, settings, max(counts, default=0))
        answers += _answers(fit, found)
        groups = len({one.group for one in fit})
        said += [
            on_test_rows(len(fit), len(texts), groups, noun(column), decoding),
            left_out(len(tested) - len(fit), "test row"),
        ]
        said += [of_shots(counts, settings.generation.shots)]
    if suite:
        tell(Event("stage", "base and adapted model answer the prompts"))
        fit = _fitting(models, suite)
        found = _asked(models, fit, decoding, tell)
        counts = _with_shots(models, found, rows, fit, workplace, tell) if _is_asked(phase.objective) else []
        suite_place = replace(place, data=SUITE, resampled_by="prompt")
        lines += _suite_lines(suite_place, fit, found, settings, max(counts, default=0))
        answers += _answers(fit, found)
        said += [
            on_suite([one.use for one in fit], decoding, max(counts, default=0)),
            left_out(len(suite) - len(fit), "prompt"),
        ]
    said += untold_metrics()
    proof = GenerationProof([sentence for sentence in said if sentence], _shown(answers, recipe.report.examples))
    return Wrote(lines, proof, answers if "before" in models else [], time.perf_counter() - began)


def prompts_of_rows(rows: Rows, texts: Sequence[EvalText], objective: Any, settings: Evaluate) -> list[Prompt]:
    """Give the test rows that are answered: all up to the last answer of each is asked, and that one is right."""
    if not _is_asked(objective) or not settings.generation.rows:
        return []
    drawn = {text.row_id: text for text in spread(texts, settings.generation.rows, settings.seed)}
    found = []
    for row in of_role(rows, "test").select([ROW_ID, *objective.columns]).to_pylist():
        if row[ROW_ID] in drawn:
            *asked, right = row[objective.columns[0]]
            found.append(Prompt(row[ROW_ID], drawn[row[ROW_ID]].group, asked, right["content"].strip()))
    return found


def _is_asked(objective: Any) -> bool:
    """Say whether rows are questions with answers, and not text to write on from."""
    return isinstance(objective, Writes) and isinstance(objective, Task)


def _speaking(workplace: Workplace, trained: Trained) -> dict[str, Speaking]:
    """Load the models, asked in the same words: those of the adapted model's chat template."""
    recipe = workplace.recipe
    objective, tokens = recipe.phases[-1].objective, recipe.measured_by.batch_tokens
    after = load(trained.model(recipe.model), objective.head)
    found = {"after": Speaking(after, objective, tokens)}
    if recipe.model.path is not None:
        base = load(recipe.model.model_copy(update={"dtype": "float32"}), objective.head, seed=recipe.seed)
        found = {"before": Speaking(base, objective, tokens), **found}
    if isinstance(objective, Writes):
        objective.with_template(after.tokenizer, _WHERE)
        for one in found.values():
            one.lm.tokenizer.chat_template = after.tokenizer.chat_template
    return found


def _fitting(models: Mapping[str, Speaking], prompts: Sequence[Prompt]) -> list[Prompt]:
    """Leave out what some model has no room to answer."""
    fits = [True] * len(prompts)
    for model in models.values():
        lengths = model.generator.lengths([model.prompt(one.asked, one.row_id, raw=False) for one in prompts])
        fits = [fit and length < model.lm.max_length for fit, length in zip(fits, lengths, strict=True)]
    return [one for one, fit in zip(prompts, fits, strict=True) if fit]


def _asked(models: Mapping[str, Speaking], prompts: Sequence[Prompt], decoding: Decoding, tell: Tell) -> Said:
    names = [one.row_id for one in prompts]
    found: Said = {}
    for when, model in models.items():
        asked = [model.prompt(one.asked, one.row_id, raw=False) for one in prompts]
        found[when] = model.generator.texts(asked, decoding, tell, names) if asked else []
    return found


def _with_shots(
    models: Mapping[str, Speaking], found: Said, rows: Rows, prompts: Sequence[Prompt], workplace: Workplace, tell: Tell
) -> list[int]:
    """Let the base answer with worked examples of training rows too; give how many each question had."""
    settings = workplace.recipe.measured_by
    objective: Any = workplace.recipe.phases[-1].objective
    base, asked = models.get("before"), settings.generation
    if base is None or not asked.shots or not prompts:
        return []
    column = objective.columns[0]
    train = of_domain(rows, "train").select([ROW_ID, column])
    names = train.column(ROW_ID).to_pylist()
    drawn = sorted(range(len(names)), key=lambda place: hash64("shots", settings.seed, names[place]))[:TRIED]
    shown = shots_before(
        [_turns(one) for one in prompts],
        train.column(column).take(drawn).to_pylist(),
        lambda some: base.generator.lengths([base.prompt(one, "", raw=False) for one in some]),
        asked.shots,
        base.lm.max_length - asked.decoding.max_new_tokens,
    )
    if any(shown.counts):
        written = [base.prompt(one, prompt.row_id, raw=False) for one, prompt in zip(shown.asked, prompts, strict=True)]
        found[SHOTS] = base.generator.texts(written, asked.decoding, tell, [one.row_id for one in prompts])
    return shown.counts


def _turns(prompt: Prompt) -> Turns:
    return [{"role": "user", "content": prompt.asked}] if isinstance(prompt.asked, str) else list(prompt.asked)


def _sums(prompts: Sequence[Prompt], said: Sequence[Generated], settings: Evaluate) -> list[GroupSums]:
    """Give the scores of answers to prompts whose right answer is known, those that are read first in front."""
    pairs = [(one, answer) for one, answer in zip(prompts, said, strict=True) if one.reference]
    if not pairs:
        return []
    answers = TextAnswers(
        tuple(one.row_id for one, _ in pairs),
        tuple(one.group for one, _ in pairs),
        tuple((one.reference,) for one, _ in pairs),
        tuple(answer.text.strip() for _, answer in pairs),
        tuple(answer.tokens for _, answer in pairs),
        tuple(answer.cut for _, answer in pairs),
    )
    return sorted((one for one in scores_of(answers, settings) if one.measured), key=lambda one: one.name not in _FIRST)


def _lines(place: Place, prompts: Sequence[Prompt], found: Said, settings: Evaluate, shots: int) -> list[Score]:
    """Give the lines of both arms and their change and, as slice `shots=N`, those of the base with worked examples."""
    sums = {when: _sums(prompts, said, settings) for when, said in found.items()}
    with_shots = sums.pop(SHOTS, None)
    lines = score_lines(place, sums, settings.bootstrap)
    if with_shots is not None:
        beside = score_lines(place, {"before": with_shots, "after": sums["after"]}, settings.bootstrap)
        lines += [replace(one, slice=f"{SHOTS}={shots}") for one in beside if one.when != "after"]
    return lines


def _suite_lines(place: Place, prompts: Sequence[Prompt], found: Said, settings: Evaluate, shots: int) -> list[Score]:
    """Give the lines of all prompts with a right answer, and of each use (those without worked examples)."""
    lines = _lines(place, prompts, found, settings, shots)
    for use in dict.fromkeys(one.use for one in prompts if one.use):
        some = [number for number, one in enumerate(prompts) if one.use == use]
        sums = {
            when: _sums([prompts[number] for number in some], [said[number] for number in some], settings)
            for when, said in found.items() if when != SHOTS
        }  # fmt: skip
        lines += [replace(one, slice=f"use={use}") for one in score_lines(place, sums, settings.bootstrap)]
    return lines


def _answers(prompts: Sequence[Prompt], found: Said) -> list[Answered]:
    def said(when: str, number: int) -> str:
        return found[when][number].text.strip() if when in found else ""

    return [
        Answered(
            one.row_id,
            one.group,
            one.text,
            one.reference,
            said("before", number),
            said("after", number),
            said(SHOTS, number),
            one.use,
        )
        for number, one in enumerate(prompts)
    ]


def _shown(answers: Sequence[Answered], most: int) -> list[Answered]:
    """Give the answers that the private report shows: those to the recipe's prompts first, which somebody chose."""
    return sorted(answers, key=lambda one: not one.row_id.startswith(f"{SUITE}/"))[:most]
