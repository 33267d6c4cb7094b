from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.report.plots import Frame, Series, interval_bar, line_chart, nice_ticks, share_bar

FRAME = Frame(400, 200, "updates", "loss")


@pytest.mark.parametrize(
    "low,high,ticks",
    [
        (0, 150, [0, 50, 100, 150]),
        (1.6, 5.7, [0, 2, 4, 6]),
        (0, 5e-4, [0, 2e-4, 4e-4, 6e-4]),
        (7, 7, [2.5, 5, 7.5, 10, 12.5]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high, 3) == pytest.approx(ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9))
def test_ticks_reach_from_end_to_end_and_are_few(low: float, width: float, wanted: int) -> None:
    ticks = nice_ticks(low, low + width, wanted)
    assert ticks[0] <= low + 1e-6 * width
    assert ticks[-1] >= low + width - 1e-6 * width
    assert len(ticks) <= wanted + 3


def places(svg: str) -> list[list[tuple[float, float]]]:
    paths = re.findall(r'class="(?:first|second) line" d="([^"]*)"', svg)
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)] for path in paths]


def test_a_line_goes_where_the_numbers_say() -> None:
    svg = line_chart([Series("loss", [0, 50, 100], [4, 2, 0])], FRAME, "falls")
    (points,) = places(svg)
    (x0, y0), (x1, y1), (x2, y2) = points
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y1 - y0 == pytest.approx(y2 - y1, abs=0.2)
    assert y0 < y2  # in SVG up is less
    assert all(0 <= x <= FRAME.width and 0 <= y <= FRAME.height for x, y in points)


def test_nan_leaves_a_gap() -> None:
    svg = line_chart([Series("loss", [1, 2, 3, 4], [4, math.nan, 2, 1])], FRAME, "")
    assert re.search(r'd="M[\d. ]+ M[\d. ]+ L[\d. ]+"', svg)
    assert "nan" not in svg


def test_nothing_is_drawn_of_no_numbers() -> None:
    assert line_chart([], FRAME, "") == ""
    assert line_chart([Series("loss", [1.0], [math.nan])], FRAME, "") == ""


def test_one_point_is_seen() -> None:
    assert "ring" in line_chart([Series("loss", [3], [2.5])], FRAME, "")


def test_lines_differ_without_colour_and_are_named() -> None:
    svg = line_chart([Series("training", [1, 2], [3, 2]), Series("validation", [1, 2], [4, 3], marked=True)], FRAME, "")
    assert svg.count('class="second ring"') == 3  # two points and the legend
    assert 'class="first ring"' not in svg
    assert ">training<" in svg
    assert ">validation<" in svg


def test_many_points_are_averaged() -> None:
    svg = line_chart([Series("loss", list(range(10_000)), [1.0, 3.0] * 5_000)], FRAME, "")
    (points,) = places(svg)
    assert len(points) == 500
    assert len({y for _, y in points}) == 1


def test_descriptions_are_escaped_and_there() -> None:
    hostile = '"><script>alert(1)</script>'
    for svg in (
        line_chart(
            [Series(hostile, [1, 2], [1, 2]), Series("b", [1], [1])], Frame(300, 200, hostile, hostile), hostile
        ),
        interval_bar(1, 0, 2, 2, hostile),
        share_bar(0.5, hostile),
    ):
        assert "<script" not in svg
        assert 'role="img"' in svg
        assert 'aria-label="&#34;&gt;&lt;script' in svg


def whisker(svg: str) -> tuple[float, float]:
    left, width = re.findall(r'class="whisker" x="([\d.]+)".*? width="([\d.]+)"', svg)[0]
    return float(left), float(left) + float(width)


def test_the_bar_is_drawn_to_its_zero() -> None:
    svg = interval_bar(2.1, 1.9, 2.3, 2.3, "")
    assert 'x1="60"' in svg  # the zero line stands in the middle of 120
    left, right = whisker(svg)
    assert (left, right) == pytest.approx((60 + 54 * 1.9 / 2.3, 60 + 54), abs=0.1)
    left, right = whisker(interval_bar(-1, -2, 0, 2, ""))
    assert (left, right) == pytest.approx((6, 60), abs=0.1)


def test_a_bar_without_interval_or_reach() -> None:
    assert "whisker" not in interval_bar(1, None, None, 1, "")
    assert 'cx="60.0"' in interval_bar(0, 0, 0, 0, "")


@pytest.mark.parametrize("share,filled", [(-0.5, 0), (0, 0), (0.5, 99), (1.2, 198)])
def test_a_share_never_leaves_its_bar(share: float, filled: float) -> None:
    assert f'class="part" x="1" y="1" width="{float(filled)}"' in share_bar(share, "")
