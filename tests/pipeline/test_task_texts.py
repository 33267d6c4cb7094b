"""What the steps of `prepare` make of a task's texts is what the task learns, and what they drop is in the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import Rows
from acclimate.pipeline.check import check
from acclimate.pipeline.prepare import make_rows
from acclimate.pipeline.recipe import read_recipe
from tests.pipeline import tiny

REVIEWS = [{"review": f"so   good {number}", "label": number % 2} for number in range(20)]
SPANS = [{"text": f"the   ulcer {n}", "marked": [{"start": 6, "end": 11, "label": "D"}]} for n in range(20)]
WORDS = [{"tokens": ["the", "a\u00a0b"], "ner_tags": ["O", "B-D"]} for _ in range(20)]
QUESTION = {"question": "which   one", "context": "the   ulcer", "answers": ["ulcer"]}


def made(place: Path, rows: list[dict[str, Any]], objective: dict[str, Any], *steps: Any) -> tuple[Rows, Ledger]:
    data, ledger = tiny.write_rows(place / "rows.jsonl", rows), Ledger()
    parsed, _ = read_recipe(tiny.recipe("m", data, place / "out", objective=objective, prepare=list(steps)))
    return make_rows(parsed, parsed.phases[0], 0, ledger), ledger


@pytest.mark.parametrize(
    "step", ["clean", {"name": "clean", "column": "review"}, {"name": "clean", "required": ["review", "text"]}]
)
@pytest.mark.parametrize("text", [{}, {"text": "another   text"}])
def test_a_named_column_of_text_is_learnt_as_the_steps_wrote_it(
    tmp_path: Path, step: Any, text: dict[str, str]
) -> None:
    rows, _ = made(tmp_path, [text | row for row in REVIEWS], {"name": "classify", "text_column": "review"}, step)
    for name in ("text", "review"):
        assert rows[name].to_pylist() == [f"so good {number}" for number in range(20)], name


def test_names_that_a_step_replaced_in_one_column_are_learnt_by_none(tmp_path: Path) -> None:
    reviews = [row | {"review": f"call ann.lee@example.com or {number}"} for number, row in enumerate(REVIEWS)]
    step = {"name": "pseudonymise", "text": "review", "columns": [], "dates": []}
    rows, _ = made(tmp_path, reviews, {"name": "classify", "text_column": "review"}, "clean", step)
    assert "ann.lee" not in str(rows.to_pylist())


def test_a_column_that_is_read_as_something_else_is_not_written_over(tmp_path: Path) -> None:
    reviews = [{"review": row["review"], "text": "ab"[row["label"]]} for row in REVIEWS]
    options = {"name": "classify", "text_column": "review", "label_column": "text"}
    rows, _ = made(tmp_path, reviews, options)
    assert rows["labels"].to_pylist()[:2] == [["a"], ["b"]]


def test_questions_and_contexts_are_learnt_as_the_steps_wrote_them(tmp_path: Path) -> None:
    steps = ["clean", {"name": "clean", "column": "context"}]
    rows, ledger = made(tmp_path, [QUESTION] * 20, {"name": "extract"}, *steps)
    assert set(zip(rows["text"].to_pylist(), rows["text_pair"].to_pylist(), strict=True)) == {
        ("which one", "the ulcer")
    }
    assert rows["right_answers"].to_pylist()[0] == [{"text": "ulcer", "start": 4}]
    assert ledger.entries[1]["values"] == {"text: written anew": 20}


def test_rows_without_words_are_dropped_in_the_ledger(tmp_path: Path) -> None:
    rows, ledger = made(tmp_path, [*WORDS, {"tokens": [], "ner_tags": []}], {"name": "tag"})
    assert rows.num_rows == 20
    assert ledger.entries[-1]["dropped"] == {"no words": 1}
    with pytest.raises(UserError, match=r"2 of 22 rows would be dropped \(no words: 2\)"):
        made(tmp_path, [*WORDS, *[{"tokens": [], "ner_tags": []}] * 2], {"name": "tag"})


def test_white_space_taken_off_spans_is_counted_whatever_the_text_is_called(tmp_path: Path) -> None:
    rows = [{"sentence": "an ulcer ", "entities": [{"start": 3, "end": 9, "label": "D"}]}] * 20
    _, ledger = made(tmp_path, rows, {"name": "tag"})
    assert ledger.entries[-1]["values"] == {"white space taken off spans": 20}


@pytest.mark.parametrize("step", ["clean", {"name": "clean", "column": "sentence"}])
@pytest.mark.parametrize("text", ["text", "sentence"])
def test_a_text_with_spans_keeps_every_character_whatever_its_columns_are_called(
    tmp_path: Path, text: str, step: Any
) -> None:
    renamed = [{"sentence": row["text"], text: row["text"], "marked": row["marked"]} for row in SPANS]
    rows, _ = made(tmp_path, renamed, {"name": "tag", "text_column": text, "entities_column": "marked"}, step)
    (entity,) = rows["entities"].to_pylist()[0]
    assert rows["text"].to_pylist()[0][entity["start"] : entity["end"]] == "ulcer"


def test_a_text_with_spans_is_not_pseudonymised_whatever_they_are_called(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="places in the texts are written down"):
        made(tmp_path, SPANS, {"name": "tag", "entities_column": "marked"}, "pseudonymise")


def test_words_without_a_text_keep_every_character(tmp_path: Path) -> None:
    rows, _ = made(tmp_path, WORDS, {"name": "tag"}, "clean")
    assert rows["text"].to_pylist()[0] == "the a\u00a0b"


@pytest.mark.parametrize("base", ["encoder", "decoder"])
def test_a_tokenizer_that_runs_two_texts_together_is_told(
    request: pytest.FixtureRequest, tmp_path: Path, base: str
) -> None:
    rows = [{"text": "the patient", "text_pair": "with a stent", "label": number % 2} for number in range(20)]
    recipe = tiny.recipe(
        request.getfixturevalue(base), tiny.write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out",
        objective="classify", prepare=[],
    )  # fmt: skip
    said = "\n".join(check(recipe).phases[0].warnings)
    assert ("the tokenizer adds no token between the two texts of a pair" in said) is (base == "decoder")


def test_spans_as_doccano_writes_them_are_read(tmp_path: Path) -> None:
    rows, _ = made(
        tmp_path, [{"text": "an ulcer", "label": [[3, 8, "D"]]}] * 20, {"name": "tag", "entities_column": "label"}
    )
    assert rows["entities"].to_pylist()[0] == [{"start": 3, "end": 8, "label": "D"}]
