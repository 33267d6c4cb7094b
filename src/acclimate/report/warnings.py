"""What a reader must know before relying on the result, gravest first.

What makes the numbers wrong comes first (rows that do not add up, copies of test rows left in the training text), then
what the recipe and the run say themselves, then what use may suffer from (memorised text, training for too long).
"""

from __future__ import annotations

from acclimate.core.proof import Proof
from acclimate.report.curve import OVERFITS, fit
from acclimate.report.formats import count
from acclimate.report.ledger_table import do_not_add_up


def warnings(proof: Proof) -> list[str]:
    """Give all of them."""
    return [*_sums(proof), *_leaks(proof), *proof.caveats, *_memorised(proof), *_overfits(proof)]


def _sums(proof: Proof) -> list[str]:
    wrong = do_not_add_up(proof)
    return (
        [f"Rows were lost or made without an account of them: the figures of {', '.join(wrong)} do not add up."]
        if wrong
        else []
    )


def _leaks(proof: Proof) -> list[str]:
    facts = proof.leaks
    if proof.model.elsewhere:
        return ["Whether the model, which was trained elsewhere, has seen the test rows is not known: not checked."]
    if facts is None:
        return []
    if facts.action == "off":
        return ["Whether test rows also stand in the training text was not looked for (leaks: off)."]
    left = sum(line.rows - line.removed for line in facts.of_training if line.held == "test")
    if not left:
        return []
    rows = f"{count(left, 'training row')} {'overlaps' if left == 1 else 'overlap'}"
    return [f"{rows} the test text and {'was' if left == 1 else 'were'} left in: some of the change may be recall."]


def _memorised(proof: Proof) -> list[str]:
    """Less is better of bits and ranks alike: a difference below 0 is knowledge of the training text itself."""
    known = [one.what for one in proof.memorised if one.high is not None and one.high < 0]
    if not known:
        return []
    return [
        f"Training text is known better than held-out text ({', '.join(known)}): share the model as you would share the data."
    ]


def _overfits(proof: Proof) -> list[str]:
    found = fit(proof)
    if found.kind != OVERFITS:
        return []
    return [f"Validation loss rose after update {count(found.step)}: the model was trained for too long."]
