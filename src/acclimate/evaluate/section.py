"""The recipe's `evaluate` section: what is measured on held-out rows, and when a change is called a change."""

from __future__ import annotations

from pydantic import field_validator

from acclimate.core.method import Section, option
from acclimate.core.registry import methods
from acclimate.evaluate.change import Bootstrap


class Evaluate(Section):
    """How base and adapted model are measured and compared (docs/measuring.md)."""

    primary: str = option("bits_per_byte", "the score on `test` whose change decides the verdict")
    retention: str | None = option(
        "sample:general", "general text that shows what was forgotten: a .txt or .jsonl file, or sample:general"
    )
    passes: int = option(
        1, "how many of the 7 parts of all words (tagged rows: values) are hidden", unit="passes", ge=1, le=7
    )
    min_effect: float = option(
        0.01, "smallest change that may be called better", unit="share of the base's score", ge=0, lt=1
    )
    retention_margin: float = option(
        0.02, "`kept` if the interval of the loss on general text ends below it", unit="share of the base", gt=0, lt=1
    )
    resample_by: str | None = option(
        None, "column whose values are the groups of the interval (default: the split's group_by)"
    )
    floor: str | None = option(None, "who knows how well the data can be predicted at all (made-up data only)")
    max_rows: int | None = option(
        None, "most rows of `test` that are measured, whole groups by a seeded draw", unit="rows", ge=1
    )
    seed: int = option(0, "of the hidden words and of the resampling", unit="a number", ge=0)
    batch_tokens: int = option(4096, "most tokens in a forward pass of measuring", unit="tokens", ge=16)
    confidence: float = option(0.95, "of the intervals", unit="share of repeats that cover", gt=0.5, lt=1)
    resamples: int = option(
        10_000, "weightings of the groups an interval is made of", unit="draws", ge=100, le=1_000_000
    )

    @property
    def bootstrap(self) -> Bootstrap:
        """How intervals are made."""
        return Bootstrap(self.resamples, self.confidence, self.seed)

    @field_validator("floor")
    @classmethod
    def _floor_is_known(cls, name: str | None) -> str | None:
        known = methods("floor")
        if name is not None and name not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return name
