"""Made-up reviews of films that do not exist, each with the reviewer's verdict.

A reviewer likes a film or not, and says so point by point; most points agree with the verdict, some do not. A point is made
in plain words, in words that are taken back (`not dull at all`, `anything but gripping`), or set against another one. So
single words mislead, the points of some reviews balance, and no reader is right about all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from acclimate.samples.wording import pick, say

_AGREES = 0.78
"""Chance of a point to be what the verdict says."""
_SAYS_VERDICT = 0.3
"""Chance of a last sentence that depends on the verdict alone."""

_FIRST = "The Last|A Silent|The Glass|Winter|The Paper|A Borrowed|The Seventh|Northern|The Salt|An Honest"
_SECOND = "Harbour|Orchard|Witness|Letter|Garden|Station|Summer|Thief|Island|Promise|Mirror|Road"
_ASPECTS = "acting|plot|script|music|camera work|pace|ending|dialogue|direction|humour|lead|last hour"
_GOOD = "superb|moving|gripping|sharp|warm|beautiful|inventive|convincing|brilliant|a delight|memorable"
_BAD = "dull|clumsy|flat|tedious|shallow|predictable|wooden|a mess|forgettable|dreadful|muddled"
_LIKED = (
    "The {aspect} is [really |simply |quite |]{good}.",
    "The {aspect} is [never|not at all|anything but|far from] {bad}.",
    "I [loved|enjoyed|admired] the {aspect}.",
    "I expected the {aspect} to be {bad}, but it [wasn't|was not].",
    "[Nobody could|I would not] call the {aspect} {bad}.",
    "[Some|My friends] found the {aspect} {bad}; I found it {good}.",
    "[For once|This time], the {aspect} [works|holds together|is {good}].",
)
_DISLIKED = (
    "The {aspect} is [really |simply |quite |]{bad}.",
    "The {aspect} is [never|not at all|anything but|far from] {good}.",
    "I [hated|did not care for|could not stand] the {aspect}.",
    "I expected the {aspect} to be {good}, but it [wasn't|was not].",
    "[Nobody could|I would not] call the {aspect} {good}.",
    "[Some|My friends] found the {aspect} {good}; I found it {bad}.",
    "[For once|This time], the {aspect} [fails|falls apart|is {bad}].",
)
_NEITHER = (
    "[It|The film] runs for {minutes} minutes.",
    "I saw it [with my sister|at a festival|on a plane|on a rainy evening].",
    "The story follows [a nurse|two brothers|a retired judge|a young cook] in [a small town|Lisbon|the far north].",
    "[It is the director's first film.|It is the second part of three.|There are subtitles.]",
)
_RECOMMENDED = (
    "I was sad when it was over.|I would see it again tomorrow.|I have no complaints.|Don't miss it.|Worth every penny."
)
_WARNED = "I was glad when it was over.|I would not see it again.|Great, another evening lost.|Give it a miss.|Save your money."


class Review(NamedTuple):
    """What was written, the verdict (`positive` or `negative`), and the film."""

    text: str
    label: str
    film: str


def generate(reviews: int, seed: int) -> list[Review]:
    """Make up reviews.

    Takes: `reviews`, 1 or more; `seed`, 0 or more. Gives: one after the other; review N is the same whatever their number.
    """
    return [_review(np.random.Generator(np.random.PCG64([seed, number]))) for number in range(reviews)]


def _review(rng: np.random.Generator) -> Review:
    film = f"{pick(rng, _FIRST)} {pick(rng, _SECOND)}"
    liked = bool(rng.random() < 0.5)
    sentences = [_point(rng, liked == bool(rng.random() < _AGREES)) for _ in range(int(rng.integers(2, 6)))]
    for _ in range(int(rng.integers(0, 3))):
        sentences.insert(int(rng.integers(len(sentences) + 1)), _said(rng, _NEITHER))
    if rng.random() < 0.5:
        sentences.insert(0, f"[I went to see|Yesterday I watched|This is about] {film}.")
    if rng.random() < _SAYS_VERDICT:
        sentences.append(f"[{_RECOMMENDED if liked else _WARNED}]")
    text = say(rng, " ".join(sentences), {})
    return Review(text, "positive" if liked else "negative", film)


def _point(rng: np.random.Generator, liked: bool) -> str:
    return _said(rng, _LIKED if liked else _DISLIKED)


def _said(rng: np.random.Generator, templates: tuple[str, ...]) -> str:
    words = {"aspect": _ASPECTS, "good": _GOOD, "bad": _BAD}
    facts = {name: pick(rng, some) for name, some in words.items()}
    return say(rng, templates[int(rng.integers(len(templates)))], {**facts, "minutes": str(rng.integers(80, 190))})
