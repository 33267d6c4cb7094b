from __future__ import annotations

import math
from dataclasses import replace

from acclimate.core.proof import Cost, DataFacts
from acclimate.report.facts import (
    cost_facts,
    data_table,
    floor_sentence,
    model_facts,
    provenance_facts,
    sentence_on_test_set,
)
from tests.report.example import bare_proof, example_proof


def test_the_test_set_in_words() -> None:
    said = sentence_on_test_set(example_proof()).replace("\u00a0", " ")
    assert said == "312 groups (patient_id), 312 rows, 124,665 tokens"
    assert sentence_on_test_set(bare_proof()) == ""
    proof = replace(bare_proof(), data=[DataFacts("test", 1)])
    assert sentence_on_test_set(proof) == "1\u00a0row"


def test_the_floor_in_words() -> None:
    assert "to 0.90 bits/byte of hidden values" in floor_sentence(example_proof())
    assert floor_sentence(replace(example_proof(), floor_share=None)) == ""
    assert floor_sentence(replace(bare_proof(), floor_share=0.5)) == ""


def test_facts_that_are_not_known_are_left_out() -> None:
    assert dict(model_facts(bare_proof())) == {"Base": "tiny", "Kind": "encoder"}
    assert cost_facts(bare_proof()) == []
    assert [label for label, _ in provenance_facts(bare_proof())] == ["Made"]
    unknown = Cost(math.nan, math.inf, math.nan, updates=0)
    assert cost_facts(replace(bare_proof(), cost=unknown)) == [("Updates", "0")]


def test_facts_that_are_known() -> None:
    cost = {label: value.replace("\u00a0", " ") for label, value in cost_facts(example_proof())}
    assert cost["Whole run"] == "3 min 41 s"
    assert cost["Peak memory"] == "1.38 GB"
    assert cost["Speed"] == "6,074 tokens/s"
    assert dict(provenance_facts(example_proof()))["Seeds"] == "run 0, evaluation 0"
    few = replace(example_proof().model, trainable=88_125)
    assert dict(model_facts(replace(example_proof(), model=few)))["Trained"] == "88,125 (1.0\u00a0% of all)"


def test_columns_that_no_role_has_are_left_out() -> None:
    heads, rows = data_table(example_proof())
    assert heads == ["Part", "Groups", "Rows", "Documents", "Tokens"]
    assert rows[2] == ["test set", "312 patient_id", "312", "538", "124,665"]
    heads, rows = data_table(replace(bare_proof(), data=[DataFacts("train", 3), DataFacts("test", 0)]))
    assert (heads, rows) == (["Part", "Rows"], [["training set", "3"], ["test set", "0"]])
    assert data_table(bare_proof()) == ([], [])
