"""A whole run: a recipe in, an adapted model and its proof out."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from acclimate.compat.processes import is_main, main_first, wait_for_all
from acclimate.core.artifact import write_json
from acclimate.core.errors import UserError
from acclimate.core.events import Event, Tell, note, silent
from acclimate.core.ledger import Ledger
from acclimate.core.scores import Score, Verdict
from acclimate.model.load import need_dtype, need_head
from acclimate.pipeline.answers import answered
from acclimate.pipeline.control import control_rows, controlled
from acclimate.pipeline.earlier import need_held_out
from acclimate.pipeline.evaluate import evaluated, need_evaluable
from acclimate.pipeline.leaks import screened
from acclimate.pipeline.prepare import every_prepared
from acclimate.pipeline.recipe import Recipe, read_recipe
from acclimate.pipeline.report import make_proof, reported
from acclimate.pipeline.seeds import general_text, need_comparable, seed_runs
from acclimate.pipeline.tasks import has_answers, settle
from acclimate.pipeline.train import trained
from acclimate.pipeline.workplace import Workplace


@dataclass(frozen=True)
class Run:
    """What a run gives: its folder, its scores (as in scores.json), its verdict; the model is loaded when asked for."""

    folder: Path
    recipe: Recipe
    scores: tuple[Score, ...]
    verdict: Verdict

    @property
    def change(self) -> Score | None:
        """The primary score's change on test: value, low, high."""
        return next((score for score in self.scores if score.when == "change" and score.primary), None)

    @property
    def report(self) -> Path:
        """The report's path."""
        return self.folder / "report.html"

    @cached_property
    def model(self) -> Any:
        """The adapted model, a plain transformers model."""
        from acclimate.compat.transformers.loading import pretrained

        return pretrained(str(self.folder / "model"), "main", self.recipe.phases[-1].objective.head)[0]

    @cached_property
    def tokenizer(self) -> Any:
        """The adapted model's tokenizer."""
        from acclimate.compat.transformers.loading import tokenizer_from

        return tokenizer_from(str(self.folder / "model"), "main")


def run(recipe: str | Path | dict[str, Any] | Recipe, overrides: Iterable[str] = (), tell: Tell = silent) -> Run:
    """Run a recipe: train every phase, measure base and adapted model, write the report.

    Takes: a recipe's path (or its data), `key=value` overrides, and who is told what happens. The same call again goes on
    where it stopped, or does nothing. Raises: UserError, Interrupted.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    recipe, understood = read_recipe(recipe, overrides)
    for sentence in understood:
        note(tell, sentence)
    with main_first():
        workplace = Workplace(recipe, command())
    try:
        return _run(workplace, tell)
    except (UserError, OSError):
        if is_main():
            workplace.leave()
        raise


def _run(workplace: Workplace, tell: Tell) -> Run:
    asked, ledger = workplace.recipe, Ledger()
    recipe = asked
    for phase in recipe.phases:
        phase.train.check(f"{phase.name}.train")
        need_head(recipe.model, phase.objective.head)
        need_dtype(recipe.model, frozen=phase.adapter.merges)
    with main_first():
        made = every_prepared(workplace, ledger, tell)
    need_held_out(recipe, [rows for rows, _ in made])
    recipe = workplace.recipe = settle(recipe, [rows for rows, _ in made])
    need_evaluable(recipe.measured_by, made[-1][0], recipe.phases[-1].objective)
    need_comparable(recipe)
    for phase in recipe.phases:
        phase.train.need_metric(phase.objective, f"{phase.name}.train")
    with main_first():
        found = screened(workplace, made, ledger, tell)
    general = control_rows(recipe, found[-1], tell)
    instead = general_text(recipe, found, tell)
    base, start, done = recipe.model, recipe.model, []
    for phase, rows in zip(recipe.phases, found, strict=True):
        done.append(trained(workplace, phase, base, rows, ledger, tell))
        start, base = base, recipe.model.at(str(done[-1].folder / "model"))
    control = controlled(workplace, start, general, tell) if general is not None else None
    repeated = seed_runs(workplace, done, found, instead, tell)
    if is_main():
        write_json(workplace.root / "ledger.json", ledger.entries)
        workplace.show_at_root(done[-1].folder)
        if has_answers(recipe.phases[-1].objective):
            proof = answered(workplace, done, found[-1], tell, repeated)
        else:
            proof = evaluated(workplace, done, found[-1], tell, control)
        reported(workplace, make_proof(workplace, done, found[-1], proof, ledger), done[-1].made_from)
    wait_for_all()
    scores, verdict = read_scores(workplace.root)
    tell(Event("done", verdict.sentence, {"report": str(workplace.root / "report.html")}))
    return Run(workplace.root, asked, scores, verdict)


def read_scores(root: Path) -> tuple[tuple[Score, ...], Verdict]:
    """Read a run's scores.json and verdict.json."""
    from acclimate.core.artifact import read_json

    scores = tuple(Score.from_json(line) for line in read_json(root / "scores.json"))
    verdict = read_json(root / "verdict.json")
    return scores, Verdict(verdict["verdict"], verdict["primary"], verdict["sentence"])


def command() -> str:
    """Give the line that goes on with this run."""
    if Path(sys.argv[0]).name in ("acclimate", "main.py", "__main__.py"):
        return shlex.join(["acclimate", *sys.argv[1:]])
    return "the same call again"
