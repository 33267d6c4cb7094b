"""What a model may answer: the classes of a text, of a word, or a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

LEVELS = ">"
"""What stands between the levels of a hierarchy: `disease > cardiovascular > hypertension`."""


def _as_written(name: Any) -> Any:
    return str(name) if isinstance(name, int) else name


Name = Annotated[str, BeforeValidator(_as_written)]
"""A label's name in a recipe: YAML reads 0 and true as other things than text."""


@dataclass(frozen=True)
class Labels:
    """The label set, which comes from training rows alone.

    `kind`: exactly one label holds (`one`), any number of them (`several`), or a number is answered (`score`, whose only
    name is the column's). `names` in the order of the model's outputs (transformers' id2label).
    """

    kind: Literal["one", "several", "score"]
    names: tuple[str, ...]

    @property
    def positive(self) -> str | None:
        """The label that precision, recall and thresholds are about: the second of two. None where there are more."""
        return self.names[1] if self.kind == "one" and len(self.names) == 2 else None

    @property
    def said(self) -> str:
        """Say how many hold, and what the positive one is."""
        if self.kind == "several":
            return "any number of them a text (kind: several)"
        about = f"; precision, recall, F1 and threshold are about {self.positive!r}, the last (order: objective.labels)"
        return "one of them a text (kind: one)" + (about if self.positive is not None else "")

    @property
    def id2label(self) -> dict[int, str]:
        """As transformers' config has it."""
        return dict(enumerate(self.names))

    @property
    def problem_type(self) -> str:
        """What transformers calls the kind."""
        kinds = {"one": "single_label_classification", "several": "multi_label_classification", "score": "regression"}
        return kinds[self.kind]

    def place(self, name: str) -> int:
        """Give a label's number; -1 for one that training has not seen."""
        return self.names.index(name) if name in self.names else -1

    def as_json(self) -> dict[str, object]:
        """Give plain data for JSON."""
        return {"kind": self.kind, "names": list(self.names)}


def levels_of(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Give the levels that a hierarchy's label belongs to, from the widest: of `a > b` these are `a` and `a > b`."""
    found = []
    for name in names:
        parts = [part.strip() for part in name.split(LEVELS)]
        found.append(tuple(f" {LEVELS} ".join(parts[: depth + 1]) for depth in range(len(parts))))
    return found
