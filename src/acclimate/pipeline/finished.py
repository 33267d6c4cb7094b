"""A finished run (or an evaluation) as it lies in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from acclimate.core.artifact import is_complete, read_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.proof import Proof
from acclimate.core.rows import Rows
from acclimate.model.section import Model
from acclimate.pipeline.evaluate import MEASURED
from acclimate.pipeline.leaks import FILE as LEAKS
from acclimate.pipeline.leaks import without
from acclimate.pipeline.measured import Proven
from acclimate.pipeline.prepare import rows_in
from acclimate.pipeline.recipe import Recipe, read_recipe
from acclimate.pipeline.stages import folder_name
from acclimate.pipeline.workplace import RECIPE

EVALUATED = "evaluated.json"
"""Marks the folder of `acclimate evaluate`: it says which model was measured."""


@dataclass(frozen=True)
class Finished:
    """One run: what it is called beside others, its recipe, what measuring gave, and its report's data."""

    name: str
    folder: Path
    recipe: Recipe
    proven: Proven
    proof: Proof

    @property
    def trained_here(self) -> bool:
        """False for a model that was trained elsewhere."""
        return not (self.folder / EVALUATED).is_file()

    @property
    def model(self) -> Model:
        """The adapted model's spec."""
        own = self.folder / "model"
        if self.trained_here or own.is_dir():
            return self.recipe.model.at(str(own))
        return Model(**read_json(self.folder / EVALUATED)["model"])

    def rows(self) -> list[Rows]:
        """Give the rows of each phase as it trained on them: without those that overlapped held-out text.

        Raises: UserError if they are not there any more.
        """
        found, removing = [], self.recipe.leaks.action == "remove" and (self.folder / LEAKS).is_file()
        removed = read_json(self.folder / LEAKS)["rows"] if removing else {}
        for phase in self.recipe.phases:
            place = self.folder / folder_name("prepare", phase.name, [one.name for one in self.recipe.phases])
            if not is_complete(place):
                raise UserError(
                    Fault(str(place), "the prepared rows are not there", "a whole run folder", "run it again")
                )
            found.append(without(rows_in(place), removed.get(phase.name, [])))
        return found


def finished(folders: list[Path]) -> list[Finished]:
    """Read runs. Raises: UserError, with a fault for each folder that holds no finished run."""
    names = names_of(folders)
    found: list[Finished] = []
    faults: list[Fault] = []
    for name, folder in zip(names, folders, strict=True):
        try:
            found.append(_read(name, folder))
        except UserError as error:
            faults += error.faults
    if faults:
        raise UserError(*faults)
    return found


def names_of(folders: list[Path]) -> list[str]:
    """Give each folder's last part, with as many parts before it as it takes to tell them apart."""
    full = [folder.expanduser().resolve() for folder in folders]
    twice = [str(one) for one in full if full.count(one) > 1]
    if twice:
        raise UserError(Fault(twice[0], "named more than once", "each run once", "name different runs"))
    parts = 1
    while len({folder.parts[-parts:] for folder in full}) < len(full):
        parts += 1
    return ["/".join(folder.parts[-parts:]) for folder in full]


def _read(name: str, folder: Path) -> Finished:
    folder = folder.expanduser()
    allowed, do = "the folder of a finished run (runs/NAME)", "run its recipe to the end, then compare"
    if not (folder / RECIPE).is_file():
        reason = "holds no run" if folder.is_dir() else "no such folder"
        raise UserError(Fault(str(folder), reason, allowed, "check the path"))
    recipe, _ = read_recipe(folder / RECIPE)
    place = folder / folder_name("evaluate", "", [phase.name for phase in recipe.phases])
    if not is_complete(place) or not (folder / "report.json").is_file():
        raise UserError(Fault(str(folder), "the run was not measured yet", allowed, do))
    try:
        proven = Proven.from_json(read_json(place / MEASURED))
        proof = Proof.from_json(read_json(folder / "report.json"))
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(Fault(str(folder), f"its files can't be read: {error}", allowed, do)) from None
    if not proven.test.rows:
        raise UserError(Fault(str(folder), "the run has no test rows", "a run with some", "add a split, and run it"))
    return Finished(name, folder, recipe, proven, proof)
