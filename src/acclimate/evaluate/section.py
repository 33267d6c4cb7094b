"""The recipe's `evaluate` section: what is measured on held-out rows, and when a change is called a change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, field_validator

from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Metric, Source
from acclimate.core.registry import methods
from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.generation import Generation
from acclimate.evaluate.slices import Slice
from acclimate.evaluate.thresholds import Wanted


def _as_names(value: Any) -> Any:
    """Take one column without a list."""
    return (value,) if isinstance(value, str) else value


class CompareWithBase(Section):
    """A task trained also from the base, and each of both from several seeds (docs/measuring.md, Seeds)."""

    seeds: int = option(
        3, "how often the task is trained from each start, from seeds train.seed, + 1, ...", unit="seeds", ge=2, le=100
    )
    control: Literal["general"] | None = option(
        None, "general: train it also from a base that was adapted to general text (evaluate.control_source)"
    )


class Evaluate(Section):
    """How base and adapted model are measured and compared (docs/measuring.md)."""

    primary: str = option(
        "bits_per_byte", "the score on `test` whose change decides the verdict (default: the objective's)"
    )
    retention: str | None = option(
        "sample:general",
        "what shows forgetting: a .txt or .jsonl file of general text, sample:general, or blimp:PATH (minimal pairs)",
    )
    retention_pairs: int = option(670, "most minimal pairs of blimp:PATH that are asked for", unit="pairs", ge=2)
    passes: int = option(
        1, "how many of the 7 parts of all words (tagged rows: values) are hidden", unit="passes", ge=1, le=7
    )
    pseudo_perplexity: bool = option(
        False, "encoders: also the perplexity of words, each hidden by itself (many passes: slow)"
    )
    pseudo_words: int = option(16, "most words of a document that it is measured on", unit="words", ge=1)
    exact: bool = option(False, "measure it on all words instead, as a paper should (slower still)")
    terms: str | None = option(
        "mined", "the domain's own terms, asked for one by one: mined, a glossary (one a line, or a taxonomy), or null"
    )
    max_terms: int = option(30, "most terms that are looked for", unit="terms", ge=2, le=10_000)
    term_occurrences: int = option(
        8, "most places a term is asked for at, each in another group", unit="places", ge=2, le=1000
    )
    term_candidates: int = option(
        5, "candidates a term is ranked among, itself and others of its kind", unit="terms", ge=2, le=1000
    )
    memorisation: Annotated[bool | tuple[str, ...], BeforeValidator(_as_names)] = option(
        False, "whether training text is known better than held-out text; with columns that identify, also these values"
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
    control: Literal["general"] | None = option(
        None, "general: compare also with a second model, trained alike on as many tokens of general text"
    )
    control_source: Annotated[Source, Family("sources")] | None = option(
        None, "where the control's general text comes from (default: the source of prepare: replay)"
    )
    compare_with_base: CompareWithBase | None = option(
        None,
        "tasks behind an adaptation (mlm, clm): train every task phase from the base too, with several seeds: {seeds: 3}",
    )
    slices: tuple[Slice, ...] = option(
        (), "columns whose values are subgroups, each measured by itself: sex, or {column: age, bands: [0, 18, 65]}"
    )
    generation: Generation = option(
        Generation(), "what base and adapted model write, on test rows of sft and to `prompts`, and in what way"
    )
    prompts: str | None = option(
        None,
        "decoders: a file of prompts that both answer, with the columns prompt, reference and use (the last two as wanted), or .txt: a prompt a line",
    )
    metrics: tuple[Annotated[Metric, Family("metric")], ...] = option(
        (), "scores of a task's answers that need options: {name: glossary, ...} (the others are measured anyway)"
    )
    threshold: Wanted | None = option(
        None,
        "choose on validation from which probability a label is said: {recall: 0.9}, {cost_ratio: 5}, {} (best F1)",
    )
    abstain_below: float | None = option(
        None,
        "predict says nothing where the most probable label is below this; measured by coverage and accuracy_answered",
        unit="probability",
        gt=0,
        lt=1,
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

    @field_validator("slices", mode="before", json_schema_input_type=str | Slice | tuple[str | Slice, ...])
    @classmethod
    def _columns_by_name(cls, value: Any) -> Any:
        named = [value] if isinstance(value, str | dict) else value
        if isinstance(named, list | tuple):
            return [{"column": one} if isinstance(one, str) else one for one in named]
        return named

    @field_validator("floor")
    @classmethod
    def _floor_is_known(cls, name: str | None) -> str | None:
        known = methods("floor")
        if name is not None and name not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return name
