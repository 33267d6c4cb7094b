"""Made-up reports of car accidents in pairs, and how alike they are: 0 (nothing) to 5 (the same accident in other words).

Each report tells five facts, in one of several wordings; the score is how many of them both reports share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from acclimate.samples.wording import say

# Of each fact: the values it can have, each as several wordings.
_FACTS: Mapping[str, tuple[str, ...]] = {
    "who": ("[a van|a delivery van]", "[a lorry|a truck]", "[a cyclist|a bicycle]", "[a bus|a coach]"),
    "where": ("[on a motorway|on the motorway]", "[in a car park|while parking]", "[at a crossing|at a junction]", "[in a tunnel|inside a tunnel]"),
    "when": ("[at night|after midnight]", "[in the morning|before nine]", "[at noon|around midday]", "[in the evening|towards evening]"),
    "damage": ("[the bumper was dented|there is a dent in the bumper]", "[the windscreen broke|the front window is broken]",
               "[a mirror came off|we lost a mirror]", "[both doors were scratched|there are scratches on two doors]"),
    "hurt": ("[nobody was hurt|there were no injuries]", "[the driver hurt a hand|the driver has an injured hand]",
             "[a passenger was taken to hospital|one passenger had to go to hospital]", "[the neck of the driver hurts|the driver complains of neck pain]"),
}  # fmt: skip
_TOLD = (
    "[Our|The insured] car met {who} {where} {when}; {damage}, and {hurt}.",
    "{when}, {where}, there was a collision with {who}. As a result {damage}. As for people: {hurt}.",
    "The other party was {who}. It happened {where}, {when}. The damage: {damage}. Also: {hurt}.",
)


class Pair(NamedTuple):
    """Two reports, and how many of five facts they share."""

    text: str
    text_pair: str
    score: float


def generate(pairs: int, seed: int) -> list[Pair]:
    """Make up pairs of reports; every score is as frequent as any other.

    Takes: `pairs`, 1 or more; `seed`, 0 or more. Gives: one after the other; pair N is the same whatever their number.
    """
    return [_pair(np.random.Generator(np.random.PCG64([seed, number]))) for number in range(pairs)]


def _pair(rng: np.random.Generator) -> Pair:
    score = int(rng.integers(len(_FACTS) + 1))
    shared = set(rng.permutation(list(_FACTS))[:score].tolist())
    first = {name: int(rng.integers(len(values))) for name, values in _FACTS.items()}
    second = {
        name: first[name] if name in shared else (first[name] + int(rng.integers(1, len(values)))) % len(values)
        for name, values in _FACTS.items()
    }
    return Pair(_report(rng, first), _report(rng, second), float(score))


def _report(rng: np.random.Generator, chosen: Mapping[str, int]) -> str:
    facts = {name: _FACTS[name][number] for name, number in chosen.items()}
    text = say(rng, _TOLD[int(rng.integers(len(_TOLD)))], facts)
    return text[0].upper() + text[1:]
