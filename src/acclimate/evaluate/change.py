"""A score's interval, and the interval of its change: a studentised bootstrap over groups (docs/measuring.md, Change).

A score is theta = T(sum N_g / sum D_g), T the identity or exp, or another formula of sums (evaluate/linearised.py). With
u_g the linearised influence of group g on the statistic S (a score, a difference of two, or their relative difference)
and G groups,

    SE^2 = G / (G - 1) * sum_g u_g^2        t* = (S* - S) / SE*
    interval = [S - t*_(1 - a/2) SE, S - t*_(a/2) SE]

over 10,000 multinomial weightings of the groups, the same for both arms. The percentile interval would cover 86-93 %
with 20-30 uneven groups (measured), this one 91-96 %.

Legend of shapes: G groups, K weightings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from acclimate.core.errors import AcclimateError
from acclimate.core.scores import Floats, GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.linearised import Linearised

FEWEST_GROUPS = 20
_CELLS = 2_000_000
"""Weights held in memory at once."""
_ENDLESS = 1e30


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made: `resamples` weightings, from `seed`, covering `confidence` of repeats (0 to 1)."""

    resamples: int = 10_000
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class Change:
    """A statistic with its interval; `low` and `high` are None with fewer than 20 `groups` that were measured."""

    value: float
    low: float | None
    high: float | None
    groups: int


def own_interval(one: GroupSums, bootstrap: Bootstrap) -> Change:
    """Give a score with its interval, which ends where the score's range does."""
    return within(_interval(_statistic(one, None), bootstrap), one)


def within(level: Change, one: GroupSums) -> Change:
    """Cut the interval of a score (not of a change) to the values that such a score can have: no truth lies outside."""
    least, most = one.range
    low, high = (None if end is None else min(max(end, least), most) for end in (level.low, level.high))
    return replace(level, low=low, high=high)


def change(after: GroupSums, before: GroupSums, bootstrap: Bootstrap, *, relative: bool = False) -> Change:
    """Give theta_after - theta_before with its interval; with `relative`, theta_after / theta_before - 1.

    Raises: AcclimateError if the two were not measured on the same groups in the same unit.
    """
    if (after.groups, after.name, after.unit) != (before.groups, before.name, before.unit):
        raise AcclimateError(f"{after.name} ({after.unit}) can't be compared with {before.name} ({before.unit})")
    return _interval(_statistic(after, before, relative=relative), bootstrap)


@dataclass(frozen=True)
class Gap:
    """The largest difference between subgroups: that at place `most` minus that at place `least`."""

    most: int
    least: int
    change: Change


def gap(parts: Sequence[tuple[GroupSums, GroupSums | None]], bootstrap: Bootstrap) -> Gap:
    """Give max - min of a score over subgroups (of its change, where a part has a score before), with its interval.

        t*_ab = ((S*_a - S*_b) - (S_a - S_b)) / SE*_ab        SE_ab^2 = SE_a^2 + SE_b^2
        interval = gap +- q SE, q the quantile of max over all pairs of |t*_ab|

    over the same weightings of all groups for every subgroup. Which two differ most is seen only in the data; the largest
    over all pairs (Tukey's way) allows for having looked.

    Takes: two or more parts, no group in two of them, each with groups that were measured.
    """
    statistics = [_statistic(after, before) for after, before in parts]
    own = [statistic.at(np.ones((1, statistic.groups))) for statistic in statistics]
    value_S, error_S = (np.array([float(one[part][0]) for one in own]) for part in (0, 1))
    most, least = int(np.argmax(value_S)), int(np.argmin(value_S))
    if most == least:
        most, least = 0, 1
    value, error = float(value_S[most] - value_S[least]), float(np.hypot(error_S[most], error_S[least]))
    groups = sum(statistic.groups for statistic in statistics)
    if min(statistic.groups for statistic in statistics) < FEWEST_GROUPS:
        return Gap(most, least, Change(value, None, None, groups))
    largest_K = np.concatenate([_largest(statistics, value_S, some) for some in weightings(groups, bootstrap)])
    largest_K = largest_K[np.isfinite(largest_K)]
    if 2 * len(largest_K) < bootstrap.resamples:
        return Gap(most, least, Change(value, None, None, groups))
    reach = float(np.quantile(largest_K, bootstrap.confidence)) * error
    return Gap(most, least, Change(value, value - reach, value + reach, groups))


