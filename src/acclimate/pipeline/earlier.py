"""Training on from an earlier run's model: no group is tested on by one and trained on by the other (promise 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.artifact import is_complete
from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import GROUP, Rows, about
from acclimate.pipeline.prepare import of_domain, of_role, rows_in
from acclimate.pipeline.recipe import Recipe, read_without_code
from acclimate.pipeline.stages import folder_name
from acclimate.pipeline.workplace import RECIPE


def need_held_out(recipe: Recipe, found: Sequence[Rows]) -> None:
    """Raise UserError if a phase trains on a group that a run which the model comes from held out for its test, or tests on
    one that such a run trained on.

    Takes: `found`, each phase's rows. Groups are compared where both were split by the same columns; of rows that were split one
    by one the names say nothing about the text. Rows that `replay` adds it has looked at itself. With `leaks: off` nothing is
    compared: two sources may call different patients by the same number.
    """
    if recipe.leaks.action == "off":
        return
    faults = []
    for folder, earlier in earlier_runs(recipe.model.path):
        by = about(earlier).get("group_by")
        tested, learnt = _groups(of_role(earlier, "test")), _groups(of_domain(earlier, "train"))
        for number, rows in enumerate(found):
            if not by or about(rows).get("group_by") != by:
                continue
            where = f"phases.{number}.prepare"
            taken = _among(_groups(of_domain(rows, "train")), tested)
            if len(taken):
                faults.append(_fault(where, folder, by, taken, ("to train on", "was tested on")))
            known = _among(_groups(of_role(rows, "test")), learnt)
            if len(known):
                faults.append(_fault(where, folder, by, known, ("to test on", "was trained on")))
    if faults:
        raise UserError(*faults)


def _groups(rows: Rows) -> Any:
    return rows.column(GROUP).cast(pa.string())


def _among(group_R: Any, names: Any) -> Any:
    return group_R.filter(pc.is_in(group_R, names.unique()))


def _fault(where: str, folder: Path, by: Sequence[str], taken: Any, words: tuple[str, str]) -> Fault:
    (here, there), columns, groups = words, ", ".join(by), len(taken.unique())
    what = f"{len(taken)} rows {here} are of {groups} groups ({columns}) that {folder}, which the model comes from, {there}"
    do = f'split as {folder / RECIPE} does: the same seed, group_by and shares; leaks: "off" if the same names mean others here'
    return Fault(where, what, f"groups that it {there.replace('was', 'was not')}", do)


def earlier_runs(model: str | None) -> Iterator[tuple[Path, Rows]]:
    """Give the runs that a model comes from, the last one first: each folder, and the rows of its last phase."""
    seen: set[Path] = set()
    while model and (folder := Path(model).expanduser().parent) not in seen and any(folder.glob("*-prepare")):
        seen.add(folder)
        recipe = read_without_code(folder / RECIPE)
        names = [phase.name for phase in recipe.phases]
        place = folder / folder_name("prepare", names[-1], names)
        if is_complete(place):
            yield folder, rows_in(place)
        model = recipe.model.path
