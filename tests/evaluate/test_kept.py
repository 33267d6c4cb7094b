import json
import math
from dataclasses import replace

import numpy as np
import pytest

from acclimate.core.cells import Cells
from acclimate.core.scores import GroupSums
from acclimate.evaluate.kept import Kept, comparable, keep
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import Window

SUMS = GroupSums("bits_per_byte", "bits/byte", "lower", ("ann", "bob"), np.array([1.0, 2.5]), np.array([4.0, 5.0]), 9)
TEXTS = [EvalText("rows:0", "ann", "one two"), EvalText("rows:1", "bob", "three")]
MEASURED = Measured({"before": [SUMS], "after": [SUMS]}, windows=[Window(0, 0, 0, 0, 7, "one two", ())])


def test_nothing_but_numbers_is_kept() -> None:
    text = json.dumps(keep(TEXTS, MEASURED).as_json(), allow_nan=False)
    assert not [word for word in ("ann", "bob", "one", "three") if word in text]


def test_what_is_kept_comes_back() -> None:
    kept = keep(TEXTS, MEASURED)
    again = Kept.from_json(json.loads(json.dumps(kept.as_json())))
    assert (again.rows, again.groups, again.asked, again.refused) == (kept.rows, kept.groups, kept.asked, "")
    assert again.arms["after"][0].value == SUMS.value == 3.5 / 9
    assert again.arms["after"][0].groups == ("0", "1")
    assert (again.arms["before"][0].unit, again.arms["before"][0].n) == ("bits/byte", 9)


def test_what_is_no_number_comes_back_as_such() -> None:
    broken = replace(SUMS, numerator_G=np.array([math.nan, math.inf]))
    data = keep(TEXTS, replace(MEASURED, sums={"after": [broken]})).as_json()
    assert data["arms"]["after"][0]["numerator"] == [None, None]
    assert math.isnan(Kept.from_json(data).arms["after"][0].value)


@pytest.mark.parametrize(
    "part, texts, windows",
    [
        ("rows", [replace(TEXTS[0], text="one too"), TEXTS[1]], MEASURED.windows),
        ("rows", [replace(TEXTS[0], row_id="rows:7"), TEXTS[1]], MEASURED.windows),
        ("groups", [replace(TEXTS[0], group="bob"), TEXTS[1]], MEASURED.windows),
        ("asked", TEXTS, [replace(MEASURED.windows[0], score_start=2)]),
    ],
)
def test_each_fingerprint_is_of_its_own(part: str, texts: list[EvalText], windows: list[Window]) -> None:
    one, other = keep(TEXTS, MEASURED), keep(texts, replace(MEASURED, windows=windows))
    assert [name for name in ("rows", "groups", "asked") if getattr(one, name) != getattr(other, name)] == [part]


@pytest.mark.parametrize(
    "change, same",
    [
        ({}, True),
        ({"numerator_G": np.array([9.0, 9.0])}, True),
        ({"denominator_G": np.array([4.0, 6.0])}, False),
        ({"unit": "2^(bits/word)"}, False),
        ({"name": "perplexity"}, False),
    ],
)
def test_scores_are_comparable_if_they_divide_by_the_same(change: dict[str, object], same: bool) -> None:
    assert comparable(SUMS, replace(SUMS, **change)) is same


def of_cells(formula: str = "mean_roc_auc", amount: float = 1.0) -> GroupSums:
    cells = Cells.gather(formula, (2, 2), [(np.array([0, 0, 1]), np.array([0, 3, 1]), amount)])
    return GroupSums.of_cells("roc_auc", "area", "higher", ("ann", "bob"), np.array([2.0, 1.0]), cells)


def test_a_score_of_many_sums_comes_back() -> None:
    data = keep(TEXTS, replace(MEASURED, sums={"after": [of_cells()]})).as_json()
    assert "ann" not in json.dumps(data, allow_nan=False)
    again = Kept.from_json(json.loads(json.dumps(data))).arms["after"][0]
    assert (again.value, again.n, again.groups) == (of_cells().value, 3, ("0", "1"))
    assert comparable(again, replace(of_cells(amount=2.0), groups=again.groups))


def test_scores_of_other_formulas_are_not_comparable() -> None:
    assert not comparable(of_cells(), of_cells("mean_average_precision"))
    assert not comparable(of_cells(), replace(of_cells(), cells=None))
