"""The proof of a run: everything that a report shows, as plain data.

`pipeline/` fills it in, `report/` draws it, `report.json` is it. Whatever is empty (or None) is left out of the reports.
Only `Proof.examples`, the answers of `Proof.generation` and the terms of `Proof.terms` may hold text of the data; all else must be aggregates (docs/measuring.md, Privacy of the proof).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from acclimate.core.curves import ClassCurves
from acclimate.core.generated import GenerationProof
from acclimate.core.scores import Score, Verdict


@dataclass(frozen=True)
class ModelFacts:
    """What was adapted, and how.

    `base` as in the recipe; `hub_id` is set only where the base is on the Hugging Face Hub; `kind` is encoder or
    decoder; `parameters` and `trainable` count weights; `adapter` is a sentence; `new_tokens` were added to the
    vocabulary. `elsewhere`: it was not trained by this run, which only measured it.
    """

    base: str
    kind: str
    parameters: int
    trainable: int
    adapter: str = ""
    new_tokens: int = 0
    hub_id: str = ""
    elsewhere: bool = False


@dataclass(frozen=True)
class DataFacts:
    """One role's data: train, validation, test or general.

    `rows` after preparation; `groups` by `group_column` (patients); `documents` (windows) and `tokens` as the model
    sees them.
    """

    role: str
    rows: int
    documents: int | None = None
    groups: int | None = None
    group_column: str = ""
    tokens: int | None = None


@dataclass(frozen=True)
class Cost:
    """What the run took. `train_seconds` is the loop alone; `tokens_per_second` counts real tokens, no padding."""

    total_seconds: float | None = None
    train_seconds: float | None = None
    tokens_per_second: float | None = None
    peak_memory_bytes: int | None = None
    updates: int | None = None
    threads: int | None = None
    device: str = ""


@dataclass(frozen=True)
class Provenance:
    """What it takes to do the same again. `data` maps each source to its fingerprint, `versions` package to version."""

    acclimate: str = ""
    command: str = ""
    recipe_fingerprint: str = ""
    data: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A stretch of an example's text; a `hidden` one had to be guessed: `base` and `adapted` are the guesses."""

    text: str
    hidden: bool = False
    base: str = ""
    adapted: str = ""


@dataclass(frozen=True)
class Example:
    """One held-out row as both models saw it. PRIVATE: it is somebody's data."""

    row_id: str
    pieces: list[Piece]


@dataclass(frozen=True)
class LeakLine:
    """The training rows of `phase` against one held-out set: test or validation (`of` another phase), general, or prompts.

    Of its `texts`, `too_short` were not compared; of `covered` the share of n-grams that stands in training reaches the
    threshold, of `counted` also without boilerplate. `rows` training rows overlap, `removed` of them were taken out.
    With `looked_through` validation it is the phase's validation rows against a test set; they are never taken out.
    """

    phase: str
    held: str
    texts: int
    too_short: int
    covered: int
    counted: int
    rows: int
    removed: int
    of: str = ""
    looked_through: str = "train"


@dataclass(frozen=True)
class LeakFacts:
    """How held-out text was looked for in training text (prepare/leaks.py), and what was found."""

    action: str
    similarity: float
    containment: float
    ngram: int
    record_ngram: int
    boilerplate: int | None
    lines: list[LeakLine] = field(default_factory=list)

    @property
    def of_training(self) -> list[LeakLine]:
        """The lines about training text."""
        return [line for line in self.lines if line.looked_through == "train"]


@dataclass(frozen=True)
class TermLine:
    """A term that was learnt or lost (`outcome`), chosen on one half of the test groups, with the other half's numbers.

    `groups` have it in the training rows; only a `shareable` one (10 groups or more) may stand in reports that are
    shared. `occurrences` were asked for: mean bits, and the share (0 to 1) ranked first among the terms of its `kind`.
    """

    term: str
    kind: str
    outcome: str
    groups: int
    shareable: bool
    occurrences: int
    base_bits: float
    adapted_bits: float
    base_first: float
    adapted_first: float


