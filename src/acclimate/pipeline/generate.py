"""A causal model's folder -> something that is asked: `acclimate generate`, `acclimate chat`, `load(...).generate(...)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from acclimate.compat.transformers.chat import Chat
from acclimate.core.decoding import Decoding
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Tell, silent
from acclimate.core.language_model import TASK, LanguageModel
from acclimate.core.recipe import validate
from acclimate.core.rendered import Message, Rendered
from acclimate.core.rows import ROW_ID, Rows
from acclimate.objective.forms.recognise import questions
from acclimate.objective.forms.turns import MESSAGES
from acclimate.pipeline.asked import settings_of
from acclimate.predict.answers import Line
from acclimate.predict.generate import Generator, ends_of

Asked = str | Sequence[Message]
"""A text, or a conversation that ends with a question: [{role, content}, ...]."""
_WHERE = "generate"


@dataclass(frozen=True)
class Speaking:
    """A loaded causal model that is asked as it was trained to be: by its chat template, or (`raw`, and models without
    one) by text that it writes on from. `objective` is what it was trained by, where its config says so.
    """

    lm: LanguageModel
    objective: Any = None
    batch_tokens: int = 8192

    def generate(
        self,
        asked: Sequence[Asked],
        decoding: Decoding,
        tell: Tell = silent,
        names: Sequence[str] = (),
        *,
        raw: bool = False,
    ) -> list[Line]:
        """Give a line for each, in their order: `generated`, `generated_tokens`, `generated_cut`."""
        prompts = [self.prompt(one, names[number] if names else f"prompt {number + 1}", raw=raw)
                   for number, one in enumerate(asked)]  # fmt: skip
        made = self.generator.texts(prompts, decoding, tell, names)
        return [{"generated": one.text, "generated_tokens": one.tokens, "generated_cut": one.cut} for one in made]

    def stream(self, asked: Asked, decoding: Decoding, *, raw: bool = False, name: str = "prompt 1") -> Iterator[str]:
        """Give an answer piece by piece, as it is written. `name` is for messages."""
        return self.generator.pieces(self.prompt(asked, name, raw=raw), decoding, name)

    def prompt(self, asked: Asked, name: str, *, raw: bool) -> str | Rendered:
        """Write out what is asked as the model reads it. `name` is for messages."""
        if isinstance(asked, str) and (raw or not self.lm.tokenizer.chat_template):
            return asked
        messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else list(asked)
        where = f"{_WHERE}: {name}"
        if raw or not self.lm.tokenizer.chat_template:
            found = "is a conversation, and the model has no chat template" if not raw else "is a conversation"
            raise UserError(
                Fault(where, found, "a text", "ask for one text, or take a model that was trained to answer")
            )
        if not messages or not messages[-1].get("content", "").strip():
            raise UserError(Fault(where, "is empty", "a question", "leave it out"))
        told = self.objective.told(messages) if hasattr(self.objective, "told") else messages
        return self._chat.prompt(told, name)

    @cached_property
    def generator(self) -> Generator:
        """The model, set up to write."""
        ends = set(ends_of(self.lm))
        if self.lm.tokenizer.chat_template:
            with suppress(UserError):  # a template that can't be followed is told when it is asked for
                ends |= set(self._chat.ending_ids())
        own = getattr(self.lm.model.config, TASK, None) or {}
        meant = frozenset(own.get("additional_special_tokens") or ())
        return Generator(self.lm, tuple(sorted(ends)), self.batch_tokens, meant)

    @cached_property
    def _chat(self) -> Chat:
        return Chat(self.lm.tokenizer, _WHERE)


def as_decoding(given: Decoding | Mapping[str, Any] | None) -> Decoding:
    """Give settings as they are, from a mapping, or the defaults. Raises: UserError for unknown ones and bad values."""
    return given if isinstance(given, Decoding) else validate(Decoding, dict(given or {}))


def decoding_from(settings: Sequence[str]) -> Decoding:
    """Read `key=value` settings, as on the command line."""
    allowed, do = "key=value, as in temperature=0.7", "quote a prompt of many words"
    return validate(Decoding, settings_of(settings, ("stop",), allowed, do))


def asked_in(rows: Rows, where: str, objective: Any = None) -> tuple[list[Asked], list[str]]:
    """Give what is asked in a file's rows, as training would ask it, and the rows' names. One question alone is a text.

    Takes: `objective`, what the model was trained by, where that is known: its form's names of columns are looked for too.
    Raises: UserError naming the columns there are.
    """
    made = questions(rows, where, getattr(objective, "form", None))
    asked = [_asked(messages) for messages in made.column(MESSAGES).to_pylist()]
    return asked, [str(name) for name in rows.column(ROW_ID).to_pylist()]


def _asked(messages: list[Message]) -> Asked:
    """Give a conversation of one question as a text, so that models without a chat template can write on from it."""
    alone = len(messages) == 1 and messages[0]["role"] == "user"
    return messages[0]["content"] if alone else messages
