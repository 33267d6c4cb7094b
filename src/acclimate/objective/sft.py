"""Learning to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.labels import Labels
from acclimate.core.method import Family, Method, option
from acclimate.core.protocols import Form
from acclimate.core.rendered import Learn, Message, Rendered
from acclimate.core.rows import Counts, Rows
from acclimate.objective.forms.recognise import conversations, questions
from acclimate.objective.forms.turns import MESSAGES
from acclimate.objective.losses import token_loss

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast


class Sft(Method):
    """Learn the answers of conversations, each token from all before it: loss = -sum over learnt t of ln p(x_t | x_<t) /
    number of learnt t.

    Takes: rows in one of the forms (family `form`), which become the column `messages`; the tokenizer's chat template
    writes them out, or, where it has none, a plain one, which is saved with the model.

    Gives: one document a conversation, in which a token is learnt if it holds a character of what the model has to write
    itself: an answer, from where the template's prompt for it ends, and the token that ends the turn. What looks like a
    special token in a message is text.

    Options: what is learnt (`learn`), how the rows are written (`form`; recognised from their columns), the template
    (`chat_template`), a system prompt for conversations without one (`system`), and what is done with conversations longer
    than the window (`too_long`): an error; `left` cuts the beginning of the first learnt answer's prompt; `drop` leaves
    them out and counts them. An answer is never cut.

    When to use: to make a decoder answer as the rows do, best after `clm` on the domain's texts. For answers that are
    stretches of a given text, `extract` with an encoder is smaller and can't make anything up.

    Source: Ouyang et al. 2022 (arXiv 2203.02155), 3.1.

    Raises: UserError for rows with an unknown role, without an answer or with an empty one, that end with a question or
    are too long; for a template that refuses them or can't be followed; and if there is no token to end an answer with.
    """

    head: ClassVar[str] = "causal"
    primary: ClassVar[str] = "bits_per_byte"
    accuracy: ClassVar[str] = "token_accuracy"
    columns: ClassVar[Sequence[str]] = (MESSAGES,)

    learn: Learn = option("answers", "what is learnt: every answer, the last of each conversation, or the whole text")
    form: Annotated[Form, Family("form")] | None = option(
        None, "how rows are written (default: told from their columns)"
    )
    chat_template: str | None = option(
        None, "plain, a file of a jinja template, or the template itself (default: the tokenizer's, else plain)"
    )
    system: str | None = option(None, "system prompt of conversations that have none")
    too_long: Literal["error", "left", "drop"] = option(
        "error", "of a conversation longer than the window: a fault, its prompt's beginning cut, or left out"
    )

    @field_validator("chat_template")
    @classmethod
    def _from_file(cls, value: str | None) -> str | None:
        """Take a file's content, so that the resolved recipe says all."""
        if value is None or value == "plain" or "{{" in value or "{%" in value:
            return value
        try:
            return Path(value).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"plain, a jinja template, or a file that holds one ({error})") from None

    def given(self, rows: Rows) -> tuple[Rows, Mapping[str, str]]:
        """They have no text before they are prepared: each column is cleaned for itself, and rows without answers are taken out."""
        return rows, {}

    def shape(self, rows: Rows, where: str) -> tuple[Rows, Counts, str]:
        return conversations(rows, self.form, where)

    def asked(self, rows: Rows, where: str) -> Rows:
        return questions(rows, where, self.form)

    def settled(self, rows: Rows, where: str) -> Sft:
        return self

    @property
    def label_set(self) -> Labels | None:
        return None

    def answer(self, row: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Say nothing of whole documents."""
        return np.zeros(0, dtype=np.float32)

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        if tokenizer.eos_token_id is None:
            raise UserError(
                Fault(where, "the tokenizer has no end-of-sequence token", "one, to end answers with",
                      "use a base for generation, or set its eos_token")
            )  # fmt: skip

    def with_template(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        from acclimate.compat.transformers.chat import plain_template

        if self.chat_template == "plain" or (self.chat_template is None and not tokenizer.chat_template):
            tokenizer.chat_template = plain_template(tokenizer)
        elif self.chat_template is not None:
            tokenizer.chat_template = self.chat_template

    def writer(
        self, tokenizer: PreTrainedTokenizerFast, where: str, *, answers: bool = False
    ) -> Callable[[str, Mapping[str, Any]], Rendered]:
        from acclimate.compat.transformers.chat import Chat

        chat = Chat(tokenizer, where)
        learn: Learn = "answers" if answers and self.learn == "all" else self.learn
        return lambda row_id, row: chat.rendered(self.told(row[MESSAGES]), learn, row_id)

    def endings(self, tokenizer: PreTrainedTokenizerFast) -> list[int]:
        from acclimate.compat.transformers.chat import Chat

        return sorted({*Chat(tokenizer, "objective").ending_ids(), int(tokenizer.eos_token_id or 0)})

    def told(self, messages: Sequence[Message]) -> list[Message]:
        """Give a conversation with its system prompt."""
        if self.system is None or any(message["role"] == "system" for message in messages):
            return list(messages)
        return [{"role": "system", "content": self.system}, *messages]

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        """Mark every token that is learnt."""
        learnt_T = ~document.repeated_T
        learnt_T[:1] = False
        return learnt_T.astype(np.int32)

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell the template, and how much is learnt."""
        from acclimate.compat.transformers.chat import plain_template

        template = tokenizer.chat_template
        plain = "a plain chat template, saved with the model" if template == plain_template(tokenizer) else ""
        named = plain or ("the recipe's chat template" if self.chat_template else "the tokenizer's chat template")
        learnt = int((examples.units_T > 0).sum())
        said = [f"conversations are written by {named}; {learnt:,} of {len(examples.units_T):,} tokens are learnt"]
        if self.too_long != "error":
            done = "lose the beginning of their prompt" if self.too_long == "left" else "are left out"
            said.append(f"conversations longer than a window {done} (too_long: {self.too_long})")
        return said

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        followers_L = np.flatnonzero(documents.units_T > 0)
        labels_L = documents.ids_T[followers_L].astype(np.int64)
        return Supervised(documents.ids_T, documents.offsets_N1, followers_L - 1, labels_L)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        return token_loss(logits_LV, labels_L)

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        return float(len(labels_L))
