"""What a recipe consists of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import field_validator, model_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.local_code import without_local
from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Adapter, Objective, Source, Step
from acclimate.core.recipe import Data, parse_yaml, validate
from acclimate.evaluate.section import Evaluate
from acclimate.model.section import Model
from acclimate.pipeline.normalise import normalise
from acclimate.prepare.leaks import Leaks
from acclimate.report.section import Report
from acclimate.tokens.section import Tokens
from acclimate.train.section import Train

AnySource = Annotated[Source, Family("sources")]
# A single source is the table `rows`, which nobody wrote.
_SINGLE = re.compile(r"^(phases\.\d+\.sources\.\w+)\.rows(?=\.|$)")


class Sources(Section):
    """Where the rows of each role come from: tables by name (a single source is the table `rows`)."""

    train: dict[str, AnySource] = option(..., "rows to train on (and to split)")
    validation: dict[str, AnySource] | None = option(None, "rows for early stopping and the best checkpoint")
    test: dict[str, AnySource] | None = option(None, "rows for the proof")

    def by_role(self) -> dict[str, dict[str, Any]]:
        """Give the sources of each role that has some."""
        roles = {"train": self.train, "validation": self.validation, "test": self.test}
        return {role: tables for role, tables in roles.items() if tables}


class Phase(Section):
    """One training: data in, weights moved. It starts from the model of the phase before."""

    name: str = option("adapt", "what the phase is called in folders and overrides")
    sources: Sources = option(..., "where rows come from")
    prepare: tuple[Annotated[Step, Family("prepare")], ...] = option((), "what is done to the rows, in order")
    tokens: Tokens = option(Tokens(), "how rows become examples and batches")
    objective: Annotated[Objective, Family("objective")] = option(..., "what is learnt")
    adapter: Annotated[Adapter, Family("adapter")] = option("full", "how few weights are trained")
    train: Train = option(Train(), "the loop")
    evaluate: Evaluate | None = option(None, "how this phase is measured (default: the recipe's)")

    @model_validator(mode="after")
    def _one_auto(self) -> Phase:
        """How large an update is must not depend on the machine."""
        batch: Any = self.tokens.batch
        if self.train.per_device_train_batch_size == "auto" and getattr(batch, "batch_tokens", 0) == "auto":
            raise ValueError("one of batch_tokens and per_device_train_batch_size as a number, the other may be auto")
        return self


class Recipe(Section):
    """A whole run."""

    name: str = option(..., "what the run is called; its folder is runs/NAME")
    model: Model = option(..., "the base")
    phases: tuple[Phase, ...] = option(..., "trainings, one after the other")
    leaks: Leaks = option(Leaks(), "what is done about training rows that overlap held-out text")
    evaluate: Evaluate = option(Evaluate(), "how before and after are measured")
    report: Report = option(Report(), "what the report shows")
    output_dir: str | None = option(None, "where everything is written (default: runs/NAME)")
    overwrite_output_dir: bool = option(False, "throw away what another recipe left in output_dir")
    seed: int = option(0, "of the split, for all phases and all later runs", unit="seed", ge=0)
    max_dropped: float = option(0.05, "share of a step's rows that may be lost unasked", unit="share", ge=0, le=1)
    cautions: tuple[str, ...] = option((), "sentences to show beside the verdict")

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, value: str) -> str:
        if not value.strip() or value.startswith(".") or re.search(r"[/\\\x00-\x1f]", value):
            raise ValueError("a name that can be a folder's: not empty, no slash, no dot at its beginning")
        return value

    @model_validator(mode="after")
    def _measured_by_its_objective(self) -> Recipe:
        """Let the last phase's objective say which score decides, where nobody did."""
        if "primary" in self.measured_by.model_fields_set:
            return self
        return self.measured_alike(self.phases[-1].objective.primary)

    def measured_alike(self, primary: str) -> Recipe:
        """Give the same recipe with another score that decides."""
        measured = self.measured_by.model_copy(update={"primary": primary})
        if self.phases[-1].evaluate is None:
            return self.model_copy(update={"evaluate": measured})
        last = self.phases[-1].model_copy(update={"evaluate": measured})
        return self.model_copy(update={"phases": (*self.phases[:-1], last)})

    @property
    def folder(self) -> Path:
        """Where the run is written."""
        return Path(self.output_dir or f"runs/{self.name}").expanduser()

    @property
    def measured_by(self) -> Evaluate:
        """How the last phase, and so the run, is measured."""
        return self.phases[-1].evaluate or self.evaluate

    def to_yaml(self) -> str:
        """Give the resolved recipe, every default written out."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)


def read_recipe(
    recipe: str | Path | dict[str, Any] | Recipe, overrides: Iterable[str] = ()
) -> tuple[Recipe, list[str]]:
    """Read a recipe from a file (or a dict, or one read before), apply `key=value` overrides, check everything.

    Gives: the recipe, and which aliases were understood as what. Raises: UserError with all faults at once.
    """
    data, faults, understood = read_data(recipe, overrides)
    try:
        return validate(Recipe, data, faults), understood
    except UserError as error:
        named = (Fault(_SINGLE.sub(r"\1", fault.where), fault.found, fault.allowed, fault.do) for fault in error.faults)
        raise UserError(*named) from None


def read_without_code(path: Path) -> Recipe:
    """Read the recipe of a finished run for what its own code has no part in: methods in files are left out."""
    return read_recipe(without_local(_load(path)[0]))[0]


def read_data(
    recipe: str | Path | dict[str, Any] | Recipe, overrides: Iterable[str] = ()
) -> tuple[Data, list[Fault], list[str]]:
    """Give a recipe's data in full form with its overrides, not checked yet; faults found so far; what was understood."""
    data, where = _load(recipe.model_dump(mode="json") if isinstance(recipe, Recipe) else recipe)
    if not isinstance(data, dict):
        raise UserError(Fault(where, f"found {type(data).__name__}", "a mapping of sections", "see recipes/demo.yaml"))
    data.setdefault("name", Path(where).stem if isinstance(recipe, str | Path) else "run")
    return normalise(data, [_override(text) for text in overrides], tuple(Recipe.model_fields))


def _load(recipe: str | Path | dict[str, Any]) -> tuple[Any, str]:
    if isinstance(recipe, dict):
        return dict(recipe), "recipe"
    path = Path(recipe)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        near = sorted(str(one) for one in path.parent.glob("*.yaml"))[:8] if path.parent.is_dir() else []
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise UserError(Fault(str(recipe), reason, ", ".join(near) or "a YAML file", "check the path")) from None
    return parse_yaml(text, str(recipe)), str(recipe)


def _override(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UserError(Fault(text, "not an override", "key=value, as in train.max_steps=60", "write key=value"))
    return key.strip(), parse_yaml(value, text) if value else None
