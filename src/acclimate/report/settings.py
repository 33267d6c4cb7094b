"""The run's recipe as the report needs it: read from the proof's YAML, whatever is missing left empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from acclimate.core.proof import Proof

Options = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """Parts of a resolved recipe. `phases` has every phase's options; the others are those of the last one."""

    phases: list[Options] = field(default_factory=list)
    objective: Options = field(default_factory=dict)
    adapter: Options = field(default_factory=dict)
    train: Options = field(default_factory=dict)
    evaluate: Options = field(default_factory=dict)

    @property
    def steps(self) -> set[str]:
        """The names of all phases' preparation."""
        return {_name(step) for phase in self.phases for step in _list(phase.get("prepare"))}


def settings_of(proof: Proof) -> Settings:
    """Read the recipe. What it lacks is empty; text that is no YAML is an error, never a report about another method."""
    data = _options(yaml.safe_load(proof.recipe))
    phases = [_options(phase) for phase in _list(data.get("phases"))]
    last = phases[-1] if phases else {}
    measured = _options(last.get("evaluate")) or _options(data.get("evaluate"))
    parts = {key: _options(last.get(key)) for key in ("objective", "adapter", "train")}
    return Settings(phases, parts["objective"], parts["adapter"], parts["train"], measured)


def _options(value: Any) -> Options:
    """A method without options may be written as its name."""
    return value if isinstance(value, dict) else {"name": value} if isinstance(value, str) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(step: Any) -> str:
    return str(_options(step).get("name", ""))
