"""What the arms said, summed by group: the scores by name.

Legend of shapes: U hidden units, W windows, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.causal import Counted, WindowResults
from acclimate.evaluate.copying import NEW, REPEATED
from acclimate.evaluate.masked import UnitResults
from acclimate.evaluate.rows import sum_by

Places = npt.NDArray[np.int64]


def masked_sums(
    result: UnitResults,
    bytes_U: Floats,
    repeated_U: npt.NDArray[np.bool_] | None,
    place_U: Places,
    groups: tuple[str, ...],
) -> list[GroupSums]:
    """Give the scores of a masked model.

        bits_per_byte = sum_u -log2 P(u) / sum_u bytes(u)
        masked_accuracy = units restored exactly / units

    Takes: for tagged rows `repeated_U`, which values stand elsewhere in their row too (they can be copied): accuracy is
    then given for repeated and for new values apart as well. Scores without any unit are left out.
    """
    unit = "words" if repeated_U is None else "values"

    def over(name: str, what: str, better: str, above_U: npt.ArrayLike, below_U: npt.ArrayLike) -> GroupSums:
        above_G, below_G = sum_by(place_U, above_U, groups), sum_by(place_U, below_U, groups)
        n_G = sum_by(place_U, np.asarray(below_U) != 0, groups)
        return GroupSums(name, what, better, groups, above_G, below_G, int(n_G.sum()), n_G=n_G)

    exactly = f"share of hidden {unit} restored exactly"
    found = [
        over("bits_per_byte", f"bits/byte of hidden {unit}", "lower", result.bits_U, bytes_U),
        over("masked_accuracy", exactly, "higher", result.right_U, np.ones(len(bytes_U))),
    ]
    if repeated_U is not None:
        for name, some_U in (("repeated", repeated_U), ("new", ~repeated_U)):
            which = f"share of hidden {name} values restored exactly"
            found.append(over(f"masked_accuracy_{name}", which, "higher", result.right_U & some_U, some_U))
    return [one for one in found if one.n]


def part_sums(
    result: UnitResults,
    bytes_U: Floats,
    some_U: npt.NDArray[np.bool_],
    place_U: Places,
    groups: tuple[str, ...],
) -> list[GroupSums]:
    """Give bits_per_byte and masked_accuracy of some of the values alone."""
    part = UnitResults(result.bits_U[some_U], result.right_U[some_U], result.unknown_U[some_U])
    return masked_sums(part, bytes_U[some_U], ~some_U[some_U], place_U[some_U], groups)[:2] if some_U.any() else []


def causal_slices(
    results: Mapping[str, WindowResults], counted: Sequence[Counted], place_W: Places, groups: tuple[str, ...]
) -> dict[str, dict[str, list[GroupSums]]]:
    """Give bits_per_byte of values that stood in the row before under the same key, and of those that did not."""
    repeated_W = np.array([one.repeated_bytes for one in counted], dtype=np.float64)
    bytes_W = {NEW: np.array([one.value_bytes for one in counted]) - repeated_W, REPEATED: repeated_W}
    slices: dict[str, dict[str, list[GroupSums]]] = {}
    for which, below_W in bytes_W.items():
        if not below_W.any():
            continue
        below_G = sum_by(place_W, below_W, groups)
        for name, one in results.items():
            bits_W = one.repeated_bits_W if which == REPEATED else one.value_bits_W - one.repeated_bits_W
            above_G = sum_by(place_W, bits_W, groups)
            score = GroupSums(
                "bits_per_byte", "bits/byte of values", "lower", groups, above_G, below_G, int(below_W.sum())
            )
            slices.setdefault(which, {})[name] = [score]
    return slices


def causal_sums(
    result: WindowResults,
    sizes_W3: Floats,
    place_W: Places,
    groups: tuple[str, ...],
    *,
    tagged: bool,
    by_token: bool,
) -> list[GroupSums]:
    """Give the scores of a causal model.

        bits_per_byte = sum of bits / sum of bytes (tagged rows: of values; of all it is bits_per_byte_all)
        perplexity = exp(mean nats a token), or 2^(bits / words) where tokenizers differ (not `by_token`)

    Takes: `sizes_W3`, each window's bytes, value bytes and words. Scores that nothing was measured for are left out.
    """
    bytes_W, value_bytes_W, words_W = sizes_W3.T
    whole = ("bits/byte", result.bits_W, bytes_W)
    rows = {"bits_per_byte": whole}
    if tagged:
        rows = {"bits_per_byte": ("bits/byte of values", result.value_bits_W, value_bytes_W)}
        rows["bits_per_byte_all"] = whole
    nats_W = result.bits_W * np.log(2)
    rows["perplexity"] = (
        ("exp(nats/token)", nats_W, result.tokens_W) if by_token else ("2^(bits/word)", nats_W, words_W)
    )
    found = []
    for name, (unit, above_W, below_W) in rows.items():
        above_G, below_G = sum_by(place_W, above_W, groups), sum_by(place_W, below_W, groups)
        transform = "exp" if name == "perplexity" else "identity"
        found.append(GroupSums(name, unit, "lower", groups, above_G, below_G, int(below_W.sum()), transform))
    return [one for one in found if one.n]
