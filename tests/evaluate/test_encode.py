import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.evaluate.encode import encode, encode_for, same_tokenizer
from tests.evaluate.arms import FakeArm, one, with_tags, word_level
from tests.tokenizers_made import ALL, byte_bpe, wordpiece

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def test_added_tokens_are_apart_and_offsets_are_characters() -> None:
    found = one(wordpiece(), "The patient")
    assert found.ids_S[[0, -1]].tolist() == [2, 3]
    assert found.places_T.tolist() == [1, 2]
    assert list(zip(found.starts_T, found.ends_T, strict=True)) == [(0, 3), (4, 11)]
    assert len(found) == 4


def test_pieces_of_one_character_all_have_that_character() -> None:
    found = one(byte_bpe(), "a🙂")
    assert len(found) == 5
    assert found.starts_T.tolist() == [0, 1, 1, 1, 1]
    assert found.touching(np.array([[1, 2]])) == (np.array([1]), np.array([5]))


def test_touching_is_empty_where_no_token_is() -> None:
    first_U, last_U = one(wordpiece(), "The   patient").touching(np.array([[0, 3], [4, 5], [12, 13]]))
    assert (last_U - first_U).tolist() == [1, 0, 1]
    assert one(wordpiece(), "ab  c").covered(5).tolist() == [True, True, False, False, True]


@pytest.mark.parametrize("name", list(ALL))
@settings(max_examples=40, deadline=None)
@given(content=TEXTS)
def test_touching_agrees_with_looking_at_every_token(name: str, content: str) -> None:
    found = one(ALL[name](), content)
    for start in range(0, len(content), 3):
        (first,), (last,) = found.touching(np.array([[start, start + 2]]))
        wide = found.ends_T > found.starts_T
        expected = np.flatnonzero((found.starts_T < start + 2) & (found.ends_T > start) & wide)
        assert [place for place in range(first, last) if wide[place]] == expected.tolist()


def test_nothing_is_cut_off_although_the_tokenizer_would() -> None:
    tokenizer = wordpiece()
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=50)
    assert len(one(tokenizer, "病人今天住院了")) == 9
    assert encode(tokenizer, []) == []


def test_arms_that_share_a_tokenizer_share_the_work() -> None:
    tokenizer, other = wordpiece(), byte_bpe()
    (row,) = encode_for([FakeArm(tokenizer), FakeArm(other), FakeArm(tokenizer)], ["the patient"])
    assert row[0] is row[2]
    assert row[0] is not row[1]


def test_tokenizers_are_the_same_if_they_cut_alike() -> None:
    cut = byte_bpe()
    cut.backend_tokenizer.enable_truncation(5)
    assert same_tokenizer([FakeArm(byte_bpe()), FakeArm(cut)])
    assert not same_tokenizer([FakeArm(byte_bpe()), FakeArm(with_tags(byte_bpe()))])
    assert not same_tokenizer([FakeArm(word_level("a")), FakeArm(wordpiece())])
