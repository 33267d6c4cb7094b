"""Memorisation, joined to a run: training groups against held-out ones, text and the columns that the recipe names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, silent
from acclimate.core.proof import Memorised
from acclimate.core.protocols import Arm
from acclimate.core.rows import Rows, need_columns
from acclimate.core.scores import GroupSums
from acclimate.evaluate.look_alikes import ask, ranks
from acclimate.evaluate.measure import Measured, measure
from acclimate.evaluate.memorisation import FEWEST_SHOWN, as_many_groups, gap
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.pipeline.prepare import of_domain
from acclimate.prepare.columns import texts

WHERE = "evaluate.memorisation"


def need_columns_there(settings: Evaluate, rows: Rows) -> None:
    """Raise UserError for a named column that the prepared rows do not have."""
    if isinstance(settings.memorisation, tuple):
        need_columns(rows, settings.memorisation, WHERE)
        if not settings.memorisation:
            raise UserError(Fault(WHERE, "an empty list", "true, false, or columns", "name a column, or write true"))


def memorised(
    found: Mapping[str, Arm],
    measured: Measured,
    training: Sequence[EvalText],
    held_out: tuple[Sequence[EvalText], Sequence[EvalText]],
    rows: Rows,
    settings: Evaluate,
    tell: Tell,
) -> tuple[list[Memorised], list[str]]:
    """Give what was memorised, and what could not be said, in sentences.

    Takes: base and adapted model; what was measured on `test`; every training text; of `test` what was measured and
    all of it; the prepared rows. Nothing unless the recipe asks for it.
    """
    if settings.memorisation is False:
        return [], []
    if measured.refused:
        return [], [f"What was memorised is not measurable: {measured.refused}."]
    tell(Event("stage", "measuring what was memorised"))
    arms = _each_once(found)
    chosen, every = held_out
    sample = as_many_groups(training, len({text.group for text in chosen}), settings.seed)
    on_training = measure(arms, sample, settings, None, silent).sums
    notes: list[str] = []
    lines = [gap("text", _bits(on_training, arms), _bits(measured.sums, arms), settings.bootstrap)]
    for column in settings.memorisation if isinstance(settings.memorisation, tuple) else ():
        line = _of_column(column, arms, training, every, rows, settings)
        lines.append(line)
        if line is None:
            notes.append(
                f"How well values of {column} are remembered is not measurable: fewer than {FEWEST_SHOWN} training or "
                "held-out groups have a value of their own that stands in their text."
            )
    return [line for line in lines if line is not None], notes


def _of_column(
    column: str,
    arms: Mapping[str, Arm],
    training: Sequence[EvalText],
    held_out: Sequence[EvalText],
    rows: Rows,
    settings: Evaluate,
) -> Memorised | None:
    learnt, unseen = (texts(of_domain(rows, role), column, WHERE) for role in ("train", "test"))
    owners: dict[str, set[str]] = {}
    for text, value in zip(held_out, unseen, strict=True):
        if value is not None:
            owners.setdefault(value, set()).add(text.group)
    trained_on = set(learnt)
    pool = {
        value: next(iter(groups)) for value, groups in owners.items() if len(groups) == 1 and value not in trained_on
    }
    asked = [
        ask(part, values, pool, settings.seed)
        for part, values in ((training, learnt), (held_out, [one if one in pool else None for one in unseen]))
    ]
    if min(len(one) for one in asked) < FEWEST_SHOWN:
        return None
    on_training, on_held_out = (ranks(arms, one) for one in asked)
    if min(len(side["after"].groups) for side in (on_training, on_held_out)) < FEWEST_SHOWN:
        return None
    return gap(column, on_training, on_held_out, settings.bootstrap)


def _each_once(found: Mapping[str, Arm]) -> dict[str, Arm]:
    """Give base and adapted model; where both are one (a run of no updates) it is the adapted one alone."""
    arms = {name: found[name] for name in ("before", "after") if name in found}
    return {"after": found["after"]} if arms.get("before") is found["after"] else arms


def _bits(sums: Mapping[str, Sequence[GroupSums]], arms: Mapping[str, Arm]) -> dict[str, GroupSums]:
    return {name: one for name in arms for one in sums[name] if one.name == "bits_per_byte"}
