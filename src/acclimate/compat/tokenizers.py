r"""Whole words into a tokenizer's vocabulary, in such a way that no other word is tokenised differently.

Each kind of model needs its own way; all but the first are edits of the tokenizer's JSON:

    WordPiece   an added token that only matches where no letter or digit stands beside it (any sign is a border to it, also
                one that BERT takes for part of a word: `graft™`)
    BPE         the whole pre-token (`Ġgraft`, `▁graft`) in the vocabulary, and `ignore_merges`: what is in the vocabulary
                is not put together from merges
    Unigram     any new piece would be used inside longer words too. So a last step of the normaliser sets a mark (U+FDD0,
                which Unicode keeps for such uses) before the word, but not before a longer one; the piece in the
                vocabulary begins with the mark, and the decoder takes it out

Whatever the way: the result is compared with the tokenizer before on its whole vocabulary and on neighbours of the words.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from acclimate.core.errors import AcclimateError, Fault, UserError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

MARK = "\ufdd0"
_SPACE = "▁"
_ACROSS_SPACE = re.compile(f"[^{_SPACE}]{_SPACE}")
_NO_LIMIT = 1e9
_KEPT = ("model_max_length", "padding_side", "truncation_side", "model_input_names", "chat_template", "response_template",
         "chat_control_tokens", "clean_up_tokenization_spaces", "split_special_tokens", "add_prefix_space")  # fmt: skip


def kind_of(tokenizer: PreTrainedTokenizerFast) -> str:
    """Give the kind of a tokenizer's model: WordPiece, BPE, Unigram or WordLevel."""
    return type(tokenizer.backend_tokenizer.model).__name__


def entry_of(tokenizer: PreTrainedTokenizerFast, word: str) -> str | None:
    """Give `word` as its vocabulary entry would be written where a space stands before it: `Ġgraft`, `▁graft`, `graft`.

    None if the tokenizer never sees it as one word.
    """
    kind, backend = kind_of(tokenizer), _split_at_spaces(tokenizer.backend_tokenizer)
    parts = [part for part, _ in _pre_tokens(backend, f"x {word} x")]
    if len(parts) == 3:
        return parts[1]
    # An added token may hold marks (`covid-19`), but no border between words (BERT sets blanks around Chinese characters).
    normal = _normal(backend, word)
    return normal if kind == "WordPiece" and not re.search(r"\s", normal) else None


def pieces_of_entry(tokenizer: PreTrainedTokenizerFast, entry: str) -> list[int] | None:
    """Give the ids that a tokenizer without the entry has for it, or None if one of them is unknown."""
    ids = [int(token.id) for token in tokenizer.backend_tokenizer.model.tokenize(entry.replace(MARK, ""))]
    return None if tokenizer.unk_token_id in ids or not ids else ids


def enter_words(
    tokenizer: PreTrainedTokenizerFast, entries: Sequence[str], where: str
) -> tuple[PreTrainedTokenizerFast, list[int]]:
    """Make each of `entries` (as `entry_of` writes them) one token; those that are there already stay as they are.

    Gives: the tokenizer to use from now on (the given one stays as it is), and the ids of the new tokens: the next free
    ones, in the order of `entries`. Raises: UserError if this kind of tokenizer can't take words, or if one of them would
    change another word.
    """
    known = tokenizer.get_vocab()
    new = [entry for entry in dict.fromkeys(entries) if entry not in known and _marked(entry) not in known]
    if not new:
        return tokenizer, []
    kind = kind_of(tokenizer)
    if kind not in _WAYS:
        raise UserError(Fault(where, f"a {kind} tokenizer takes no new words", ", ".join(_WAYS), "leave them out"))
    after, tokens = _WAYS[kind](tokenizer, new, where)
    ids = [int(number) for number in after.convert_tokens_to_ids(tokens)]
    first = max(known.values()) + 1
    if ids != list(range(first, first + len(new))):
        raise AcclimateError(f"{where}: new words have the ids {ids[:5]}, not {first} and up")
    _need_others_unchanged(tokenizer, after, new, where)
    return after, ids


