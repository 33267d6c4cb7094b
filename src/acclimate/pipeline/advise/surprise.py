"""Bits per byte of a base on the domain's text against general text, and how far apart two data sets are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from acclimate.core.events import Tell
from acclimate.core.protocols import Arm
from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap, Change, change
from acclimate.evaluate.measure import measure
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate


@dataclass(frozen=True)
class Surprise:
    """bits_per_byte on either text (None where nothing could be measured), and why it can't be read, if it can't."""

    domain: GroupSums | None
    general: GroupSums | None
    refused: str = ""


def surprise_of(
    arm: Arm, texts: Sequence[EvalText], general: Sequence[EvalText], settings: Evaluate, tell: Tell
) -> Surprise:
    """Measure a base on both texts, as a run measures `before`."""
    found: list[GroupSums | None] = []
    refused = ""
    for some in (texts, general):
        measured = measure({"before": arm}, some, settings, None, tell)
        refused = refused or measured.refused
        found.append(next((one for one in measured.sums["before"] if one.name == "bits_per_byte"), None))
    return Surprise(found[0], found[1], refused or ("" if all(found) else "no text could be measured"))


def excess(domain: GroupSums, general: GroupSums, bootstrap: Bootstrap) -> Change:
    """Give domain / general - 1 with its interval.

    The two have no group in common: each is laid out over the groups of both, with zeros in the other's, so that one
    bootstrap resamples both.
    """
    both = tuple([f"domain:{one}" for one in domain.groups] + [f"general:{one}" for one in general.groups])
    there, here = np.zeros(len(general.groups)), np.zeros(len(domain.groups))
    first = replace(
        domain,
        groups=both,
        numerator_G=np.concatenate([domain.numerator_G, there]),
        denominator_G=np.concatenate([domain.denominator_G, there]),
    )
    second = replace(
        domain,
        groups=both,
        numerator_G=np.concatenate([here, general.numerator_G]),
        denominator_G=np.concatenate([here, general.denominator_G]),
    )
    return change(first, second, bootstrap, relative=True)
