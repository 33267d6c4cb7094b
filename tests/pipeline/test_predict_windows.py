"""A trained task reads the windows that it was trained on and measured by, whoever asks it."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

import acclimate
from acclimate.model.load import config_for
from acclimate.model.section import Model
from acclimate.pipeline.run import Run, run
from acclimate.pipeline.trained_task import phase_of
from tests.pipeline import tiny
from tests.pipeline.test_extract import questions

LONGEST = 64
_TRAIN = {"max_steps": 60, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False}


def labelled(count: int, seed: int) -> list[dict[str, Any]]:
    """Texts of more than two short windows, some of whose sentences tell the label."""
    draw, rows = random.Random(seed), []
    for number in range(count):
        said = [one["text"] for one in tiny.texts(3, seed * 1000 + number)]
        drug = sum("aspirin" in one or "dose" in one for one in said) >= 2
        draw.shuffle(said)
        rows.append({"text": " . ".join(said), "label": "drug" if drug else "other"})
    return rows


def trained(encoder: Path, place: Path, rows: list[list[dict[str, Any]]], **changes: Any) -> Run:
    sources = {
        role: str(tiny.write_rows(place / f"{role}.jsonl", some))
        for role, some in zip(("train", "test"), rows, strict=True)
    }
    evaluate = {"retention": None, "terms": None, "resamples": 100}
    return run(tiny.recipe(encoder, "", place / "run", sources=sources, prepare=[], train=_TRAIN, evaluate=evaluate,
                           **changes))  # fmt: skip


def score(done: Run, name: str) -> float:
    return next(one.value for one in done.scores if (one.when, one.name, one.slice) == ("after", name, None))


@pytest.fixture(scope="module")
def classifier(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    rows = [labelled(60, 1), labelled(30, 2)]
    objective, tokens = {"name": "classify", "long": "windows"}, {"max_length": 16, "stride": 4}
    return trained(encoder, tmp_path_factory.mktemp("windows"), rows, objective=objective, tokens=tokens)


def test_predict_gives_the_scores_of_the_report(classifier: Run) -> None:
    test = labelled(30, 2)
    with acclimate.load(str(classifier.folder)) as model:
        said = model.predict([row["text"] for row in test])
    loss = [-math.log(max(line["scores"][row["label"]], 1e-9)) for row, line in zip(test, said, strict=True)]
    assert sum(loss) / len(loss) == pytest.approx(score(classifier, "log_loss"), abs=1e-5)


def test_a_question_s_windows_are_those_that_were_trained(encoder: Path, tmp_path: Path) -> None:
    def longer(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lead = "it was seen . " * 10
        starts = [[len(lead) + start for start in row["answers"]["answer_start"]] for row in rows]
        return [
            {**row, "context": lead + row["context"], "answers": {**row["answers"], "answer_start": start}}
            for row, start in zip(rows, starts, strict=True)
        ]

    rows = [longer(questions(60, 1)), longer(questions(30, 2))]
    done = trained(encoder, tmp_path, rows, objective="extract", tokens={"max_length": 24, "stride": 6})
    with acclimate.load(str(done.folder)) as model:
        said = model.predict([{"question": row["question"], "context": row["context"]} for row in rows[1]])
    assert score(done, "exact_match_answerable") > 0.5
    right = [line["answer"] == "".join(row["answers"]["text"]) for row, line in zip(rows[1], said, strict=True)]
    assert sum(right) / len(right) == pytest.approx(score(done, "exact_match"))
    tokens = phase_of(config_for(Model(path=str(done.folder / "model"))), "").tokens
    assert (tokens.max_length, tokens.stride) == (24, 6)


def test_a_special_token_in_a_text_is_read_as_it_was_learnt(encoder: Path, tmp_path: Path) -> None:
    marks = {"drug": "[DRUG]", "other": "[OTHER]"}
    rows = [[{**row, "text": f"{marks[row['label']]} was seen"} for row in labelled(60, seed)] for seed in (1, 2)]
    tokens = {"max_length": 16, "additional_special_tokens": list(marks.values())}
    done = trained(encoder, tmp_path, rows, objective="classify", tokens=tokens)
    assert score(done, "accuracy") == 1.0
    with acclimate.load(str(done.folder)) as model:
        said = model.predict([row["text"] for row in rows[1]])
    assert [line["label"] for line in said] == [row["label"] for row in rows[1]]


def test_plain_transformers_cuts_there_too(classifier: Run) -> None:
    tokenizer = AutoTokenizer.from_pretrained(classifier.folder / "model")
    assert len(tokenizer(labelled(1, 3)[0]["text"], truncation=True)["input_ids"]) == 16


def test_a_model_that_starts_from_it_may_read_longer_windows(classifier: Run, tmp_path: Path) -> None:
    model, rows = classifier.folder / "model", [labelled(60, 1), labelled(30, 2)]
    again = trained(model, tmp_path / "task", rows, objective="classify", tokens={"max_length": 48})
    assert AutoTokenizer.from_pretrained(again.folder / "model").model_max_length == 48
    adapted = trained(model, tmp_path / "texts", rows, objective="mlm", tokens={"max_length": 48})
    assert AutoTokenizer.from_pretrained(adapted.folder / "model").model_max_length == LONGEST
