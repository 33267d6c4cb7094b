"""Bits per byte of tiny random models against loops that look at one unit, one token at a time."""

import math

import pytest
import torch

from acclimate.evaluate.hidden import deal
from acclimate.evaluate.measure import Measured, measure
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from tests.evaluate.arms import RECORD, TorchArm, record, spelling, text, with_tags
from tests.tokenizers_made import byte_bpe, wordpiece

TEXTS = [
    text("Don't give aspirin: the stent is open; 病人今天住院了。", "a", "x"),
    text("The patient was seen, and the dose was 50 mg.", "b", "y"),
]
LONG = text("the patient was seen at the hospital in the morning and sent home with aspirin " * 6, "c", "z")


def numerators(found: Measured, arm: str, name: str = "bits_per_byte") -> list[float]:
    return [float(one) for score in found.sums[arm] if score.name == name for one in score.numerator_G]


def unit_by_unit(arm: TorchArm, row: EvalText, seed: int, passes: int) -> tuple[float, int]:
    """Bits of all hidden units of a row that fits one window, and how many were guessed; each unit by itself."""
    found = arm.tokenizer(row.text, return_offsets_mapping=True)
    ids, offsets = found["input_ids"], found["offset_mapping"]
    units = [tuple(unit) for unit in row.units().tolist()]
    pieces = [[t for t, (a, b) in enumerate(offsets) if a < b and a < end and b > start] for start, end in units]
    bits, right = 0.0, 0
    for one in range(passes):
        together = [unit for unit, dealt in enumerate(deal(seed, row.row_id, len(units))) if dealt == one]
        for unit in together:
            guessed = []
            for piece, place in enumerate(pieces[unit]):
                shown = list(ids)
                for other in together:
                    for hidden in pieces[other][piece:]:
                        shown[hidden] = arm.tokenizer.mask_token_id
                told = arm.log_probabilities(shown)[place]
                bits -= float(told[ids[place]]) / math.log(2)
                guessed.append(int(told.argmax()) == ids[place])
            right += all(guessed)
    return bits, right


@pytest.mark.parametrize("passes", [1, 7])
def test_a_masked_model_against_a_loop_over_units(passes: int) -> None:
    settings = Evaluate(passes=passes, seed=5)
    arms = {"before": TorchArm(wordpiece(), "bert"), "after": TorchArm(wordpiece(), "bert", seed=1)}
    found = measure(arms, TEXTS, settings)
    for when, arm in arms.items():
        expected = [unit_by_unit(arm, row, 5, passes) for row in TEXTS]
        assert numerators(found, when) == pytest.approx([bits for bits, _ in expected], rel=1e-9)
        assert numerators(found, when, "masked_accuracy") == [right for _, right in expected]
    if passes == 7:
        words = sum(len(row.text[start:end].encode()) for row in TEXTS for start, end in row.units())
        assert found.sums["before"][0].denominator_G.sum() == words


def test_values_of_records_against_the_loop_with_tags_as_text_and_as_tokens() -> None:
    arms = {"before": TorchArm(spelling(), "bert", 128), "after": TorchArm(with_tags(spelling()), "bert", 128)}
    found = measure(arms, [record()], Evaluate(passes=7))
    for when, arm in arms.items():
        bits, _ = unit_by_unit(arm, record(), 0, 7)
        assert numerators(found, when) == pytest.approx([bits], rel=1e-9)


def test_a_causal_model_against_the_loss_of_each_text() -> None:
    arm = TorchArm(byte_bpe(), "gpt2", 128)
    found = measure({"before": arm}, TEXTS, Evaluate())
    nats, tokens = [], 0
    for row in TEXTS:
        ids = torch.tensor([arm.tokenizer(row.text)["input_ids"]])
        with torch.no_grad():
            loss = arm.model(input_ids=ids, labels=ids).loss
        nats.append(float(loss) * (ids.shape[1] - 1))
        tokens += ids.shape[1] - 1
    assert numerators(found, "before") == pytest.approx([one / math.log(2) for one in nats], rel=1e-5)
    assert found.sums["before"][1].value == pytest.approx(math.exp(sum(nats) / tokens), rel=1e-5)
    first = [len(arm.tokenizer.tokenize(row.text)[0]) for row in TEXTS]
    sizes = [len(row.text.encode()) - size for row, size in zip(TEXTS, first, strict=True)]
    assert found.sums["before"][0].denominator_G.tolist() == sizes


def test_a_long_text_is_scored_once_with_at_least_half_a_window_of_context() -> None:
    """Each token's bits are those in its window, recomputed here from the windows' own texts."""
    arm = TorchArm(byte_bpe(bos=True), "gpt2", 48)
    found = measure({"before": arm}, [LONG], Evaluate())
    assert len(found.windows) > 3
    bits, begun = 0.0, 0
    for window in found.windows:
        encoded = arm.tokenizer(window.text, return_offsets_mapping=True)
        told = arm.log_probabilities(encoded["input_ids"])
        counted = 0
        for place, (start, end) in enumerate(encoded["offset_mapping"][1:], start=1):
            if max(start, end - 1) >= window.place(window.score_start):
                bits -= float(told[place - 1, encoded["input_ids"][place]]) / math.log(2)
                counted += 1
                assert begun == 0 or place >= 24
        assert counted > 0
        begun = window.end
    assert begun == len(LONG.text)
    assert numerators(found, "before") == pytest.approx([bits], rel=1e-9)
    assert found.sums["before"][0].value == pytest.approx(bits / len(LONG.text.encode()))


def test_values_alone_of_a_causal_model() -> None:
    arm = TorchArm(with_tags(byte_bpe(bos=True)), "gpt2", 256)
    found = measure({"before": arm}, [record()], Evaluate())
    encoded = arm.tokenizer(RECORD, return_offsets_mapping=True)
    told = arm.log_probabilities(encoded["input_ids"])
    values = {place for start, end in record().units().tolist() for place in range(start, end)}
    bits = [
        -float(told[place - 1, encoded["input_ids"][place]]) / math.log(2)
        for place, (_, end) in enumerate(encoded["offset_mapping"])
        if end - 1 in values
    ]
    assert numerators(found, "before") == pytest.approx([sum(bits)], rel=1e-9)
