"""A model that was trained elsewhere, measured on a recipe's test rows against the recipe's base, as a run would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import acclimate
from acclimate.core.artifact import fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.events import Event, Tell, note, silent, warn
from acclimate.core.ledger import Ledger
from acclimate.core.proof import Cost, ModelFacts, Proof
from acclimate.core.rows import Rows
from acclimate.model.adapter_folder import adapter_identity, base_of, is_adapter, merge_folder, need_base
from acclimate.model.load import config_for, is_hub_id, model_in, need_head, outline
from acclimate.model.section import Model
from acclimate.pipeline.answers import answered
from acclimate.pipeline.evaluate import evaluated, need_evaluable
from acclimate.pipeline.finished import EVALUATED
from acclimate.pipeline.identity import HOW_REACHED, model_identity
from acclimate.pipeline.leaks import looked_through
from acclimate.pipeline.measured import Proven
from acclimate.pipeline.prepare import every_prepared
from acclimate.pipeline.recipe import Recipe, read_recipe
from acclimate.pipeline.report import make_proof, reported
from acclimate.pipeline.run import Run, command, read_scores
from acclimate.pipeline.tasks import has_answers, settle
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace

_SOME = 1
"""Updates that others have made: how many is not known, but not none (which would compare the base with itself)."""


def evaluate_model(
    model: str,
    recipe: str | Path | dict[str, Any] | Recipe,
    overrides: Iterable[str] = (),
    to: str | Path | None = None,
    tell: Tell = silent,
) -> Run:
    """Measure a model on a recipe's test rows against the recipe's base; nothing is trained.

    Takes: `model`, the folder of a run or a model, a Hub id, a starter, or the folder of a PEFT adapter (which is merged into its base); `to`,
    a new folder (default: runs/NAME-evaluate) for report.html, scores.json, verdict.json. Each model is read with its own
    tokenizer. The same call again does nothing. Raises: UserError.
    """
    model = model_in(model)
    read, understood = read_recipe(recipe, overrides)
    for sentence in understood:
        note(tell, sentence)
    place = Path(to) if to is not None else Path(f"runs/{read.name}-evaluate")
    read = _without_training(read).model_copy(update={"output_dir": str(place), "overwrite_output_dir": False})
    for sentence in read.cautions:
        warn(tell, sentence)
    head = read.phases[-1].objective.head
    spec = _spec(model, read.model, head)
    need_head(read.model, head)
    identity = fingerprint(_identity(model, spec), read.model_dump(mode="json"))
    _need_place(place, model, identity)
    workplace = Workplace(read, command())
    write_json(
        workplace.root / EVALUATED, {"made_from": identity, "model": spec.model_dump(mode="json"), "name": model}
    )
    try:
        return _evaluate(workplace, model, spec, tell)
    except (UserError, OSError):
        workplace.leave()
        raise


def _without_training(recipe: Recipe) -> Recipe:
    """Give the recipe with a sentence beside the verdict for each comparison that would want a training."""
    settings = recipe.measured_by
    wanted = {"compare_with_base": settings.compare_with_base, "control": settings.control}
    said = [
        f"evaluate.{name} was left out: nothing is trained here, so this is one model against the base as it is"
        " (acclimate run trains what is compared)."
        for name, asked in wanted.items()
        if asked is not None
    ]
    return recipe.model_copy(update={"cautions": (*recipe.cautions, *said)})


def _spec(model: str, base: Model, head: str) -> Model:
    """Give the spec of a model (of an adapter: of its base), reached as the recipe's base is.

    Raises: UserError for what is no model, or can't be had.
    """
    reached = {key: getattr(base, key) for key in HOW_REACHED}
    if is_adapter(model):
        place = Path(model).expanduser()
        spec = base_of(place).model_copy(update=reached)
        need_base(place, spec, head)
        return spec
    spec = base.at(model).model_copy(update=reached)
    need_head(spec, head)
    return spec


def _evaluate(workplace: Workplace, model: str, spec: Model, tell: Tell) -> Run:
    recipe, ledger = workplace.recipe, Ledger()
    sources = every_prepared(workplace, ledger, tell)
    found = [rows for rows, _ in sources]
    head = recipe.phases[-1].objective.head
    recipe = workplace.recipe = settle(recipe, found)
    need_evaluable(recipe.measured_by, found[-1], recipe.phases[-1].objective)
    looked_through(workplace, sources, tell)
    made_from, own = _identity(model, spec), workplace.root / "model"
    if is_adapter(model):
        if not is_complete(own, made_from):
            tell(Event("stage", "merging the adapter into its base"))
            with folder(own, made_from=made_from) as new:
                merge_folder(Path(model).expanduser(), spec, head, new)
        spec = recipe.model.at(str(own))
    given = Trained(workplace.root, made_from, _facts(spec, head), elsewhere=spec)
    write_json(workplace.root / "ledger.json", ledger.entries)
    if has_answers(recipe.phases[-1].objective):
        proven = answered(workplace, [given], found[-1], tell)
    else:
        proven = evaluated(workplace, [given], found[-1], tell)
    proof = _proof(workplace, model, given, found[-1], proven, ledger)
    reported(workplace, proof, made_from)
    scores, verdict = read_scores(workplace.root)
    tell(Event("done", verdict.sentence, {"report": str(workplace.root / "report.html")}))
    return Run(workplace.root, recipe, scores, verdict)


def _identity(model: str, spec: Model) -> str:
    """Give what was measured: the weights and, for an adapter, its base."""
    adapter = adapter_identity(Path(model).expanduser()) if is_adapter(model) else None
    return fingerprint("evaluate model", model_identity(spec), adapter, acclimate.__version__)


def _need_place(place: Path, model: str, identity: str) -> None:
    """Raise UserError unless the place is new, empty, or holds this very evaluation."""
    place = place.expanduser()
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    allowed, do = "a new or empty folder", "name another with --to"
    if not (place / EVALUATED).is_file():
        raise UserError(Fault("--to", f"{place} is there and holds something else", allowed, do))
    before = read_json(place / EVALUATED)
    if before["made_from"] != identity:
        other = "the same model by another recipe, or other weights" if before["name"] == model else before["name"]
        raise UserError(Fault("--to", f"{place} holds the evaluation of {other}", allowed, do))


def _facts(spec: Model, head: str) -> dict[str, Any]:
    """Give what a training would have left, as far as it is known; only the config is read for it."""
    from acclimate.compat.hardware import bits_depend_on
    from acclimate.model.load import load_tokenizer

    lm = outline(spec, head, load_tokenizer(spec))
    parameters = sum(weight.numel() for weight in lm.model.parameters())
    unknown = {"trainable": 0, "new_tokens": 0, "history": [], "data": {}, "diverged": False, "seconds": 0.0}
    notes = [f"The model is {config_for(spec).model_type}; how it was trained is not known here."]
    costs = {"updates": _SOME, "tokens_per_second": None, "peak_memory": None}
    return {"parameters": parameters, "causal": lm.causal, "notes": notes, **unknown, **costs, **bits_depend_on()}


def _proof(workplace: Workplace, model: str, given: Trained, rows: Rows, proven: Proven, ledger: Ledger) -> Proof:
    """Give what the report shows, without what only a training would know."""
    proof = make_proof(workplace, [given], rows, proven, ledger)
    before = proof.model
    hub_id = model if is_hub_id(model) else ""
    facts = ModelFacts(
        before.base,
        before.kind,
        before.parameters,
        0,
        f"Trained elsewhere: {model}.",
        hub_id=before.hub_id or hub_id,
        elsewhere=True,
    )
    cost = Cost(total_seconds=proven.seconds, threads=proof.cost.threads, device=proof.cost.device)
    return replace(proof, model=facts, cost=cost)
