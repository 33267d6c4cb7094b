"""Answers in contexts: how rows are read, what windows learn, and the loss against transformers' own."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering

from acclimate.core.errors import UserError
from acclimate.core.rows import ROLE, ROW_ID, Rows
from acclimate.objective.extract import Extract
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import wordpiece

CONTEXT = "The patient was seen at the hospital. The dose of aspirin was open."


def rows(columns: dict[str, Any], roles: list[str] | None = None) -> Rows:
    count = len(next(iter(columns.values())))
    own = {ROW_ID: [f"a:{number}" for number in range(count)], ROLE: roles or ["train"] * count}
    return pa.table({**own, **columns})


def asked(answers: Any, context: str = CONTEXT, **more: Any) -> dict[str, Any]:
    return {"question": ["what?"], "context": [context], "answers": [answers], **more}


def right(columns: dict[str, Any]) -> tuple[list[tuple[str, int]], int]:
    made, counts, _ = Extract().shape(rows(columns), "objective")
    counts.check("objective")
    assert made.column("text").to_pylist() == ["what?"]
    assert made.column("text_pair").to_pylist() == columns["context"]
    return [(one["text"], one["start"]) for one in made.column("right_answers").to_pylist()[0]], sum(
        counts.values.values()
    )


def test_capitals_of_columns_do_not_matter() -> None:
    made, _, _ = Extract().shape(rows({"Question": ["what?"], "CONTEXT": [CONTEXT], "Answers": [["The"]]}), "objective")
    assert made.column("right_answers").to_pylist() == [[{"text": "The", "start": 0}]]
    assert made.column("text_pair").to_pylist() == [CONTEXT]


@pytest.mark.parametrize(
    "columns, found",
    [
        (asked({"text": ["aspirin"], "answer_start": [50]}), [("aspirin", 50)]),
        (asked({"text": ["aspirin", "dose of aspirin"], "answer_start": [50, 42]}), [("aspirin", 50), ("dose of aspirin", 42)]),
        (asked([{"text": "aspirin", "answer_start": 50}]), [("aspirin", 50)]),
        (asked(json.dumps({"text": ["aspirin"], "answer_start": [50]})), [("aspirin", 50)]),
        (asked(["The", "aspirin"]), [("The", 0), ("aspirin", 50)]),
        (asked("The", answer_start=["38"]), [("The", 38)]),
        (asked("The", answer_start=["38.0"]), [("The", 38)]),
        (asked("The", answer_start=["nan"]), [("The", 0)]),
        (asked("The"), [("The", 0)]),
        (asked({"text": [" aspirin "], "answer_start": [49]}), [("aspirin", 50)]),
        (asked({"text": [], "answer_start": []}), []),
        (asked(""), []),
        (asked(None), []),
    ],
)  # fmt: skip
def test_rows_as_people_write_them(columns: dict[str, Any], found: list[tuple[str, int]]) -> None:
    assert right(columns) == (found, 0)


def test_an_answer_a_little_beside_its_place_is_found_and_counted() -> None:
    assert right(asked({"text": ["The"], "answer_start": [40]})) == ([("The", 38)], 1)


@pytest.mark.parametrize(
    "columns, said",
    [
        (asked("ibuprofen"), "a:0: the answer 'ibuprofen' is not in its context"),
        (asked({"text": ["aspirin"], "answer_start": [450]}, "aspirin " + "x " * 300), "'aspirin' is not in its context near 450"),
        ({**asked("The"), "question": [" "]}, "a:0: the question is empty"),
        ({**asked("The"), "context": [None]}, "a:0: the context is empty"),
        (asked(None), "no training row has an answer"),
        ({"question": ["a"], "answers": ["b"]}, "objective.context_column: no column for the context"),
    ],
)  # fmt: skip
def test_bad_rows_are_named(columns: dict[str, Any], said: str) -> None:
    task = Extract()
    with pytest.raises(UserError, match="objective") as caught:
        task.settled(task.shape(rows(columns), "objective")[0], "objective")
    assert said in str(caught.value)


def test_whether_there_may_be_no_answer_is_told_by_training_rows() -> None:
    task = Extract()
    two = {"question": ["a", "b"], "context": [CONTEXT] * 2, "answers": ["The", ""]}
    for roles, wanted in ((["train", "train"], True), (["train", "test"], False)):
        assert task.settled(task.shape(rows(two, roles), "objective")[0], "objective").unanswerable is wanted


@pytest.mark.parametrize("stride", [0, 4])
def test_windows_that_hold_the_answer_learn_it_and_others_that_there_is_none(stride: int) -> None:
    context = "the dose was open / closed? " * 6 + "artery stent"
    task, tokenizer = Extract(), wordpiece()
    made, _, _ = task.shape(rows(asked("artery stent", context)), "objective")
    tokens = Tokens(max_length=24, stride=stride)
    found = encode(made, tokenizer, task, tokens, 512, "tokens").examples
    held = []
    for begin, end in zip(found.offsets_N1, found.offsets_N1[1:], strict=False):
        ids_T, units_T = found.ids_T[begin:end], found.units_T[begin:end]
        start, last = (int(np.flatnonzero(units_T & side)[0]) for side in (1, 2))
        assert units_T.sum() == 3, "one start, one end"
        held.append((start, tokenizer.decode(ids_T[start : last + 1])))
    assert len(held) > 2
    assert held[-1][1] == "artery stent"
    assert all(start == 0 for start, _ in held[:-1])


def test_the_loss_is_that_of_transformers() -> None:
    """The mean over two windows of unlike length; each alone in transformers."""
    task = Extract()
    config = BertConfig(vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    torch.manual_seed(0)
    model = BertForQuestionAnswering(config).eval()
    documents, places = [torch.randint(5, 30, (1, 6)), torch.randint(5, 30, (1, 9))], [(2, 4), (0, 0)]
    theirs, logits, labels = [], [], []
    with torch.no_grad():
        for number, (ids, (start, end)) in enumerate(zip(documents, places, strict=True)):
            out = model(input_ids=ids, start_positions=torch.tensor([start]), end_positions=torch.tensor([end]))
            theirs.append(float(out.loss))
            logits.append(torch.stack([out.start_logits[0], out.end_logits[0]], dim=-1))
            places_T = torch.arange(ids.shape[1])
            labels.append(torch.stack([torch.full_like(places_T, number), places_T == start, places_T == end], dim=-1))
        target = torch.cat(labels)
        ours = task.loss(torch.cat(logits), target) / task.weight(target.numpy())
    assert float(ours) == pytest.approx(sum(theirs) / 2, rel=1e-6)
    assert task.weight(np.zeros(0, np.int64)) == 0
    assert float(task.loss(torch.zeros(0, 2), torch.zeros(0, dtype=torch.long))) == 0
