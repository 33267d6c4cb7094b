import json
import math
from dataclasses import replace

import numpy as np

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.scores import Place, score_lines, seed_lines, undefined
from tests.evaluate.arms import sums

BOOTSTRAP = Bootstrap(resamples=200)
PLACE = Place("adapt", "test", "patient_id")


def arm(level: float, groups: int = 30) -> list[GroupSums]:
    random = np.random.Generator(np.random.PCG64(3))
    above = 10 * (level + 0.1 * random.random(groups))
    return [sums(above, [10.0] * groups), sums(above / 20, [10.0] * groups, "masked_accuracy", "higher")]


def test_each_arm_each_floor_and_each_change_is_a_line() -> None:
    lines = score_lines(
        PLACE, {"before": arm(2), "start": arm(3), "after": arm(1)}, BOOTSTRAP, "bits_per_byte", floors=arm(0.5)[:1]
    )
    assert [(line.when, line.name) for line in lines] == [
        *((when, name) for when in ("before", "start", "after") for name in ("bits_per_byte", "masked_accuracy")),
        ("floor", "bits_per_byte"),
        ("change", "bits_per_byte"),
        ("change", "masked_accuracy"),
    ]
    assert all(
        (line.phase, line.data, line.resampled_by, line.groups) == ("adapt", "test", "patient_id", 30) for line in lines
    )
    assert all((line.against, line.primary) == (None, None) for line in lines[:7])


def test_a_change_says_against_what_and_whether_it_decides() -> None:
    lines = score_lines(PLACE, {"before": arm(2), "after": arm(1)}, BOOTSTRAP, "bits_per_byte")
    bits, accuracy = lines[-2:]
    assert (bits.against, bits.primary, accuracy.primary) == ("base", True, False)
    assert bits.value == -1
    general = score_lines(
        Place("adapt", "general", "document"), {"before": arm(2), "after": arm(1)}, BOOTSTRAP, "bits_per_byte"
    )
    assert [line.primary for line in general if line.when == "change"] == [False, False]


def test_a_control_is_compared_with_too_and_never_decides() -> None:
    lines = score_lines(PLACE, {"before": arm(2), "after": arm(1), "control": arm(1.5)}, BOOTSTRAP, "bits_per_byte")
    changes = [(line.against, line.name, line.primary) for line in lines if line.when == "change"]
    assert changes[2:] == [("control", "bits_per_byte", False), ("control", "masked_accuracy", False)]


def test_without_a_base_there_is_no_change() -> None:
    assert {line.when for line in score_lines(PLACE, {"after": arm(1)}, BOOTSTRAP)} == {"after"}


def test_lines_are_json_and_have_no_interval_under_twenty_groups() -> None:
    lines = score_lines(PLACE, {"before": arm(2, 10), "after": arm(1, 10)}, BOOTSTRAP, "bits_per_byte")
    data = json.loads(json.dumps([line.as_json() for line in lines], allow_nan=False))
    assert all(line["low"] is None and line["high"] is None for line in data)
    assert set(data[-1]) == {
        "phase", "when", "data", "name", "value", "unit", "better", "n", "low", "high", "against", "resampled_by",
        "groups", "primary",
    }  # fmt: skip


def test_scores_of_a_part_are_compared_with_the_same_part_and_never_decide() -> None:
    sums = {when: [one, replace(arm(level + 1)[0], slice="label=flu")] for when, level in (("before", 2), ("after", 1)) for one in arm(level)[:1]}  # fmt: skip
    lines = score_lines(PLACE, sums, BOOTSTRAP, "bits_per_byte")
    assert [(line.when, line.slice, line.primary) for line in lines] == [
        ("before", None, None), ("before", "label=flu", None), ("after", None, None), ("after", "label=flu", None),
        ("change", None, True), ("change", "label=flu", False),
    ]  # fmt: skip
    assert [line.value for line in lines[-2:]] == [-1, -1]


def test_a_score_that_one_arm_lacks_is_named() -> None:
    found = undefined({"before": arm(2)[:1], "after": arm(1)})
    assert len(found) == 1
    assert found[0].startswith("masked_accuracy has no value before: ")
    assert not undefined({"after": arm(1)})
    assert undefined({"after": arm(1)}, ["masked_accuracy", "recall"])[0].startswith("recall has no value after: ")


def test_a_share_s_interval_ends_where_shares_do_and_that_of_a_change_does_not() -> None:
    right_G = np.where(np.arange(25) < 1, 3.0, 4.0)
    share = replace(sums(right_G, [4.0] * 25, "recall", "higher"), unit="share of what holds that is found")
    lines = seed_lines(
        PLACE,
        {"after": {1: [share], 2: [replace(share, numerator_G=right_G / 4)]}, "before": {1: [share], 2: [share]}},
        BOOTSTRAP,
        "recall",
    )
    mean, _, change, *each = lines
    assert (mean.low, mean.high) == (0.0, 1.0)
    assert change.low < -1
    assert change.high > 1
    assert each[0].high <= 1.0
    assert replace(share, unit="bits/byte").range[1] == math.inf
