"""One recipe over several bases: `model.path=[a, b]` runs them one after the other and compares them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acclimate.compat.processes import main_first
from acclimate.core.comparison import Comparison
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, note, silent
from acclimate.core.recipe import unshared
from acclimate.model.load import need_dtype, need_head
from acclimate.pipeline.compare import compare, differences
from acclimate.pipeline.finished import finished
from acclimate.pipeline.recipe import Recipe, read_data, read_recipe
from acclimate.pipeline.run import Run, run
from acclimate.pipeline.workplace import RECIPE

_MEMORY = "Peak memory is the process's so far: of runs that one command made, only the first one's is its own."


@dataclass(frozen=True)
class Several:
    """What a recipe over several bases gives: its folder, a run for each base, the comparison with the first."""

    folder: Path
    runs: tuple[Run, ...]
    comparison: Comparison

    @property
    def report(self) -> Path:
        """The comparison's path."""
        return self.folder / "compare.html"


def recipes_of(
    recipe: str | Path | dict[str, Any] | Recipe, overrides: Iterable[str] = ()
) -> tuple[Path, list[Recipe]]:
    """Give the folder of the whole and a recipe for each base; none, if the recipe's `model.path` is no list.

    Each is called NAME-BASE and written to FOLDER/BASE. Raises: UserError for a list that holds no bases.
    """
    data, _, _ = read_data(recipe, overrides)
    model = data.get("model")
    paths = model.get("path") if isinstance(model, dict) else None
    if not isinstance(paths, list):
        return Path(), []
    if len(paths) < 2 or not all(isinstance(path, str) and path for path in paths) or len(set(paths)) < len(paths):
        do = "name each base once, or write a single one without brackets"
        raise UserError(Fault("model.path", f"found {paths!r}", "two or more different bases", do))
    root = Path(data.get("output_dir") or f"runs/{data['name']}").expanduser()
    made = []
    for path, name in zip(paths, _names(paths), strict=True):
        own = unshared(data)
        own["model"]["path"] = path
        own |= {"name": f"{data['name']}-{name}", "output_dir": str(root / name)}
        made.append(read_recipe(own)[0])
    return root, made


def run_several(
    recipe: str | Path | dict[str, Any] | Recipe, overrides: Iterable[str] = (), tell: Tell = silent
) -> Several:
    """Run a recipe whose `model.path` is a list of bases; write each run to FOLDER/BASE, and FOLDER/compare.html.

    What can be known of every base is checked before the first run begins. The same call again goes on where it stopped.
    Where the runs' tokenizers hid other characters, all models are measured anew, together. Raises: UserError, Interrupted.
    """
    overrides = list(overrides)
    for sentence in read_data(recipe, overrides)[2]:
        note(tell, sentence)
    root, recipes = recipes_of(recipe, overrides)
    if not recipes:
        raise UserError(
            Fault("model.path", "is no list of bases", "model.path=[a, b]", "use acclimate.run for one base")
        )
    if (root / RECIPE).is_file():
        raise UserError(
            Fault("output_dir", f"{root} holds a run", "a folder for several runs", "name another output_dir")
        )
    for one in recipes:
        for phase in one.phases:
            need_head(one.model, phase.objective.head)
            need_dtype(one.model, frozen=phase.adapter.merges)
    runs = []
    for one in recipes:
        tell(Event("stage", f"{one.model.label}: {one.folder}"))
        runs.append(run(one, tell=tell))
    folders = [one.folder for one in recipes]
    with main_first():
        anew = bool(differences(finished(folders)))
        comparison = compare(folders, root, measure=anew, tell=tell, notes=[_MEMORY])
    return Several(root, tuple(runs), comparison)


def _names(paths: list[str]) -> list[str]:
    """Give each base the name of a folder: the last part of a folder's path, a Hub id with a dash; numbered if twice."""
    names: list[str] = []
    for path in paths:
        short = Path(path).expanduser().resolve().name if Path(path).expanduser().is_dir() else path
        name = re.sub(r"[^\w.-]+", "-", short).strip("-.") or "base"
        tries = (name, *(f"{name}-{number}" for number in range(2, len(paths) + 1)))
        names.append(next(one for one in tries if one not in names))
    return names
