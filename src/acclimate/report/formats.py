"""Numbers as people read them: 3 significant digits, thousands separated, durations and sizes in fitting units."""

from __future__ import annotations

import math
from datetime import datetime

MINUS, NARROW = "\u2212", "\u00a0"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOT_FINITE = "not a finite number"


def number(value: float, *, signed: bool = False, scale: float | None = None) -> str:
    """Write a number with 3 significant digits.

    Takes: `signed`, to write `+` too; `scale`, a larger number beside it whose decimals it is to share (an interval).
    """
    if not math.isfinite(value):
        return NOT_FINITE
    size = abs(scale if scale is not None and math.isfinite(scale) else value)
    if size and not 1e-4 <= size < 1e9:
        text = _powers_of_ten(abs(value))
    else:
        text = f"{abs(value):,.{_decimals(size)}f}"
    zero = not any(digit in text for digit in "123456789")
    sign = "" if zero else MINUS if value < 0 else "+" if signed else ""
    return sign + text


def _decimals(size: float) -> int:
    if not size:
        return 0
    digits = 2 - math.floor(math.log10(size))
    if round(size, digits) >= 10 ** (3 - digits):  # 9.996 rounds up to a digit more
        digits -= 1
    return max(0, digits)


def _powers_of_ten(value: float) -> str:
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def percent(share: float, *, signed: bool = False, whole: bool = False) -> str:
    """Write a share of 1 in percent: one decimal, none from 100 % on or if `whole`, one digit where it is tiny."""
    if not math.isfinite(share):
        return NOT_FINITE
    value = 100 * share
    decimals = 0 if whole or abs(value) >= 99.95 else 1
    if not whole and 1e-6 <= abs(value) < 0.095:
        decimals = -math.floor(math.log10(abs(value)))
    text = f"{abs(value):,.{decimals}f}"
    sign = MINUS if value < 0 else "+" if signed else ""
    return f"{sign if float(text.replace(',', '')) else ''}{text}{NARROW}%"


def count(value: int, noun: str = "", plural: str = "") -> str:
    """Write how many, with the noun: 1 row, 1,250 rows."""
    if not noun:
        return f"{value:,}"
    return f"{value:,}{NARROW}{noun if value == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Write a time in its two largest units: 0.4 s, 8.1 s, 3 min 12 s, 2 h 5 min, 3 d 4 h."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}{NARROW}s"
    whole = round(seconds)
    for size, unit, smaller_size, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = (whole % size) // smaller_size
            large = f"{whole // size}{NARROW}{unit}"
            return f"{large} {rest}{NARROW}{smaller}" if rest else large
    return f"{whole}{NARROW}s"


def size(number_of_bytes: float) -> str:
    """Write a size in bytes, kB, MB, GB (powers of 1000)."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number_of_bytes >= 0.9995 * scale:
            return f"{number(number_of_bytes / scale)}{NARROW}{unit}"
    return f"{number_of_bytes:.0f}{NARROW}bytes"


def moment(iso: str) -> str:
    """Write an ISO time as 21 November 2025, 06:45 UTC; what is no ISO time stays as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when.day} {when:%B %Y, %H:%M} {when.tzname() or ''}".strip()
