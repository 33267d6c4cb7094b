"""Leaks in words: what of the held-out text stood in the training text, and what was done about it."""

from __future__ import annotations

from acclimate.core.proof import LeakLine, Proof
from acclimate.report.formats import count, percent
from acclimate.report.score_table import ROLES

ELSEWHERE = "What the model was trained on is not known here: whether it has seen the test rows was not checked."
UNKNOWN = "Whether the base saw any of this text in its own pretraining: not checked."


def leak_table(proof: Proof) -> tuple[list[str], list[list[str]]]:
    """Give heads and rows: a phase's training or validation text against one held-out set each."""
    if proof.leaks is None or not proof.leaks.lines:
        return [], []
    heads = [
        "Looked through", "Held-out text", "Texts", "Half in it", "without boilerplate", "Rows that overlap",
        "Taken out",
    ]  # fmt: skip
    if proof.leaks.containment != 0.5:
        heads[3] = f"{percent(proof.leaks.containment, whole=True)} in it"
    return heads, [_row(line) for line in proof.leaks.lines]


def _row(line: LeakLine) -> list[str]:
    held = ROLES.get(line.held, line.held) + (f" of {line.of}" if line.of else "")
    return [
        f"{ROLES.get(line.looked_through, line.looked_through)} of {line.phase}", held, count(line.texts), _share(line.covered, line.texts), _share(line.counted, line.texts),
        count(line.rows), count(line.removed),
    ]  # fmt: skip


def _share(some: int, of: int) -> str:
    return f"{count(some)} ({percent(some / of)})" if some else "0"


def leak_sentences(proof: Proof) -> list[str]:
    """Say what was looked for, what could not be compared, and what nobody looked for."""
    facts, unknown = proof.leaks, [*([ELSEWHERE] if proof.model.elsewhere else []), UNKNOWN]
    if facts is None:
        return unknown if proof.model.elsewhere else []
    if facts.action == "off":
        return ["Held-out text was not looked for in the training text (leaks: off).", *unknown]
    boilerplate = (
        f" What stands in {facts.boilerplate} or more groups of training rows is boilerplate and does not count."
        if facts.boilerplate
        else ""
    )
    done = "were taken out before training" if facts.action == "remove" else "were left in (leaks: report)"
    undone = f"Training rows that overlap {done}; held-out rows stay."
    if proof.model.elsewhere:
        undone = (
            "The recipe's own training rows were looked through, and none taken out: nothing was trained on them here."
        )
    looked = (
        f"Looked for: near duplicates (similarity {facts.similarity:g} or more), and texts of which "
        f"{percent(facts.containment, whole=True)} or more of the runs of {facts.ngram} words (of tagged records: {facts.record_ngram} values) stand in the other.{boilerplate} "
        f"{undone}"
    )
    short = sum(line.too_short for line in facts.of_training)
    both = sum(line.rows for line in facts.lines if line.looked_through == "validation")
    stays = (
        f"{count(both, 'validation row')} {'overlaps' if both == 1 else 'overlap'} test text and stayed."
        if both
        else ""
    )
    apart = (
        f"{count(short, 'held-out text')} {'was' if short == 1 else 'were'} too short to be compared." if short else ""
    )
    return [one for one in (looked, stays, apart, *unknown) if one]
