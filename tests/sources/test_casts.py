"""Casts of text: what fits, what becomes null, and that it is counted."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from acclimate.sources.casts import Cast, cast_columns


@pytest.mark.parametrize(
    "wanted, texts, values",
    [
        ("int", ["7", " -3 ", "02139", "1.0", "1_000", "x", None], [7, -3, 2139, None, None, None, None]),
        ("float", ["1", "2.5", "1e-3", ".5", "nan", "inf", None], [1.0, 2.5, 0.001, 0.5, None, None, None]),
        ("bool", ["true", "NO", "1", "maybe", None], [True, False, True, None, None]),
        ("date", ["2020-01-31", "20200131", "2020-02-30", "31.1.2020"], [date(2020, 1, 31)] * 2 + [None] * 2),
        (
            "datetime",
            ["2020-01-31T08:30:00+01:00", "2020-01-31 07:30"],
            [datetime(2020, 1, 31, 7, 30), datetime(2020, 1, 31, 7, 30)],  # noqa: DTZ001 (UTC by definition)
        ),
    ],
)
def test_values_that_do_not_fit_become_null_and_are_counted(
    wanted: Cast, texts: list[str | None], values: list[object]
) -> None:
    table, failed = cast_columns(pa.table({"x": pa.array(texts, pa.string())}), {"x": wanted})
    assert table.column("x").to_pylist() == values
    lost = sum(value is None for value in values) - sum(text is None for text in texts)
    assert failed == ({f"x: not {wanted}": lost} if lost else {})


def test_other_columns_stay() -> None:
    table, failed = cast_columns(pa.table({"x": ["1"], "y": ["02139"]}), {"x": "int"})
    assert table.to_pydict() == {"x": [1], "y": ["02139"]}
    assert failed == {}
