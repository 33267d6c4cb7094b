import pytest

from acclimate.core.errors import AcclimateError, UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import Counts


def test_every_step_is_written_down_in_order() -> None:
    ledger = Ledger()
    ledger.add("adapt", "sources", "train", Counts(10, 10))
    ledger.add("adapt", "clean", "all", Counts(10, 9, dropped={"empty text": 1}))
    assert [(entry["step"], entry["rows_in"], entry["rows_out"]) for entry in ledger.entries] == [
        ("sources", 10, 10),
        ("clean", 10, 9),
    ]
    assert ledger.entries[1]["dropped"] == {"empty text": 1}


@pytest.mark.parametrize("lost, limit, stops", [(5, 0.05, False), (6, 0.05, True), (1, 0.0, True), (0, 0.0, False)])
def test_past_max_dropped_the_run_stops_with_the_reasons(lost: int, limit: float, stops: bool) -> None:
    counts = Counts(100, 100 - lost, dropped={"empty text": lost} if lost else {})
    if not stops:
        Ledger().add("adapt", "clean", "all", counts, max_dropped=limit)
        return
    with pytest.raises(UserError) as caught:
        Ledger().add("adapt", "clean", "all", counts, max_dropped=limit)
    fault = caught.value.faults[0]
    assert fault.where == "adapt, clean, all"
    assert fault.found == f"{lost} of 100 rows would be dropped (empty text: {lost})"
    assert fault.allowed == f"at most {limit:.0%} (max_dropped)"
    assert "max_dropped" in fault.do


def test_rows_that_were_asked_to_go_do_not_count_against_the_limit() -> None:
    Ledger().add("adapt", "deduplicate", "all", Counts(100, 10, removed={"copy": 90}), max_dropped=0.0)


def test_a_step_whose_sums_do_not_agree_is_not_written_down() -> None:
    ledger = Ledger()
    with pytest.raises(AcclimateError):
        ledger.add("adapt", "clean", "all", Counts(10, 8))
    assert ledger.entries == []
