from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.report.formats import NOT_FINITE, count, duration, moment, number, percent, size


@pytest.mark.parametrize(
    "value,text",
    [
        (0.0, "0"),
        (3.9, "3.90"),
        (-2.1, "−2.10"),
        (812.4, "812"),
        (41.27, "41.3"),
        (0.0145, "0.0145"),
        (9.996, "10.0"),
        (999.6, "1,000"),
        (12345.6, "12,346"),
        (1e12, "1.00 × 10¹²"),
        (-2.5e-7, "−2.50 × 10⁻⁷"),
        (math.inf, NOT_FINITE),
        (math.nan, NOT_FINITE),
    ],
)
def test_three_digits_count(value: float, text: str) -> None:
    assert number(value) == text


def test_signs_and_shared_decimals() -> None:
    assert number(2.1, signed=True) == "+2.10"
    assert number(0.0, signed=True) == "0"
    assert number(-0.00001, signed=True, scale=2.3) == "0.00"  # rounds to nothing, so it has no sign
    assert [number(end, signed=True, scale=12.5) for end in (-0.04, 12.5)] == ["0.0", "+12.5"]


@given(st.floats(min_value=1e-4, max_value=9e8))
def test_a_number_is_off_by_less_than_half_a_percent(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize(
    "share,text",
    [(0.006, "0.6 %"), (-0.538, "−53.8 %"), (1.0, "100 %"), (0.0002, "0.02 %"), (0.0, "0.0 %"), (12.0, "1,200 %")],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share).replace("\u00a0", " ") == text


def test_percent_whole_and_signed() -> None:
    assert percent(0.7, whole=True) == "70\u00a0%"
    assert percent(0.006, signed=True) == "+0.6\u00a0%"
    assert percent(math.nan) == NOT_FINITE


def test_counts_agree_with_their_noun() -> None:
    assert count(1_234_567) == "1,234,567"
    assert count(1, "row") == "1\u00a0row"
    assert count(1250, "row") == "1,250\u00a0rows"
    assert count(2, "history", "histories") == "2\u00a0histories"


@pytest.mark.parametrize(
    "seconds,text",
    [
        (0.42, "0.4 s"),
        (59.94, "59.9 s"),
        (59.97, "1 min"),
        (192, "3 min 12 s"),
        (240, "4 min"),
        (7500, "2 h 5 min"),
        (3 * 86400 + 4 * 3600 + 59, "3 d 4 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    "number_of_bytes,text",
    [(17, "17 bytes"), (999_600, "1.00 MB"), (1_382_400_000, "1.38 GB"), (2_500, "2.50 kB"), (3.2e12, "3.20 TB")],
)
def test_sizes(number_of_bytes: float, text: str) -> None:
    assert size(number_of_bytes).replace("\u00a0", " ") == text


def test_moments() -> None:
    assert moment("2025-11-21T06:45:12+00:00") == "21 November 2025, 06:45 UTC"
    assert moment("2025-11-01T06:45:12") == "1 November 2025, 06:45"
    assert moment("some day") == "some day"
