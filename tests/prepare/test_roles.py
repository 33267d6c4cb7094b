"""Rows that do not say what decides about their role are named."""

import pytest

from acclimate.core.errors import UserError
from acclimate.prepare.roles import need_said
from tests.prepare.made import table


def test_the_first_rows_that_say_nothing_are_named() -> None:
    rows = table(t=["x"] * 8)
    need_said(rows, "t", [False] * 8, "w", "fill it")
    with pytest.raises(UserError, match=r"w: column 't' is empty in x\.csv:2, .*x\.csv:6 and 2 more"):
        need_said(rows, "t", [False] + [True] * 7, "w", "fill it")
