from collections import Counter

import pytest
import torch

from acclimate.core.errors import UserError
from acclimate.evaluate.pairs import Pair, choose_pairs, measure_pairs
from tests.evaluate.arms import FakeArm, TorchArm, word_level, word_piece

WORDS = "the cat cats sleeps sleep here there"
PAIRS = [
    Pair("1", "agreement", "the cat sleeps here", "the cat sleep here"),
    Pair("2", "agreement", "the cats sleep", "the cats sleeps"),
    Pair("3", "place", "the cat sleeps there", "the cat sleeps here"),
]


def likes(*words: str) -> FakeArm:
    """A decoder that gives 0.5 to some words and 0.25 to all others, whatever stands before."""
    tokenizer = word_level(WORDS, bos=True)
    good = set(tokenizer.convert_tokens_to_ids(list(words)))
    return FakeArm(tokenizer, lambda ids, position, target: 0.5 if target in good else 0.25, causal=True)


def test_the_share_of_pairs_whose_good_sentence_is_more_probable_by_paradigm() -> None:
    found = measure_pairs({"before": likes("sleeps"), "after": likes("sleeps", "there")}, PAIRS)
    before, after = (found.sums[when][0] for when in ("before", "after"))
    assert before.groups == ("agreement", "place")
    assert (before.numerator_G.tolist(), before.denominator_G.tolist()) == ([1.0, 0.0], [2.0, 1.0]), (
        "a tie is not right"
    )
    assert after.numerator_G.tolist() == [1.0, 1.0]
    assert (after.n, after.better, after.value) == (3, "higher", pytest.approx(2 / 3))


def test_an_encoder_hides_each_word_once_its_pieces_from_left_to_right() -> None:
    """Against the pseudo-log-likelihood word by word, computed here."""
    tokenizer = word_piece("the cat sleep ##s here")
    arm = TorchArm(tokenizer, "bert")
    mask = tokenizer.mask_token_id

    def likelihood(sentence: str) -> float:
        ids = tokenizer(sentence)["input_ids"]
        words: list[list[int]] = []
        tokens = tokenizer.convert_ids_to_tokens(ids)
        for place, token in enumerate(tokens):
            words[-1].append(place) if token.startswith("##") else words.append([place])
        total = 0.0
        for word in words:
            hidden = [mask if place in word else one for place, one in enumerate(ids)]
            for place in word:
                total += float(arm.log_probabilities(hidden)[place, ids[place]])
                hidden[place] = ids[place]
        return total

    sentences = ["the cat sleeps here", "the cat sleep here", "sleeps the cat", "here cat the sleeps", "cat here"]
    pairs = [Pair(f"{a}/{b}", f"{a}/{b}", a, b) for a in sentences for b in sentences if a != b]
    with torch.no_grad():
        expected = [float(likelihood(pair.good) > likelihood(pair.bad)) for pair in pairs]
    assert measure_pairs({"before": arm}, pairs).sums["before"][0].numerator_G.tolist() == expected
    assert 0 < sum(expected) < len(expected)


def test_the_draw_is_even_over_paradigms_and_seeded() -> None:
    many = [Pair(str(number), f"p{number % 4}", "a", "b") for number in range(80)]
    some = choose_pairs(many, 10, 0)
    assert sorted(Counter(one.paradigm for one in some).values()) == [2, 2, 3, 3]
    assert choose_pairs(many, 10, 0) == some == choose_pairs(many[::-1], 10, 0)
    assert choose_pairs(many, 10, 1) != some
    assert len(choose_pairs(many, 100, 0)) == 80
    uneven = [*many[:8:4], *many[1::4]]
    assert Counter(one.paradigm for one in choose_pairs(uneven, 10, 0)) == {"p0": 2, "p1": 8}


def test_a_sentence_that_does_not_fit_is_said() -> None:
    arm = likes("cat")
    arm.max_length = 4
    with pytest.raises(UserError, match=r"raise tokens\.max_length"):
        measure_pairs({"before": arm}, PAIRS)
