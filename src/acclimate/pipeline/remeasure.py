"""Several runs' models measured anew, together: the same rows, windows and hidden characters for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.compute as pc

from acclimate.core.artifact import fingerprint
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell
from acclimate.core.protocols import Arm
from acclimate.core.rows import GROUP, ROLE, ROW_ID, Rows, about
from acclimate.core.seeds import hash64
from acclimate.evaluate.kept import Kept, keep
from acclimate.evaluate.measure import measure
from acclimate.evaluate.rows import EvalText, choose
from acclimate.model.load import load
from acclimate.model.section import Model
from acclimate.pipeline.arms import arm_of
from acclimate.pipeline.conversations import as_read
from acclimate.pipeline.evaluate import eval_texts
from acclimate.pipeline.finished import Finished
from acclimate.pipeline.general import general_texts


@dataclass(frozen=True)
class Remeasured:
    """For each run, by name, what was measured by data; and what a reader has to know."""

    kept: dict[str, dict[str, Kept]]
    rows: int
    notes: list[str]


def remeasured(runs: Sequence[Finished], tell: Tell) -> Remeasured:
    """Measure the models of all runs, and their bases, on the test rows of the first one, as the first one's recipe says.

    Rows that another run has trained on are left out. All models are in memory at once, for what is hidden follows the
    tokens of all of them. Raises: UserError if no row is left.
    """
    first = runs[0]
    settings = first.recipe.measured_by
    rows = {run.name: run.rows() for run in runs}
    every = eval_texts(rows[first.name][-1], "test", settings)[0]
    clean = _unseen(every, rows[first.name], [part for run in runs[1:] for part in rows[run.name]])
    if not clean:
        raise UserError(
            Fault(str(first.folder), "every test row was trained on by one of the other runs", "rows that no run has seen",
                  "split all runs by the same seed and column, or compare them with another run first")
        )  # fmt: skip
    chosen = choose(clean, settings.max_rows, settings.seed)
    tell(Event("stage", f"measuring {len(runs)} models on {len(chosen)} test rows of {first.name}"))
    kept: dict[str, dict[str, Kept]] = {run.name: {} for run in runs}
    texts = {"test": chosen, "general": general_texts(settings.retention, chosen) if settings.retention else []}
    with _arms(runs, {name: parts[-1] for name, parts in rows.items()}) as (arms, called):
        model = arms[called[first.name]["after"]]
        objective = first.recipe.phases[-1].objective
        texts["test"] = as_read(chosen, rows[first.name][-1], "test", objective, model.tokenizer)
        for data, some in texts.items():
            if some:
                whole = keep(some, measure(arms, some, settings, None, tell))
                for run in runs:
                    own = {when: whole.arms[arm] for when, arm in called[run.name].items()}
                    kept[run.name][data] = replace(whole, arms=own)
    notes = [f"All models were measured anew, together, on the test rows of {first.name}."]
    if len(clean) < len(every):
        lost = len(every) - len(clean)
        notes.append(f"{lost} of its {len(every)} test rows are left out: another run trained on their text or group.")
    return Remeasured(kept, len(chosen), notes)


@contextmanager
def _arms(
    runs: Sequence[Finished], rows: Mapping[str, Rows]
) -> Iterator[tuple[dict[str, Arm], dict[str, dict[str, str]]]]:
    """Load every run's model and its base, each with its own tokenizer and window; a base that runs share is one arm.

    Gives: the arms; for each run, by `before` and `after`, what its arms are called.
    """
    arms: dict[str, Arm] = {}
    known: dict[str, str] = {}
    called: dict[str, dict[str, str]] = {run.name: {} for run in runs}
    with ExitStack() as closing:
        for run in runs:
            phase = run.recipe.phases[-1]
            in_text = phase.tokens.new_tokens(rows[run.name], f"{phase.name}.tokens")
            base = run.recipe.model.model_copy(update={"dtype": "float32"})
            for when, spec in (("before", base), ("after", run.model)):
                key = fingerprint(spec.model_dump(mode="json"), phase.tokens.max_length, in_text)
                if key not in known:
                    arm = _arm(run, spec, in_text)
                    known[key] = f"{when} {run.name}" if arm is not None else ""
                    if arm is not None:
                        closing.callback(arm.close)
                        arms[known[key]] = arm
                if known[key]:
                    called[run.name][when] = known[key]
        yield arms, called


def _arm(run: Finished, spec: Model, in_text: Sequence[str]) -> Any:
    """Load one model; None for a base from scratch or without a trained head, which has nothing to say."""
    phase = run.recipe.phases[-1]
    lm = load(spec, phase.objective.head) if spec.path is not None else None
    if lm is None or not lm.trained_head:
        return None
    return arm_of(lm, phase.tokens.max_length, run.recipe.measured_by.batch_tokens, in_text)


def _unseen(texts: Sequence[EvalText], own: Sequence[Rows], others: Sequence[Rows]) -> list[EvalText]:
    """Give the texts that no other run has trained on, alone or with their group.

    What the run of these texts, whose rows are `own`, has trained on itself (a copy of a test text) gives the others no
    advantage over it, and stays.
    """
    column = about(own[-1]).get("group_by")
    seen = _seen(others, column) - _seen(own, column)
    groups = dict(zip(own[-1].column(ROW_ID).to_pylist(), own[-1].column(GROUP).to_pylist(), strict=True))
    return [
        text
        for text in texts
        if hash64("text", text.text) not in seen and hash64("group", groups[text.row_id]) not in seen
    ]


def _seen(parts: Sequence[Rows], column: Any) -> set[int]:
    """Give the hashes of all texts that training or validation saw and, where groups are values of `column`, of groups."""
    seen: set[int] = set()
    for part in parts:
        learnt = part.filter(pc.not_equal(part.column(ROLE), "test"))
        seen |= {hash64("text", text) for text in learnt.column("text").to_pylist()}
        if column and about(part).get("group_by") == column:
            seen |= {hash64("group", group) for group in learnt.column(GROUP).to_pylist()}
    return seen