@dataclass(frozen=True)
class TermsProof:
    """The domain's own terms: what was asked, in a sentence, and terms learnt and lost."""

    sentence: str = ""
    lines: list[TermLine] = field(default_factory=list)

    def shareable(self) -> TermsProof:
        """Give the part that may be shared: the terms of at least 10 groups."""
        return replace(self, lines=[line for line in self.lines if line.shareable])

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TermsProof:
        """Undo `asdict`."""
        return cls(data.get("sentence", ""), [TermLine(**line) for line in data.get("lines", [])])


@dataclass(frozen=True)
class Memorised:
    """How much better the adapted model knows what it was trained on than what it was not, the base's difference taken off.

    `what` is text or a column. `training` and `held_out` are the adapted model's, `base_...` the base's (None: it has no
    trained head); `difference` = (training - held_out) - (base_training - base_held_out), with its interval; `groups`,
    the smaller number of the two. `sentence` says it in words.
    """

    what: str
    unit: str
    training: float
    held_out: float
    base_training: float | None
    base_held_out: float | None
    difference: float
    low: float | None
    high: float | None
    groups: int
    sentence: str


@dataclass(frozen=True)
class Proof:
    """Everything a report shows.

    `created` is ISO 8601 with a zone. `retention` says in a sentence what was forgotten; `split` by which rule rows
    became test rows; `caveats` what a reader must know beside the verdict, gravest first (records are made up; too few
    groups); `notes` the decisions that the program took. `ledger` as core/ledger.py keeps it. `curve` is a list of
    {step, loss?, eval_loss?, learning_rate?, tokens_per_second?}. `floor_share` is the share of the possible gain that
    was reached (1: nothing is left). `terms` are the domain's own. `recipe` is the resolved recipe as YAML. `confidence` is the intervals'.
    """

    name: str
    created: str
    verdict: Verdict
    scores: list[Score]
    model: ModelFacts
    data: list[DataFacts] = field(default_factory=list)
    split: str = ""
    retention: str = ""
    caveats: list[str] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    provenance: Provenance = field(default_factory=Provenance)
    notes: list[str] = field(default_factory=list)
    floor_share: float | None = None
    recipe: str = ""
    confidence: float = 0.95
    examples: list[Example] = field(default_factory=list)
    leaks: LeakFacts | None = None
    terms: TermsProof = field(default_factory=TermsProof)
    memorised: list[Memorised] = field(default_factory=list)
    curves_of_classes: ClassCurves | None = None
    generation: GenerationProof = field(default_factory=GenerationProof)

    def role(self, role: str) -> DataFacts | None:
        """Give the facts of one role's data, if there are any."""
        return next((facts for facts in self.data if facts.role == role), None)

    def without_examples(self) -> Proof:
        """Give the part that may be shared."""
        return replace(self, examples=[], terms=self.terms.shareable(), generation=self.generation.shareable())

    def to_json(self, *, private: bool = False) -> dict[str, Any]:
        """Give plain data for JSON, the examples only if `private`. What is not a finite number becomes null."""
        data = asdict(self if private else self.without_examples())
        data["scores"] = [score.as_json() for score in self.scores]
        if not private:
            del data["examples"]
        plain: dict[str, Any] = _plain(data)
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Proof:
        """Undo `to_json`."""
        nested = {
            "verdict": Verdict(**data["verdict"]),
            "scores": [Score(**{**line, "value": _number(line["value"])}) for line in data["scores"]],
            "model": ModelFacts(**data["model"]),
            "data": [DataFacts(**facts) for facts in data["data"]],
            "cost": Cost(**data["cost"]),
            "provenance": Provenance(**data["provenance"]),
            "leaks": _leaks(data.get("leaks")),
            "terms": TermsProof.from_json(data.get("terms") or {}),
            "memorised": [Memorised(**one) for one in data.get("memorised", [])],
            "generation": GenerationProof.from_json(data.get("generation") or {}),
            "curves_of_classes": ClassCurves.from_json(data.get("curves_of_classes")),
            "examples": [
                Example(one["row_id"], [Piece(**piece) for piece in one["pieces"]]) for one in data.get("examples", [])
            ],
        }
        return cls(**{**data, **nested})


def _leaks(data: dict[str, Any] | None) -> LeakFacts | None:
    return None if data is None else LeakFacts(**{**data, "lines": [LeakLine(**line) for line in data["lines"]]})


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
