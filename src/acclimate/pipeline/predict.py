"""Answers of a trained model about texts and files: `acclimate predict`, `acclimate.load(...).predict(...)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, silent
from acclimate.core.registry import resolve
from acclimate.core.rows import OWN_COLUMNS, ROW_ID, Rows, replace_column
from acclimate.model.load import config_for, folder_of, load_tokenizer, need_head
from acclimate.model.load import load as load_model
from acclimate.model.section import Model
from acclimate.pipeline.predictor import answering
from acclimate.pipeline.recipe import Phase
from acclimate.pipeline.trained_task import TASK, phase_of
from acclimate.predict.answers import Line, lines
from acclimate.sources.ending import name_for

_CHUNK = 2000
_WHERE = "predict"


class Loaded:
    """A model that answers: `load(path).predict(texts)`. Close it, or use it in a `with`, to free it.

    `task` is classify, tag or extract; `labels` what it answers with.
    """

    def __init__(self, path: str, *, batch_tokens: int = 8192, revision: str = "main") -> None:
        self._stack = ExitStack()
        spec = Model(path=_model_in(path), revision=revision)
        self.phase: Phase = phase_of(config_for(spec), path)
        self.task: str = self.phase.objective.head
        need_head(spec, self.task)
        lm = load_model(spec, self.task, load_tokenizer(spec))
        if not lm.trained_head:
            raise UserError(
                Fault(
                    _WHERE,
                    f"{path} has no trained head for {self.task}",
                    "a model that was trained for a task",
                    "name another",
                )
            )
        kept = getattr(lm.model.config, TASK, None) or {}
        self._answering = self._stack.enter_context(answering(lm, self.phase, batch_tokens, kept))
        self._abstain = kept.get("abstain_below")

    def predict(self, texts: str | Sequence[str] | Sequence[dict[str, Any]], tell: Tell = silent) -> list[Line]:
        """Give an answer for each text, in their order.

        Takes: a text, texts, or rows (dicts) with the columns that the task reads (a pair: text and text_pair).
        """
        given: list[Any] = [texts] if isinstance(texts, str) else list(texts)
        if not given:
            return []
        rows = [{"text": one} if isinstance(one, str) else dict(one) for one in given]
        table = pa.Table.from_pylist(rows)
        return self._of(replace_column(table, ROW_ID, [str(number) for number in range(len(rows))]), tell)

    def predict_file(self, path: str, tell: Tell = silent) -> Iterator[tuple[Rows, list[Line]]]:
        """Read a file of any format, and give its rows (their own columns) with their answers, some thousand at a time."""
        rows, _ = resolve("sources", name_for(path, _WHERE))(path=path).read(_WHERE)
        for start in range(0, rows.num_rows, _CHUNK):
            some = rows.slice(start, _CHUNK)
            own = some.drop_columns([name for name in OWN_COLUMNS if name in some.column_names])
            yield own, self._of(some, tell)

    def _of(self, rows: Rows, tell: Tell) -> list[Line]:
        task: Any = self.phase.objective
        asked = task.asked(rows, _WHERE)
        found = self._answering.answers(asked, [""] * rows.num_rows, tell)
        return lines(found, asked.column("text").to_pylist(), self._abstain)

    def close(self) -> None:
        """Give the model free."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def load(path: str, *, batch_tokens: int = 8192, revision: str = "main") -> Loaded:
    """Load a model that was trained for a task: the folder of a run or a model, or a Hub id.

    Takes: `batch_tokens`, most tokens in a forward pass, padding included; `revision` of a Hub model. Raises: UserError.
    """
    return Loaded(path, batch_tokens=batch_tokens, revision=revision)


def _model_in(path: str) -> str:
    """Give a run's model folder, or the path as it is."""
    place = Path(path).expanduser()
    if (place / "model" / "config.json").is_file():
        return str(place / "model")
    return folder_of(path)
