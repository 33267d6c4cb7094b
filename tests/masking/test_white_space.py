import pytest
from tokenizers import pre_tokenizers

from acclimate.core.errors import UserError
from acclimate.core.protocols import Masking
from acclimate.masking.white_space import WhiteSpace
from tests.documents_made import by_hand, by_tokenizer
from tests.tokenizers_made import byte_bpe, unigram, wordpiece


def test_what_stands_between_white_space_is_one_unit() -> None:
    document = by_hand(
        "don't on 2023-11-14,\n(F).", ["don", "'t", " on", " 2023", "-", "11", "-14", ",", "\n", "(", "F", ")."]
    )
    assert WhiteSpace().units(document).tolist() == [0, 0, 1, 2, 2, 2, 2, 2, -1, 3, 3, 3]


def test_byte_level_bpe_is_taken_also_inside_a_sequence_of_pre_tokenizers() -> None:
    tokenizer = byte_bpe()
    WhiteSpace().check(tokenizer, "objective.masking")
    parts = [pre_tokenizers.Digits(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
    WhiteSpace().check(tokenizer, "objective.masking")
    document = by_tokenizer("The patient was", tokenizer)
    assert set(WhiteSpace().units(document).tolist()) <= {-1, 0, 1, 2}


@pytest.mark.parametrize(
    "tokenizer, kind", [(wordpiece(), "WordPiece"), (unigram(), "Unigram")], ids=["wordpiece", "unigram"]
)
def test_other_tokenizers_are_refused_with_what_to_do(tokenizer: object, kind: str) -> None:
    with pytest.raises(UserError) as caught:
        WhiteSpace().check(tokenizer, "adapt.objective.masking")  # type: ignore[arg-type]
    message = str(caught.value)
    assert "adapt.objective.masking" in message
    assert f"{kind} tokenizer" in message
    assert "byte-level BPE" in message
    assert "masking: word" in message


def test_bpe_with_another_pre_tokenizer_is_refused() -> None:
    tokenizer = byte_bpe()
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    with pytest.raises(UserError, match="BPE tokenizer that is not byte-level"):
        WhiteSpace().check(tokenizer, "objective.masking")


def test_it_is_a_masking() -> None:
    assert isinstance(WhiteSpace(), Masking)
