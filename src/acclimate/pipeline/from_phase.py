"""Phases that read what another phase trains on: in what order rows are made, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acclimate.core.rows import Counts, Rows
from acclimate.pipeline.recipe import Phase, Recipe
from acclimate.sources.phase import Phase as FromPhase

Others = Mapping[str, tuple[Rows, str]]
"""Rows of phases by name, each with the fingerprint of what they came from."""


def order_of(recipe: Recipe) -> list[int]:
    """Give the numbers of the phases in an order in which each stands behind those whose rows it reads."""
    numbers = {phase.name: number for number, phase in enumerate(recipe.phases)}
    order: list[int] = []

    def take(number: int) -> None:
        for name in reads(recipe.phases[number]):
            take(numbers[name])
        if number not in order:
            order.append(number)

    for number in numbers.values():
        take(number)
    return order


def reads(phase: Phase) -> list[str]:
    """Name the phases whose training rows a phase reads."""
    return [source.from_phase for source in phase.sources.train.values() if isinstance(source, FromPhase)]


def read_source(source: Any, where: str, others: Others) -> tuple[Rows, Counts]:
    """Read a source; of one that takes another phase's rows, what it takes of them."""
    if isinstance(source, FromPhase) and source.from_phase in others:
        return source.taken(others[source.from_phase][0], where)
    found: tuple[Rows, Counts] = source.read(where)
    return found


def inputs_of(source: Any, where: str, others: Others) -> dict[str, str]:
    """Give what a source reads with its hash: for another phase's rows the fingerprint of what those came from."""
    if isinstance(source, FromPhase) and source.from_phase in others:
        return {f"phase:{source.from_phase}": others[source.from_phase][1]}
    return dict(source.inputs(where))
