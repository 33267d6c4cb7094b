"""A tokenizer's chat template: from messages to the text that a model reads, with the place of every message in it.

Where a message stands is never looked for by what it says. The template is run once with unique names in place of the
contents; what stands between the names is the template's own. The true text must then be these pieces with the contents
(as they are, or without white space around them) in between, character for character. Where a template writes a content
otherwise (Qwen3 takes the reasoning out of earlier answers), it is run once more for each message with that content alone,
which shows what becomes of it, and the same equality is asked for. What fails it is refused.

Templates are run by transformers, in jinja's immutable sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acclimate.compat.text_encoder import special_pattern
from acclimate.core.errors import Fault, UserError
from acclimate.core.rendered import Learn, Message, Rendered, Stretches

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_PLAIN = """\
{%- for message in messages -%}
{%- if not loop.first %}{{ '\\n' }}{% endif -%}
{{ message['role'][0] | upper }}{{ message['role'][1:] }}:{{ '\\n' }}{{ message['content'] | trim }}
{%- if message['role'] == 'assistant' %}{{ eos_token }}{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '\\nAssistant:\\n' }}{% endif -%}
"""


def plain_template(tokenizer: PreTrainedTokenizerFast) -> str:
    """Give a chat template for a tokenizer that has none: `User:`, a line end, the question, a line end, `Assistant:`, a line
    end, the answer, the end of sequence. It begins as the tokenizer begins a text.
    """
    first = tokenizer("a")["input_ids"][:1]
    return ("{{ bos_token }}" if first == [tokenizer.bos_token_id] else "") + _PLAIN


def stop_at(model: Any, ids: list[int]) -> None:
    """Write down in a model's generation config at which tokens an answer is over, so that `generate` stops there."""
    settings = getattr(model, "generation_config", None)
    if settings is not None:
        settings.eos_token_id = ids if len(ids) > 1 else ids[0]


@dataclass(frozen=True)
class _Skeleton:
    """What a template writes around the contents of messages with certain roles.

    `pieces` stand before, between and after the contents, which come in the order `order` (numbers of messages).
    `prompts` says how many characters of the piece before each content belong to the prompt for it (all of them where it
    is no answer). `ending` is what ends an answer, up to its special token; empty where no special token does.
    """

    pieces: tuple[str, ...]
    order: tuple[int, ...]
    prompts: tuple[int, ...]
    ending: str


@dataclass(frozen=True)
class _Place:
    """Where a message stands in a text: the model writes from `begin` on, if it is an answer; its content is [start, end)."""

    message: int
    begin: int
    start: int
    end: int


