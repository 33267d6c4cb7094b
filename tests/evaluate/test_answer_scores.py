from acclimate.evaluate.answer_scores import score_answers
from acclimate.evaluate.metrics.accuracy import Accuracy
from acclimate.evaluate.metrics.f1 import F1
from acclimate.evaluate.metrics.mse import Mse
from acclimate.evaluate.metrics.precision import Precision
from tests.evaluate.classes_made import one_of, several_of


def test_slices_stand_apart() -> None:
    made = several_of([[1, 0]] * 12, [[0.9, 0.1]] * 12, ("a", "b"))
    found = score_answers({"accuracy": Accuracy(), "f1": F1()}, {"before": made, "after": made})
    assert [one.name for one in found.sums["after"]] == ["accuracy"]
    assert {part: list(arms) for part, arms in found.slices.items()} == {"label=a": ["before", "after"]}
    assert found.slices["label=a"]["before"][0].value == 1
    assert not found.notes


def test_what_has_no_value_is_said() -> None:
    gold = [1, 0, 1]
    never = one_of(("no", "yes"), gold, [[0.9, 0.1]] * 3)
    once = one_of(("no", "yes"), gold, [[0.1, 0.9], [0.9, 0.1], [0.9, 0.1]])
    found = score_answers({"precision": Precision(), "mse": Mse()}, {"before": never, "after": once})
    assert [len(found.sums[arm]) for arm in ("before", "after")] == [0, 1]
    assert len(found.notes) == 2
    assert found.notes[0].startswith("precision has no value for before: ")
    assert found.notes[1].startswith("mse has no value: ")
