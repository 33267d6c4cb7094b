import math

import numpy as np
import pytest

from acclimate.evaluate.measure import measure
from acclimate.evaluate.pseudo import each_alone, sample
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import FakeArm, TorchArm, record, text, word_piece
from tests.tokenizers_made import byte_bpe, wordpiece

EXACT = Evaluate(pseudo_perplexity=True, exact=True)
TEXTS = [
    text("Don't give aspirin: the stent is open; 病人今天住院了。", "a", "x"),
    text("The patient was seen, and the dose was 50 mg.", "b", "y"),
    text("iron", "c", "y"),
]
LONG = text("the patient was seen at the hospital in the morning and sent home with aspirin " * 6 + "there", "c", "z")


def word_by_word(arm: TorchArm, row: EvalText) -> float:
    """-ln P of all words of a row that fits one window: each hidden alone, its pieces shown from left to right."""
    found = arm.tokenizer(row.text, return_offsets_mapping=True)
    ids, offsets = found["input_ids"], found["offset_mapping"]
    nats = 0.0
    for start, end in row.units().tolist():
        pieces = [t for t, (a, b) in enumerate(offsets) if a < b and a < end and b > start]
        shown = [arm.tokenizer.mask_token_id if place in pieces else one for place, one in enumerate(ids)]
        for place in pieces:
            nats -= float(arm.log_probabilities(shown)[place, ids[place]])
            shown[place] = ids[place]
    return nats


def test_a_tiny_model_against_a_loop_over_words() -> None:
    arms = {"before": TorchArm(wordpiece(), "bert"), "after": TorchArm(wordpiece(), "bert", seed=1)}
    found = measure(arms, TEXTS, EXACT)
    words = [len(row.units()) for row in TEXTS]
    for when, arm in arms.items():
        (score,) = [one for one in found.sums[when] if one.name == "pseudo_perplexity"]
        nats = [word_by_word(arm, row) for row in TEXTS]
        assert score.numerator_G == pytest.approx([nats[0], nats[1] + nats[2]], rel=1e-9)
        assert score.denominator_G.tolist() == [words[0], words[1] + words[2]]
        assert score.value == pytest.approx(math.exp(sum(nats) / sum(words)))
        assert (score.n, score.better, score.unit) == (
            sum(words),
            "lower",
            "exp(nats/word), each hidden alone, all words",
        )


def test_by_hand_it_is_normalised_by_words_whatever_the_pieces() -> None:
    """0.5 a piece: "patient" is two pieces, "iron" one; 3 ln 2 over 2 words. A tokenizer of whole words: 2 ln 2."""
    row = [text("patient iron")]
    values = [
        measure({"before": FakeArm(word_piece(pieces))}, row, EXACT).sums["before"][-1].value
        for pieces in ("pat ##ient iron", "patient iron")
    ]
    assert values == pytest.approx([2**1.5, 2.0])


def test_it_is_only_there_if_it_is_asked_for() -> None:
    names = [one.name for one in measure({"before": FakeArm(byte_bpe())}, TEXTS, Evaluate()).sums["before"]]
    assert names == ["bits_per_byte", "masked_accuracy"]


def test_a_sample_is_seeded_by_row_and_asked_alike_of_every_tokenizer() -> None:
    settings = Evaluate(pseudo_perplexity=True, pseudo_words=3)
    chosen = [sample(row, settings) for row in TEXTS]
    assert [int(one.sum()) for one in chosen] == [3, 3, 1]
    assert all(np.array_equal(a, sample(row, settings)) for a, row in zip(chosen, TEXTS, strict=True))
    other = [sample(row, settings.model_copy(update={"seed": 1})) for row in TEXTS]
    assert any(not np.array_equal(a, b) for a, b in zip(chosen, other, strict=True))
    arms = [FakeArm(wordpiece()), FakeArm(byte_bpe())]
    for each in arms:
        asked = each_alone(TEXTS, windows := cut(TEXTS, [each], 0.0), chosen)
        spoken = [
            windows[one.window].text[start:end].strip() for one in asked.hidden for start, end in one.spans_U2.tolist()
        ]
        assert spoken == [
            row.text[start:end] for row, some in zip(TEXTS, chosen, strict=True) for start, end in row.units()[some]
        ]
    found = measure({"before": arms[0], "after": arms[1]}, TEXTS, settings).sums
    assert found["before"][-1].denominator_G.tolist() == found["after"][-1].denominator_G.tolist()
    assert found["after"][-1].n == 7
    assert found["after"][-1].unit == "exp(nats/word), each hidden alone, at most 3 words a document"


def test_every_word_of_a_long_text_counts_once() -> None:
    found = measure({"before": FakeArm(byte_bpe(), max_length=24)}, [LONG], EXACT)
    score = found.sums["before"][-1]
    assert len(found.windows) > 3
    assert score.n == len(LONG.units())
    spoken = [
        window.text[start:end].strip()
        for window in found.windows
        for start, end in zip(window.encoded[0].starts_T, window.encoded[0].ends_T, strict=True)
    ]
    tokens = sum(1 for one in spoken if one)
    assert score.numerator_G.tolist() == pytest.approx([tokens * math.log(2)]), "every token but spaces, once"


def test_of_records_the_values_are_asked_for() -> None:
    score = measure({"before": FakeArm(byte_bpe())}, [record()], EXACT).sums["before"][-1]
    assert (score.n, score.unit) == (7, "exp(nats/value), each hidden alone, all values")
