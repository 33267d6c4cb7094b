"""Answers of a trained model about texts and files: `acclimate predict`, `acclimate.load(...).predict(...)`; of a causal
one what it writes: `acclimate generate`, `acclimate.load(...).generate(...)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

from acclimate.core.decoding import Decoding
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, silent
from acclimate.core.language_model import TASK
from acclimate.core.rows import OWN_COLUMNS, Rows, without
from acclimate.model.load import config_for, folder_of, load_tokenizer, model_in, need_head
from acclimate.model.load import load as load_model
from acclimate.model.section import Model
from acclimate.objective.class_rows import PAIR, PAIRS
from acclimate.objective.tag_rows import WORDS
from acclimate.pipeline.asked import rows_of, source_of
from acclimate.pipeline.generate import Asked, Speaking, as_decoding, asked_in
from acclimate.pipeline.predictor import Answering, answering
from acclimate.pipeline.trained_task import is_causal, learnt_a_task, phase_of
from acclimate.predict.answers import Line, lines
from acclimate.predict.given import table_of

_CHUNK = 2000
_WHERE = "predict"


class Loaded:
    """A model that answers: `load(path).predict(texts)`, or writes: `load(path).generate(prompts)`. Close it, or use it in a
    `with`, to free it.

    `task` is classify, tag or extract, and causal for a model that writes.
    """

    def __init__(self, path: str, *, batch_tokens: int = 8192, revision: str = "main") -> None:
        self._stack = ExitStack()
        self._path = path
        self._speaking: Speaking | None = None
        self._answering: Answering | None = None
        spec = Model(path=folder_of(model_in(path)), revision=revision)
        config = config_for(spec)
        writes = is_causal(config)
        phase = None if writes and not learnt_a_task(config) else phase_of(config, path)
        self.task: str = "causal" if writes or phase is None else phase.objective.head
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
        self._pairs: bool | None = kept.get("pairs")
        self._read: dict[str, str] = kept.get("columns") or {}
        self._abstain = kept.get("abstain_below")
        if phase is None or self.task == "causal":
            self._speaking = Speaking(lm, None if phase is None else phase.objective, batch_tokens)
        else:
            self._answering = self._stack.enter_context(answering(lm, phase, batch_tokens, kept))

    def generate(
        self,
        prompts: Asked | Sequence[Asked],
        decoding: Decoding | Mapping[str, Any] | None = None,
        tell: Tell = silent,
        *,
        raw: bool = False,
    ) -> list[Line]:
        """Write an answer to each prompt, in their order: `generated`, its tokens, and whether it was cut.

        Takes: texts (asked by the model's chat template if it has one; `raw`: written on from as they are) or
        conversations, [{role, content}, ...]; `decoding`, such as {"temperature": 0.7, "max_new_tokens": 100}.
        """
        several: Any = prompts
        asked: list[Any] = [prompts] if isinstance(prompts, str) or _is_conversation(prompts) else list(several)
        return self.speaking.generate(asked, as_decoding(decoding), tell, raw=raw)

    def stream(
        self, prompt: Asked, decoding: Decoding | Mapping[str, Any] | None = None, *, raw: bool = False
    ) -> Iterator[str]:
        """Write an answer to one prompt, and give it piece by piece as it is written. Takes: as `generate`."""
        return self.speaking.stream(prompt, as_decoding(decoding), raw=raw)

    def generate_file(
        self,
        path: str,
        decoding: Decoding,
        tell: Tell = silent,
        *,
        raw: bool = False,
        source: Mapping[str, Any] | None = None,
    ) -> Iterator[tuple[Rows, list[Line]]]:
        """Read a file of any format, and give its rows (their own columns) with what was written to each.

        Takes: `source`, options of the source that reads it, such as {"delimiter": ";"}.
        """
        rows = rows_of(source_of(path, "generate", source), "generate", tell)
        asked, names = asked_in(rows, f"generate: {path}", self.speaking.objective)
        own = without(rows, OWN_COLUMNS)
        yield own, self.speaking.generate(asked, decoding, tell, names, raw=raw)

    @property
    def speaking(self) -> Speaking:
        """The model as one that writes. Raises: UserError if it is none."""
        if self._speaking is None:
            found = f"{self._path} was trained to {self.task}"
            raise UserError(Fault("generate", found, "a causal model", "use acclimate predict, or name a decoder"))
        return self._speaking

    def predict(
        self, texts: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]], tell: Tell = silent
    ) -> list[Line]:
        """Give an answer for each text, in their order.

        Takes: a text, a row (a dict with the columns that the task reads; a pair: text and text_pair), or several. Raises:
        UserError for what is neither, and for columns that training would not have read.
        """
        some: Any = texts
        several = isinstance(some, Iterable) and not isinstance(some, str | Mapping)
        given: list[Any] = list(some) if several else [some]
        if not given:
            return []
        if self.task == "extract" and any(isinstance(one, str) for one in given):
            found = f"a text alone, and {self._path} finds answers to questions in a context"
            allowed, do = (
                "rows with a question and a context",
                'name a file of them; in Python [{"question": ..., "context": ...}]',
            )
            raise UserError(Fault(_WHERE, found, allowed, do))
        return self._of(table_of(given, self._text_among(given)), tell)

    def _text_among(self, given: Sequence[Any]) -> str:
        """Name the column for texts: as the recipe does, or as training found it where rows beside them have it too."""
        asked = None if self._answering is None else getattr(self._answering.phase.objective, "text_column", None)
        found = self._read.get("text_column")
        return asked or next((found for row in given if isinstance(row, Mapping) and found in row), None) or "text"

    def predict_file(
        self, path: str, tell: Tell = silent, *, source: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[Rows, list[Line]]]:
        """Read a file of any format, and give its rows (their own columns) with their answers, some thousand at a time.

        Takes: `source`, options of the source that reads it, such as {"delimiter": ";"}.
        """
        rows = rows_of(source_of(path, _WHERE, source), _WHERE, tell)
        for start in range(0, rows.num_rows, _CHUNK):
            some = rows.slice(start, _CHUNK)
            own = without(some, OWN_COLUMNS)
            yield own, self._of(some, tell)

    def _of(self, rows: Rows, tell: Tell) -> list[Line]:
        if self._answering is None:
            what = f"{self._path} writes texts and answers no task"
            raise UserError(
                Fault(_WHERE, what, "a model trained to classify, tag or extract", "use acclimate generate")
            )
        asked = self._as_learnt(self._reading(self._answering.phase.objective, rows).asked(rows, _WHERE))
        found = self._answering.answers(asked, [""] * rows.num_rows, tell)
        texts = asked.column("text").to_pylist()
        said = lines(found, texts, self._abstain)
        if WORDS not in asked.column_names or "text" in rows.column_names:
            return said
        # Made of words: places in it are none in the columns.
        return [{"text": text, **line} for text, line in zip(texts, said, strict=True)]

    def _reading(self, task: Any, rows: Rows) -> Any:
        """Give a task that reads the columns which training found, where rows have them (else: those with the usual names)."""
        found = {option: name for option, name in self._read.items() if name in rows.column_names}
        return task.model_copy(update={one: name for one, name in found.items() if getattr(task, one) is None})

    def _as_learnt(self, asked: Rows) -> Rows:
        """Give rows with a second text if training had pairs, and only then (a model that doesn't say: as they are)."""
        if self._pairs and PAIR not in asked.column_names:
            there = ", ".join(name for name in asked.column_names if name not in OWN_COLUMNS)
            found = f"no second text, and {self._path} was trained on pairs"
            raise UserError(Fault(_WHERE, found, there, f"give rows with {' or '.join(PAIRS)} as well"))
        return without(asked, [PAIR]) if self._pairs is False else asked

    def close(self) -> None:
        """Give the model free."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _is_conversation(given: Any) -> bool:
    return bool(given) and not isinstance(given, str) and isinstance(given[0], Mapping)


def load(path: str, *, batch_tokens: int = 8192, revision: str = "main") -> Loaded:
    """Load a model that was trained for a task, or a causal one: the folder of a run or a model, or a Hub id.

    Takes: `batch_tokens`, most tokens in a forward pass, padding included; `revision` of a Hub model. Raises: UserError.
    """
    return Loaded(path, batch_tokens=batch_tokens, revision=revision)
