"""Any text -> ids -> spans -> text, whole and in windows, for ten kinds of tokenizers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.compat.text_encoder import Pieces, TextEncoder, special_names, text_encoder
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.objective.tag import Tag
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import TEN

CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n\t patientUlcer病人éß😀\u0301\u200b\u00a0ﬁ▁<s>[MASK]")
)
TEXTS = st.text(CHARACTERS, max_size=40)
BYTES = ("byte_bpe", "byte_bpe with a beginning", "bare_byte_bpe", "spaced_byte_bpe", "fallback_bpe")
"""Kinds that lose nothing of a text, but for a space that some put before it."""
each_tokenizer = pytest.mark.parametrize("name", TEN)


@cache
def tokenizer(name: str) -> Any:
    return TEN[name]()


@cache
def encoder(name: str) -> TextEncoder:
    return text_encoder(tokenizer(name), [], add_end=False)


def pieces_of(name: str, text: str) -> Pieces:
    (pieces,) = encoder(name).pieces([text])
    return pieces


def says_nothing(name: str, character: str) -> bool:
    """Whether a tokenizer makes nothing but the mark of a space of a character."""
    made = tokenizer(name).convert_ids_to_tokens(pieces_of(name, character).ids_T.tolist())
    return character.isspace() or set(made) <= {"▁"}


@each_tokenizer
@settings(max_examples=40)
@given(text=TEXTS)
def test_spans_give_back_all_of_a_text_that_the_tokenizer_reads(name: str, text: str) -> None:
    pieces = pieces_of(name, text)
    places = list(zip(pieces.starts_T.tolist(), pieces.ends_T.tolist(), strict=True))
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)
    inside = {place for start, end in places for place in range(start, end)}
    left_out = [character for place, character in enumerate(text) if place not in inside]
    assert all(says_nothing(name, character) for character in left_out), left_out


@pytest.mark.parametrize("name", BYTES)
@settings(max_examples=40)
@given(text=TEXTS)
def test_ids_of_bytes_give_back_the_text(name: str, text: str) -> None:
    ids = pieces_of(name, text).ids_T.tolist()
    spelled = encoder(name).backend.decode(ids, skip_special_tokens=False)
    if name == "fallback_bpe":  # its mark of a space is a character that a text may hold
        text = text.replace("▁", " ")
    assert spelled.removeprefix(" " if name == "spaced_byte_bpe" and not text.startswith(" ") else "") == text


@each_tokenizer
@settings(max_examples=40)
@given(text=TEXTS)
def test_no_text_becomes_a_special_token(name: str, text: str) -> None:
    made = tokenizer(name)
    never = {made.convert_tokens_to_ids(one) for one in special_names(made)} - {made.unk_token_id}
    spelled = f"{text}{''.join(special_names(made))}{text}"
    assert not never & set(pieces_of(name, spelled).ids_T.tolist())


@each_tokenizer
@pytest.mark.parametrize("stride", [0, 2])
@settings(max_examples=40)
@given(text=TEXTS)
def test_windows_together_are_the_text(name: str, stride: int, text: str) -> None:
    whole = pieces_of(name, text)
    task = Tag(labels=("O", "B-X", "I-X"))  # it learns each token that has characters in one window, and no other
    rows = pa.table({"text": [text], ROW_ID: ["a:1"], ROLE: ["train"], "entities": [[]]})
    tokens = Tokens(max_length=8, stride=stride, unlabelled="drop")
    found = encode(rows, tokenizer(name), task, tokens, 512, "tokens", places=True).examples
    learnt_T = found.units_T >= 0
    has_T = whole.starts_T < whole.ends_T
    assert found.ids_T[learnt_T].tolist() == whole.ids_T[has_T].tolist()
    wanted_T2 = np.stack([whole.starts_T, whole.ends_T], axis=1)[has_T]
    assert np.asarray(found.characters_T2)[learnt_T].tolist() == wanted_T2.tolist()
    for begin, end in zip(found.offsets_N1, found.offsets_N1[1:], strict=False):
        ids = found.ids_T[begin:end].tolist()
        assert len(ids) <= 8
        assert ids[: len(encoder(name).prefix)] == encoder(name).prefix.tolist()
        assert ids[len(ids) - len(encoder(name).suffix) :] == encoder(name).suffix.tolist()
