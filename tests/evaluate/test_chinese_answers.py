"""Real answers of Chinese doctors: a text is like itself, and unlike the answer to another question."""

from __future__ import annotations

import json
import lzma
from itertools import islice
from pathlib import Path

import pytest

from acclimate.core.registry import resolve
from tests.evaluate.answers_made import answers, values

BEST = {"rouge1": 1, "rouge2": 1, "rougeL": 1, "bleu": 100, "chrf": 100, "exact_match": 1, "token_f1": 1}


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> list[str]:
    with lzma.open(
        shared_data / "zh-medical-dialogue" / "sample_internal_medicine.jsonl.xz", "rt", encoding="utf-8"
    ) as file:
        return [json.loads(line)["answer"] for line in islice(file, 40)]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", BEST)
def test_identical_texts_have_the_best_score_and_others_have_not(name: str, texts: list[str]) -> None:
    metric = resolve("metric", name)()
    same, other = (
        answers([(text, text) for text in texts]),
        answers(list(zip(texts, texts[1:] + texts[:1], strict=True))),
    )
    for score, best in values(metric, same).items():
        assert score.startswith(name)
        assert best == pytest.approx(BEST[name])
    for one in values(metric, other).values():
        assert 0 <= one < BEST[name] / 2
