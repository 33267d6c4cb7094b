"""What the models wrote to the recipe's own prompts in words: the scores of each use beside one another."""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.core.scores import Score
from acclimate.report.formats import count
from acclimate.report.score_table import change_text, interval_text, judged_phase, label_of, value_text

HEADS = ["Use", "Score", "Prompts", "Base", "Adapted", "Change", "Interval of the change"]
DATA = "prompts"
_USE = "use="
_SHOWN = ("rougeL", "chrf", "token_f1", "exact_match", "glossary_recall", "answer_length", "answers_cut")


def use_rows(proof: Proof) -> list[list[str]]:
    """Give a row for each use and score (all uses first); the scores in full stand with every other."""
    phase, found = judged_phase(proof), dict[tuple[str, str], dict[str, Score]]()
    for score in proof.scores:
        if (score.phase, score.data) == (phase, DATA) and score.name in _SHOWN:
            found.setdefault((score.slice or "", score.name), {})[score.when] = score
    return [_row(use, name, by_when) for (use, name), by_when in found.items()]


def _row(use: str, name: str, by_when: dict[str, Score]) -> list[str]:
    base, adapted, change = (by_when.get(when) for when in ("before", "after", "change"))
    some = change or adapted or base
    return [
        use.removeprefix(_USE) or "all",
        label_of(name),
        count(some.groups or 0) if some else "",
        value_text(base.value, base.unit, change) if base else "",
        value_text(adapted.value, adapted.unit, change) if adapted else "",
        change_text(change) if change else "",
        (interval_text(change) or "no interval") if change else "",
    ]
