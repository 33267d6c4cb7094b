"""Times in what people write them in, and steps in the largest exact unit."""

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.prepare.times import deltas, times_of
from tests.prepare.made import table

DAY = 86_400_000_000
JANUARY_31 = 18_292 * DAY  # days since 1970, by hand: 50 years of 365 days, 12 leap days, 30 days


@pytest.mark.parametrize(
    "values",
    [
        ["2020-01-31"],
        ["20200131"],
        [20200131],
        ["2020/01/31"],
        [" 2020-01-31T00:00:00Z "],
        ["2020-01-31 02:00+02:00"],
        [1580428800],
        ["1580428800"],
        ["1580428800000"],
        [1580428800000000],
        ["1580428800000000000"],
        [date(2020, 1, 31)],
        [datetime(2020, 1, 31)],  # noqa: DTZ001 (as Arrow gives it)
        [datetime(2020, 1, 31, 2, tzinfo=timezone(timedelta(hours=2)))],
    ],
)
def test_one_day_in_many_ways(values: list[object]) -> None:
    times = times_of(table(t=values), "t", "w")
    assert times.ticks_R.tolist() == [JANUARY_31]
    assert not times.plain


def test_months_and_fractions_of_seconds() -> None:
    assert times_of(table(t=["2020-02"]), "t", "w").ticks_R.tolist() == [JANUARY_31 + DAY]
    assert times_of(table(t=["1580428800.25"]), "t", "w").ticks_R.tolist() == [JANUARY_31 + 250_000]


def test_nanoseconds_are_cut() -> None:
    column = pa.array([1580428800_000000999], pa.timestamp("ns"))
    rows = table(x=["a"]).append_column("t", column)
    assert times_of(rows, "t", "w").ticks_R.tolist() == [JANUARY_31]


def test_small_numbers_are_no_times() -> None:
    times = times_of(table(t=["2019", "2021.5", None, ""]), "t", "w")
    assert times.plain
    assert times.ticks_R.tolist() == [2019.0, 2021.5, 0.0, 0.0]
    assert times.missing_R.tolist() == [False, False, True, True]


def test_a_column_without_values_has_no_times() -> None:
    assert times_of(table(x=["a"]).append_column("t", pa.nulls(1)), "t", "w").missing_R.tolist() == [True]


def test_what_is_no_time_is_named_by_row() -> None:
    rows = table(t=["2020-01-31", "31.01.2020", None, "01/31/2020", "x", "y", "z", "10:30"])
    with pytest.raises(UserError) as caught:
        times_of(rows, "t", "w")
    said = str(caught.value)
    assert (
        "column 't' holds '31.01.2020' and the like in x.csv:2, x.csv:4, x.csv:5, x.csv:6, x.csv:7 and 1 more" in said
    )
    assert "strptime(t" in said


def test_steps_in_the_largest_exact_unit() -> None:
    units = [0, 12 * DAY, DAY // 2, DAY // 16, 20_000_000, 5_000, 7, 36 * DAY // 24]
    ticks = np.cumsum(units)
    first = np.array([True, *[False] * 7])
    written = deltas(ticks, first, plain=False)
    assert written == ["+0d", "+12d", "+12h", "+90min", "+20s", "+5ms", "+7us", "+36h"]


def test_each_group_begins_at_zero() -> None:
    ticks = np.array([5 * DAY, 6 * DAY, 2 * DAY, 2 * DAY])
    assert deltas(ticks, np.array([True, False, True, False]), plain=False) == ["+0d", "+1d", "+0d", "+0d"]


def test_plain_numbers_have_no_unit() -> None:
    assert deltas(np.array([2019.0, 2021.5]), np.array([True, False]), plain=True) == ["+0", "+2.5"]


_SIZES = {"d": DAY, "h": DAY // 24, "min": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}


@given(st.integers(min_value=0, max_value=10**15))
def test_a_step_says_exactly_what_it_was(step: int) -> None:
    written = deltas(np.array([0, step]), np.array([True, False]), plain=False)[1]
    number, unit = written.rstrip("dhminsu"), written.lstrip("+0123456789")
    assert int(number) * _SIZES[unit] == step
