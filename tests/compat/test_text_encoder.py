import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from acclimate.compat import text_encoder as module
from acclimate.compat.text_encoder import Pieces, TextEncoder, text_encoder
from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import ALL, TEN, byte_bpe, unigram, wordpiece

every_kind = pytest.mark.parametrize("kind", list(TEN))
ENCODERS = {kind: text_encoder(make(), [], add_end=False) for kind, make in TEN.items()}


def one(encoder: TextEncoder, text: str) -> Pieces:
    (pieces,) = encoder.pieces([text])
    return pieces


@every_kind
@settings(max_examples=50)
@given(st.text(st.characters(exclude_characters="<>[]", exclude_categories=["Cs"])))
def test_ordinary_text_becomes_what_the_tokenizer_makes_of_it(kind: str, text: str) -> None:
    tokenizer = TEN[kind]()
    expected = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
    pieces = one(ENCODERS[kind], text)
    assert pieces.ids_T.tolist() == expected.input_ids
    assert list(zip(pieces.starts_T.tolist(), pieces.ends_T.tolist(), strict=True)) == expected.offset_mapping
    assert pieces.ids_T.dtype == pieces.starts_T.dtype == np.int32


@every_kind
def test_what_looks_like_a_special_token_is_text(kind: str) -> None:
    tokenizer = TEN[kind]()
    encoder = text_encoder(tokenizer, [], add_end=False)
    names = [token for token in tokenizer.all_special_tokens if token != tokenizer.unk_token]
    never = set(tokenizer.convert_tokens_to_ids(names))
    for text in ("".join(names), "\0".join(["", *names]), *(f"a {name} b" for name in names)):
        assert never & set(tokenizer(text, add_special_tokens=False).input_ids), (
            "by itself the tokenizer takes it for one"
        )
        assert not never & set(one(encoder, text).ids_T.tolist())


@pytest.mark.parametrize("kind", ALL)
def test_tags_are_known_in_the_text_and_others_are_not(kind: str) -> None:
    tokenizer = TEN[kind]()
    event, other = add_tags(tokenizer, ["<event>", "<other>"])
    encoder = text_encoder(tokenizer, ["<event>"], add_end=False)
    pieces = one(encoder, "a <event>b<other> c")
    place = pieces.ids_T.tolist().index(event)
    assert (pieces.starts_T[place], pieces.ends_T[place]) == (2, 9)
    assert other not in pieces.ids_T
    assert encoder.special_V[[event, other, *tokenizer.all_special_ids]].all()
    assert encoder.special_V.sum() == 2 + len(set(tokenizer.all_special_ids))


@every_kind
def test_the_tokenizer_itself_stays_as_it_was(kind: str) -> None:
    tokenizer = TEN[kind]()
    before = tokenizer.backend_tokenizer.to_str()
    list(text_encoder(tokenizer, [], add_end=True).pieces(["<s>"]))
    assert tokenizer.backend_tokenizer.to_str() == before
    assert not tokenizer.backend_tokenizer.encode_special_tokens


@pytest.mark.parametrize(
    "make, add_end, prefix, suffix",
    [
        (wordpiece, False, ["[CLS]"], ["[SEP]"]),
        (unigram, False, ["<s>"], ["</s>"]),
        (unigram, True, ["<s>"], ["</s>"]),
        (byte_bpe, False, [], []),
        (byte_bpe, True, [], ["</s>"]),
        (lambda: byte_bpe(bos=True), True, ["<s>"], ["</s>"]),
        (lambda: byte_bpe(bos=True), False, ["<s>"], []),
    ],
)
def test_what_is_added_before_and_after_a_sequence(
    make: Callable[[], PreTrainedTokenizerFast], add_end: bool, prefix: list[str], suffix: list[str]
) -> None:
    tokenizer = make()
    tokenizer(["a", "a b c"], padding=True, truncation=True, max_length=3)  # which stays set in the backend
    encoder = text_encoder(tokenizer, [], add_end=add_end)
    assert tokenizer.convert_ids_to_tokens(encoder.prefix.tolist()) == prefix
    assert tokenizer.convert_ids_to_tokens(encoder.suffix.tolist()) == suffix
    assert len(one(encoder, "the patient was seen in the hospital").ids_T) > 3, "nothing is cut"


def test_merges_that_spell_a_special_token_are_undone() -> None:
    spec = json.loads(byte_bpe().backend_tokenizer.to_str())
    spec["pre_tokenizer"]["use_regex"] = False  # else "<" and "s" never meet
    spec["model"]["vocab"] |= {"<s": 420}
    spec["model"]["merges"] = [["<", "s"], ["<s", ">"], *spec["model"]["merges"]]
    merging = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(spec)), bos_token="<s>")
    assert 1 not in one(text_encoder(merging, [], add_end=False), "<s>").ids_T
    assert 420 in one(text_encoder(merging, [], add_end=False), "<s>").ids_T


def test_many_characters_are_tokenised_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHARACTERS", 10)
    texts = ["abc", "", "a longer text than ten", "abcdef", "ab", "abc"]
    assert list(module.portions(texts)) == [["abc", ""], ["a longer text than ten"], ["abcdef", "ab"], ["abc"]]
    encoder = ENCODERS["byte_bpe"]
    assert [pieces.ids_T.tolist() for pieces in encoder.pieces(texts)] == [
        one(encoder, text).ids_T.tolist() for text in texts
    ]
    assert list(encoder.pieces([])) == []
