import numpy as np
import pytest

from acclimate.core.formulas import FORMULAS, evaluate

# cells of each argument; a label's D probabilities come twice (positives, negatives)
PARTS = {
    "mean_ratio": (3, 3, 3),
    "matthews": (1, 4, 4),
    "mean_roc_auc": (5, 5, 7, 7),
    "mean_average_precision": (5, 5, 7, 7),
    "calibration_error": (4, 1),
    "pearson": (1, 1, 1, 1, 1, 1),
    "bleu": (4, 4, 1),
    "chrf": (6, 6, 6),
}
NO_SLOPES = {"calibration_error"}


def sums(formula: str, seed: int) -> np.ndarray:
    random = np.random.Generator(np.random.PCG64(seed))
    if formula == "pearson":
        x, y = random.standard_normal((2, 30)) + 2
        return np.array([30, x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum()])
    if formula == "matthews":
        return np.array([12, 7, 9, 8, 6, 10, 8, 12, 0], dtype=np.float64)
    return random.random(sum(PARTS[formula])) * 10 + 0.5


def test_every_formula_is_tried() -> None:
    assert PARTS.keys() == FORMULAS.keys()


@pytest.mark.parametrize("formula", sorted(PARTS.keys() - NO_SLOPES))
@pytest.mark.parametrize("seed", range(5))
def test_slopes_are_those_of_the_value(formula: str, seed: int) -> None:
    at_P, parts, step = sums(formula, seed), PARTS[formula], 1e-6
    steps_PP = step * np.eye(len(at_P))
    up_P, _ = evaluate(formula, at_P[:, None] + steps_PP, parts)
    down_P, _ = evaluate(formula, at_P[:, None] - steps_PP, parts)
    _, slope_P1 = evaluate(formula, at_P[:, None], parts)
    largest = max(1.0, np.abs(up_P).max())  # BLEU goes to 100
    assert slope_P1[:, 0] == pytest.approx((up_P - down_P) / (2 * step), abs=1e-7 * largest)
    assert np.abs(slope_P1).max() > 1e-3


@pytest.mark.parametrize("formula", PARTS)
def test_a_multiple_of_all_sums_changes_nothing(formula: str) -> None:
    at_P, parts = sums(formula, 1), PARTS[formula]
    value_2, slope_P2 = evaluate(formula, np.stack([at_P, 3 * at_P], axis=1), parts)
    assert value_2[0] == pytest.approx(value_2[1], rel=1e-12)
    balance = at_P @ slope_P2[:, 0]
    assert balance == pytest.approx(0, abs=1e-12 * max(1.0, abs(value_2[0]))) or formula in NO_SLOPES


def test_weightings_stand_side_by_side() -> None:
    for formula, parts in PARTS.items():
        some = [sums(formula, seed) for seed in range(3)]
        together_K, slope_PK = evaluate(formula, np.stack(some, axis=1), parts)
        for at, one in enumerate(some):
            alone_1, slope_P1 = evaluate(formula, one[:, None], parts)
            assert together_K[at] == pytest.approx(alone_1[0], rel=1e-14)
            assert slope_PK[:, at] == pytest.approx(slope_P1[:, 0], rel=1e-13, nan_ok=True)


def test_labels_that_do_not_occur_are_left_out_and_others_without_a_denominator_are_nothing() -> None:
    value_1, slope_P1 = evaluate("mean_ratio", np.array([[4.0, 0, 0], [8, 0, 0], [8, 0, 3]]).reshape(9, 1), (3, 3, 3))
    assert value_1[0] == 0.25, "the mean of 4/8 and 0, not of three"
    assert slope_P1[:, 0].tolist() == [1 / 16, 0, 0, -1 / 32, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "formula, at, parts",
    [
        ("mean_ratio", [0.0, 0.0, 0.0], (1, 1, 1)),
        ("matthews", [3.0, 3, 2, 5, 0], (1, 2, 2)),  # one class is always said
        ("matthews", [3.0, 5, 0, 3, 2], (1, 2, 2)),  # one class is always right
        ("mean_roc_auc", [1.0, 2.0, 0.0, 0.0], (2, 2)),
        ("mean_average_precision", [0.0, 0.0, 1.0, 2.0], (2, 2)),
        ("mean_average_precision", [1.0, 2.0, 0.0, 0.0], (2, 2)),
        ("calibration_error", [0.0, 0.0], (1, 1)),
        ("pearson", [3.0, 6.0, 5.0, 12.0, 11.0, 10.0], (1,) * 6),
    ],
)
def test_what_is_undefined_is_no_number(formula: str, at: list[float], parts: tuple[int, ...]) -> None:
    value_1, _ = evaluate(formula, np.array(at)[:, None], parts)
    assert np.isnan(value_1[0])


@pytest.mark.parametrize("formula", ["mean_roc_auc", "mean_average_precision"])
def test_a_label_without_both_classes_does_not_count(formula: str) -> None:
    whole, thin = [2.0, 3.0, 4.0, 1.0], [1.0, 0.0, 0.0, 0.0]
    alone_1, _ = evaluate(formula, np.array(whole)[:, None], (2, 2))
    both_1, slope_P1 = evaluate(formula, np.array(whole + thin)[:, None], (2, 2, 2, 2))
    assert both_1[0] == alone_1[0]
    assert not slope_P1[4:].any()


@pytest.mark.parametrize("right", [30.0, 70.0])
def test_slopes_of_bleu_that_no_random_sums_reach(right: float) -> None:
    """Answers shorter and longer than the right ones; an order without a match is smoothed, and its slope taken as 0."""
    at_P, parts = np.array([20.0, 9, 4, 1, 50, 40, 30, 20, right]), PARTS["bleu"]
    steps_PP = 1e-5 * np.eye(9)
    up_P, down_P = (evaluate("bleu", at_P[:, None] + sign * steps_PP, parts)[0] for sign in (1, -1))
    (value,), slope_P1 = evaluate("bleu", at_P[:, None], parts)
    assert slope_P1[:, 0] == pytest.approx((up_P - down_P) / 2e-5, abs=1e-6)
    assert (slope_P1[8, 0] < 0) == (right > 50)
    at_P[3] = 0
    (smoothed,), slope_P1 = evaluate("bleu", at_P[:, None], parts)
    assert smoothed == pytest.approx(value * (1 / 2) ** (1 / 4))
    assert at_P @ slope_P1[:, 0] == pytest.approx(0, abs=1e-12)
    assert (slope_P1[3, 0], slope_P1[7, 0]) == (0, 0)


@pytest.mark.parametrize(
    "formula, at",
    [
        ("bleu", [0.0, 0, 0, 0, 4, 3, 2, 1, 4]),
        ("bleu", [2.0, 1, 0, 0, 3, 2, 1, 0, 3]),
        ("bleu", [0.0] * 8 + [4]),
        ("chrf", [0.0] * 18),
    ],
)
def test_where_nothing_matches_texts_score_0(formula: str, at: list[float]) -> None:
    value_1, slope_P1 = evaluate(formula, np.array(at)[:, None], PARTS[formula])
    assert value_1[0] == 0
    assert not slope_P1.any()
