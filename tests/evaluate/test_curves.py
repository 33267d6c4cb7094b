import json
from dataclasses import asdict

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, confusion_matrix, precision_recall_curve, roc_auc_score, roc_curve

from acclimate.core.curves import ClassCurves
from acclimate.evaluate.curves import class_curves
from acclimate.evaluate.metrics.calibration_error import CalibrationError
from tests.evaluate.classes_made import one_of, scores_of, seed_001, several_of, values


def made(rows: int = 150, seed: int = 0):
    random = np.random.Generator(np.random.PCG64(seed))
    gold = (random.random(rows) < 0.4).astype(int)
    second = np.round(np.clip(0.3 + 0.3 * gold + 0.2 * random.standard_normal(rows), 0.01, 0.99), 2)
    return one_of(("no", "yes"), gold.tolist(), np.stack([1 - second, second], 1))


def test_seed_001() -> None:
    found = class_curves(seed_001())
    assert (found.labels, found.confusion) == (["healthy", "ill"], [[72, 3], [5, 20]])
    assert (found.curves[0].label, found.curves[0].positives, found.curves[0].negatives) == ("ill", 25, 75)


def test_every_point_is_scikit_learns() -> None:
    answers = made()
    curve = class_curves(answers).curves[0]
    gold, second = answers.gold_NK[:, 1], answers.probability_NK[:, 1]
    false, true, _ = roc_curve(gold, second, drop_intermediate=False)
    assert curve.roc == pytest.approx(np.stack([false, true], 1))
    precision, recall, _ = precision_recall_curve(gold, second)
    assert curve.found == pytest.approx(np.stack([recall, precision], 1)[-2::-1])


def test_few_points_of_many_keep_both_ends_and_the_area() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    second = random.random(4000)
    gold = (random.random(4000) < second).astype(int)
    curve = class_curves(one_of(("no", "yes"), gold.tolist(), np.stack([1 - second, second], 1))).curves[0]
    assert (len(curve.roc), len(curve.found)) == (200, 199)
    assert (curve.roc[0], curve.roc[-1], curve.found[-1][0]) == ((0, 0), (1, 1), 1)
    assert auc(*zip(*curve.roc, strict=True)) == pytest.approx(roc_auc_score(gold, second), abs=0.003)


def test_reliability_is_scikit_learns_and_sums_to_the_calibration_error() -> None:
    answers = several_of(*np.random.Generator(np.random.PCG64(2)).random((2, 60, 4)).round(0))
    random = np.random.Generator(np.random.PCG64(3))
    answers = several_of(answers.gold_NK, random.random((60, 4)))
    bins = class_curves(answers).reliability
    right, mean = calibration_curve(answers.gold_NK.ravel(), answers.probability_NK.ravel(), n_bins=15)
    assert [one.right for one in bins] == pytest.approx(right)
    assert [one.confidence for one in bins] == pytest.approx(mean)
    error = sum(one.cases * abs(one.right - one.confidence) for one in bins) / 240
    assert error == pytest.approx(values(CalibrationError(), answers)["calibration_error"])


def test_labels_of_few_groups_and_labels_never_seen_are_other() -> None:
    names, gold = ("flu", "kuru", "cold", "lupus"), [0] * 12 + [1] * 3 + [2] * 10 + [3] * 4 + [-1]
    said = [0] * 10 + [1] * 2 + [1, 0, 2] + [2] * 9 + [3] + [1, 3, 3, 0] + [0]
    found = class_curves(one_of(names, gold, np.eye(4)[said] * 0.6 + 0.1))
    merged = (
        [{1: 9, 3: 9, -1: 9}.get(label, label) for label in gold],
        [{1: 9, 3: 9}.get(label, label) for label in said],
    )
    assert found.labels == ["flu", "cold", "other"]
    assert found.confusion == confusion_matrix(*merged, labels=[0, 2, 9]).tolist()
    assert [one.label for one in found.curves] == ["flu", "cold"]
    assert "kuru" not in json.dumps(asdict(found))
    assert "lupus" not in json.dumps(asdict(found))


def test_rows_of_one_patient_do_not_make_a_label_common() -> None:
    found = class_curves(one_of(("flu", "kuru"), [0] * 12 + [1] * 12, [[0.9, 0.1]] * 24, [*"abcdefghijkl", *"m" * 12]))
    assert (found.labels, found.curves) == (["flu", "other"], [])


def test_several_labels_have_no_confusion_matrix_and_scores_have_nothing() -> None:
    several = class_curves(several_of([[1, 0]] * 12 + [[0, 1]], [[0.5, 0.5]] * 13, ("a", "b")))
    assert (several.labels, several.confusion, [one.label for one in several.curves]) == ([], [], ["a"])
    assert class_curves(scores_of([1.0], [1.0])) is None


def test_curves_come_back_from_json() -> None:
    found = class_curves(made())
    assert ClassCurves.from_json(json.loads(json.dumps(asdict(found)))) == found
    assert ClassCurves.from_json(None) is None
