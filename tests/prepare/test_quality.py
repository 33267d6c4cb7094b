"""Texts that are no prose go, each under its reason; test stays as it is."""

from typing import Any, get_args

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts
from acclimate.prepare.quality import Quality, Script
from acclimate.prepare.text_measures import script_shares
from tests.prepare.made import table

GOOD = "The patient was seen in the clinic on Monday and went home."


def quality(texts: list[str | None], given: Any = "train", **options: Any) -> tuple[list[Any], dict[str, int]]:
    rows, counts = Quality.model_validate(options).apply(table(role=given, text=texts), "w", 0)
    counts.check("quality")
    assert counts == Counts(len(texts), rows.num_rows, removed=counts.removed)
    return rows["text"].to_pylist(), counts.removed


@pytest.mark.parametrize(
    "bad, options, reason",
    [
        ("Too few words.", {"min_words": 4}, "under 4 words"),
        (GOOD + " " + GOOD.lower(), {"max_words": 20}, "over 20 words"),
        ("患者入院", {"min_words": 5}, "under 5 words"),
        ("a b c d e f", {"min_mean_word_length": 3}, "under 3 characters a word"),
        ("pneumonoultramicroscopic", {"max_mean_word_length": 10}, "over 10 characters a word"),
        ("one # two # three", {}, "over 0.1 symbols a word"),
        ("1 2 3 4 five", {"min_letter_share": 0.8}, "under 0.8 of runs with a letter"),
        ("Home\nHome\nHome\nText", {}, "over 0.3 of lines repeated"),
        ("go on and on " * 3, {"max_repeated_ngram_share": 0.15, "ngram": 3}, "over 0.15 of words in repeated n-grams"),
        ("Пациент был осмотрен", {"scripts": "latin"}, "under 0.5 of letters latin"),
        ("Lorem Ipsum dolor", {"without": "lorem ipsum"}, "holds 'lorem ipsum'"),
        ("function() { }", {"without": ["lorem ipsum", "{"]}, "holds '{'"),
    ],
)
def test_each_limit_has_its_reason(bad: str, options: dict[str, Any], reason: str) -> None:
    assert quality([GOOD, bad], **options) == ([GOOD], {reason: 1})
    off: dict[str, Any] = dict.fromkeys(("max_symbol_share", "max_repeated_line_share"))
    assert quality([GOOD, bad], **off) == ([GOOD, bad], {})


def test_a_value_at_the_limit_stays_and_the_first_limit_counts() -> None:
    assert quality([GOOD], min_words=12, max_words=12, scripts=["latin", "han"], min_script_share=1.0)[1] == {}
    assert quality([GOOD, "# #"], min_words=2) == ([GOOD], {"under 2 words": 1})


def test_test_and_validation_stay_unless_they_are_named() -> None:
    roles = ["train", "train", "validation", "validation", "test", "test"]
    texts: list[str | None] = [GOOD, "#", GOOD, "#", GOOD, "#"]
    assert quality(texts, roles, min_words=2) == ([GOOD, GOOD, "#", GOOD, "#"], {"under 2 words": 1})
    every = ["train", "validation", "test"]
    assert quality(texts, roles, min_words=2, roles=every) == ([GOOD] * 3, {"under 2 words": 3})
    assert quality(texts, roles, min_words=2, roles="test")[0] == [GOOD, "#", GOOD, "#", GOOD]


def test_what_cannot_be_measured_takes_no_row_out() -> None:
    texts: list[str | None] = [None, "", "...", "患者入院"]
    limits = {"min_mean_word_length": 3, "min_letter_share": 0.0, "scripts": ["han"], "max_repeated_ngram_share": 0.0}
    assert quality(texts, **limits) == (texts, {})
    assert quality([*texts, GOOD], min_words=1) == (["患者入院", GOOD], {"under 1 words": 3})


@pytest.mark.parametrize("script", get_args(Script))
def test_every_script_has_a_name_in_unicode(script: str) -> None:
    assert script_shares(pa.chunked_array([["1"]]), [script]) == [None]


@pytest.mark.parametrize(
    "columns, options, said",
    [
        ({"text": ["a", "b"]}, {"min_words": 2}, r"no train row would be left of 2 \(under 2 words: 2\)"),
        ({"note": ["a"]}, {}, "no column 'text'"),
        ({"text": [1]}, {}, "column 'text' holds int64"),
    ],
)
def test_what_cannot_be_filtered(columns: dict[str, list[Any]], options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Quality.model_validate(options).apply(table(**columns), "w", 0)


@pytest.mark.parametrize(
    "options", [{"scripts": ["klingon"]}, {"roles": ["dev"]}, {"min_words": 0}, {"min_letter_share": 1.5}]
)
def test_faults_of_the_recipe(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Quality.model_validate(options)


def test_it_survives_the_resolved_recipe() -> None:
    step = Quality(scripts=("latin",), without=("{",))
    assert Quality.model_validate(step.model_dump(mode="json")) == step