@dataclass(frozen=True)
class Chat:
    """A tokenizer with a chat template. `where` is the recipe place, for messages."""

    tokenizer: PreTrainedTokenizerFast
    where: str
    _skeletons: dict[tuple[str, ...], _Skeleton] = field(default_factory=dict)

    def rendered(self, messages: Sequence[Message], learn: Learn, row: str) -> Rendered:
        """Write out a conversation that ends with an answer. `row` names it, for messages.

        Raises: UserError if the template refuses it, or writes something that can't be told apart.
        """
        text, places, ending = self._written(messages, row, ask=False)
        answers = [
            (place.begin, place.end + len(ending)) for place in places if messages[place.message]["role"] == "assistant"
        ]
        learnt = {"answers": answers, "last": answers[-1:], "all": [(0, len(text))]}[learn]
        return Rendered(text, _data(places), tuple(learnt), open_end=not ending)

    def prompt(self, messages: Sequence[Message], row: str) -> Rendered:
        """Write out a conversation up to where the model is to answer. Nothing of it is learnt.

        Raises: as `rendered`.
        """
        text, places, _ = self._written(messages, row, ask=True)
        return Rendered(text, _data(places), ())

    def ending_ids(self) -> list[int]:
        """Give the special tokens with which the template ends an answer."""
        ending = self._skeleton(("user", "assistant"), self.where).ending
        names = special_pattern(self.tokenizer).findall(ending)
        return [int(number) for number in self.tokenizer.convert_tokens_to_ids(names)]

    def _written(self, messages: Sequence[Message], row: str, *, ask: bool) -> tuple[str, list[_Place], str]:
        where = f"{self.where}: row {row}"
        roles = tuple(message["role"] for message in messages)
        key = (*roles, "ask") if ask else roles
        if key not in self._skeletons:
            self._skeletons[key] = self._asking(roles, where) if ask else self._skeleton(roles, where)
        skeleton = self._skeletons[key]
        text = self._run(messages, where, ask=ask)
        contents = [message["content"] for message in messages]
        places = _fitted(text, skeleton, contents) or self._shown(messages, skeleton, text, where, ask=ask)
        return text, places, skeleton.ending

    def _run(self, messages: Sequence[Message], where: str, *, ask: bool = False) -> str:
        from jinja2.exceptions import TemplateError

        try:
            text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=ask)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            roles = ", ".join(message["role"] for message in messages)
            raise UserError(
                Fault(where, f"the chat template does not take messages by {roles}: {error}",
                      "roles in the order that the template knows", "mend the rows, or set objective.chat_template: plain")
            ) from None  # fmt: skip
        return str(text)

    def _asking(self, roles: tuple[str, ...], where: str) -> _Skeleton:
        messages = _named(roles)
        pieces, order = _between(self._run(messages, where, ask=True), messages, where)
        return _Skeleton(pieces, order, tuple(map(len, pieces[:-1])), "")

    def _skeleton(self, roles: tuple[str, ...], where: str) -> _Skeleton:
        messages = _named(roles)
        text = self._run(messages, where)
        pieces, order = _between(text, messages, where)
        ending = self._ending(pieces[order.index(len(roles) - 1) + 1])
        answers = [at for at, number in enumerate(order) if roles[number] == "assistant"]
        if not all(pieces[at + 1].startswith(ending) for at in answers):
            raise _refused(where, f"ends the last answer with {ending!r}, but one before it without")
        prompts = list(map(len, pieces[:-1]))
        for at in answers:
            prompts[at] = self._prompt(messages[: order[at]], order[:at], pieces[at], where)
        return _Skeleton(pieces, order, tuple(prompts), ending)

    def _prompt(self, before: list[Message], earlier: tuple[int, ...], piece: str, where: str) -> int:
        """Give how many characters of `piece` belong to the prompt for an answer, of all that stands between the content
        before it (the last of `earlier`) and its own: as many as the template writes there when it is asked for the answer.
        """
        if not before:
            return len(piece)
        asked, order = _between(self._run(before, where, ask=True), before, where)
        if not earlier or order[-1] != earlier[-1] or not piece.startswith(asked[-1]):
            raise _refused(where, "asks for an answer in other words than it writes before one")
        return len(asked[-1])

    def _ending(self, piece: str) -> str:
        """Give the beginning of `piece` up to its first special token, that one included; nothing if it has none."""
        found = special_pattern(self.tokenizer).search(piece)
        return piece[: found.end()] if found else ""

    def _shown(
        self, messages: Sequence[Message], skeleton: _Skeleton, text: str, where: str, *, ask: bool
    ) -> list[_Place]:
        """Find out what the template makes of each content by running it with that one alone, the others being names."""
        named = _named([message["role"] for message in messages])
        names = [named[number]["content"] for number in skeleton.order]
        kept = [piece[:prompt] for piece, prompt in zip(skeleton.pieces, skeleton.prompts, strict=False)]
        contents = [""] * len(messages)
        for at, number in enumerate(skeleton.order):
            shown = self._run([*named[:number], messages[number], *named[number + 1 :]], where, ask=ask)
            ahead = "".join(map(str.__add__, skeleton.pieces, names[:at])) + kept[at]
            behind = skeleton.pieces[at + 1] + "".join(map(str.__add__, names[at + 1 :], skeleton.pieces[at + 2 :]))
            if len(shown) < len(ahead) + len(behind) or not (shown.startswith(ahead) and shown.endswith(behind)):
                raise _refused(where, f"writes other messages otherwise because of what message {number + 1} says")
            contents[number] = shown[len(ahead) : len(shown) - len(behind)]
        lengths = tuple(map(len, kept))
        places = _fitted(text, _Skeleton((*kept, skeleton.pieces[-1]), skeleton.order, lengths, ""), contents)
        if places is None:
            raise _refused(where, "does not write these messages as it writes each of them alone")
        return places


def _named(roles: Sequence[str]) -> list[Message]:
    """Give messages of these roles whose contents are names that no template writes by itself."""
    return [{"role": role, "content": f"Zq7message{number}x{number}vK"} for number, role in enumerate(roles)]


def _between(text: str, messages: list[Message], where: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Split a text at the contents of messages; give the pieces, and which content stands between two of them."""
    names = {message["content"]: number for number, message in enumerate(messages)}
    parts = re.split(f"({'|'.join(names)})", text)
    order = tuple(names[name] for name in parts[1::2])
    if sorted(order) != list(range(len(messages))):
        missing = next((number for number in range(len(messages)) if order.count(number) != 1), 0)
        raise _refused(
            where, f"writes message {missing + 1} ({messages[missing]['role']}) {order.count(missing)} times"
        )
    return tuple(parts[::2]), order


def _fitted(text: str, skeleton: _Skeleton, contents: Sequence[str]) -> list[_Place] | None:
    """Give where the messages stand if `text` is the skeleton's pieces with the contents in between, else None."""
    places: list[_Place] = []
    at = len(skeleton.pieces[0])
    if not text.startswith(skeleton.pieces[0]):
        return None
    for number, prompt, before, after in zip(
        skeleton.order, skeleton.prompts, skeleton.pieces, skeleton.pieces[1:], strict=False
    ):
        raw = contents[number]
        for written in (raw, raw.strip(), raw.lstrip(), raw.rstrip()):
            if text.startswith(written + after, at):
                break
        else:
            return None
        places.append(_Place(number, at - len(before) + prompt, at, at + len(written)))
        at += len(written) + len(after)
    return places if at == len(text) else None


def _data(places: Sequence[_Place]) -> Stretches:
    return tuple((place.start, place.end) for place in places)


def _refused(where: str, what: str) -> UserError:
    return UserError(
        Fault(where, f"the chat template {what}: what is to be learnt can't be told for sure",
              "a template that writes every message once, in a way of its own",
              "set objective.learn: last, or objective.chat_template: plain")
    )  # fmt: skip
