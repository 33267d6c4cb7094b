"""Tagged texts of any rows: every value comes back, every row is accounted for; and of many rows, fast."""

import re
import time
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from acclimate.core.text import unescape_value
from acclimate.prepare.tagged import Tagged
from tests.prepare.made import table

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["p", "q", "r"]),
        st.none() | st.integers(0, 40),
        st.none() | st.text(st.sampled_from(list("ab<>/\\,[]: E\n"))),
        st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
    ),
    min_size=1,
    max_size=30,
)


def _plainly(rows: list[tuple[str, int | None, str | None, str | None]]) -> dict[str, list[list[str]]]:
    """Say in the simplest way which values each patient's events hold, in order."""
    found: dict[str, list[list[str]]] = {}
    for patient in dict.fromkeys(row[0] for row in rows):
        mine = sorted((row for row in rows if row[0] == patient and row[1] is not None), key=lambda row: row[1] or 0)
        values = [(day, [one.strip() for one in (code, text) if one and one.strip()]) for _, day, code, text in mine]
        kept = [(day, said) for day, said in values if said]
        steps = [0, *np.diff([day for day, _ in kept]).tolist()]
        found[patient] = [[f"+{step}d", *said] for step, (_, said) in zip(steps, kept, strict=False)]
    return found


@given(ROWS)
def test_every_value_comes_back_and_every_row_is_accounted_for(
    rows: list[tuple[str, int | None, str | None, str | None]],
) -> None:
    days = [None if row[1] is None else str(date(2020, 1, 1) + timedelta(row[1])) for row in rows]
    columns = {
        "p": [row[0] for row in rows],
        "day": days,
        "code": [row[2] for row in rows],
        "t": [row[3] for row in rows],
    }
    assume(all(any(value is not None for value in column) for column in columns.values()))
    body = {"tag": "visits", "each": {"tag": "event", "fields": ["day", "code", "t"]}}
    header = [{"tag": "patient", "fields": ["p"]}]
    options = {"group_by": "p", "order_by": "day", "header": header, "body": body, "time": "delta"}
    made, counts = Tagged.model_validate(options).apply(table(**columns), "w", 0)
    counts.check("tagged")
    assert (counts.rows_in, counts.rows_out) == (len(rows), made.num_rows)
    expected = _plainly(rows)
    assert made["p"].to_pylist() == list(expected)
    for row in made.to_pylist():
        text = row["text"]
        inner = re.findall(r"<event>(.*?)</event>", text, re.DOTALL)
        fields = [re.split(r"(?<!\\), ", event) for event in inner]
        values = [[unescape_value(field.partition(":")[2]).strip() for field in event] for event in fields]
        assert values == expected[row["p"]]
        assert text[: row["header_chars"]] == f"<patient>p:{row['p']}</patient>" + ("<visits>" if values else "")
        borders = [*row["cuts"], len(text.removesuffix("</visits>"))]
        pieces = [text[begin:end] for begin, end in pairwise(borders)]
        assert pieces == [f"<event>{event}</event>" for event in inner]


def test_a_hundred_thousand_events_take_seconds() -> None:
    count = 100_000
    draw = np.random.default_rng(0)
    rows = table(
        patient_id=draw.integers(0, 2_000, count).astype(str).tolist(),
        hospital_id=["h"] * count,
        age=["34"] * count,
        sex=["F"] * count,
        timestamp=[str(np.datetime64("2000-01-01") + int(day)) for day in draw.integers(0, 8_000, count)],
        code=draw.integers(0, 500, count).astype(str).tolist(),
        description=[f"text {number}, more" for number in draw.integers(0, count, count)],
    )
    options = {
        "group_by": ["patient_id", "hospital_id"],
        "order_by": "timestamp",
        "header": [{"tag": "patient", "fields": ["age", "sex"]}],
        "body": {"tag": "visits", "each": {"tag": "event", "fields": ["timestamp", "code", "description"]}},
        "time": "delta",
    }
    begin = time.perf_counter()
    made, _ = Tagged.model_validate(options).apply(rows, "w", 0)
    assert time.perf_counter() - begin < 10
    assert made.num_rows == 2_000
