"""From what a run left to its reports and model card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import acclimate
from acclimate.compat.hardware import versions
from acclimate.core.artifact import fingerprint, folder, read_json
from acclimate.core.ledger import Ledger
from acclimate.core.local_code import hashes_in
from acclimate.core.proof import Cost, DataFacts, ModelFacts, Proof, Provenance
from acclimate.core.registry import name_of
from acclimate.core.rows import ROLE, Rows, about
from acclimate.evaluate.verdict import noun
from acclimate.model.load import is_hub_id
from acclimate.pipeline.leaks import leak_facts
from acclimate.pipeline.measured import Proven
from acclimate.pipeline.recipe import Recipe
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace
from acclimate.report.write import write_card, write_reports


def reported(workplace: Workplace, proof: Proof, made_from: str) -> None:
    """Write the reports, at the root and in the report's own folder.

    Takes: `made_from`, the fingerprint of the model that was measured.
    """
    with folder(workplace.stage("report"), made_from=fingerprint("report", made_from)) as new:
        write_reports(proof, new)
    workplace.show_at_root(workplace.stage("report"))
    if (workplace.root / "model").is_dir():  # a model that was only measured lies elsewhere and gets no card
        write_card(proof, workplace.root / "model")


def make_proof(workplace: Workplace, trained: list[Trained], rows: Rows, proven: Proven, ledger: Ledger) -> Proof:
    """Give everything that a report shows."""
    recipe, last = workplace.recipe, trained[-1].facts
    return Proof(
        name=recipe.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        verdict=proven.verdict,
        scores=proven.scores,
        model=_model(recipe, last),
        data=_data(last, proven, rows),
        split=" ".join([_split(recipe, rows), *claim(recipe, rows)]),
        retention=proven.retention,
        caveats=[*recipe.cautions, *proven.notes],
        ledger=ledger.entries,
        leaks=leak_facts(workplace),
        curve=last["history"],
        cost=_cost(trained, proven),
        provenance=_provenance(workplace),
        notes=[*last["notes"], *proven.decisions],
        floor_share=proven.floor_share,
        recipe=recipe.to_yaml(),
        confidence=recipe.measured_by.confidence,
        examples=proven.examples,
        memorised=proven.memorised,
        curves_of_classes=proven.curves,
        terms=proven.terms,
        generation=proven.generation,
    )


def _model(recipe: Recipe, facts: dict[str, Any]) -> ModelFacts:
    adapter = name_of("adapter", recipe.phases[-1].adapter)
    share = facts["trainable"] / facts["parameters"]
    sentence = (
        "Every weight was trained (full)." if share == 1 else f"{adapter}: {share:.2%} of the weights were trained."
    )
    kind = "decoder" if facts["causal"] else "encoder"
    hub_id = recipe.model.path if is_hub_id(recipe.model.path) and recipe.model.path else ""
    return ModelFacts(
        recipe.model.label, kind, facts["parameters"], facts["trainable"], sentence, facts["new_tokens"], hub_id
    )


def _data(facts: dict[str, Any], proven: Proven, rows: Rows) -> list[DataFacts]:
    found, column = [], _group_column(rows)
    for role in ("train", "validation"):
        one = facts["data"].get(role)
        if one:
            found.append(DataFacts(role, one["rows"], one["documents"], one["groups"], column, one["tokens"]))
    return [*found, proven.test, *([proven.general] if proven.general else [])]


def _group_column(rows: Rows) -> str:
    """Give the columns that the split kept together (empty: each row is one)."""
    named = about(rows).get("group_by") or ""
    return ", ".join(named) if isinstance(named, list) else str(named)


def _split(recipe: Recipe, rows: Rows) -> str:
    """Say by which rule rows became test rows."""
    if "test" not in rows.column(ROLE).to_pylist():
        return "There are no test rows."
    steps = [step for step in recipe.phases[-1].prepare if name_of("prepare", step) == "split"]
    if recipe.phases[-1].sources.test or not steps:
        return "The test rows came from their own source."
    options = steps[0].model_dump()  # type: ignore[attr-defined]
    if options["test_values"]:
        return f"Test rows are those whose {options['column']} is {' or '.join(options['test_values'])}; training saw none of them."
    column = _group_column(rows)
    who = noun(column)
    return (
        f"{who.capitalize()} are dealt to training, validation and test by a hash of the run's seed ({recipe.seed}) and "
        f"{column or 'the row'}: test {who} stay test {who} in every later run."
    )


def claim(recipe: Recipe, rows: Rows) -> list[str]:
    """Say about whom the interval speaks, where that is less than a reader would think."""
    split, finer = _group_column(rows), recipe.measured_by.resample_by
    if finer is not None and split and finer != split:
        who, whole = noun(finer), noun(split)
        return [
            f"The interval is over {who}, but whole {whole} were kept together: the claim is about the {whole} of the test "
            "set, not about others."
        ]
    if finer is None and not split:
        return [
            "Each row counts as a document of its own: if several come from one document or person, the interval is too narrow."
        ]
    return []


def _cost(trained: list[Trained], proven: Proven) -> Cost:
    last = trained[-1].facts
    seconds = sum(one.facts["seconds"] for one in trained)
    return Cost(
        total_seconds=seconds + proven.seconds,
        train_seconds=seconds,
        tokens_per_second=last["tokens_per_second"],
        peak_memory_bytes=last["peak_memory"],
        updates=sum(one.facts["updates"] for one in trained),
        threads=last["threads"],
        device=f"{last['device']} ({last['instructions']})" if last["device"] == "cpu" else last["device"],
    )


def _provenance(workplace: Workplace) -> Provenance:
    recipe = workplace.recipe
    data: dict[str, str] = {}
    for phase in recipe.phases:
        inputs = read_json(workplace.stage("sources", phase.name) / "manifest.json")["inputs"]
        data |= {f"{phase.name} {role}": fingerprint(files) for role, files in inputs.items()}
    seeds = {"run": recipe.seed, "evaluate": recipe.measured_by.seed} | {
        f"{phase.name} train": phase.train.seed for phase in recipe.phases
    }
    frozen = recipe.model_dump(mode="json", exclude={"output_dir"})
    data |= {f"code {path}": digest for path, digest in hashes_in(frozen).items()}
    return Provenance(acclimate.__version__, workplace.command, fingerprint(frozen), data, seeds, versions())
