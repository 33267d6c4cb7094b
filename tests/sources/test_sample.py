"""Made-up data as a source."""

import pytest
from pydantic import ValidationError

from acclimate.sources.sample import Sample


def test_hospital_is_a_function_of_size_and_seed() -> None:
    rows, counts = Sample(sample="hospital", size=20, seed=3).read("sources.train")
    again, _ = Sample(sample="hospital", size=20, seed=3).read("sources.train")
    other, _ = Sample(sample="hospital", size=20, seed=4).read("sources.train")
    assert rows.equals(again)
    assert not rows.equals(other)
    assert rows["row_id"][0].as_py() == "hospital-3:1"
    assert len(set(rows["patient_id"].to_pylist())) == 20
    assert {"age", "sex", "department", "timestamp", "code", "description"} < set(rows.column_names)
    assert counts.rows_in == counts.rows_out == rows.num_rows


def test_general_gives_at_most_what_there_is() -> None:
    rows, _ = Sample(sample="general", size=10_000).read("sources.train")
    assert 2 <= rows.num_rows < 10_000
    assert Sample(sample="general", size=2).read("sources.train")[0].num_rows == 2
    assert "text" in rows.column_names


def test_finance_gives_documents() -> None:
    pytest.importorskip("acclimate.samples.finance")
    rows, _ = Sample(sample="finance", size=5).read("sources.train")
    assert rows.num_rows == 5
    assert len(set(rows["file"].to_pylist())) == 5


def test_inputs_change_with_the_options() -> None:
    one, other = (Sample(sample="hospital", size=5, seed=seed).inputs("s") for seed in (0, 1))
    assert one == Sample(sample="hospital", size=5).inputs("s")
    assert one != other


def test_there_is_no_other_sample() -> None:
    with pytest.raises(ValidationError):
        Sample(sample="school")  # type: ignore[arg-type]
