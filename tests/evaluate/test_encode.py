import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.compat.text_encoder import text_encoder
from acclimate.evaluate.encode import encode, encode_for, encoders_of, same_tokenizer
from tests.evaluate.arms import TAGS, FakeArm, one, with_tags, word_level
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
    assert encode(text_encoder(tokenizer, [], add_end=False), []) == []


def test_arms_that_share_a_tokenizer_share_the_work() -> None:
    tokenizer, other = wordpiece(), byte_bpe()
    encoders = encoders_of([FakeArm(tokenizer), FakeArm(other), FakeArm(tokenizer)])
    (row,) = encode_for(encoders, ["the patient"])
    assert encoders[0] is encoders[2]
    assert row[0] is row[2]
    assert row[0] is not row[1]


def test_tokenizers_are_the_same_if_they_cut_alike() -> None:
    cut = byte_bpe()
    cut.backend_tokenizer.enable_truncation(5)
    assert same_tokenizer([FakeArm(byte_bpe()), FakeArm(cut)])
    assert not same_tokenizer([FakeArm(byte_bpe()), FakeArm(with_tags(byte_bpe()))])
    assert not same_tokenizer([FakeArm(word_level("a")), FakeArm(wordpiece())])


LITERAL = "<e>a [MASK], [SEP]</s><s> or <mask>:<pad>[PAD] b</e>"


@pytest.mark.parametrize("name", list(ALL))
def test_literal_special_tokens_are_text_in_every_arm_and_tags_are_not(name: str) -> None:
    base, adapted = FakeArm(ALL[name]()), FakeArm(with_tags(ALL[name]()))
    ((plain, tagged),) = encode_for(encoders_of([base, adapted]), [LITERAL])
    own = set(base.tokenizer.all_special_tokens) - {base.tokenizer.unk_token}
    for arm, found in ((base, plain), (adapted, tagged)):
        ids = found.ids_S[found.places_T].tolist()
        assert not own & set(arm.tokenizer.convert_ids_to_tokens(ids))
        visible_C = np.array([not character.isspace() for character in LITERAL])
        assert found.covered(len(LITERAL))[visible_C].all()
        added = np.delete(found.ids_S, found.places_T).tolist()
        assert added == arm.tokenizer("")["input_ids"]
    tags = adapted.tokenizer.convert_tokens_to_ids(list(TAGS))
    assert [tag for tag in tagged.ids_S.tolist() if tag in tags] == tags[2:]
    assert not set(tags) & set(plain.ids_S.tolist())


def test_characters_come_back_from_the_ids() -> None:
    found = one(byte_bpe(), LITERAL)
    assert byte_bpe().decode(found.ids_S.tolist(), skip_special_tokens=True) == LITERAL


def test_no_end_is_added_that_the_tokenizer_does_not_add() -> None:
    tokenizer = byte_bpe(bos=True)
    assert one(tokenizer, "the patient").ids_S.tolist() == tokenizer("the patient")["input_ids"]
    assert one(tokenizer, "the patient").ids_S[[0, -1]].tolist() != [1, 2]
