"""What models wrote to the same prompts, and how they were asked: what a report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from acclimate.core.review import AnswerPair


@dataclass(frozen=True)
class Answered:
    """What the models wrote to one prompt. PRIVATE: it is somebody's data.

    `reference` is the right answer (empty: none is known), `shots` what the base wrote with worked examples before the
    prompt, `use` what a prompt of a suite is for.
    """

    row_id: str
    group: str
    prompt: str
    reference: str
    base: str
    adapted: str
    shots: str = ""
    use: str = ""

    @property
    def pair(self) -> AnswerPair:
        """Base and adapted model alone, as people compare them."""
        return AnswerPair(self.row_id, self.group, self.prompt, self.reference, self.base, self.adapted)


@dataclass(frozen=True)
class GenerationProof:
    """How the models were asked, in sentences, and some of what they wrote (private)."""

    sentences: list[str] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    def shareable(self) -> GenerationProof:
        """Give the part that may be shared."""
        return replace(self, answers=[])

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GenerationProof:
        """Undo `asdict`."""
        return cls(list(data.get("sentences", [])), [Answered(**one) for one in data.get("answers", [])])
