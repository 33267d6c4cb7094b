"""Dates as people write them: where they stand in a text, and the same date some days later, written the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_MONTH = "(?P<{}>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|sept)\.?"
_YEAR, _DAY, _NUMBER = (
    r"(?P<year{0}>(?:18|19|20)\d\d)",
    r"(?P<day{0}>3[01]|[12]\d|0?[1-9])",
    r"(?P<month{0}>1[0-2]|0?[1-9])",
)

# Where the order can't be told (03/04/1985) the month stands first behind a slash, else the day.
_FORMS: tuple[str, ...] = (
    rf"{_YEAR}(?P<sep{{0}}>[-/.]){_NUMBER}(?P=sep{{0}}){_DAY}",
    rf"{_YEAR}\s?年\s?{_NUMBER}\s?月\s?{_DAY}\s?[日号]",
    rf"{_NUMBER}/{_DAY}/{_YEAR}",
    rf"{_DAY}(?P<sep{{0}}>[-/.]){_NUMBER}(?P=sep{{0}}){_YEAR}",
    rf"{_MONTH.format('name{0}')}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
    rf"{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+{_MONTH.format('name{0}')},?[\s-]+{_YEAR}",
)
_EACH = [re.compile(form.format(0), re.IGNORECASE | re.ASCII) for form in _FORMS]
DATE = (
    r"(?<![\d./-])(?:"
    + "|".join(form.format(number) for number, form in enumerate(_FORMS, start=1))
    + r")(?![\d/-]|\.\d)"
)
"""A full date anywhere in a text (named groups inside; without regard to case)."""
_ANY = re.compile(DATE, re.IGNORECASE | re.ASCII)


def date_spans(text: str) -> Iterable[tuple[int, int]]:
    """Give where full dates (year, month and day) stand in a text."""
    return (match.span() for match in _ANY.finditer(text) if _read(match.group()) is not None)


def is_date(text: str) -> bool:
    """Say whether a text is a full date, perhaps with a time of day behind it."""
    return moved(text, 0) is not None


def moved(text: str, days: int) -> str | None:
    """Give the date at the beginning of `text` moved by some days and written the same way; the rest stays.

    Gives: None where there is no date at the beginning, or where the moved one has no place in the calendar.
    """
    found = _read(text)
    if found is None:
        return None
    match, day = found
    try:
        after = day + timedelta(days=days)
    except OverflowError:
        return None
    if not after.year >= 1000:
        return None
    named = match.groupdict()
    padded = all(len(named[part]) == 2 for part in ("day0", "month0") if named.get(part))
    if named.get("name0"):
        padded = named["day0"].startswith("0")
    pieces = [(match.start("year0"), match.end("year0"), str(after.year))]
    pieces.append((match.start("day0"), match.end("day0"), f"{after.day:02d}" if padded else str(after.day)))
    if named.get("name0"):
        pieces.append((match.start("name0"), match.end("name0"), _month_name(after.month, named["name0"])))
    else:
        pieces.append(
            (match.start("month0"), match.end("month0"), f"{after.month:02d}" if padded else str(after.month))
        )
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _read(text: str) -> tuple[re.Match[str], date] | None:
    for form in _EACH:
        match = form.match(text)
        if match is None or (match.end() < len(text) and text[match.end()].isdigit()):
            continue
        named = match.groupdict()
        name = named.get("name0")
        month = _MONTHS.index(next(one for one in _MONTHS if one.startswith(name[:3].lower()))) + 1 if name else 0
        try:
            return match, date(int(named["year0"]), month or int(named["month0"]), int(named["day0"]))
        except ValueError:
            continue
    return None


def _month_name(month: int, before: str) -> str:
    full = len(before) > 4 or before.lower() == "may"
    name = _MONTHS[month - 1] if full else _MONTHS[month - 1][:3]
    if before.isupper():
        return name.upper()
    return name.capitalize() if before[0].isupper() else name
