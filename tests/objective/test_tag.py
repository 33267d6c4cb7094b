"""Entities: how rows are read, which labels there are, and what each token is to learn."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from sklearn.exceptions import UndefinedMetricWarning
from transformers import BertConfig, BertForTokenClassification

from acclimate.core.errors import UserError
from acclimate.core.rows import ROLE, ROW_ID, Counts, Rows
from acclimate.objective.tag import Tag
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import wordpiece

TOKENS = [["the", "aspirin", "ulcer", "dose"], ["an", "ulcer"]]
BIO = [["O", "B-Drug", "B-Harm", "I-Harm"], ["O", "B-Harm"]]
TEXTS = ["the aspirin ulcer dose", "an ulcer"]
SPANS = [[(4, 11, "Drug"), (12, 22, "Harm")], [(3, 8, "Harm")]]


def rows(columns: dict[str, Any], roles: list[str] | None = None) -> Rows:
    count = len(next(iter(columns.values())))
    own = {ROW_ID: [f"a:{number}" for number in range(count)], ROLE: roles or ["train"] * count}
    return pa.table({**own, **columns})


def shaped(columns: dict[str, Any], roles: list[str] | None = None, **options: Any) -> tuple[Rows, Counts, str]:
    made, counts, said = Tag(**options).shape(rows(columns, roles), "objective")
    counts.check("objective")
    return made, counts, said


def settled(columns: dict[str, Any], roles: list[str] | None = None, **options: Any) -> tuple[Tag, Rows]:
    made = shaped(columns, roles, **options)[0]
    return Tag(**options).settled(made, "objective"), made


def spans(made: Rows) -> list[list[tuple[int, int, str]]]:
    return [[(one["start"], one["end"], one["label"]) for one in some] for some in made.column("entities").to_pylist()]


def mappings(some: list[list[tuple[int, int, str]]], names: tuple[str, str, str] = ("start", "end", "label")) -> Any:
    return [[dict(zip(names, one, strict=True)) for one in row] for row in some]


@pytest.mark.parametrize(
    "columns, options",
    [
        ({"tokens": TOKENS, "tags": BIO}, {}),
        ({"words": TOKENS, "labels": BIO}, {}),
        ({"tokens": TOKENS, "tags": BIO, "text": TEXTS, "document": ["d", "d"]}, {}),
        ({"tokens": TOKENS, "ner_tags": BIO, "document": ["d", "d"]}, {}),
        ({"tokens": TOKENS, "ner_tags": [[0, 1, 3, 4], [0, 3]]}, {"labels": ("O", "B-Drug", "I-Drug", "B-Harm", "I-Harm")}),
        ({"tokens": [json.dumps(one) for one in TOKENS], "tags": [json.dumps(one) for one in BIO]}, {}),
        ({"tokens": [" ".join(one) for one in TOKENS], "tags": [" ".join(one) for one in BIO]}, {}),
        ({"a": TOKENS, "b": BIO}, {"tokens_column": "a", "tags_column": "b"}),
        ({"text": TEXTS, "entities": mappings(SPANS)}, {}),
        ({"sentence": TEXTS, "spans": mappings(SPANS, ("start_offset", "end_offset", "type"))}, {}),
        ({"text": TEXTS, "entities": [json.dumps(one) for one in mappings(SPANS)]}, {}),
        ({"text": TEXTS, "entities": [json.dumps([list(one) for one in some]) for some in SPANS]}, {}),
        ({"text": TEXTS, "entities": mappings([SPANS[0][::-1], [(2, 8, "Harm")]])}, {}),
        ({"text": TEXTS, "entities": [[{**one, "text": text[one["start"] : one["end"]] + " "} for one in some]
                                      for text, some in zip(TEXTS, mappings(SPANS), strict=True)]}, {}),
    ],
)  # fmt: skip
def test_rows_as_people_write_them(columns: dict[str, Any], options: dict[str, Any]) -> None:
    task, made = settled(columns, **options)
    assert made.column("text").to_pylist() == TEXTS
    assert spans(made) == SPANS
    assert task.labels == ("O", "B-Drug", "I-Drug", "B-Harm", "I-Harm")


@pytest.mark.parametrize(
    "tags, found, scheme, mended",
    [
        (["B-X", "I-X", "O", "I-X"], [(0, 3), (6, 7)], "BIO", 1),
        (["B-X", "I-Y", "I-Y", "O"], [(0, 1), (2, 5)], "BIO", 1),
        (["I-X", "I-X", "B-X", "O"], [(0, 3), (4, 5)], "IOB1", 0),
        (["I-X", "I-Y", "O", "I-X"], [(0, 1), (2, 3), (6, 7)], "IOB1", 0),
        (["X", "X", "O", "X"], [(0, 3), (6, 7)], "IOB1", 0),
        (["B-X", "E-X", "S-X", "O"], [(0, 3), (4, 5)], "BIOES", 0),
        (["B-X", "L-X", "U-X", "O"], [(0, 3), (4, 5)], "BIOES", 0),
        (["b-x", "i-x", "o", "o"], [(0, 3)], "BIO", 0),
        (["S-X", "B-X", "I-X", "O"], [(0, 1), (2, 5)], "BIOES", 1),  # no end
        (["S-X", "E-X", "B-X", "E-X"], [(0, 1), (2, 3), (4, 7)], "BIOES", 1),  # no beginning
        (["S-X", "O", "I-X", "O"], [(0, 1), (4, 5)], "BIOES", 1),  # neither: one tag is mended
    ],
)
def test_every_scheme_is_read_and_mended_with_a_count(
    tags: list[str], found: list[tuple[int, int]], scheme: str, mended: int
) -> None:
    made, counts, said = shaped({"tokens": [list("abcd")], "tags": [tags]})
    assert [(start, end) for start, end, _ in spans(made)[0]] == found
    assert f"read as {scheme}" in said
    assert sum(counts.values.values()) == mended
    assert (f"{mended} tags" in said) == bool(mended)


@pytest.mark.parametrize(
    "tags, found, told",
    [
        ([["_", "B-X", "-", "I-X"]], [(2, 3, "X"), (6, 7, "X")], {"tags _ read as O": 1, "tags - read as O": 1}),
        ([["O", "B_X", "I_X", "B_Y"]], [(2, 5, "X"), (6, 7, "Y")], {"tags as B_X read as B-X": 3}),
        ([["O", "X-B", "X-I", "Y-B"]], [(2, 5, "X"), (6, 7, "Y")], {"tags as X-B read as B-X": 3}),
        ([["O", "B_cell", "T_cell", "O"]], [(2, 3, "B_cell"), (4, 5, "T_cell")], {}),
        ([["O", "B_cell", "O", "B_cell"]], [(2, 3, "B_cell"), (6, 7, "B_cell")], {}),
        ([["O", "B-B_cell", "I-B_cell", "O"]], [(2, 5, "B_cell")], {}),
    ],
)
def test_tags_as_other_tools_write_them_are_read_and_counted(
    tags: list[list[str]], found: list[tuple[int, int, str]], told: dict[str, int]
) -> None:
    made, counts, said = shaped({"tokens": [list("abcd")], "tags": tags})
    assert spans(made) == [found]
    assert {name: number for name, number in counts.values.items() if "read as" in name} == told
    assert all(one in said for one in told)


def test_names_of_integer_tags_are_read_in_the_same_way() -> None:
    task, _ = settled({"tokens": [list("ab")], "tags": [[1, 2]]}, labels=("_", "B_X", "I_X"))
    assert task.labels == ("O", "B-X", "I-X")


def test_rows_without_words_are_counted_and_chinese_words_stand_without_spaces() -> None:
    made, counts, _ = shaped({"tokens": [[], ["病", "人"]], "tags": [[], ["O", "B-X"]]})
    assert counts.dropped == {"no words": 1}
    assert made.column("text").to_pylist() == ["病人"]
    assert spans(made) == [[(1, 2, "X")]]


def test_words_that_a_step_has_rewritten_are_not_put_back() -> None:
    same = {"tokens": [["Ann", "Smith"]], "tags": [["B-P", "I-P"]]}
    assert spans(shaped({**same, "text": ["Ann  Smith "]})[0]) == [[(0, 10, "P")]]
    with pytest.raises(UserError, match="not made of the words"):
        shaped({**same, "text": ["Eva Jones"]})


@pytest.mark.parametrize(
    "columns, roles, said",
    [
        ({"tokens": [["a"], ["b", "c"]], "tags": [["O"], ["O", "O", "O"]]}, None, "a:1: 3 tags for 2 words"),
        ({"tokens": [["a", " "]], "tags": [["O", "B-X"]]}, None, "a:0: word 2 is empty"),
        ({"tokens": ["a b c"], "tags": ["O O nan"]}, None, "a:0: word 3 has no tag"),
        ({"tokens": [["a", "b"]], "tags": [[0, 1]]}, None, "a:0: the tag of word 1 is a number without a name"),
        ({"text": ["abcdef"], "entities": mappings([[(0, 3, "X"), (2, 4, "Y")]])}, None, "a:0: spans 0-3 and 2-4 overlap"),
        ({"text": ["abc"], "entities": mappings([[(1, 4, "X")]])}, None, "a:0: a span from 1 to 4 ends past the text's 3"),
        ({"text": ["abc"], "entities": mappings([[(2, 2, "X")]])}, None, "a:0: a span from 2 to 2 holds nothing"),
        ({"text": ["\U0001f600 an ulcer"], "entities": [[{"start": 6, "end": 10, "label": "X", "text": "ulcer"}]]}, None,
         "a:0: a span from 6 to 10 is 'lcer', but says 'ulcer', which begins at 5"),
        ({"text": ["abc"], "entities": ["{no"]}, None, "a:0: the spans are no JSON"),
        ({"text": ["abc"], "entities": ['[{"start": 0.5, "end": 2, "label": "X"}]']}, None, "a:0: a span is"),
        ({"text": ["abc"], "entities": ['[{"start": 0, "end": 2}]']}, None, "a:0: the span from 0 to 2 has no label"),
        ({"tokens": [["a"]], "tags": [["O"]]}, None, "no entity in any training row"),
        ({"tokens": [["a"], ["b"]], "tags": [["B-X"], ["B-Y"]]}, ["train", "test"], "no training row has: 'Y' (a:1)"),
        ({"text": ["a"], "what": ["b"]}, None, "words with tags (tokens, tags) or a text with spans"),
    ],
)  # fmt: skip
def test_bad_rows_are_named(columns: dict[str, Any], roles: list[str] | None, said: str) -> None:
    with pytest.raises(UserError, match="objective") as caught:
        settled(columns, roles)
    assert said in str(caught.value)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"objective\.tags_column"):
        shaped({"tokens": TOKENS, "tags": BIO}, tags_column="tag")


def learnt(task: Tag, made: Rows, **options: Any) -> list[list[tuple[str, str]]]:
    """Give each window's learnt tokens with their labels."""
    tokenizer = wordpiece()
    found = encode(made, tokenizer, task, Tokens(**options), 512, "tokens").examples
    windows = []
    for begin, end in zip(found.offsets_N1, found.offsets_N1[1:], strict=False):
        pairs = zip(found.ids_T[begin:end], found.units_T[begin:end], strict=True)
        windows.append(
            [(tokenizer.convert_ids_to_tokens(int(number)), task.labels[unit]) for number, unit in pairs if unit >= 0]
        )
    return windows


