"""The folder of a run: whose it is, what may change between two runs in it, and what the root shows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from acclimate.core.artifact import write_text
from acclimate.core.errors import Fault, UserError
from acclimate.pipeline.identity import HOW_REACHED
from acclimate.pipeline.recipe import Recipe
from acclimate.pipeline.stages import folder_name

RECIPE = "recipe.yaml"
# What may differ from the run that is there: it is only shown, only said how often, or redone by itself.
FREE_TRAIN = {
    "threads",
    "logging_steps",
    "logging_dir",
    "save_strategy",
    "save_steps",
    "save_total_limit",
    "report_to",
    "resume_from_checkpoint",
    "callbacks",
}
MAY_RISE = {"max_steps", "num_train_epochs"}
# Keys that a recipe has only when acclimate has written it out.
_ONLY_RESOLVED = {"phases", "output_dir", "max_dropped", "cautions"}
_ASIDE = ".replaced"
_NAMED = 6
"""Changed keys that are told one by one."""
FREE = ("name", "output_dir", "overwrite_output_dir", "evaluate", "report", "cautions")


class Workplace:
    """Opens OUTPUT_DIR for a recipe.

    Raises: UserError if it holds the run of another recipe (naming the changed keys) or files that are not a run's.
    """

    def __init__(self, recipe: Recipe, command: str = "the same command again") -> None:
        self.recipe, self.root, self.command = recipe, recipe.folder, command
        self._phases = [phase.name for phase in recipe.phases]
        self._open()

    def stage(self, stage: str, phase: str = "") -> Path:
        """Give the folder of a stage (of a phase)."""
        return self.root / folder_name(stage, phase, self._phases)

    def _open(self) -> None:
        if self.root.exists() and not self.root.is_dir():
            raise UserError(Fault("output_dir", f"{self.root} is a file", "a folder", "name another"))
        self._new = not self.root.exists()
        there = self._recipe_there()
        if there is None and not self._new and any(path.name != _ASIDE for path in self.root.iterdir()):
            raise UserError(
                Fault("output_dir", f"{self.root} holds files that are not of a run", "an empty or new folder, or a run of this recipe",
                      "name another output_dir")
            )  # fmt: skip
        changed = self._changed(there) if there is not None else {}
        if changed and not self.recipe.overwrite_output_dir:
            raise UserError(*self._differs(changed))
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                Fault("output_dir", f"{self.root}: {error.strerror}", "a folder that can be written", "name another")
            ) from None
        try:
            if changed:
                self._move_all(self.root, self.root / _ASIDE)
            write_text(self.root / RECIPE, self.recipe.to_yaml())
        except OSError:
            self.leave()
            raise

    def _differs(self, changed: dict[str, tuple[Any, Any]]) -> list[Fault]:
        """Name the changed keys; of another recipe altogether the first ones."""
        allowed = "the same value (epochs and max_steps may rise)"
        do = "name another output_dir, or set overwrite_output_dir=true"
        faults = [
            Fault(key, f"{_shown(new)}, but the run in {self.root} has {_shown(old)}", allowed, do)
            for key, (old, new) in list(changed.items())[:_NAMED]
        ]
        if len(changed) > _NAMED:
            more = ", ".join(list(changed)[_NAMED:])
            faults.append(
                Fault("output_dir", f"{self.root} holds the run of another recipe; also changed: {more}", allowed, do)
            )
        return faults

    def _recipe_there(self) -> dict[str, Any] | None:
        """Give the recipe of the run that is there; one that somebody wrote by hand is none."""
        try:
            data = yaml.safe_load((self.root / RECIPE).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return None
        return data if isinstance(data, dict) and data.keys() >= _ONLY_RESOLVED else None

    def _changed(self, there: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Give the changed keys that something trained depends on; what was only prepared is made again."""
        changed = changed_keys(there, self.recipe.model_dump(mode="json"))
        begun = self.begun
        counts = {key: int(key.split(".")[1]) < begun if key.startswith("phases.") else begun > 0 for key in changed}
        return {key: values for key, values in changed.items() if counts[key]}

    @property
    def begun(self) -> int:
        """How many phases have begun to train."""
        return len(list(self.root.glob("[0-9]*-train")))

    def settle(self) -> None:
        """Throw away what overwrite_output_dir replaces: the new run's recipe and data are found to be right."""
        shutil.rmtree(self.root / _ASIDE, ignore_errors=True)

    def leave(self) -> None:
        """Leave the place as it was found, unless something was trained: recipe, data or disk stopped the run."""
        if self.begun:
            return
        if (self.root / _ASIDE).is_dir():
            for path in [path for path in self.root.iterdir() if path.name != _ASIDE]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            self._move_all(self.root / _ASIDE, self.root)
        elif self._new:
            shutil.rmtree(self.root, ignore_errors=True)

    @staticmethod
    def _move_all(here: Path, there: Path) -> None:
        if there.name == _ASIDE:
            shutil.rmtree(there, ignore_errors=True)
            there.mkdir()
        for path in [path for path in here.iterdir() if path.name != _ASIDE]:
            path.rename(there / path.name)
        if here.name == _ASIDE:
            here.rmdir()

    def show_at_root(self, folder: Path) -> None:
        """Let the root hold the files of a stage (hard links where the file system has them)."""
        kept = {path.name for path in folder.glob("checkpoint-*")}
        for path in self.root.glob("checkpoint-*"):
            if kept and path.name not in kept:
                shutil.rmtree(path)
        for path in sorted(folder.rglob("*")):
            target = self.root / path.relative_to(folder)
            if path.is_dir() or path.name in ("manifest.json", "facts.json") or path.name.startswith("."):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            try:
                os.link(path, target)
            except OSError:
                shutil.copy2(path, target)


def changed_keys(there: dict[str, Any], here: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give the dotted keys in which two resolved recipes differ and may not, with both values."""
    old, new = _flat(there), _flat(here)
    changed = {}
    for key in sorted(old.keys() | new.keys()):
        first, last = old.get(key), new.get(key)
        rises = key.rpartition(".")[2] in MAY_RISE and _rises(first, last)
        if first != last and not _is_free(key) and not rises:
            changed[key] = (first, last)
    return changed


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


def _is_free(key: str) -> bool:
    first, *rest = key.split(".")
    section, option = rest[1:2], rest[2:3]
    if first == "model" and rest[0] in HOW_REACHED:
        return True
    return first in FREE or section == ["evaluate"] or (section == ["train"] and option[0] in FREE_TRAIN)


def _rises(old: Any, new: Any) -> bool:
    return isinstance(old, int | float) and isinstance(new, int | float) and new > old


def _flat(data: Any, place: str = "") -> dict[str, Any]:
    if isinstance(data, dict | list) and data:
        items = data.items() if isinstance(data, dict) else enumerate(data)
        return {
            key: value
            for part, child in items
            for key, value in _flat(child, f"{place}.{part}" if place else str(part)).items()
        }
    return {place: data if data not in ({}, []) else None}
