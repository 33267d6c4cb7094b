"""Made-up leaflets of medicines that do not exist, and questions whose answers stand in them, or do not.

A leaflet tells some of six things, in any order and in one of several wordings; a question asks for one of the six. What is
asked and not told has no answer. The columns are SQuAD's: `answers` holds texts and where they start, none or one of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from acclimate.samples.wording import pick, say

_TOLD = (3, 5)
"""How many of the six things a leaflet tells, from and to."""
_UNTOLD = 0.2
"""Chance of a question to ask for what the leaflet does not tell."""

_MEDICINE = "Velorin|Tamsadol|Brixafen|Corvalene|Ostimab|Quendra|Palitex|Normusil|Zerabine|Lumacor|Fenaquil|Adrivan"
# What is asked for: questions, sentences of a leaflet (<> stands where the answer does), and answers.
_THINGS: Mapping[str, tuple[str, str, str]] = {
    "dose": (
        "How much {name} [should I take|may one take] a day?|What is the [daily |]dose of {name}?",
        "[Adults take|The usual dose is|Take] <> a day.",
        "one tablet|two tablets|half a tablet|20 ml|three capsules|5 mg|10 drops",
    ),
    "time": (
        "When [should I|do I] take {name}?|At what time [of the day |]is {name} taken?",
        "It is [best |]taken <>.|[Always|Please] take it <>.",
        "before breakfast|at bedtime|with the evening meal|an hour after lunch|on an empty stomach|every eight hours",
    ),
    "effect": (
        "What are the side effects of {name}?|Which side effects [does|can] {name} have?",
        "[Some patients report|It can cause|Common side effects are] <>.",
        "headache and nausea|a dry mouth|dizziness|stomach pain|tired legs|a skin rash|trouble sleeping",
    ),
    "avoid": (
        "What must not be taken [together |]with {name}?|What should I avoid while I take {name}?",
        "[Avoid|Do not combine it with|It must not be taken with] <>.",
        "grapefruit juice|alcohol|milk|iron tablets|aspirin|black tea",
    ),
    "storage": (
        "[How|Where] is {name} [stored|kept]?|Where do I keep {name}?",
        "[Keep|Store] it <>.",
        "in the refrigerator|below 25 degrees|in a dry place|out of the sun|in the original box",
    ),
    "use": (
        "What is {name} [for|used for]?|What does {name} [help against|treat]?",
        "It [is used for|treats|helps against] <>.",
        "migraine|hay fever|high blood pressure|joint pain|heartburn|a cough",
    ),
}


class Question(NamedTuple):
    """A question, the leaflet, its answers (`text`, `answer_start` in characters), and the medicine."""

    question: str
    context: str
    answers: dict[str, list[Any]]
    medicine: str


def generate(questions: int, seed: int) -> list[Question]:
    """Make up questions, each with a leaflet of its own.

    Takes: `questions`, 1 or more; `seed`, 0 or more. Gives: one after the other; question N is the same whatever their number.
    """
    return [_question(np.random.Generator(np.random.PCG64([seed, number]))) for number in range(questions)]


def _question(rng: np.random.Generator) -> Question:
    name = pick(rng, _MEDICINE)
    things = [list(_THINGS)[place] for place in rng.permutation(len(_THINGS))]
    told = things[: int(rng.integers(_TOLD[0], _TOLD[1] + 1))]
    asked = things[-1] if rng.random() < _UNTOLD else told[int(rng.integers(len(told)))]
    found: dict[str, dict[str, list[Any]]] = {}
    context = say(
        rng, "[{name} is a prescription medicine.|About {name}.|{name}: read this before use.]", {"name": name}
    )
    for thing in told:
        answer = pick(rng, _THINGS[thing][2])
        before, after = say(rng, f"[{_THINGS[thing][1]}]", {}).split("<>")
        found[thing] = {"text": [answer], "answer_start": [len(context) + 1 + len(before)]}
        context = f"{context} {before}{answer}{after}"
    question = say(rng, f"[{_THINGS[asked][0]}]", {"name": name})
    return Question(question, context, found.get(asked, {"text": [], "answer_start": []}), name)
