import numpy as np

from acclimate.core.protocols import Masking
from acclimate.masking.token import Token
from tests.documents_made import by_hand, keys, offsets


def test_each_token_is_a_unit_but_special_and_repeated_ones() -> None:
    pieces = ["<s>", "ac", "ute", " ", "<event>", "x", "</s>"]
    document = by_hand("acute <event>x", pieces, special=["<s>", "<event>", "</s>"], repeated=["ac"])
    assert Token().units(document).tolist() == [-1, -1, 0, 1, -1, 2, -1]


def test_pieces_of_a_word_are_hidden_on_their_own() -> None:
    units = np.array([0, 1] * 200, dtype=np.int32)
    hidden = Token().hide(units, offsets([2] * 200), keys(200), 0.5).reshape(200, 2)
    assert (hidden[:, 0] != hidden[:, 1]).any()
    assert hidden.any(axis=1).all()


def test_it_is_a_masking() -> None:
    assert isinstance(Token(), Masking)
