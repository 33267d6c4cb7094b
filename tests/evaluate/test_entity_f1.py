"""F1 of entities, beside seqeval's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from acclimate.core.answers import Span, SpanAnswers
from acclimate.evaluate.metrics.entity_f1 import EntityF1
from tests.evaluate.spans_made import answers, rows_of_tags


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_tags(mended=True))
def test_it_is_that_of_seqevals_strict_mode(rows: tuple[list[list[str]], list[list[str]]]) -> None:
    theirs = f1_score(*rows, mode="strict", scheme=IOB2, zero_division=0)
    found = EntityF1().sums(answers(*rows))
    assert [one.value for one in found if one.slice is None] == pytest.approx([theirs] if found else [])
    if not found:
        assert theirs == 0


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_tags(mended=False))
def test_tags_are_mended_as_seqeval_mends_them(rows: tuple[list[list[str]], list[list[str]]]) -> None:
    theirs = f1_score(*rows, zero_division=0)
    found = EntityF1().sums(answers(*rows))
    assert [one.value for one in found if one.slice is None] == pytest.approx([theirs] if found else [])


def test_by_hand_and_by_label_where_ten_groups_have_it() -> None:
    """Each row: an X found, an X missed, a Y with a wrong end; once a Y that is none."""
    gold = [["B-X", "O", "B-X", "B-Y", "I-Y"]] * 10
    said = [["B-X", "O", "O", "B-Y", "O"]] * 9 + [["B-X", "B-Y", "O", "B-Y", "O"]]
    found = {one.slice: one.value for one in EntityF1().sums(answers(gold, said))}
    assert found == pytest.approx({None: 20 / 51, "label=X": 2 / 3, "label=Y": 0.0})
    assert {one.slice for one in EntityF1().sums(answers(gold[1:], said[1:]))} == {None}


def test_without_anything_to_count_there_is_no_score() -> None:
    nothing = SpanAnswers(("a",), ("a",), ("X",), ((),), ((),))
    assert EntityF1().sums(nothing) == []
    found = EntityF1().sums(SpanAnswers(("a",), ("a",), ("X",), ((Span(0, 2, "X"),),), ((Span(0, 2, "X", 0.4),),)))
    assert [one.value for one in found] == [1.0]  # a probability is no part of what is compared
