"""Which copy stays."""

import numpy as np
import pytest

from acclimate.prepare.copies import originals, reasons, strengths
from tests.prepare.made import table

CODES = np.array([5, 5, 7, 5, 7, 9])


@pytest.mark.parametrize("keep, expected", [("first", [0, 0, 2, 0, 2, 5]), ("last", [3, 3, 4, 3, 4, 5])])
def test_the_first_or_the_last_of_equal_ones_stays(keep: str, expected: list[int]) -> None:
    assert originals(CODES, np.zeros(6, dtype=np.int64), keep).tolist() == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("keep, expected", [("first", [1, 1, 4, 1, 4, 5]), ("last", [1, 1, 4, 1, 4, 5])])
def test_the_stronger_role_stays_wherever_it_stands(keep: str, expected: list[int]) -> None:
    rows = table(role=["train", "test", "train", "validation", "validation", "train"], x=list("aabaab"))
    strength = strengths(rows)
    assert strength.tolist() == [2, 0, 2, 1, 1, 2]
    found = originals(CODES, strength, keep)  # type: ignore[arg-type]
    assert found.tolist() == expected
    assert reasons(found, strength, "copy") == {"copy of a test row": 2, "copy of a validation row": 1}


def test_no_rows_no_copies() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert originals(none, none).tolist() == []
    assert reasons(none, none, "copy") == {}
