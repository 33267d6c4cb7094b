"""Tasks without labels of texts: the base is measured on the texts of their rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.pipeline.advise.advise import advise
from acclimate.pipeline.advise.domain import Question, domain_of
from tests.pipeline import init_made, tiny


def text(number: int) -> str:
    return f"note {number}: the patient was seen at the hospital in the morning"


def rows_of(task: str, count: int = 60) -> list[dict[str, Any]]:
    """Rows of a task; two of `extract` ask about one context."""
    made: dict[str, Any] = {
        "tag": lambda n: {"tokens": json.dumps(text(n).split()), "tags": "O O O B-WHO" + " O" * 8},
        "extract": lambda n: {"question": f"who of {n}?", "context": text(n // 2), "answer": "the patient"},
        "sft": lambda n: {"question": f"what of {n}?", "answer": text(n)},
    }
    return [made[task](number) for number in range(count)]


@pytest.mark.parametrize(
    "task, texts",
    [
        ("tag", {text(number) for number in range(60)}),
        ("extract", {text(number) for number in range(30)}),
        ("sft", {f"what of {number}?\n{text(number)}" for number in range(60)}),
    ],
)
def test_the_texts_that_a_task_reads_are_measured(
    task: str, texts: set[str], tmp_path: Path, encoder: Path, decoder: Path
) -> None:
    data = init_made.write_csv(tmp_path / "rows.csv", rows_of(task))
    domain = domain_of(Question(str(data), str(decoder if task == "sft" else encoder), task))
    assert {one.text for one in domain.texts} <= texts
    assert sorted(domain.rows.column("text").to_pylist()) == sorted(texts)
    assert domain.recipe.phases[0].objective.head == ("causal" if task == "sft" else "masked")
    assert 0 < domain.task_rows < 60
    assert f"How well the model does {task} already is not measured; a run says it." in domain.notes


def test_it_is_advised(tmp_path: Path, encoder: Path) -> None:
    data = tiny.write_rows(tmp_path / "rows.jsonl", [{"tokens": text(n).split(), "tags": ["O"] * 3 + ["B-WHO"] + ["O"] * 8}
                                                     for n in range(60)])  # fmt: skip
    made = advise(Question(str(data), str(encoder), "ner", rows=30), tmp_path / "out")
    assert made.task == "tag"
    assert made.recommendation.choice in ("fine-tune the task only", "adapt first")
    fine_tuned = next(one for one in made.options if one.choice == "fine-tune the task only")
    assert "labelled rows" in fine_tuned.means
    assert made.find("test", "tokens_per_word", "change") is not None