def _word_piece(tokenizer: PreTrainedTokenizerFast, new: list[str], where: str) -> tuple[Any, list[str]]:
    from tokenizers import AddedToken

    after = copy.deepcopy(tokenizer)
    after.add_tokens([AddedToken(entry, single_word=True, normalized=True) for entry in new])
    return after, new


def _bpe(tokenizer: PreTrainedTokenizerFast, new: list[str], where: str) -> tuple[Any, list[str]]:
    spec = json.loads(_split_at_spaces(tokenizer.backend_tokenizer).to_str())
    model = spec["model"]
    names = _names_by_id(tokenizer)
    model["vocab"] = {name: number for number, name in enumerate([*names, *new])}
    model["ignore_merges"] = True
    return _with_backend(tokenizer, spec), new


def _unigram(tokenizer: PreTrainedTokenizerFast, new: list[str], where: str) -> tuple[Any, list[str]]:
    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    marked = [_marked(entry) for entry in new]
    own = spec["model"]["vocab"]
    there = [[name, 0.0] for name in _names_by_id(tokenizer)[len(own) :]]
    spec["model"]["vocab"] = [*own, *there, *([name, 0.0] for name in marked)]
    words = [name[2:] for name, _ in spec["model"]["vocab"] if name.startswith(_SPACE + MARK)]
    rule = {"type": "Replace", "pattern": {"Regex": _before(words, spec, where)}, "content": MARK}
    steps = [step for step in _steps(spec["normalizer"], "normalizers") if step.get("content") != MARK]
    spec["normalizer"] = {"type": "Sequence", "normalizers": [*steps, rule]}
    unmark = {"type": "Replace", "pattern": {"String": MARK}, "content": ""}
    steps = [step for step in _steps(spec["decoder"], "decoders") if step != unmark]
    spec["decoder"] = {"type": "Sequence", "decoders": [unmark, *steps]}
    return _with_backend(tokenizer, spec), marked


_WAYS = {"WordPiece": _word_piece, "BPE": _bpe, "Unigram": _unigram}


def _marked(entry: str) -> str:
    return f"{_SPACE}{MARK}{entry.removeprefix(_SPACE)}"


def _before(words: Iterable[str], spec: dict[str, Any], where: str) -> str:
    """Give the pattern of the place before each of `words` where it is a whole pre-token with a space mark."""
    steps = _steps(spec["pre_tokenizer"], "pretokenizers")
    kinds = [step["type"] for step in steps]
    if kinds not in (["Metaspace"], ["WhitespaceSplit", "Metaspace"]) or steps[-1]["replacement"] != _SPACE:
        found = f"a Unigram tokenizer that cuts texts by {', '.join(kinds) or 'nothing'}"
        raise UserError(Fault(where, found, "white space (Metaspace)", "leave new words out"))
    space = rf"\s{_SPACE}" if len(kinds) == 2 else f" {_SPACE}"
    begin = f"(?<![^{space}])" if steps[-1]["prepend_scheme"] == "always" else f"(?<=[{space}])"
    return f"{begin}(?={_any_of(sorted(words))}(?![^{space}]))"


def _any_of(words: Iterable[str]) -> str:
    """Give a pattern of some words, by first letters: else each place would be compared with every word."""
    by_first = groupby(words, key=lambda word: word[0])
    grouped = (f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in some)})" for first, some in by_first)
    return f"(?:{'|'.join(grouped)})"


def _steps(part: dict[str, Any] | None, inside: str) -> list[dict[str, Any]]:
    if part is None:
        return []
    return list(part[inside]) if part["type"] == "Sequence" else [part]


