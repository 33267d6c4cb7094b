from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.identifiers.dates import date_spans, is_date, moved


@pytest.mark.parametrize(
    "before, days, after",
    [
        ("2020-12-25", 11, "2021-01-05"),
        ("2020-02-28T08:30:00Z", 1, "2020-02-29T08:30:00Z"),
        ("2020/2/8", 1, "2020/2/9"),
        ("3/31/1985", 1, "4/1/1985"),
        ("31/03/1985", 1, "01/04/1985"),
        ("31.03.1985", -31, "28.02.1985"),
        ("March 3rd, 1985", 30, "April 2rd, 1985"),
        ("3 Mar 1985", 365, "3 Mar 1986"),
        ("MAY 31, 1985", 1, "JUNE 1, 1985"),
        ("1985年12月31日", 1, "1986年01月01日"),
        ("1985年3月2日", 40, "1985年4月11日"),
    ],
)
def test_a_date_moves_and_is_written_as_before(before: str, days: int, after: str) -> None:
    assert moved(before, days) == after


@pytest.mark.parametrize(
    "text", ["", "12", "2020-13-01", "2020-02-30", "1.2.840.10008", "March", "2020-01", "99-99-2020"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert not is_date(text)
    assert moved(text, 3) is None


@given(
    st.dates(date(1901, 1, 1), date(2090, 1, 1)),
    st.integers(-3000, 3000),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y年%m月%d日"]),
)
def test_moving_keeps_distances(day: date, days: int, form: str) -> None:
    assert moved(day.strftime(form), days) == (day + timedelta(days=days)).strftime(form)


def test_dates_are_found_where_they_stand() -> None:
    text = "seen 2020-01-05, then 3/4/2020; version 1.2.2020.7, from 12 to 14 May 2021, 2020年1月3日入院"
    assert [text[start:end] for start, end in date_spans(text)] == [
        "2020-01-05",
        "3/4/2020",
        "14 May 2021",
        "2020年1月3日",
    ]