def _largest(statistics: Sequence[_Statistic | Linearised], value_S: Floats, weights_KG: Floats) -> Floats:
    """Give for each weighting the largest |t*| of all pairs; NaN where a subgroup has none of its groups."""
    begins = np.cumsum([0, *(statistic.groups for statistic in statistics)])
    found = [
        statistic.at(weights_KG[:, begin:end])
        for statistic, begin, end in zip(statistics, begins, begins[1:], strict=False)
    ]
    value_KS, error_KS = (np.stack([one[part] for one in found], axis=1) for part in (0, 1))
    moved_KS, largest_K = value_KS - value_S, np.zeros(len(weights_KG))
    for place in range(1, len(statistics)):
        with np.errstate(divide="ignore", invalid="ignore"):
            error_KP = np.hypot(error_KS[:, :place], error_KS[:, place : place + 1])
            apart_KP = np.abs(moved_KS[:, :place] - moved_KS[:, place : place + 1])
            t_KP = np.where(apart_KP == 0, 0.0, apart_KP / error_KP)
        largest_K = np.maximum(largest_K, t_KP.max(axis=1))
    return largest_K


def apart(
    first: tuple[GroupSums, GroupSums | None], second: tuple[GroupSums, GroupSums | None], bootstrap: Bootstrap
) -> Change:
    """Give S_1 - S_2 with its interval, where S = theta_after - theta_before (theta_after alone if there is no before).

    The two were measured on different groups, so each is weighted on its own and SE^2 = SE_1^2 + SE_2^2. Takes: (after,
    before) of each. `groups` is the smaller number.
    """
    both = [_statistic(after, before) for after, before in (first, second)]
    (value_1, error_1), (value_2, error_2) = (one.at(np.ones((1, one.groups))) for one in both)
    value, error = float(value_1[0] - value_2[0]), float(np.hypot(error_1[0], error_2[0]))
    groups = min(one.groups for one in both)
    if groups < FEWEST_GROUPS:
        return Change(value, None, None, groups)
    if error == 0:
        return Change(value, value, value, groups)
    seeds = (bootstrap.seed, hash64("apart", bootstrap.seed))
    drawn = [_weighted(one, replace(bootstrap, seed=seed)) for one, seed in zip(both, seeds, strict=True)]
    value_K, error_K = drawn[0][0] - drawn[1][0], np.hypot(drawn[0][1], drawn[1][1])
    valid_K = np.isfinite(value_K) & np.isfinite(error_K)
    if 2 * valid_K.sum() < len(valid_K):
        return Change(value, None, None, groups)
    low, high = ends(value, error, value_K[valid_K], error_K[valid_K], bootstrap.confidence)
    return Change(value, low, high, groups)


def _statistic(after: GroupSums, before: GroupSums | None, *, relative: bool = False) -> _Statistic | Linearised:
    arms = [one for one in (after, before) if one is not None]
    kind = _Statistic if all(one.cells is None for one in arms) else Linearised
    return kind(after, before, relative=relative)


