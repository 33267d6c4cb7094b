"""A change over several seeds: of the method, not of one model (docs/measuring.md, Seeds).

With D_s(w) the change of seed s under the groups' weights w (adapted minus base, both trained from seed s), N seeds and G
groups, the statistic is the mean D(w) = sum_s D_s(w) / N. Two things make it uncertain:

    V_g = G / (G - 1) * sum_g w_g u_g^2     the groups: u_g the mean over seeds of g's linearised influence on D_s
    V_s = var_s(D_s) / N                    the seeds, N - 1 in the variance

Both are resampled. Groups by multinomial weightings, the same for all arms and seeds; seeds from a normal distribution
with the spread that was found (three seeds drawn with replacement would be one and the same in 1 of 9 draws):

    D*_k = D(w_k) + sqrt(V_s) z_k           z_k normal
    SE*_k^2 = V_g(w_k) + V_s c_k            c_k chi-squared with N - 1 degrees of freedom, divided by N - 1
    t*_k = (D*_k - D) / SE*_k               interval = [D - t*_(1 - a/2) SE, D - t*_(a/2) SE], SE^2 = V_g + V_s

Where seeds don't matter it is the studentised bootstrap over groups, where they alone matter Student's interval with N - 1
degrees of freedom. What a seed does to single groups is in both V_g and V_s: the interval errs on the wide side.

Legend of shapes: G groups, K weightings, N seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import Floats, GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.change import FEWEST_GROUPS, Bootstrap, Change, ends, weightings, within
from acclimate.evaluate.linearised import CellArm

_AT_ONCE = 500
"""Weightings evaluated at a time."""
_At = Callable[[Floats], tuple[Floats, Floats]]


def change_over_seeds(after: Sequence[GroupSums], before: Sequence[GroupSums], bootstrap: Bootstrap) -> Change:
    """Give the mean over seeds of theta_after - theta_before, with its interval over seeds and groups.

    Takes: one score by seed, two or more; `before` in the same order, or nothing for the mean of the score itself. All
    were measured on the same groups.
    """
    measured_G = np.logical_or.reduce([one.denominator_G > 0 for one in (*after, *before)])
    arms = [[(1.0, _arm(one, measured_G))] for one in after]
    for arm, one in zip(arms, before, strict=bool(before)):
        arm.append((-1.0, _arm(one, measured_G)))
    groups = int(measured_G.sum())
    by_seed_N1, variance_1 = _at(arms, np.ones((groups, 1)))
    of_seeds = float(by_seed_N1[:, 0].var(ddof=1)) / len(arms)
    value, error = float(by_seed_N1.mean()), float(np.sqrt(variance_1[0] + of_seeds))
    if groups < FEWEST_GROUPS:
        return Change(value, None, None, groups)
    if error == 0:
        return Change(value, value, value, groups)
    value_K, variance_K = _resampled(arms, groups, bootstrap)
    random = np.random.Generator(np.random.PCG64(hash64("seeds", bootstrap.seed)))
    free = len(arms) - 1
    value_K = value_K + np.sqrt(of_seeds) * random.standard_normal(len(value_K))
    error_K = np.sqrt(variance_K + of_seeds * random.chisquare(free, len(value_K)) / free)
    valid_K = np.isfinite(value_K) & np.isfinite(error_K)
    if 2 * valid_K.sum() < len(valid_K):
        return Change(value, None, None, groups)
    low, high = ends(value, error, value_K[valid_K], error_K[valid_K], bootstrap.confidence)
    found = Change(value, low, high, groups)
    return found if before else within(found, after[0])


def _resampled(arms: Sequence[Sequence[tuple[float, _At]]], groups: int, bootstrap: Bootstrap) -> tuple[Floats, Floats]:
    """Give D(w) and V_g(w) for all weightings."""
    values, variances = [], []
    for some_KG in weightings(groups, bootstrap):
        for start in range(0, len(some_KG), _AT_ONCE):
            by_seed_NK, variance_K = _at(arms, np.ascontiguousarray(some_KG[start : start + _AT_ONCE].T))
            values.append(by_seed_NK.mean(axis=0))
            variances.append(variance_K)
    return np.concatenate(values), np.concatenate(variances)


def _at(arms: Sequence[Sequence[tuple[float, _At]]], weights_GK: Floats) -> tuple[Floats, Floats]:
    """Give D_s(w) of each seed, and V_g(w)."""
    groups = len(weights_GK)
    influence_GK = np.zeros_like(weights_GK)
    by_seed_NK = np.zeros((len(arms), weights_GK.shape[1]))
    for place, arm in enumerate(arms):
        for sign, at in arm:
            value_K, moved_GK = at(weights_GK)
            by_seed_NK[place] += sign * value_K
            influence_GK += sign * moved_GK / len(arms)
    square_K = np.einsum("gk,gk,gk->k", weights_GK, influence_GK, influence_GK)
    return by_seed_NK, square_K * groups / max(groups - 1, 1)


def _arm(one: GroupSums, measured_G: npt.NDArray[np.bool_]) -> _At:
    """Give a score, and each group's influence on it, as a function of the groups' weights."""
    if one.cells is not None:
        return CellArm(one.cells, measured_G).at
    above_G, below_G, is_exp = one.numerator_G[measured_G], one.denominator_G[measured_G], one.transform == "exp"

    def at(weights_GK: Floats) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore", invalid="ignore"):
            total_K = below_G @ weights_GK
            ratio_K = (above_G @ weights_GK) / total_K
            influence_GK = (above_G[:, None] - below_G[:, None] * ratio_K) / total_K
        value_K = np.exp(ratio_K) if is_exp else ratio_K
        return value_K, influence_GK * value_K if is_exp else influence_GK

    return at
