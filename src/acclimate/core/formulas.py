"""Scores that are no ratio of two sums but another smooth (or piecewise smooth) function of several: values and slopes.

Each formula takes its parts, arrays of sums in cells, and gives the score and its slope in every cell. All are unchanged
when every sum is multiplied by one number, so that the slopes times a group's own sums are its influence. Where a score
is undefined, value and slopes are NaN.

Legend of shapes: K weightings, M labels, D distinct probabilities in rising order, B bins, N orders of n-grams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Found = tuple[Floats, list[Floats]]
Formula = Callable[[Sequence[Floats]], Found]


def mean_ratio(parts: Sequence[Floats]) -> Found:
    """Mean over labels that occur of above / below; 0 / 0 counts as 0, as in scikit-learn (macro precision, recall, F1).

    Takes: above_MK, below_MK, and occurs_MK, above 0 where the label counts.
    """
    above_MK, below_MK, occurs_MK = parts
    labels_K = (occurs_MK > 0).sum(axis=0)
    defined_MK = (occurs_MK > 0) & (below_MK > 0)
    slope_MK = np.where(defined_MK, 1 / below_MK, 0.0) / labels_K
    ratio_MK = np.where(defined_MK, above_MK / below_MK, 0.0)
    return ratio_MK.sum(axis=0) / labels_K, [slope_MK, -slope_MK * ratio_MK, np.zeros_like(slope_MK)]


def matthews(parts: Sequence[Floats]) -> Found:
    """Matthews' correlation of several classes (R_K): A / sqrt(B C).

        A = c n - sum t_k p_k        B = n^2 - sum p_k^2        C = n^2 - sum t_k^2

    Takes: right_1K (c), gold_MK (t) and said_MK (p); n is the sum of t. Undefined where all is one class.
    """
    right_1K, gold_MK, said_MK = parts
    n_K = gold_MK.sum(axis=0)
    a_K = right_1K[0] * n_K - (gold_MK * said_MK).sum(axis=0)
    b_K, c_K = (n_K**2 - (one_MK**2).sum(axis=0) for one_MK in (said_MK, gold_MK))
    root_K = np.sqrt(np.where((b_K > 0) & (c_K > 0), b_K * c_K, np.nan))
    value_K = a_K / root_K
    gold_slope_MK = (right_1K - said_MK) / root_K - value_K * (n_K / b_K + (n_K - gold_MK) / c_K)
    return value_K, [(n_K / root_K)[None], gold_slope_MK, -gold_MK / root_K + value_K * said_MK / b_K]


def mean_roc_auc(parts: Sequence[Floats]) -> Found:
    """Mean over labels of the area under the ROC curve; a tie counts half. A label without both classes does not count.

    Takes: for each label in turn positive_DK and negative_DK.
    """
    return _mean_of_labels(parts, _roc_auc)


def mean_average_precision(parts: Sequence[Floats]) -> Found:
    """Mean over labels of the average precision, sum of (R_d - R_(d+1)) P_d. A label without both classes does not count.

    Takes: for each label in turn positive_DK and negative_DK.
    """
    return _mean_of_labels(parts, _average_precision)


def calibration_error(parts: Sequence[Floats]) -> Found:
    """Sum over bins of |sum of confidence - rows that are right|, divided by all rows.

    There are no slopes, and so no interval: the absolute values have a kink where a bin agrees, and pull the score up by
    chance. A studentised interval then covers a truth of 0 in 60 % of repeats (docs/log.md).

    Takes: gap_BK, the differences, and rows_1K.
    """
    gap_BK, rows_1K = parts
    return np.abs(gap_BK).sum(axis=0) / rows_1K[0], [np.full_like(part, np.nan) for part in parts]


def pearson(parts: Sequence[Floats]) -> Found:
    """Correlation of x and y. Undefined where one of them does not vary.

    Takes: the sums, each 1K, of 1, x, y, x^2, y^2 and xy.
    """
    n_1K, x_1K, y_1K, xx_1K, yy_1K, xy_1K = parts
    mean_x_1K, mean_y_1K = x_1K / n_1K, y_1K / n_1K
    spread_x_1K, spread_y_1K = xx_1K / n_1K - mean_x_1K**2, yy_1K / n_1K - mean_y_1K**2
    varies_1K = (spread_x_1K > 0) & (spread_y_1K > 0)
    root_1K = np.sqrt(np.where(varies_1K, spread_x_1K * spread_y_1K, np.nan))
    value_1K = (xy_1K / n_1K - mean_x_1K * mean_y_1K) / root_1K
    by_xy_1K = 1 / (n_1K * root_1K)
    by_xx_1K, by_yy_1K = -value_1K / (2 * n_1K * spread_x_1K), -value_1K / (2 * n_1K * spread_y_1K)
    by_x_1K = -mean_y_1K * by_xy_1K - 2 * mean_x_1K * by_xx_1K
    by_y_1K = -mean_x_1K * by_xy_1K - 2 * mean_y_1K * by_yy_1K
    slopes = [by_x_1K, by_y_1K, by_xx_1K, by_yy_1K, by_xy_1K]
    by_n_1K = -sum(s_1K * t_1K for s_1K, t_1K in zip(slopes, parts[1:], strict=True)) / n_1K  # all in all nothing moves
    return value_1K[0], [by_n_1K, *slopes]


def bleu(parts: Sequence[Floats]) -> Found:
    """BLEU, 0 to 100: 100 min(1, exp(1 - r / T_1)) exp(mean over n of ln C_n / T_n), smoothed as sacrebleu does.

    Where C_n = 0 the k-th such order has 1 / (2^k T_n) instead (its slope is taken as 0); 0 where nothing matches.
    Takes: matches_NK and said_NK, n-grams of each order n = 1 to N, and right_1K, the length of the right answers.
    """
    matches_NK, said_NK, (right_K,) = parts
    none_NK = matches_NK == 0
    smoothed_NK = 0.5 ** np.cumsum(none_NK, axis=0) / said_NK
    precision_NK = np.where(none_NK, smoothed_NK, matches_NK / said_NK)
    short_K = np.maximum(right_K / said_NK[0] - 1, 0.0)
    defined_K = (said_NK > 0).all(axis=0) & ~none_NK.all(axis=0)
    value_K = np.where(defined_K, 100 * np.exp(np.log(precision_NK).mean(axis=0) - short_K), 0.0)
    share_K = value_K / len(matches_NK)
    matches_slope_NK = np.where(none_NK | ~defined_K, 0.0, share_K / matches_NK)
    said_slope_NK = np.where(none_NK | ~defined_K, 0.0, -share_K / said_NK)
    brief_K = np.where(defined_K & (short_K > 0), value_K / said_NK[0], 0.0)
    said_slope_NK[0] += brief_K * np.where(defined_K, right_K / said_NK[0], 0.0)
    return value_K, [matches_slope_NK, said_slope_NK, -brief_K[None]]


def chrf(parts: Sequence[Floats]) -> Found:
    """chrF, 0 to 100: 100 * 5 P R / (4 P + R), P and R the means over n of matches / said and matches / right.

    Orders that one side has none of do not count; 0 where nothing matches.
    Takes: said_NK, right_NK and matches_NK, n-grams of each order.
    """
    said_NK, right_NK, matches_NK = parts
    counts_NK = (said_NK > 0) & (right_NK > 0)
    orders_K = counts_NK.sum(axis=0)
    precision_NK, recall_NK = (np.where(counts_NK, matches_NK / one_NK, 0.0) for one_NK in (said_NK, right_NK))
    p_K, r_K = precision_NK.sum(axis=0) / orders_K, recall_NK.sum(axis=0) / orders_K
    below_K = 4 * p_K + r_K
    any_K = below_K > 0
    value_K = np.where(any_K, 500 * p_K * r_K / below_K, 0.0)
    by_p_K, by_r_K = (
        np.where(any_K, 500 * k * (one_K / below_K) ** 2 / orders_K, 0.0) for k, one_K in ((1, r_K), (4, p_K))
    )
    said_slope_NK = np.where(counts_NK, -by_p_K * precision_NK / said_NK, 0.0)
    right_slope_NK = np.where(counts_NK, -by_r_K * recall_NK / right_NK, 0.0)
    return value_K, [said_slope_NK, right_slope_NK, np.where(counts_NK, by_p_K / said_NK + by_r_K / right_NK, 0.0)]


def _mean_of_labels(parts: Sequence[Floats], one_label: Callable[[Floats, Floats], Found]) -> Found:
    found = [
        one_label(positive_DK, negative_DK) for positive_DK, negative_DK in zip(parts[::2], parts[1::2], strict=True)
    ]
    defined_MK = np.stack([np.isfinite(value_K) for value_K, _ in found])
    labels_K = defined_MK.sum(axis=0)
    value_K = np.where(defined_MK, np.stack([value_K for value_K, _ in found]), 0.0).sum(axis=0) / labels_K
    slopes = [
        np.where(defined_K, slope_DK, 0.0) / labels_K
        for defined_K, (_, both) in zip(defined_MK, found, strict=True)
        for slope_DK in both
    ]
    return value_K, slopes


def _roc_auc(positive_DK: Floats, negative_DK: Floats) -> Found:
    positives_K, negatives_K = positive_DK.sum(axis=0), negative_DK.sum(axis=0)
    beaten_DK = np.cumsum(negative_DK, axis=0) - negative_DK / 2
    beating_DK = positives_K - np.cumsum(positive_DK, axis=0) + positive_DK / 2
    pairs_K = positives_K * negatives_K
    value_K = (positive_DK * beaten_DK).sum(axis=0) / pairs_K
    return value_K, [beaten_DK / pairs_K - value_K / positives_K, beating_DK / pairs_K - value_K / negatives_K]


def _average_precision(positive_DK: Floats, negative_DK: Floats) -> Found:
    """With T_d and S_d the positives and all rows from d upwards, and V all positives: sum of p_d T_d / S_d / V."""
    true_DK, said_DK = (np.cumsum(one_DK[::-1], axis=0)[::-1] for one_DK in (positive_DK, positive_DK + negative_DK))
    positives_K = np.where(said_DK[0] > true_DK[0], true_DK[0], np.nan)
    # Where nothing is said there are no positives either: any small number in place of 0 gives 0.
    share_DK = 1 / np.maximum(said_DK, _SMALL)
    precision_DK = true_DK * share_DK
    value_K = np.einsum("dk,dk->k", positive_DK, precision_DK) / positives_K
    share_DK *= positive_DK
    lost_DK = share_DK * precision_DK  # p T / S^2; p F / S^2 is p / S without it
    share_DK -= lost_DK
    true_slope_DK = np.cumsum(share_DK, axis=0)
    true_slope_DK += precision_DK
    true_slope_DK -= value_K
    false_slope_DK = np.cumsum(lost_DK, axis=0)
    return value_K, [true_slope_DK / positives_K, false_slope_DK / -positives_K]


_SMALL = 1e-100


FORMULAS: dict[str, Formula] = {
    "mean_ratio": mean_ratio,
    "matthews": matthews,
    "mean_roc_auc": mean_roc_auc,
    "mean_average_precision": mean_average_precision,
    "calibration_error": calibration_error,
    "pearson": pearson,
    "bleu": bleu,
    "chrf": chrf,
}

RANGES = {"mean_ratio": (0.0, 1.0), "matthews": (-1.0, 1.0), "mean_roc_auc": (0.0, 1.0), "mean_average_precision": (0.0, 1.0),
          "calibration_error": (0.0, 1.0), "pearson": (-1.0, 1.0), "bleu": (0.0, 100.0), "chrf": (0.0, 100.0)}  # fmt: skip
"""The least and the greatest value of each formula."""


def evaluate(formula: str, sums_PK: Floats, parts: Sequence[int]) -> tuple[Floats, Floats]:
    """Give a formula's value and its slope in each cell; `parts` says how many of the P cells each argument has."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value_K, slopes = FORMULAS[formula](np.split(sums_PK, np.cumsum(parts)[:-1]))
    return value_K, np.concatenate(slopes)