class _Statistic:
    """S as a function of the groups' weights, and its standard error by linearisation.

    Each arm is kept as influences y_g = (N_g - r D_g) / sum D, with r = sum N / sum D, and shares f_g = D_g / sum D.
    For weights w: r* = r + delta, delta = sum w y / A, A = sum w f; g's influence on r* is (y_g - delta f_g) / A.
    That on S* is a linear form in four columns (y_after - y_before, y_before, f_after, f_before - f_after), so that
    sum_g w_g u_g^2 is a quadratic form in sums of products of columns: one matrix product for all weightings. These
    four, because two equal arms then give exactly 0.
    """

    def __init__(self, after: GroupSums, before: GroupSums | None, *, relative: bool) -> None:
        measured_G = after.denominator_G > 0
        if before is not None:
            measured_G = measured_G | (before.denominator_G > 0)
        self.groups = int(measured_G.sum())
        self._exp, self._alone, self._relative = after.transform == "exp", before is None, relative
        self._ratio_after, y_after_G, f_after_G = _influence(after, measured_G)
        self._ratio_before, y_before_G, f_before_G = 0.0, np.zeros_like(y_after_G), f_after_G
        if before is not None:
            self._ratio_before, y_before_G, f_before_G = _influence(before, measured_G)
        self._columns_G4 = np.stack([y_after_G - y_before_G, y_before_G, f_after_G, f_before_G - f_after_G], axis=1)
        first, second = np.triu_indices(4)
        products_GP = self._columns_G4[:, first] * self._columns_G4[:, second]
        self._twice_P = np.where(first == second, 1.0, 2.0)
        self._pairs_P2 = np.stack([first, second], axis=1)
        self._all_GQ = np.concatenate([self._columns_G4, products_GP], axis=1)

    def at(self, weights_KG: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
        """Give S* and SE* for each weighting; NaN where a weighting has a denominator of 0."""
        sums_KQ = weights_KG @ self._all_GQ
        y_K, y_before_K, a_K, more_K = sums_KQ[:, :4].T
        b_K = a_K + more_K
        with np.errstate(divide="ignore", invalid="ignore"):
            delta_b_K = y_before_K / b_K
            delta_a_K = (y_K + y_before_K) / a_K
            value_K, slope_a_K, slope_b_K = self._value(self._ratio_after + delta_a_K, self._ratio_before + delta_b_K)
            alpha_K, beta_K = slope_a_K / a_K, slope_b_K / b_K
            coefficients_K4 = np.stack(
                [alpha_K, alpha_K + beta_K, -(alpha_K * delta_a_K + beta_K * delta_b_K), -beta_K * delta_b_K], axis=1
            )
            factors_KP = coefficients_K4[:, self._pairs_P2[:, 0]] * coefficients_K4[:, self._pairs_P2[:, 1]]
            terms_KP = factors_KP * self._twice_P * sums_KQ[:, 4:]
            square_K = terms_KP.sum(axis=1)
            noise_K = 1e-13 * np.abs(terms_KP).sum(axis=1)
        square_K = np.where(square_K <= noise_K, 0.0, square_K)
        return value_K, np.sqrt(square_K * self.groups / max(self.groups - 1, 1))

    def _value(self, ratio_a_K: Floats, ratio_b_K: Floats) -> tuple[Floats, Floats, Floats]:
        """Give S and its slopes in the two ratios."""
        value_a_K = np.exp(ratio_a_K) if self._exp else ratio_a_K
        slope_a_K = value_a_K if self._exp else np.ones_like(ratio_a_K)
        if self._alone:
            return value_a_K, slope_a_K, np.zeros_like(ratio_a_K)
        value_b_K = np.exp(ratio_b_K) if self._exp else ratio_b_K
        slope_b_K = value_b_K if self._exp else np.ones_like(ratio_b_K)
        if self._relative:
            quotient_K = value_a_K / value_b_K
            return quotient_K - 1, slope_a_K / value_b_K, -quotient_K * slope_b_K / value_b_K
        return value_a_K - value_b_K, slope_a_K, -slope_b_K


def _influence(one: GroupSums, measured_G: npt.NDArray[np.bool_]) -> tuple[float, Floats, Floats]:
    above_G, below_G = one.numerator_G[measured_G], one.denominator_G[measured_G]
    total = float(below_G.sum())
    ratio = float(above_G.sum()) / total
    return ratio, (above_G - ratio * below_G) / total, below_G / total


def _interval(statistic: _Statistic | Linearised, bootstrap: Bootstrap) -> Change:
    groups = statistic.groups
    value, error = (float(one[0]) for one in statistic.at(np.ones((1, groups))))
    if groups < FEWEST_GROUPS:
        return Change(value, None, None, groups)
    if error == 0:
        return Change(value, value, value, groups)
    value_K, error_K = _weighted(statistic, bootstrap)
    valid_K = np.isfinite(value_K) & np.isfinite(error_K)
    if 2 * valid_K.sum() < len(valid_K):
        return Change(value, None, None, groups)
    low, high = ends(value, error, value_K[valid_K], error_K[valid_K], bootstrap.confidence)
    return Change(value, low, high, groups)


def _weighted(statistic: _Statistic | Linearised, bootstrap: Bootstrap) -> tuple[Floats, Floats]:
    """Evaluate the statistic for all weightings."""
    found = [statistic.at(weights_KG) for weights_KG in weightings(statistic.groups, bootstrap)]
    return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])


def weightings(groups: int, bootstrap: Bootstrap) -> Iterator[Floats]:
    """Give all weightings, as many at a time as memory allows (the draws do not depend on it)."""
    random = np.random.Generator(np.random.PCG64(hash64("bootstrap", bootstrap.seed)))
    at_once = max(_CELLS // groups, 1)
    for start in range(0, bootstrap.resamples, at_once):
        draws = min(at_once, bootstrap.resamples - start)
        drawn_KG = random.integers(0, groups, size=(draws, groups)) + groups * np.arange(draws)[:, None]
        weights_KG = np.bincount(drawn_KG.ravel(), minlength=draws * groups).reshape(draws, groups)
        yield weights_KG.astype(np.float64)


def ends(value: float, error: float, value_K: Floats, error_K: Floats, confidence: float) -> tuple[float, float]:
    """Give the studentised interval.

    An end that weightings without any spread would send to infinity (all of the change lies in very few groups) is the
    percentile interval's instead, which then reaches the value without those groups.
    """
    tail = (1 - confidence) / 2
    distance_K = value_K - value
    with np.errstate(divide="ignore", invalid="ignore"):
        t_K = np.where(error_K > 0, distance_K / error_K, np.sign(distance_K) * _ENDLESS)
    t_low, t_high = np.quantile(t_K, [tail, 1 - tail])
    percentile_low, percentile_high = np.quantile(value_K, [tail, 1 - tail])
    low = value - t_high * error if t_high < _ENDLESS / 1e9 else percentile_low
    high = value - t_low * error if t_low > -_ENDLESS / 1e9 else percentile_high
    return float(low), float(high)