def _names_by_id(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """List the vocabulary by id, added tokens in their places: they keep their ids when the model's own part grows."""
    names = {number: name for name, number in tokenizer.get_vocab().items()}
    return [names.get(number, f"\0unused {number}") for number in range(max(names) + 1)]


def _split_at_spaces(backend: Tokenizer) -> Tokenizer:
    """Give a BPE tokenizer whose pre-tokens are words, where it took a whole text as one (Llama 2, Mistral, Gemma).

    That changes nothing where no entry of the vocabulary goes on behind a space, as merges only make entries.
    """
    from tokenizers import Tokenizer

    parts = _pre_tokens(backend, "x x x")
    if type(backend.model).__name__ != "BPE" or len(parts) == 3 or any(map(_ACROSS_SPACE.search, backend.get_vocab())):
        return backend
    spec = json.loads(backend.to_str())
    words = {
        "type": "Split",
        "pattern": {"Regex": f"{_SPACE}*[^{_SPACE}]+|{_SPACE}+"},
        "behavior": "Isolated",
        "invert": False,
    }
    spec["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [*_steps(spec["pre_tokenizer"], "pretokenizers"), words],
    }
    return Tokenizer.from_str(json.dumps(spec))


def _normal(backend: Tokenizer, text: str) -> str:
    return backend.normalizer.normalize_str(text) if backend.normalizer is not None else text


def _pre_tokens(backend: Tokenizer, text: str) -> list[tuple[str, tuple[int, int]]]:
    text = _normal(backend, text)
    return (
        backend.pre_tokenizer.pre_tokenize_str(text) if backend.pre_tokenizer is not None else [(text, (0, len(text)))]
    )


def _with_backend(tokenizer: PreTrainedTokenizerFast, spec: dict[str, Any]) -> PreTrainedTokenizerFast:
    """Give a tokenizer of these rules.

    It is of transformers' plain class: the named ones (GPT2Tokenizer, XLMRobertaTokenizer) make their rules anew when they
    are loaded and forget what was changed (transformers/saved_tokenizer.py sees to those that are loaded all the same).
    """
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    special = {
        name: getattr(tokenizer, name) for name in tokenizer.SPECIAL_TOKENS_ATTRIBUTES if getattr(tokenizer, name, None)
    }
    more = {name: getattr(tokenizer, name) for name in _KEPT if getattr(tokenizer, name, None) is not None}
    extra = list(tokenizer.extra_special_tokens)
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(spec)), extra_special_tokens=extra, **special, **more
    )


def _need_others_unchanged(before: Any, after: Any, new: list[str], where: str) -> None:
    """Raise UserError if a text of the old vocabulary, or a neighbour of a new word, is tokenised in another way."""
    old = before.backend_tokenizer
    neighbours = [f" {start}{_text(old, entry)}{end}" for entry in new for start, end in _NEIGHBOURS]
    spelled = [old.decode([number]) for number in before.get_vocab().values()]
    texts = [*neighbours, *(form for text in spelled for form in (text, f"x {text}"))]
    words, entries = _split_at_spaces(old), set(new)
    changed = [
        text
        for text in _changed(old, after.backend_tokenizer, texts)
        if not entries & {part for part, _ in _pre_tokens(words, text)}
    ]
    if changed:
        found = f"new words would change how others are tokenised: {', '.join(map(repr, changed[:5]))}"
        raise UserError(Fault(where, found, "words that leave all others as they are", "leave these out"))


_NEIGHBOURS = [("", "s"), ("x", ""), ("x", "x"), ("", "9"), ("9", "")]


def _text(backend: Tokenizer, entry: str) -> str:
    return str(backend.decoder.decode([entry]) if backend.decoder is not None else entry).strip()


def _changed(old: Tokenizer, now: Tokenizer, texts: list[str]) -> list[str]:
    one, other = (backend.encode_batch(texts, add_special_tokens=False) for backend in (old, now))
    return [text for text, left, right in zip(texts, one, other, strict=True) if left.ids != right.ids]


def mend_longest(tokenizer: PreTrainedTokenizerFast, longest: int) -> None:
    """Write down the model's longest window, in tokens, where a tokenizer has none (transformers then says 1e30)."""
    if tokenizer.model_max_length > _NO_LIMIT:
        tokenizer.model_max_length = longest
