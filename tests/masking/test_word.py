import numpy as np
import pytest

from acclimate.core.protocols import Masking
from acclimate.masking.word import Word
from tests.documents_made import by_hand, by_tokenizer, keys, offsets
from tests.tokenizers_made import ALL


def test_pieces_of_a_word_are_one_unit_and_marks_are_units() -> None:
    document = by_hand("Gastritis, acute.", ["Gas", "tri", "tis", ",", " ac", "ute", "."])
    assert Word().units(document).tolist() == [0, 0, 0, 1, 2, 2, 3]


def test_scripts_without_spaces_are_masked_by_characters() -> None:
    assert Word().units(by_hand("病人住院。", ["病", "人", "住院", "。"])).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", list(ALL))
def test_every_kind_of_tokenizer_gives_the_same_words(kind: str) -> None:
    text = "The patient, aged 34, doesn't have diabetes. 病人今天住院了。"
    tokenizer = ALL[kind]()
    Word().check(tokenizer, "objective.masking")
    document = by_tokenizer(text, tokenizer)
    units = Word().units(document)
    assert not (units[document.special_T] >= 0).any()
    begins = [text[document.starts_T[np.flatnonzero(units == number)[0]] :].lstrip()[:2] for number in range(8)]
    assert begins == ["Th", "pa", ", ", "ag", "34", ", ", "do", "ha"]
    # A byte-level token may hold parts of two characters: it counts for the first, and some units have no token.
    assert units.max() == 17 if kind != "byte_bpe" else 14 <= units.max() <= 17, "10 words and marks, 8 characters"


def test_words_are_hidden_whole() -> None:
    units = np.array([-1, 0, 0, 1, 2, 2, -1] * 50, dtype=np.int32)
    hidden = Word().hide(units, offsets([7] * 50), keys(50), 0.4).reshape(50, 7)
    assert (hidden[:, 1] == hidden[:, 2]).all()
    assert (hidden[:, 4] == hidden[:, 5]).all()
    assert not hidden[:, [0, 6]].any()
    assert 0.3 < hidden[:, 3].mean() < 0.6


def test_it_is_a_masking() -> None:
    assert isinstance(Word(), Masking)