@pytest.mark.parametrize(
    "align, wanted",
    [
        ("first", [("the", "O"), ("hospi", "B-X"), ("bleed", "I-X"), (".", "O")]),
        ("all", [("the", "O"), ("hospi", "B-X"), ("##tal", "I-X"), ("bleed", "I-X"), ("##ing", "I-X"), (".", "O")]),
    ],
)
@pytest.mark.parametrize("words", [True, False])
def test_pieces_of_words(align: Any, wanted: list[tuple[str, str]], words: bool) -> None:
    tokens, text = ["the", "hospital", "bleeding", "."], "the hospital bleeding ."
    columns: dict[str, Any] = {"tokens": [tokens], "tags": [["O", "B-X", "I-X", "O"]]}
    if not words:
        columns = {"text": [text], "entities": mappings([[(4, 21, "X")]])}
    assert learnt(*settled(columns, align=align)) == [wanted]


@pytest.mark.parametrize("align", ["first", "all"])
@pytest.mark.parametrize("stride", [0, 2])
def test_each_token_is_learnt_once_whatever_the_windows(align: Any, stride: int) -> None:
    words = ["the", "hospital", "aspirin", ".", "patient", "bleeding", "ulcer", "stent", "artery"]
    tags = ["O", "B-X", "I-X", "O", "B-X", "B-X", "I-X", "I-X", "O"]
    task, made = settled({"tokens": [words * 2], "tags": [tags * 2]}, align=align)
    whole = learnt(task, made)[0]
    cut = learnt(task, made, max_length=8, stride=stride)
    assert len(cut) > 2
    assert [one for window in cut for one in window] == whole


