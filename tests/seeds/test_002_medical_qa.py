"""Seed 002: a CSV of medical questions and answers in Chinese is cleaned, split 80/20 and written as two JSON files; a decoder
learns the answers and is asked.

Each test is one statement of the chapter; what pandas makes of the same file is the measure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from acclimate.core.errors import UserError
from acclimate.pipeline.run import Run, run
from acclimate.pipeline.show import show
from tests.pipeline import tiny

COUNT = 120
ANSWERS = ("没有问题。", "住院。")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions and answers, some of them null, empty or repeated."""
    rows = [{"Question": f"病人{number}?", "Answer": ANSWERS[number % 2]} for number in range(COUNT)]
    rows[3:3] = [
        {"Question": None, "Answer": "没有问题。"},
        {"Question": "无答?", "Answer": None},
        {"Question": "   ", "Answer": "空。"},
        {"Question": "病人0?", "Answer": "又。"},
        {"Question": "病人1?", "Answer": "又。"},
    ]
    place = tmp_path_factory.mktemp("seed_002") / "medical_qa_chinese.csv"
    pd.DataFrame(rows).to_csv(place, index=False)
    return place


def recipe(table: Path, out: Path, model: Path) -> dict[str, Any]:
    files = {"train": "train_data.json", "validation": "valid_data.json"}
    return {
        "name": "medical_qa",
        "model": str(model),
        "sources": {"train": {"name": "csv", "path": str(table)}},
        "prepare": [
            {"name": "clean", "required": ["Question", "Answer"], "keys": "Question"},
            {"name": "split", "validation": 0.2, "test": 0.0},
            {"name": "write", **files, "columns": {"prompt": "Question", "completion": "Answer"}},
        ],
        "objective": {"name": "sft"},
        "train": {
            "learning_rate": 2e-2,
            "lr_scheduler_type": "constant",
            "logging_steps": 5,
            "max_steps": 40,
            "per_device_train_batch_size": 8,
        },
        "evaluate": {"retention": None, "resamples": 100},
        "leaks": "off",
        "output_dir": str(out),
    }


@pytest.fixture(scope="module")
def done(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("run")
    return run(recipe(table, place / "out", tiny.decoder(place / "model")))


@pytest.fixture(scope="module")
def by_pandas(table: Path) -> list[dict[str, str]]:
    """The chapter's own lines."""
    data = pd.read_csv(table)
    data = data.dropna()
    data = data[data["Question"].str.strip() != ""]
    data = data.drop_duplicates(subset="Question")
    return [
        {"prompt": asked, "completion": answer} for asked, answer in zip(data["Question"], data["Answer"], strict=True)
    ]


def files(done: Run) -> list[list[dict[str, str]]]:
    place = done.folder / "02-adapt-prepare"
    return [json.loads((place / name).read_text(encoding="utf-8")) for name in ("train_data.json", "valid_data.json")]


def test_null_empty_and_repeated_questions_are_taken_out_and_counted(done: Run) -> None:
    ledger = json.loads((done.folder / "ledger.json").read_text(encoding="utf-8"))
    (clean,) = [entry for entry in ledger if entry["step"] == "clean"]
    assert clean["rows_in"] == COUNT + 5
    assert clean["removed"] == {
        "no value in 'Question'": 2,
        "no value in 'Answer'": 1,
        "Question as in another row": 2,
    }


def test_what_is_left_is_what_pandas_leaves(done: Run, by_pandas: list[dict[str, str]]) -> None:
    train, valid = files(done)
    key = json.dumps
    assert sorted(map(key, train + valid)) == sorted(map(key, by_pandas))
    assert not set(map(key, train)) & set(map(key, valid))
    assert len(by_pandas) == COUNT


def test_one_fifth_is_for_validation_the_same_in_every_run(done: Run, table: Path, tmp_path: Path) -> None:
    _, valid = files(done)
    assert abs(len(valid) / COUNT - 0.2) < 0.1, "each row's role is drawn by itself"
    from acclimate.core.ledger import Ledger
    from acclimate.pipeline.prepare import make_rows, of_role
    from acclimate.pipeline.recipe import read_recipe

    parsed, _ = read_recipe(recipe(table, tmp_path / "out", tiny.decoder(tmp_path / "model")))
    again = of_role(make_rows(parsed, parsed.phases[0], 0, Ledger()), "validation")
    assert again.column("Question").to_pylist() == [row["prompt"] for row in valid]
    assert not (tmp_path / "out").exists(), "looking at rows writes no files"


def test_the_files_are_one_array_each_with_chinese_as_it_is(done: Run) -> None:
    text = (done.folder / "02-adapt-prepare" / "train_data.json").read_text(encoding="utf-8")
    assert text.startswith('[{"prompt": "病')
    assert text.endswith('。"}]')
    assert "\\u" not in text


def test_how_the_rows_are_read_is_said(done: Run) -> None:
    sentence = "rows are read as question_answer: Question -> user, Answer -> assistant"
    assert sentence in (done.folder / "report.html").read_text(encoding="utf-8").replace("&gt;", ">")


def test_answers_are_learnt_and_the_model_is_asked_with_plain_transformers(done: Run) -> None:
    history = json.loads((done.folder / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    losses = [line["loss"] for line in history if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]
    model = AutoModelForCausalLM.from_pretrained(done.folder / "model")
    tokenizer = AutoTokenizer.from_pretrained(done.folder / "model")
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "病人7?"}], add_generation_prompt=True, return_tensors="pt"
    )
    said = model.generate(**asked, max_new_tokens=20, do_sample=False, pad_token_id=0)[0, asked["input_ids"].shape[1] :]
    assert said[-1] == tokenizer.eos_token_id, "the end of an answer was learnt"
    assert tokenizer.decode(said, skip_special_tokens=True) in ANSWERS


def test_what_is_shown_is_learnt_to_the_token(table: Path, tmp_path: Path) -> None:
    shown = show(recipe(table, tmp_path / "out", tiny.decoder(tmp_path / "model")), 0)
    (window,) = shown.windows
    learnt = "".join(piece.text for piece in window if piece.kind == "learnt")
    assert learnt == shown.text.split("\n")[1] + "</s>"
    assert shown.read_as.startswith("rows are read as question_answer")


def test_without_cleaning_the_rows_are_named_before_anything_is_trained(table: Path, tmp_path: Path) -> None:
    data = recipe(table, tmp_path / "out", tiny.decoder(tmp_path / "model"))
    data["prepare"] = [{"name": "split", "validation": 0.2, "test": 0.0}]
    with pytest.raises(UserError) as caught:
        run(data)
    assert [fault.found for fault in caught.value.faults] == [
        "2 rows have no value in 'Question': medical_qa_chinese.csv:4, medical_qa_chinese.csv:6",
        "1 rows have no value in 'Answer': medical_qa_chinese.csv:5",
    ]
