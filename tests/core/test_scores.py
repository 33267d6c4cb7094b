import json
import math
from dataclasses import replace

import numpy as np
import pytest

from acclimate.core.scores import GroupSums, Score

SCORE = Score("adapt", "after", "test", "bits_per_byte", 2.5, "bits", "lower", 40, 2.25, 2.75)


def test_a_score_is_a_ratio_of_sums_over_groups() -> None:
    sums = GroupSums("x", "bits", "lower", ("a", "b"), np.array([1.0, 5.0]), np.array([2.0, 1.0]), n=3)
    assert sums.value == 2.0, "not the mean of 0.5 and 5"
    assert replace(sums, transform="exp").value == pytest.approx(math.exp(2.0))


def test_a_line_has_low_and_high_always_and_the_rest_where_it_is_set() -> None:
    line = replace(SCORE, low=None, high=None).as_json()
    assert line["low"] is line["high"] is None
    assert line.keys() == {"phase", "when", "data", "name", "value", "unit", "better", "n", "low", "high"}
    assert replace(SCORE, primary=False).as_json()["primary"] is False


@pytest.mark.parametrize("score", [SCORE, replace(SCORE, against="base", groups=7, primary=True, low=None, high=None)])
def test_a_line_comes_back(score: Score) -> None:
    assert Score.from_json(json.loads(json.dumps(score.as_json(), allow_nan=False))) == score


def test_what_is_no_number_is_null_in_json_and_no_number_again() -> None:
    line = json.loads(json.dumps(replace(SCORE, value=math.nan, low=math.inf).as_json(), allow_nan=False))
    assert (line["value"], line["low"], line["high"]) == (None, None, 2.75)
    assert math.isnan(Score.from_json(line).value)
