"""Every seed in words: the primary score of each model that was trained for the task."""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.core.scores import Score
from acclimate.report.score_table import ARMS, in_sentence, judged_phase, value_text


def seed_table(proof: Proof) -> tuple[list[str], list[list[str]]]:
    """Give a row for each seed with the primary score from every start; no rows where there was one seed."""
    found: dict[int, dict[str, Score]] = {}
    phase = judged_phase(proof)
    for score in proof.scores:
        if score.seed is not None and (score.phase, score.name) == (phase, proof.verdict.primary):
            found.setdefault(score.seed, {})[score.when] = score
    whens = [when for when in ARMS if any(when in one for one in found.values())]
    rows = [
        [str(seed), *(value_text(one[when].value, one[when].unit) if when in one else "–" for when in whens)]
        for seed, one in sorted(found.items())
    ]
    return ["Seed", *(f"{ARMS[when]}: {in_sentence(proof.verdict.primary)}" for when in whens)], rows
