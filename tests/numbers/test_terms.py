"""Bits and ranks of terms against loops that put every candidate in its place, one token at a time."""

import math
from typing import Any

import pytest
import torch

from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.terms import Term, words_of
from acclimate.evaluate.terms_measure import Terms, measure_terms
from tests.evaluate.arms import RECORD, TorchArm, record, spelling, text, with_tags
from tests.tokenizers_made import byte_bpe, wordpiece

NAMES = ["aspirin", "stent", "ulcer", "heart failure"]
TERMS = Terms([Term(name, words_of(name), "k", ("k",), 12) for name in NAMES])
ROWS = [
    text("The patient was given aspirin today. They saw an ulcer there.", "a", "x"),
    text("Now the heart failure was treated.", "b", "y"),
]
PLACES = [("The patient was given ", "aspirin", " today."), ("They saw an ", "ulcer", " there."),
          ("Now the ", "heart failure", " was treated.")]  # fmt: skip
SETTINGS = Evaluate(term_candidates=9)


def masked_bits(arm: TorchArm, before: str, said: str, after: str) -> float:
    found = arm.tokenizer(before + said + after, return_offsets_mapping=True)
    ids, begin, end = found["input_ids"], len(before), len(before) + len(said)
    pieces = [t for t, (a, b) in enumerate(found["offset_mapping"]) if a < b and a < end and b > begin]
    bits = 0.0
    for first, place in enumerate(pieces):
        shown = list(ids)
        for later in pieces[first:]:
            shown[later] = arm.tokenizer.mask_token_id
        bits -= float(arm.log_probabilities(shown)[place][ids[place]]) / math.log(2)
    return bits


def causal_bits(arm: TorchArm, before: str, said: str, after: str) -> float:
    found = arm.tokenizer(before + said, return_offsets_mapping=True)
    ids = found["input_ids"]
    told = arm.log_probabilities(ids)
    pieces = [t for t, (_, b) in enumerate(found["offset_mapping"]) if b > len(before)]
    return -sum(float(told[t - 1][ids[t]]) for t in pieces) / math.log(2)


def values(found: Any, arm: str) -> dict[str, float]:
    return {score.name: score.value for score in found.sums[arm]}


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_against_a_loop_over_candidates(kind: str) -> None:
    made = {"bert": wordpiece, "gpt2": byte_bpe}[kind]
    arms = {"before": TorchArm(made(), kind, 128), "after": TorchArm(made(), kind, 128, seed=1)}
    found = measure_terms(arms, ROWS, TERMS, SETTINGS)
    assert (found.terms, found.occurrences, found.refused) == (3, 3, "")
    asked = masked_bits if kind == "bert" else causal_bits
    for when, arm in arms.items():
        bits, ranks = [], []
        for before, true, after in PLACES:
            mine = asked(arm, before, true, after)
            others = [asked(arm, before, name, after) for name in NAMES if name != true]
            bits.append(mine)
            ranks.append(1 + sum(other <= mine for other in others))
        scores = values(found, when)
        assert scores["term_bits"] == pytest.approx(sum(bits) / 3, rel=1e-5)
        assert scores["term_top1"] == pytest.approx(sum(rank == 1 for rank in ranks) / 3)
        assert scores["term_mrr"] == pytest.approx(sum(1 / rank for rank in ranks) / 3)


def test_values_of_a_record_with_tags_as_text_and_as_tokens() -> None:
    terms = Terms([Term("F", ("F",), "sex", ("sex",)), Term("M", ("M",), "sex", ("sex",))], fields=True)
    arms = {"before": TorchArm(spelling(), "bert", 128), "after": TorchArm(with_tags(spelling()), "bert", 128)}
    short = RECORD[: RECORD.index(", drug")] + "</e>"
    found = measure_terms(arms, [record(short)], terms, SETTINGS)
    at = short.index("F")
    for when, arm in arms.items():
        bits, other = (masked_bits(arm, short[:at], said, short[at + 1 :]) for said in "FM")
        assert values(found, when)["term_bits"] == pytest.approx(bits, rel=1e-5)
        assert values(found, when)["term_top1"] == (bits < other)


def test_arms_with_different_tokenizers_are_asked_for_the_same() -> None:
    arms = {"before": TorchArm(wordpiece(), "bert", 128), "after": TorchArm(spelling(), "bert", 128)}
    found = measure_terms(arms, ROWS, TERMS, SETTINGS)
    for before, after in zip(found.sums["before"], found.sums["after"], strict=True):
        assert before.groups == after.groups
        assert before.denominator_G.tolist() == after.denominator_G.tolist()


def test_a_model_that_is_its_own_base_has_no_term_learnt() -> None:
    arm = TorchArm(wordpiece(), "bert", 128)
    rows = [EvalText(f"r{n}", f"g{n}", f"The {NAMES[n % 4]} was seen at {n}.") for n in range(40)]
    found = measure_terms({"before": arm, "after": arm}, rows, TERMS, SETTINGS)
    assert found.lines == []
    assert values(found, "before") == values(found, "after")
    with torch.no_grad():
        arm.model.get_input_embeddings().weight.mul_(0.0)
    blind = measure_terms({"before": TorchArm(wordpiece(), "bert", 128), "after": arm}, rows, TERMS, SETTINGS)
    assert {line.term for line in blind.lines} <= set(NAMES)
    assert blind.lines


def test_nothing_is_asked_where_no_term_stands() -> None:
    arm = TorchArm(wordpiece(), "bert", 128)
    assert measure_terms({"after": arm}, [text("nothing here")], TERMS, SETTINGS).sums == {}
