"""Drawings as SVG text, from numbers alone: readable in black and white, with the same said in words.

Colours come from the page's style sheet through classes; shapes (dashes, rings, dots) tell lines apart without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from acclimate.report.formats import number


@dataclass(frozen=True)
class Series:
    """One line of a chart. NaN leaves a gap; a `marked` line is dashed and has a ring at each point."""

    label: str
    xs: list[float]
    ys: list[float]
    marked: bool = False


@dataclass(frozen=True)
class Frame:
    """A chart's size in pixels, and the axes' titles."""

    width: int
    height: int
    x_title: str
    y_title: str


_MOST_POINTS = 500
_RIGHT, _BELOW = 16, 44


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Give evenly spaced round numbers (1, 2, 2.5 or 5 times a power of ten apart) that reach from `low` to `high`."""
    if high <= low:
        low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * place, 12) for place in range(first, last + 1)]


def line_chart(lines: Sequence[Series], frame: Frame, title: str, description: str = "") -> Markup:
    """Draw lines over common axes.

    Takes: `title` and `description`, what a reader who can't see the drawing is told. Gives: one <svg>, or nothing if
    there is no finite number to draw.
    """
    lines = [_thinned(line) for line in lines]
    points = [(x, y) for line in lines for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
    if not points:
        return Markup("")
    across = nice_ticks(min(x for x, _ in points), max(x for x, _ in points), max(3, frame.width // 110))
    upward = nice_ticks(min(y for _, y in points), max(y for _, y in points), max(3, frame.height // 60))
    left = 12 + 7 * max(len(_tick(tick, upward)) for tick in upward)
    above = 28 + 22 * (len(lines) > 1)
    last = max(x for x, _ in points)
    across = [tick for tick in across if tick <= last] if last > across[0] else across
    place = _Placement(frame, (across[0], max(last, across[-1])), (upward[0], upward[-1]), left, above)
    parts = [*_axes(place, across, upward)]
    parts += [_line(line, place) for line in lines]
    parts += _legend(lines, place) if len(lines) > 1 else []
    return _svg("chart", (frame.width, frame.height), title, parts, description)


def interval_bar(value: float, low: float | None, high: float | None, reach: float, description: str) -> Markup:
    """Draw a value and its interval beside a zero line in the middle; right is positive.

    Takes: `reach`, the size that fills half the width. Gives: one <svg>; its text alternative is `description`.
    """
    width, height, margin = 120, 18, 6

    def across(number_: float) -> float:
        return round(width / 2 + (width / 2 - margin) * max(-1.0, min(1.0, number_ / (reach or 1.0))), 1)

    zero = f'<line class="zero" x1="{width // 2}" y1="1" x2="{width // 2}" y2="{height - 1}"/>'
    way = f'<line class="way" x1="{width // 2}" y1="{height // 2}" x2="{across(value)}" y2="{height // 2}"/>'
    whisker = ""
    if low is not None and high is not None:
        left, right = across(low), max(across(high), across(low) + 1)
        whisker = f'<rect class="whisker" x="{left}" y="5" width="{round(right - left, 1)}" height="8" rx="2"/>'
    dot = f'<circle class="dot" cx="{across(value)}" cy="{height // 2}" r="3.5"/>'
    return _svg("bar", (width, height), description, [zero, way, whisker, dot])


def share_bar(share: float, description: str) -> Markup:
    """Draw a share of 1 as a bar that is filled so far."""
    filled = round(max(0.0, min(1.0, share)) * 198, 1)
    whole = '<rect class="whole" x="1" y="1" width="198" height="10" rx="3"/>'
    part = f'<rect class="part" x="1" y="1" width="{filled}" height="10" rx="3"/>'
    return _svg("share", (200, 12), description, [whole, part])


def _svg(kind: str, size: tuple[int, int], title: str, parts: Sequence[str], description: str = "") -> Markup:
    """A browser shows the title to who points at the drawing; a screen reader says it, and the description."""
    width, height = size
    said = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    fit = ' preserveAspectRatio="none"' if kind == "share" else ""
    return Markup(  # noqa: S704 - numbers and escaped text only
        f'<svg class="{kind}" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"{fit} '
        f'aria-label="{escape(title)}">{said}{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class _Placement:
    frame: Frame
    span_x: tuple[float, float]
    span_y: tuple[float, float]
    left: int
    above: int

    def x(self, value: float) -> float:
        low, high = self.span_x
        return round(self.left + (self.frame.width - self.left - _RIGHT) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.span_y
        inner = self.frame.height - self.above - _BELOW
        return round(self.above + inner * (1 - (value - low) / (high - low)), 1)


def _axes(place: _Placement, across: list[float], upward: list[float]) -> list[str]:
    frame, left = place.frame, place.left
    bottom, right = frame.height - _BELOW, frame.width - _RIGHT
    parts = []
    for tick in upward:
        y = place.y(tick)
        parts.append(f'<line class="grid" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="{left - 7}" y="{y + 4}" text-anchor="end">{_tick(tick, upward)}</text>')
    for tick in across:
        x = place.x(tick)
        parts.append(f'<line class="axis" x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{bottom + 17}" text-anchor="middle">{_tick(tick, across)}</text>')
    parts.append(f'<line class="axis" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
    parts.append(f'<text x="{right}" y="{frame.height - 6}" text-anchor="end">{escape(frame.x_title)}</text>')
    parts.append(f'<text x="0" y="13">{escape(frame.y_title)}</text>')
    return parts


def _tick(value: float, ticks: list[float]) -> str:
    if value == 0:
        return "0"
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else abs(value) or 1.0
    largest = max(abs(tick) for tick in ticks)
    if step < 1e-6 or largest >= 1e6:
        return number(value)
    decimals = next(digits for digits in range(7) if math.isclose(round(step, digits), step, rel_tol=1e-6))
    return f"{value:,.{decimals}f}".replace("-", "\u2212")


def _line(line: Series, place: _Placement) -> str:
    kind = "second" if line.marked else "first"
    path, pen_down = [], False
    for x, y in zip(line.xs, line.ys, strict=True):
        if math.isfinite(y):
            path.append(f"{'L' if pen_down else 'M'}{place.x(x)} {place.y(y)}")
        pen_down = math.isfinite(y)
    rings = "".join(
        f'<circle class="{kind} ring" cx="{place.x(x)}" cy="{place.y(y)}" r="3.5"/>'
        for x, y in zip(line.xs, line.ys, strict=True)
        if math.isfinite(y) and (line.marked or len(line.xs) == 1)
    )
    return f'<path class="{kind} line" d="{" ".join(path)}"/>{rings}'


def _legend(lines: Sequence[Series], place: _Placement) -> list[str]:
    parts, x = [], float(place.left)
    for line in lines:
        kind = "second" if line.marked else "first"
        ring = f'<circle class="{kind} ring" cx="{x + 14}" cy="33" r="3.5"/>' if line.marked else ""
        parts.append(f'<path class="{kind} line" d="M{x} 33 L{x + 28} 33"/>{ring}')
        parts.append(f'<text class="legend" x="{x + 34}" y="37">{escape(line.label)}</text>')
        x += 34 + 7.5 * len(line.label) + 22
    return parts


def _thinned(line: Series) -> Series:
    """Average neighbours of a line with more points than a drawing can show."""
    if len(line.xs) <= _MOST_POINTS:
        return line
    width = math.ceil(len(line.xs) / _MOST_POINTS)
    starts = range(0, len(line.xs), width)
    means = [[sum(part) / len(part) for part in (v[at : at + width] for at in starts)] for v in (line.xs, line.ys)]
    return Series(line.label, means[0], means[1], line.marked)
