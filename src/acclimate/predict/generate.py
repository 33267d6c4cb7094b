"""Prompts -> texts, by a causal model: in batches of like length, each as if it were alone; or one as it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from acclimate.compat.text_encoder import special_names, text_encoder
from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.decoding import Decoding
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, silent
from acclimate.core.language_model import LanguageModel
from acclimate.core.rendered import Rendered
from acclimate.core.seeds import hash64

_WHERE = "generate"
_TAIL = 16


@dataclass(frozen=True)
class Generated:
    """What was written on from a prompt: the text, its length in tokens (the end not counted), and whether it was cut, at
    `max_new_tokens` or because the model reads no more.
    """

    text: str
    tokens: int
    cut: bool


@dataclass(frozen=True)
class Generator:
    """A loaded model that writes. `ends` are the tokens at which it is done (none: those of its files).

    A prompt is a text, in which special tokens are meant, or a conversation that was written out, in which only the
    template's are, and those `in_text`. `batch_tokens`: most tokens that are held at a time, padding and answers included.
    """

    lm: LanguageModel
    ends: tuple[int, ...] = ()
    batch_tokens: int = 8192
    in_text: frozenset[str] = frozenset()

    def texts(
        self, prompts: Sequence[str | Rendered], decoding: Decoding, tell: Tell = silent, names: Sequence[str] = ()
    ) -> list[Generated]:
        """Write on from each prompt; answers come in their order.

        Takes: `names` of the prompts, for messages. Raises: UserError for an empty prompt and one that leaves no room.
        """
        ids = self._ids(prompts, names)
        seeds = seeds_of(ids, decoding)
        made: list[Generated | None] = [None] * len(ids)
        done = 0
        for numbers, most in self._batches([len(one) for one in ids], decoding.max_new_tokens):
            from acclimate.compat.transformers.writing import Prompts

            some = Prompts([ids[number] for number in numbers], [seeds[number] for number in numbers])
            for number, new in zip(
                numbers, self._writer.write(some, decoding, most, self._over(decoding)), strict=True
            ):
                made[number] = self._generated(ids[number], new, decoding)
            done += len(numbers)
            tell(Event("progress", "writing", {"done": done, "of": len(ids)}))
        return [one for one in made if one is not None]

    def lengths(self, prompts: Sequence[str | Rendered]) -> list[int]:
        """Give how many tokens each prompt has."""
        return [len(ids) for ids in self._tokens(prompts)]

    def pieces(self, prompt: str | Rendered, decoding: Decoding, name: str = "prompt 1") -> Iterator[str]:
        """Give what is written on from a prompt, piece by piece: whole characters, and nothing of a stop string.

        Takes: `name` of the prompt, for messages.
        """
        from acclimate.compat.transformers.writing import Prompts

        (ids,) = self._ids([prompt], [name])
        most = min(decoding.max_new_tokens, self.lm.max_length - len(ids))
        told, new = "", []
        for one in self._writer.stream(Prompts([ids], seeds_of([ids], decoding)), decoding, most, self._over(decoding)):
            new.append(one)
            sure = _sure(self._text(ids, new, decoding), decoding.stop)
            if sure.startswith(told) and sure != told:
                yield sure[len(told) :]
                told = sure
        rest = self._text(ids, new, decoding)[len(told) :]
        if rest:
            yield rest

    @cached_property
    def _writer(self) -> Any:
        from acclimate.compat.hardware import device
        from acclimate.compat.transformers.writing import Writer

        self.lm.model.to(device())
        return Writer(self.lm.model, self.lm.pad_id, self.ends or ends_of(self.lm))

    def _tokens(self, prompts: Sequence[str | Rendered]) -> list[list[int]]:
        tokenizer = self.lm.tokenizer
        texts = [one for one in prompts if isinstance(one, str)]
        plain = text_encoder(tokenizer, special_names(tokenizer), add_end=False)
        of_texts = iter([[*plain.prefix.tolist(), *one.ids_T.tolist()] for one in plain.pieces(texts)])
        written = [one for one in prompts if isinstance(one, Rendered)]
        of_written = iter([one.ids_T.tolist() for one in WrittenEncoder(tokenizer, self.in_text).pieces(written)])
        return [next(of_texts if isinstance(one, str) else of_written) for one in prompts]

    def _ids(self, prompts: Sequence[str | Rendered], names: Sequence[str]) -> list[list[int]]:
        found = self._tokens(prompts)
        faults = []
        for number, (prompt, ids) in enumerate(zip(prompts, found, strict=True)):
            where = f"{_WHERE}: {names[number] if names else f'prompt {number + 1}'}"
            if not ids or not (prompt if isinstance(prompt, str) else prompt.text).strip():
                faults.append(Fault(where, "is empty", "a text to write on from", "leave it out"))
            elif len(ids) >= self.lm.max_length:
                allowed = f"fewer than {self.lm.max_length:,}, which is all that the model reads"
                faults.append(Fault(where, f"is {len(ids):,} tokens long", allowed, "shorten it"))
        if faults:
            raise UserError(*faults)
        return found

    def _batches(self, lengths: Sequence[int], most: int) -> Iterator[tuple[list[int], int]]:
        """Give numbers of prompts that are answered together, the longest first, and how much may be written.

        Prompts that leave less room than is asked for go with others of their length alone: a batch writes on until all
        of its answers are over, and past the model's last position there is nothing.
        """
        order = sorted(range(len(lengths)), key=lambda number: -lengths[number])
        for room, same in groupby(order, key=lambda number: min(most, self.lm.max_length - lengths[number])):
            numbers = list(same)
            while numbers:
                at_once = max(1, self.batch_tokens // (lengths[numbers[0]] + room))
                yield numbers[:at_once], room
                numbers = numbers[at_once:]

    def _over(self, decoding: Decoding) -> Any:
        """Give what says that new ids hold a stop string (None: there are none). Only their last ones are looked at."""
        if not decoding.stop:
            return None
        tail = 4 * max(map(len, decoding.stop)) + _TAIL  # a character has at most 4 tokens
        return lambda new: any(one in self._decoded(new[-tail:]) for one in decoding.stop)

    def _generated(self, ids: list[int], new: list[int], decoding: Decoding) -> Generated:
        over = self._over(decoding)
        ended = bool(new) and new[-1] in self._writer.ends
        stopped = over is not None and over(new)
        return Generated(self._text(ids, new, decoding), len(new) - ended, not (ended or stopped))

    def _text(self, ids: list[int], new: list[int], decoding: Decoding) -> str:
        """Give the text of new ids as it follows the prompt (its first blank included), up to a stop string."""
        new = new[:-1] if new and new[-1] in self._writer.ends else new
        before = self._decoded(ids[-_TAIL:])
        after = self._decoded([*ids[-_TAIL:], *new])
        text = after[len(before) :] if after.startswith(before) else self._decoded(new)
        return text[: min((place for place in map(text.find, decoding.stop) if place >= 0), default=len(text))]

    def _decoded(self, ids: Sequence[int]) -> str:
        return str(self.lm.tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False))


def ends_of(lm: LanguageModel) -> tuple[int, ...]:
    """Give the tokens at which a model is done: its tokenizer's end of sequence and what its generation config names."""
    named = getattr(getattr(lm.model, "generation_config", None), "eos_token_id", None)
    several = named if isinstance(named, list) else [named]
    return tuple(sorted({int(one) for one in [*several, lm.tokenizer.eos_token_id] if one is not None}))


def seeds_of(ids: Sequence[Sequence[int]], decoding: Decoding) -> list[int]:
    """Give what each prompt's draws depend on: the seed, its tokens, and how many like it came before."""
    before: Counter[int] = Counter()
    found = []
    for one in ids:
        key = hash64("prompt", decoding.seed, *one)
        found.append(hash64(key, before[key]))
        before[key] += 1
    return found


def _sure(text: str, stops: Sequence[str]) -> str:
    """Give the beginning of a text that nothing to come can change: no half character, no beginning of a stop string."""
    text = text.rstrip("\ufffd")
    held = max((size for stop in stops for size in range(1, len(stop)) if text.endswith(stop[:size])), default=0)
    return text[: len(text) - held]
