"""Rows of tasks that can't be learnt from: a message with place, found, allowed and what to do, before anything is trained."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline import tiny

Command = Callable[..., Any]
Values = list[dict[str, Any]]
TEXT = "the patient was seen at the ulcer in the aspirin of it"
ROWS = 24


class Bad(NamedTuple):
    """Rows, the objective that reads them, and the place and words of the message."""

    rows: Values
    objective: str | dict[str, Any]
    where: str
    found: str
    test: Values | None = None
    file: str = "jsonl"
    tokens: dict[str, Any] = {}  # noqa: RUF012  never changed


def classes(*labels: Any) -> Values:
    return [{"text": f"{TEXT} {number}", "label": labels[number % len(labels)]} for number in range(ROWS)]


def one_of_them(row: dict[str, Any], **changes: Any) -> Values:
    """Rows that are alike but for the fourth."""
    return [{**row, **changes} if number == 3 else row for number in range(ROWS)]


def words(**changes: Any) -> Values:
    return one_of_them({"tokens": ["the", "patient", "was"], "tags": ["O", "B-WHO", "O"]}, **changes)


def spans(*entities: tuple[Any, Any, str | None]) -> Values:
    some = [{"start": start, "end": end, "label": label} for start, end, label in entities]
    return one_of_them(
        {"text": "the patient was", "entities": [{"start": 4, "end": 11, "label": "WHO"}]}, entities=some
    )


def questions(**changes: Any) -> Values:
    answers = {"text": ["patient"], "answer_start": [4]}
    return one_of_them({"question": "who was seen", "context": "the patient was seen", "answers": answers}, **changes)


def prompts(**changes: Any) -> Values:
    return one_of_them({"prompt": "who was seen", "completion": "the patient"}, **changes)


def messages(*turns: tuple[str, str | None]) -> Values:
    good = [{"role": "user", "content": "who"}, {"role": "assistant", "content": "the patient"}]
    return one_of_them({"messages": good}, messages=[{"role": role, "content": content} for role, content in turns])


LABEL, TASK, FORM, LENGTH = (
    "phases.0.objective.label_column", "phases.0.objective", "phases.0.objective.form", "adapt.tokens.max_length",
)  # fmt: skip
SHORT = {"max_length": 24}
BAD = {
    "one class": Bad(classes("a"), "classify", TASK, "only one label: a"),
    "one class in training": Bad(classes("a"), "classify", TASK, "only one label: a", test=classes("a", "b")),
    "a label that only test has": Bad(
        classes("a", "b"), "classify", TASK, "test rows have labels that no training row has: 'c'", test=classes("c")
    ),
    "floats": Bad(classes(0.5, 1.25), "classify", LABEL, "numbers with a fraction: 0.5 (bad.jsonl:1)"),
    "floats in CSV": Bad(classes("0.5", "2"), "classify", LABEL, "numbers with a fraction: 0.5 (bad.csv:1)", file="csv"),
    "floats in Parquet": Bad(
        classes(0.5, 1.0), "classify", LABEL, "numbers with a fraction: 0.5 (bad.parquet:1)", file="parquet"
    ),
    "floats in lists": Bad(classes([0.5, 1.0]), "classify", LABEL, "numbers with a fraction: 0.5 (bad.jsonl:1)"),
    "NaN in JSON": Bad(classes(math.nan, 1.0), "classify", "bad.jsonl, line 1", "NaN is no JSON"),
    "NaN in CSV": Bad(classes("nan", "1"), "classify", LABEL, "12 rows without a label (nan is none): bad.csv:1", file="csv"),
    "NaN in Parquet": Bad(classes(math.nan, 1.0), "classify", LABEL, "12 rows without a label: bad.parquet:1", file="parquet"),
    "NaN in lists": Bad(classes([math.nan, 1.0]), "classify", LABEL, "24 rows without a label", file="parquet"),
    "infinite": Bad(classes(math.inf, 1.0), "classify", LABEL, "12 rows without a label", file="parquet"),
    "NaN as a score": Bad(
        classes("nan", "1.5"), {"name": "classify", "kind": "score"}, LABEL, "12 rows without a number", file="csv"
    ),
    "no label": Bad(classes(None, "b"), "classify", LABEL, "12 rows without a label: bad.jsonl:1"),
    "no label in a list": Bad(classes([None, "b"], ["a"]), "classify", LABEL, "12 rows without a label"),
    "objects for labels": Bad(classes({"a": 1}), "classify", LABEL, "24 rows without a label"),
    "two labels of one": Bad(
        classes(["a", "b"], ["a"]), {"name": "classify", "kind": "one"}, LABEL, "12 rows without exactly one label"
    ),
    "neither 0 nor 1": Bad(
        [{"text": f"{TEXT} {number}", "x": 2, "y": 0} for number in range(ROWS)],
        {"name": "classify", "label_column": ["x", "y"]}, LABEL, "24 rows without 0 or 1 in each column",
    ),
    "an empty text": Bad(
        one_of_them({"text": TEXT, "label": "a"}, text=" "), "classify", f"{TASK}.text_column",
        "1 rows without a text: bad.jsonl:4",
    ),
    "numbers for a text": Bad(one_of_them({"text": 5, "label": "a"}), "classify", TASK, "column 'text' holds int64"),
    "numbers for a second text": Bad(
        one_of_them({"text": TEXT, "text_pair": 7, "label": "a"}), "classify", TASK, "column 'text_pair' holds int64"
    ),
    "lists for a text": Bad(
        [{"text": [TEXT]}] * ROWS, "mlm", "phases.0: after prepare", "column 'text' holds list<element: string>", file="parquet"
    ),
    "numbers for a text with spans": Bad([{"text": 5, "entities": []}] * ROWS, "tag", TASK, "column 'text' holds int64"),
    "numbers for a context": Bad(
        [{"question": "what", "context": 12345, "answer": "234"}] * ROWS, "extract", TASK, "column 'context' holds int64"
    ),
    "numbers for a question": Bad(
        [{"question": 12, "context": "the ulcer", "answer": "ulcer"}] * ROWS, "extract", TASK, "column 'question' holds int64"
    ),
    "a weight for no label": Bad(
        classes("a", "b"), {"name": "classify", "class_weights": {"aa": 2.0}}, f"{TASK}.class_weights",
        "no label 'aa'",
    ),
    "more tags than words": Bad(words(tags=["O"] * 4), "tag", TASK, "bad.jsonl:4: 4 tags for 3 words"),
    "fewer tags than words": Bad(words(tags=["O"]), "tag", TASK, "bad.jsonl:4: 1 tags for 3 words"),
    "a word without a tag": Bad(words(tags=["O", None, "O"]), "tag", TASK, "bad.jsonl:4: word 2 has no tag"),
    "NaN for a tag": Bad(
        [{"tokens": ["the", "patient"], "tags": [0.0, math.nan]}] * ROWS, {"name": "tag", "labels": ["O", "B-A", "I-A"]},
        TASK, "bad.parquet:1: word 2 has no tag", file="parquet",
    ),
    "a tag with a fraction": Bad(
        [{"tokens": ["the", "patient"], "tags": [0.0, 0.5]}] * ROWS, {"name": "tag", "labels": ["O", "B-A", "I-A"]},
        TASK, "bad.jsonl:1: the tag of word 2 is 0.5, no whole number",
    ),
    "tags without names": Bad(words(tags=["0", "1", "0"]), "tag", TASK, "the tag of word 1 is a number without a name"),
    "a tag that only test has": Bad(
        words(), "tag", TASK, "test rows have labels that no training row has: 'Z'", test=words(tags=["O", "B-Z", "O"])
    ),
    "no entity": Bad([{"tokens": ["the"], "tags": ["O"]}] * ROWS, "tag", TASK, "no entity in any training row"),
    "spans that overlap": Bad(
        spans((4, 11, "WHO"), (8, 13, "WHO")), "tag", TASK, "bad.jsonl:4: spans 4-11 and 8-13 overlap"
    ),
    "a span past the end": Bad(
        spans((4, 40, "WHO")), "tag", TASK, "bad.jsonl:4: a span from 4 to 40 ends past the text's 15 characters"
    ),
    "a span before the beginning": Bad(spans((-4, 3, "WHO")), "tag", TASK, "bad.jsonl:4: a span from -4 to 3"),
    "a span without a label": Bad(spans((4, 11, None)), "tag", TASK, "the span from 4 to 11 has no label"),
    "a span with a fraction": Bad(spans((4.5, 11, "WHO")), "tag", TASK, "bad.jsonl:4: a span is {'start': 4.5"),
    "an answer not in its context": Bad(
        questions(answers={"text": ["ulcer"], "answer_start": [4]}), "extract", TASK,
        "bad.jsonl:4: the answer 'ulcer' is not in its context",
    ),
    "an answer far from its start": Bad(
        questions(answers={"text": ["patient"], "answer_start": [900]}), "extract", TASK,
        "bad.jsonl:4: the answer 'patient' is not in its context near 900",
    ),
    "no answer at all": Bad(
        [{**questions()[0], "answers": []}] * ROWS, "extract", TASK, "no training row has an answer"
    ),
    "an empty question": Bad(questions(question=" "), "extract", TASK, "bad.jsonl:4: the question is empty"),
    "a question longer than the window": Bad(
        questions(question="who " * 60), "extract", LENGTH, "bad.jsonl:4: the first text (the question) has 180 tokens"
    ),
    "a test question longer than the window": Bad(
        questions(), "extract", LENGTH, "test/bad_test.jsonl:4: the first text (the question) has 180 tokens",
        test=questions(question="who " * 60),
    ),
    "an answer that no window holds": Bad(
        questions(
            question="who", context="it was " * 12 + "the patient of the ward " * 4, answers={"text": ["the patient of the ward " * 4]}
        ),
        "extract", LENGTH, "no window holds the whole answer in 1 rows: bad.jsonl:4", tokens={"max_length": 32},
    ),
    "a prompt longer than the context": Bad(
        prompts(prompt="the patient " * 40), "sft", LENGTH,
        "the prompt alone is longer than the window in 1 rows: bad.jsonl:4", tokens=SHORT,
    ),
    "a test prompt longer than the context": Bad(
        prompts(), "sft", LENGTH, "the prompt alone is longer than the window in 1 rows: test/bad_test.jsonl:4",
        test=prompts(prompt="the patient " * 40), tokens=SHORT,
    ),
    "an answer cut away": Bad(
        prompts(completion="the patient " * 40), "sft", LENGTH, "an answer would be cut away in 1 rows: bad.jsonl:4",
        tokens=SHORT,
    ),
    "an empty answer": Bad(prompts(completion=" "), "sft", FORM, "1 rows have an empty answer: bad.jsonl:4"),
    "no answer": Bad(prompts(completion=None), "sft", FORM, "1 rows have no value in 'completion': bad.jsonl:4"),
    "an unknown role": Bad(
        messages(("doctor", "who"), ("assistant", "he")), "sft", FORM,
        "1 rows have a turn of the unknown role 'doctor': bad.jsonl:4",
    ),
    "an empty turn of the assistant": Bad(
        messages(("user", "who"), ("assistant", "")), "sft", FORM, "1 rows have an empty answer: bad.jsonl:4"
    ),
    "nothing but a question": Bad(
        messages(("user", "who")), "sft", FORM, "1 rows have no turn of the assistant, and so nothing to learn"
    ),
    "a question nobody answers": Bad(
        messages(("assistant", "he"), ("user", "who")), "sft", FORM, "1 rows end with a turn of the user"
    ),
}  # fmt: skip


def write(path: Path, rows: Values) -> str:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.decoder(tmp_path_factory.mktemp("models") / "decoder")


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["run", "check"])
def test_the_row_is_told_before_anything_is_trained(
    command: str, name: str, encoder: Path, decoder: Path, acclimate: Command, tmp_path: Path
) -> None:
    bad = BAD[name]
    sources = {"train": write(tmp_path / f"bad.{bad.file}", bad.rows)}
    if bad.test is not None:
        sources["test"] = write(tmp_path / f"bad_test.{bad.file}", bad.test)
    whole = tiny.recipe(
        decoder if bad.objective == "sft" else encoder, "unused", tmp_path / "out", prepare=[], sources=sources,
        objective=bad.objective, tokens={"max_length": 32, **bad.tokens},
    )  # fmt: skip
    said = acclimate(command, tiny.write_recipe(tmp_path, whole))
    assert said.code == 2
    assert "Traceback" not in said.err
    told = said.err[said.err.index(bad.where) :].splitlines()
    assert bad.found in told[0]
    assert any(line.startswith("  allowed: ") for line in told)
    assert told[-1].startswith("  do: ")
    assert "update 1" not in said.err
    assert tiny.everything(tmp_path / "out") == {} or not list((tmp_path / "out").rglob("*.safetensors"))


@pytest.mark.parametrize(
    "rows, objective",
    [
        (classes("401.9", "250.0"), {"name": "classify", "kind": "one"}),
        (classes("401.9", "V25.0"), "classify"),
        (classes("nan", "b"), {"name": "classify", "labels": ["nan", "b"]}),
        (classes(["a"], [], ["b"]), "classify"),
    ],
    ids=["codes that are called names", "codes among which not all are numbers", "nan as a name", "none of several"],
)
def test_what_looks_like_it_but_is_meant(
    rows: Values, objective: Any, encoder: Path, acclimate: Command, tmp_path: Path
) -> None:
    data = write(tmp_path / "good.jsonl", rows)
    whole = tiny.recipe(encoder, data, tmp_path / "out", prepare=[], objective=objective)
    assert acclimate("check", tiny.write_recipe(tmp_path, whole)).code == 0
