"""Made-up notes of an emergency department's front desk, each with the teams that were called to the patient.

A note names what somebody complains of and what they deny. Several teams may be called, or none; some complaints may be the
matter of either of two teams (`breathless`), so that a note does not settle everything. Heart attacks of women are written
down as tiredness and nausea more often than as pain in the chest, as in life: a model finds them less often, which
subgroups (`evaluate.slices`) show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from acclimate.samples.wording import pick, say

TEAMS = ("cardiac", "infection", "mental health", "neurology", "respiratory", "trauma")
_CHANCE: Mapping[str, float] = {"cardiac": 0.22, "infection": 0.25, "mental health": 0.12, "neurology": 0.18,
                                "respiratory": 0.22, "trauma": 0.2}  # fmt: skip
_SIGNS: Mapping[str, str] = {
    "cardiac": "chest pain|pressure on the chest|palpitations|pain in the left arm|breathless|dizzy|swollen ankles",
    "infection": "fever|chills|a red, warm wound|burning when passing urine|tired|a productive cough",
    "mental health": "panic|no sleep for days|hears voices|low mood|palpitations|does not want to live",
    "neurology": "a severe headache|weak on one side|slurred speech|a seizure|dizzy|numb fingers|double vision",
    "respiratory": "breathless|wheezing|a dry cough|coughs up blood|asthma, inhaler no help|a productive cough",
    "trauma": "fell off a ladder|a deep cut|a swollen wrist|hit by a car|can't put weight on the ankle|a head wound",
}
_WOMENS_HEART = "tired|nausea|pain in the jaw|sweating|breathless|pain in the back"
_OTHER = (
    "wants a repeat prescription|a rash for weeks|an ear ache|tired|nausea|a sore throat|an itch|needs a certificate"
)
_SINCE = "since this morning|for two days|for an hour|since last night|on and off|suddenly"
_BANDS = ((18, 39), (40, 64), (65, 92))


class Note(NamedTuple):
    """A note: its text, the teams that were called (none: an empty list), who it is about."""

    text: str
    labels: list[str]
    patient: str
    sex: str
    age_band: str


def generate(patients: int, seed: int) -> list[Note]:
    """Make up the notes of patients, one to three each.

    Takes: `patients`, 1 or more; `seed`, 0 or more. Gives: their notes in order; patient N is the same whatever their
    number.
    """
    made = []
    for number in range(patients):
        rng = np.random.Generator(np.random.PCG64([seed, number]))
        sex = pick(rng, "F|M")
        low, high = _BANDS[int(rng.integers(len(_BANDS)))]
        for _ in range(int(rng.integers(1, 4))):
            text, labels = _note(rng, sex, int(rng.integers(low, high + 1)))
            made.append(Note(text, labels, f"patient{number + 1}", sex, f"{low} to {high}"))
    return made


def _note(rng: np.random.Generator, sex: str, age: int) -> tuple[str, list[str]]:
    called = [team for team in TEAMS if rng.random() < _CHANCE[team] * (1.5 if team == "cardiac" and age > 64 else 1)]
    signs = [sign for team in called for sign in _of(rng, team, sex)]
    signs += [pick(rng, _OTHER)] * (not signs or rng.random() < 0.2)
    denied = pick(rng, _SIGNS[TEAMS[int(rng.integers(len(TEAMS)))]])
    parts = [f"{sign} [{_SINCE}|]" if rng.random() < 0.4 else sign for sign in dict.fromkeys(signs)]
    parts = [parts[place] for place in rng.permutation(len(parts))]
    if denied not in signs and rng.random() < 0.6:
        parts.insert(int(rng.integers(1, len(parts) + 1)), f"[no|denies|not:] {denied}")
    who = "woman|female|lady" if sex == "F" else "man|male|gentleman"
    text = say(
        rng, f"[{{age}} year old {{who}}|{{who}}, {{age}}]: {', '.join(parts)}.", {"age": str(age), "who": f"[{who}]"}
    )
    return text.replace(" ,", ",").replace(" .", "."), called


def _of(rng: np.random.Generator, team: str, sex: str) -> list[str]:
    """Give one or two signs of a team's matter."""
    signs = _WOMENS_HEART if team == "cardiac" and sex == "F" and rng.random() < 0.6 else _SIGNS[team]
    return [pick(rng, signs) for _ in range(int(rng.integers(1, 3)))]
