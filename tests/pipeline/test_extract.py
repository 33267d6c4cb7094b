"""Answers in contexts from the recipe to the answers, beside plain transformers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

import acclimate
from acclimate.core.errors import UserError
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny

DRUGS, PLACES = ["aspirin", "stent", "dose"], ["hospital", "artery", "morning"]


def questions(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Contexts with a drug; some have none."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        drug, place = draw.choice(DRUGS), draw.choice(PLACES)
        none = number % 4 == 0
        context = f"the patient was seen at the {place} {'in the' if none else 'with'} {'ulcer' if none else drug} ."
        answers = {"text": [] if none else [drug], "answer_start": [] if none else [context.index(drug)]}
        rows.append(
            {"question": "whatever was given ?", "context": context, "answers": answers, "source": f"s{number}"}
        )
    return rows


@pytest.fixture(scope="module")
def reader(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("reader")
    data = tiny.write_rows(place / "rows.jsonl", questions(100))
    train = {"max_steps": 60, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False}
    evaluate = {"retention": None, "terms": None, "resamples": 200}
    return run(tiny.recipe(encoder, data, place / "run", objective="extract", train=train, evaluate=evaluate))


def test_it_learns_to_find_and_to_say_nothing(reader: Run) -> None:
    found = {one.name: one.value for one in reader.scores if one.when == "after"}
    assert {"exact_match", "token_f1", "exact_match_answerable", "exact_match_unanswerable"} <= found.keys()
    assert found["exact_match"] > 0.9
    assert not {"bleu", "rouge1", "semantic_similarity"} & found.keys(), "nothing was generated"


def test_words_that_are_shared_and_saying_nothing_are_its_floors(reader: Run) -> None:
    exact = {one.unit.partition(", by ")[2]: one.value for one in reader.scores
             if (one.when, one.name) == ("floor", "exact_match")}  # fmt: skip
    test = [one for one in reader.scores if (one.when, one.name) == ("after", "exact_match_unanswerable")]
    (every,) = (one.n for one in reader.scores if (one.when, one.name) == ("after", "exact_match"))
    assert exact == {
        "the sentence most like the question": 0.0,
        "that sentence beside the question's words": 0.0,
        "saying that there is no answer": pytest.approx(test[0].n / every),
    }
    assert "saying that there is no answer" in (reader.folder / "report.html").read_text()


def test_the_folder_loads_as_transformers_own_and_points_at_the_same_answer(reader: Run) -> None:
    place = str(reader.folder / "model")
    model, tokenizer = AutoModelForQuestionAnswering.from_pretrained(place), AutoTokenizer.from_pretrained(place)
    rows = [row for row in questions(20, 1) if row["answers"]["text"]][:5]
    with acclimate.load(str(reader.folder)) as loaded:
        ours = loaded.predict([{"question": row["question"], "context": row["context"]} for row in rows])
        assert ours == loaded.predict([{**row, "right_answers": "none"} for row in rows])
    for row, line in zip(rows, ours, strict=True):
        encoded = tokenizer(row["question"], row["context"], return_tensors="pt", return_offsets_mapping=True)
        characters = encoded.pop("offset_mapping")[0]
        out = model(**encoded)
        start, end = int(out.start_logits.argmax()), int(out.end_logits.argmax())
        assert line["answer"] == row["context"][characters[start][0] : characters[end][1]] == row["answers"]["text"][0]
        assert row["context"][line["start"] : line["end"]] == line["answer"]


def test_a_text_alone_is_no_question_with_a_context(reader: Run) -> None:
    with (
        acclimate.load(str(reader.folder)) as loaded,
        pytest.raises(UserError, match="rows with a question and a context"),
    ):
        loaded.predict("whatever was given ?")


def test_a_long_context_is_read_in_windows(reader: Run) -> None:
    with acclimate.load(str(reader.folder)) as loaded:
        context = "it was seen . " * 20 + "the patient was seen at the artery with aspirin ."
        (line,) = loaded.predict([{"question": "whatever was given ?", "context": context}])
    assert line["answer"] in context
