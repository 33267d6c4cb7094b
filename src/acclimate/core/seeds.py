"""Randomness without state: every draw is a function of what it is for.

Nothing has to be saved to go on exactly (docs/decisions/0002): masks depend on (seed, epoch, row), dropout on
(seed, update, micro-batch, rank), roles on (seed, group).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def hash64(*parts: object) -> int:
    """Give 64 bits of BLAKE2b over the texts of `parts`: the same on every machine and in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def mix(*parts: npt.ArrayLike) -> U64:
    """Mix integers, broadcast together, into well-spread 64-bit numbers (SplitMix64, Steele et al. 2014)."""
    state = np.zeros((), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            state = np.asarray(state + _GOLDEN + np.asarray(part).astype(np.uint64), dtype=np.uint64)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state = state ^ (state >> np.uint64(31))
    return np.asarray(state, dtype=np.uint64)


def uniform(*parts: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Give numbers in [0, 1), one for each element of the broadcast `parts`."""
    return np.asarray((mix(*parts) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def share(seed: int, group: Any) -> float:
    """Give the place of a group in [0, 1): H(seed, group), which decides its role for good."""
    return hash64("role", seed, group) / 2.0**64


def permutation(count: int, *parts: object) -> npt.NDArray[np.int64]:
    """Give a permutation of range(count) that depends on `parts` alone."""
    return np.random.Generator(np.random.PCG64(hash64("permutation", *parts))).permutation(count)
