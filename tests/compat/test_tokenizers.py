import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from acclimate.compat.tokenizers import enter_words, entry_of, mend_longest, pieces_of_entry
from acclimate.core.errors import UserError
from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import ALL, byte_bpe, metaspace_bpe, unigram, wordpiece

KINDS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    **ALL,
    "metaspace_bpe": metaspace_bpe,
    "whole_text_bpe": lambda: metaspace_bpe(split=False),
}
WORDS = ["graft", "stents", "hospitals"]
OTHERS = "grafts engraft xgraftx (graft's) stentss in-stents, hospital stent hospitalss"
every_kind = pytest.mark.parametrize("kind", list(KINDS))


def entered(tokenizer: Any, words: list[str] = WORDS) -> tuple[Any, list[int]]:
    entries = [entry_of(tokenizer, word) for word in words]
    assert None not in entries
    return enter_words(tokenizer, [str(entry) for entry in entries], "adapt.tokens")


def ids_of(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


@every_kind
def test_each_word_is_one_token_and_texts_come_back(kind: str) -> None:
    before = KINDS[kind]()
    size, text = len(before), "the graft was open, hospitals stents"
    after, ids = entered(before)
    assert ids == [size, size + 1, size + 2]
    assert (len(before), len(after)) == (size, size + 3), "the given tokenizer stays as it is"
    assert [number for number in ids_of(after, text) if number in ids] == [ids[0], ids[2], ids[1]]
    assert after.decode(ids_of(after, text)) == before.decode(ids_of(before, text))
    old = ids_of(before, text)
    new = [
        piece
        for number in ids_of(after, text)
        for piece in (_pieces(before, after, number) if number in ids else [number])
    ]
    assert new == old, "in the place of each word stand the pieces it had"


def _pieces(before: Any, after: Any, number: int) -> list[int]:
    pieces = pieces_of_entry(before, after.convert_ids_to_tokens(number))
    assert pieces is not None
    assert len(pieces) > 1
    return pieces


@every_kind
def test_longer_words_and_compounds_stay_as_they_were(kind: str) -> None:
    before = KINDS[kind]()
    after, ids = entered(before)
    words = [word for word in OTHERS.split() if kind != "wordpiece" or word.isalnum()]
    for text in [*words, f"the {' '.join(words)} of it", *(["病人graft病人"] if kind != "wordpiece" else [])]:
        assert ids_of(after, text) == ids_of(before, text), text
    assert not set(ids) & set(ids_of(after, " ".join(words)))


@every_kind
def test_it_is_the_same_after_saving_and_with_more_words(kind: str, tmp_path: Path) -> None:
    after, ids = entered(KINDS[kind]())
    tag = add_tags(after, ["<visit>"])
    more, more_ids = entered(after, [*WORDS, "ulcers"])
    assert (tag, more_ids) == ([ids[-1] + 1], [ids[-1] + 2])
    more.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    text = f"<visit>the graft ulcers {OTHERS}</visit> hospitals"
    assert again(text).input_ids == more(text).input_ids
    assert {*ids[::2], *tag, *more_ids} <= set(again(text).input_ids)
    assert again.get_vocab() == more.get_vocab()
    assert [word for word in OTHERS.split() if word not in again.decode(again(text).input_ids)] == (
        ["(graft's)", "in-stents,"] if kind == "wordpiece" else []
    )


@every_kind
def test_what_is_there_already_is_not_entered_again(kind: str) -> None:
    tokenizer, ids = entered(KINDS[kind]())
    assert entered(tokenizer) == (tokenizer, [])
    assert entered(tokenizer, ["the"])[1] == [] or kind not in ("wordpiece", "unigram")
    assert len(ids) == 3


def test_a_word_is_what_the_pre_tokenizer_leaves_whole() -> None:
    assert entry_of(byte_bpe(), "graft") == "Ġgraft"
    assert entry_of(unigram(), "in-stent") == "▁in-stent"
    assert entry_of(metaspace_bpe(split=False), "graft") == "▁graft"
    assert entry_of(wordpiece(), "Graft") == "graft"
    assert entry_of(wordpiece(), "E11.9") == "e11.9", "an added token may hold marks"
    assert entry_of(byte_bpe(), "E11.9") is None
    for tokenizer in (unigram(), wordpiece(), byte_bpe()):
        assert entry_of(tokenizer, "heart failure") is None
    assert entry_of(wordpiece(), "病人") is None, "two words to BERT"


def test_unknown_pieces_are_none() -> None:
    assert pieces_of_entry(wordpiece(), "☃") is None


def test_an_unreachable_entry_that_ignoring_merges_would_bring_to_life_is_refused() -> None:
    spec = json.loads(byte_bpe().backend_tokenizer.to_str())
    spec["model"]["vocab"]["Ġzzz"] = len(spec["model"]["vocab"])
    transformers_own = PreTrainedTokenizerFast(tokenizer_object=byte_bpe().backend_tokenizer.from_str(json.dumps(spec)))
    with pytest.raises(UserError, match=r"adapt\.tokens: new words would change how others are tokenised: .*zzz"):
        entered(transformers_own)


def test_a_tokenizer_that_cuts_otherwise_or_is_of_another_kind_is_refused() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    odd = unigram()
    odd.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Digits()])
    with pytest.raises(UserError, match="a Unigram tokenizer that cuts texts by Metaspace, Digits"):
        entered(odd)
    words = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "x": 1}, unk_token="a")))
    with pytest.raises(UserError, match="a WordLevel tokenizer takes no new words"):
        enter_words(words, ["graft"], "adapt.tokens")


def test_a_tokenizer_without_a_longest_window_is_told_one(tmp_path: Path) -> None:
    tokenizer = wordpiece()
    assert tokenizer.model_max_length > 1e29
    mend_longest(tokenizer, 64)
    mend_longest(tokenizer, 512)
    tokenizer.save_pretrained(tmp_path)
    assert AutoTokenizer.from_pretrained(tmp_path).model_max_length == 64
