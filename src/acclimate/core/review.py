"""Answers of two models that people compare without knowing whose is whose, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Choice = Literal["left", "right", "tie"]
CHOICES: tuple[Choice, ...] = ("left", "right", "tie")


@dataclass(frozen=True)
class AnswerPair:
    """What base and adapted model answered to one prompt. `group` is what is resampled; `reference` may be empty."""

    row_id: str
    group: str
    prompt: str
    reference: str
    base: str
    adapted: str


@dataclass(frozen=True)
class SheetRow:
    """One comparison as a reviewer sees it. `item` names it and gives nothing away."""

    item: str
    prompt: str
    reference: str
    left: str
    right: str


@dataclass(frozen=True)
class Sheet:
    """All comparisons in the order in which they are shown; `name` goes before every item's number."""

    name: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class KeyRow:
    """Which side of an item is the adapted model's; `item` and `adapted` are empty where both answered alike."""

    row_id: str
    group: str
    item: str = ""
    adapted: str = ""


@dataclass(frozen=True)
class Key:
    """What turns choices into wins. Rows that both models answered alike are not shown: they are ties."""

    sheet: str
    seed: int
    rows: tuple[KeyRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Key:
        """Undo `as_json`. Raises: KeyError or TypeError for other data."""
        return cls(data["sheet"], data["seed"], tuple(KeyRow(**row) for row in data["rows"]))


@dataclass(frozen=True)
class Filled:
    """What one reviewer chose, by item; what was left open is not in it."""

    reviewer: str
    choices: Mapping[str, Choice]
    comments: int = 0


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree beyond chance: 1 always, 0 as chance would. None: all choices were one and the same.

    `items` were judged by two or more reviewers.
    """

    measure: str
    value: float | None
    items: int


@dataclass(frozen=True)
class ReviewOutcome:
    """What the reviewers say of the adapted model against the base.

    `win_rate` is the share of comparisons that it won, ties as halves (0 to 1), with its interval over groups (None with
    fewer than 20). `alike` rows were answered alike and count as ties. `left` is the share of "left" among all choices
    that are no tie: far from a half, the side mattered.
    """

    win_rate: float
    low: float | None
    high: float | None
    confidence: float
    groups: int
    wins: int
    ties: int
    losses: int
    alike: int
    reviewers: Mapping[str, float]
    left: float | None
    agreement: Agreement | None

    def as_json(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return asdict(self)
