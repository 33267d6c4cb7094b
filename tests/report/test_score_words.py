"""Every score of answers has words of its own, and length is neither good nor bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from acclimate.core.families import FAMILIES
from acclimate.core.registry import resolve
from acclimate.core.scores import Score, Verdict
from acclimate.evaluate.metrics.semantic_similarity import SemanticSimilarity
from acclimate.report.score_table import score_rows
from acclimate.report.score_words import EXPLAINED
from tests.evaluate.answers_made import answers
from tests.report.example import bare_proof

TEXTS = [name for name in FAMILIES["metric"] if resolve("metric", name).reads == "texts"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_score_of_answers_is_explained(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "terms.txt").write_text("heart\n", encoding="utf-8")
    monkeypatch.setattr(SemanticSimilarity, "_vectors", lambda self, texts: np.ones((len(texts), 1)))
    options = {"glossary": {"terms": str(tmp_path / "terms.txt")}, "semantic_similarity": {"model": "some/encoder"}}
    made = answers([("the heart beats on", "the heart beats on"), ((), "x")])
    found = resolve("metric", name)(**options.get(name, {})).sums(replace(made, tokens=(4, 1), cut=(False, False)))
    assert found
    assert not {one.name for one in found} - EXPLAINED.keys()


def test_no_length_is_called_better() -> None:
    line = Score("p", "change", "test", "answer_length", -5.0, "tokens an answer", "lower", 10, -6.0, -4.0, "base")
    proof = replace(bare_proof(), verdict=Verdict("better", "other", ""))
    (length,) = score_rows(replace(proof, scores=[line]), "test")
    (cut,) = score_rows(replace(proof, scores=[replace(line, name="answers_cut")]), "test")
    assert (length.direction, length.outcome) == ("", "")
    assert (cut.direction, cut.outcome) == ("↓ lower is better", "better")