@pytest.mark.parametrize("weights", [None, {"O": 0.25, "X": 3.0}])
def test_the_loss_is_that_of_transformers(weights: dict[str, float] | None) -> None:
    task = Tag(labels=("O", "B-X", "I-X"), class_weights=weights)
    config = BertConfig(vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                        num_labels=3)  # fmt: skip
    torch.manual_seed(0)
    model = BertForTokenClassification(config).eval()
    ids, target = torch.randint(5, 30, (2, 6)), torch.tensor([[-100, 0, 1, 2, 0, -100], [-100, 1, 0, 0, 2, -100]])
    with torch.no_grad():
        theirs = model(input_ids=ids, labels=target)
        given = [0.25, 3.0, 3.0] if weights else [1.0] * 3
        mean = torch.nn.functional.cross_entropy(theirs.logits.view(-1, 3), target.view(-1), weight=torch.tensor(given))
        chosen = target >= 0
        ours = task.loss(theirs.logits[chosen], target[chosen]) / task.weight(target[chosen].numpy())
    assert float(ours) == pytest.approx(float(mean), rel=1e-6)
    if weights is None:
        assert float(ours) == pytest.approx(float(theirs.loss), rel=1e-6)


def test_balanced_weights_count_the_characters_of_training_rows_outside_and_of_each_label() -> None:
    columns = {"tokens": [*TOKENS, ["aspirin"] * 9], "tags": [*BIO, ["B-Drug"] * 9]}
    task, _ = settled(columns, ["train", "train", "test"], class_weights="balanced")
    characters = {"O": 5, "Drug": 7, "Harm": 14}  # the, an; aspirin; ulcer, dose, ulcer
    assert task.class_weights == {
        label: pytest.approx(26 / (3 * count), abs=1e-6) for label, count in characters.items()
    }
    (outside, begins, inside, *_) = task._weights()
    assert outside > begins == inside


def test_a_weight_of_no_label_is_a_fault() -> None:
    with pytest.raises(UserError, match="no label 'Drugs'; did you mean Drug"):
        settled({"tokens": TOKENS, "tags": BIO}, class_weights={"Drugs": 2.0})


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8), min_size=1))
def test_f1_while_training_is_that_of_seqeval(rows: list[list[tuple[int, int]]]) -> None:
    task = Tag(labels=("O", "B-X", "I-X", "B-Y", "I-Y"))
    document_L = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    right_L, said_L = np.array([pair for row in rows for pair in row]).T
    found = task.rate(np.eye(5, dtype=np.float32)[said_L], right_L, document_L)
    right, said = ([[task.labels[pair[which]] for pair in row] for row in rows] for which in (0, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # no entities at all: 0 there, too
        wanted = f1_score(right, said)
    assert found == {"entity_f1": pytest.approx(wanted)}
