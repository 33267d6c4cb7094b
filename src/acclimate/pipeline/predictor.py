"""A model's folder and a task -> something that answers; its answers about rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from acclimate.core.answers import Answers, ClassAnswers, Floats
from acclimate.core.errors import AcclimateError
from acclimate.core.events import Tell, silent
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.registry import resolve
from acclimate.core.rows import GROUP, ROW_ID, Rows
from acclimate.pipeline.found import span_answers, text_answers
from acclimate.pipeline.recipe import Phase
from acclimate.predict.classes import gold, probabilities
from acclimate.predict.heads import Predictor
from acclimate.tokens.encode import encode


@dataclass(frozen=True)
class Answering:
    """A loaded model with the phase whose task it answers."""

    predictor: Predictor
    phase: Phase
    threshold_K: Floats | None = None

    def examples(self, rows: Rows) -> Examples:
        """Give rows as the model sees them: cut and tokenised as in training; rows without an answer stay."""
        lm, tokens = self.predictor.lm, self.phase.tokens.model_copy(update={"unlabelled": "drop"})
        return encode(
            rows, lm.tokenizer, self.phase.objective, tokens, lm.max_length, f"{self.phase.name}.tokens", places=True
        ).examples

    def answers(self, rows: Rows, groups: list[str], tell: Tell = silent) -> Answers:
        """Give what the model answers about shaped rows, beside what is right (of rows without labels: nothing is)."""
        task: Any = self.phase.objective
        examples = self.examples(rows)
        said = self.predictor.logits(examples, tell)
        ids = tuple(str(name) for name in rows.column(ROW_ID).to_pylist())
        if task.head == "classify":
            labels_RK = np.stack([task.answer(row) for row in rows.select(there(task, rows)).to_pylist()])
            probability_RK = probabilities(said, np.asarray(examples.row_N), rows.num_rows, task.label_set)
            gold_RK = gold(labels_RK, task.label_set)
            return ClassAnswers(ids, tuple(groups), task.label_set, gold_RK, probability_RK, self.threshold_K)
        if task.head == "tag":
            return span_answers(task, said, examples, rows, groups)
        if task.head == "extract":
            return text_answers(task, said, examples, rows, groups)
        raise AcclimateError(f"nothing answers for the head {task.head!r}")


def there(task: Any, rows: Rows) -> list[str]:
    """Name the columns of a task that rows have."""
    return [name for name in task.columns if name in rows.column_names]


@contextmanager
def answering(
    lm: LanguageModel, phase: Phase, batch_tokens: int, kept: Mapping[str, Any] | None = None
) -> Iterator[Answering]:
    """Set a loaded model up to answer; it is left as it was.

    Takes: `kept`, what a trained model's config keeps (trained_task.py): its thresholds.
    """
    from acclimate.compat.hardware import device
    from acclimate.compat.transformers.runner import Runner
    from acclimate.compat.transformers.ways import PADDED

    lm.max_length = min(lm.max_length, phase.tokens.max_length or lm.max_length)
    lm.model.to(device())
    runner = Runner(lm.model, PADDED)
    batching = resolve("batch", "pad")(max_padded_tokens=batch_tokens)
    try:
        thresholds = (kept or {}).get("thresholds")
        threshold_K = None if thresholds is None else np.array(thresholds, dtype=np.float64)
        yield Answering(Predictor(lm, runner, phase.objective, batching, batch_tokens), phase, threshold_K)
    finally:
        runner.close()


def groups_of_rows(rows: Rows, column: str | None) -> list[str]:
    """Give what each row is resampled with."""
    return [str(value) for value in rows.column(column or GROUP).to_pylist()]
