"""A phase's training: model, tokens, adapter and loop brought together, and what they leave in the train folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import acclimate
from acclimate.compat.processes import is_main, processes, wait_for_all
from acclimate.core.artifact import MANIFEST, fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.events import Event, Tell, note
from acclimate.core.language_model import TASK, LanguageModel
from acclimate.core.ledger import Ledger
from acclimate.core.rendered import Writes
from acclimate.core.rows import Rows
from acclimate.core.tasks import Task
from acclimate.model.load import TASK_HEADS, load
from acclimate.model.section import Model
from acclimate.pipeline.callbacks import with_callbacks
from acclimate.pipeline.identity import model_identity
from acclimate.pipeline.recipe import Phase
from acclimate.pipeline.tokens import Tokenised, tokenised, tokenizer_for
from acclimate.pipeline.trained_task import kept, window
from acclimate.pipeline.workplace import FREE_TRAIN, MAY_RISE, Workplace
from acclimate.train.plan import plan_for

FACTS = "facts.json"


@dataclass(frozen=True)
class Trained:
    """A phase that is done: its folder (holding `model/`), and facts about model, data and cost for the report.

    `elsewhere` is set for a model that was not trained here, and says where it lies.
    """

    folder: Path
    made_from: str
    facts: dict[str, Any]
    elsewhere: Model | None = None

    def model(self, base: Model) -> Model:
        """Give the spec of the trained model, which is loaded as its base was."""
        return self.elsewhere or base.at(str(self.folder / "model"))


def trained(workplace: Workplace, phase: Phase, base: Model, rows: Rows, ledger: Ledger, tell: Tell) -> Trained:
    """Train a phase, or find it done.

    Takes: `base`, the spec of the model it starts from. Raises: UserError, Interrupted.
    """
    place = workplace.stage("train", phase.name)
    tokenizer = tokenizer_for(base, rows)
    phase.objective.check(tokenizer, f"{phase.name}.objective")
    task: Any = phase.objective
    labels = task.label_set if isinstance(task, Task) else None
    lm = load(base, task.head, tokenizer, workplace.recipe.seed, labels)
    data = tokenised(workplace, phase, lm, rows, ledger, tell)
    made_from = fingerprint("train", data.made_from, model_identity(base), _frozen(phase), acclimate.__version__)
    done = _done(place, made_from, phase, data)
    if done is not None:
        return Trained(place, made_from, done)
    if is_main():
        workplace.settle()
    tell(Event("stage", f"{phase.name}: training"))
    if _made_from(place) not in (None, made_from):
        note(
            tell,
            f"{place.name} holds a training on other rows, of another base or by another version of acclimate: it is done anew",
        )
    told = with_callbacks(tell, phase.train.callbacks, place)
    result, wrapped = _train(phase, lm, data, place, made_from, workplace, told)
    if is_main():
        _write(phase, lm, data, wrapped, place, made_from, result)
        finished = {
            "made_from": made_from,
            "planned": result.planned,
            "diverged": result.diverged,
            "stopped_early": result.stopped_early,
        }
        write_json(place / MANIFEST, {**finished, "files": {}})
    wait_for_all()
    return Trained(place, made_from, read_json(place / FACTS))


def _train(
    phase: Phase, lm: LanguageModel, data: Tokenised, place: Path, made_from: str, workplace: Workplace, tell: Tell
) -> Any:
    """Wrap the model, run the loop. Gives its result and the wrapped model."""
    from acclimate.compat.hardware import device, keep_freed_memory
    from acclimate.compat.transformers.runner import Runner
    from acclimate.compat.transformers.ways import PADDED, choose
    from acclimate.model.rows import add_rows
    from acclimate.tokens.pad import Pad
    from acclimate.train.auto import row_tokens
    from acclimate.train.checkpoint import Checkpoints
    from acclimate.train.job import Job
    from acclimate.train.loop import Loop

    keep_freed_memory()
    add_rows(lm, data.new_ids, data.pieces)
    batching: Any = phase.tokens.batch
    way = PADDED
    if batching.flat and lm.head == "classify":
        batching = Pad()
    elif batching.flat:
        way, sentence = choose(lm.model, causal=lm.causal)
        note(tell, sentence)
        lm.notes.append(sentence)
        if not way.flat:
            batching = Pad()
    wrapped, notes = phase.adapter.wrap(lm.model, lm.new_rows, workplace.recipe.seed)
    for text in notes:
        note(tell, text)
    lm.notes += notes
    if batching.flat and batching.batch_tokens == "auto":
        batching = batching.sized(row_tokens(wrapped, phase.train, int(data.train.lengths_N.max()), causal=lm.causal))
        note(tell, f"a row has at most {batching.batch_tokens:,} tokens")
    if isinstance(batching, Pad):
        batching = batching.on(device())
    place.mkdir(parents=True, exist_ok=True)
    runner = Runner(wrapped, way)

    def describe(folder: Path) -> None:
        lm.model.config.save_pretrained(folder)
        lm.tokenizer.save_pretrained(folder)

    logs = Path(phase.train.logging_dir) if phase.train.logging_dir else place / "logs"
    checkpoints = Checkpoints(place, made_from, describe)
    settings = phase.train
    job = Job(lm, wrapped, runner, data.train, data.validation, phase.objective, batching, phase.adapter, settings, checkpoints,
              logs, tell, room(phase), workplace.command)  # fmt: skip
    loop = Loop(job)
    result = loop.run()
    if data.validation is not None and len(data.validation):
        result.metrics |= loop.validate()
        lm.model.eval()
    loop.close()
    runner.close()
    for text in phase.adapter.settle(wrapped):
        note(tell, text)
        lm.notes.append(text)
    return result, wrapped


def room(phase: Phase) -> int:
    """Give what a forward pass may hold, in tokens, padding included (0: to be chosen, and the update does not depend on it)."""
    batch: Any = phase.tokens.batch
    tokens = batch.batch_tokens if batch.flat else batch.max_padded_tokens
    return 0 if tokens == "auto" else int(tokens)


def _write(
    phase: Phase, lm: LanguageModel, data: Tokenised, wrapped: Any, place: Path, made_from: str, result: Any
) -> None:
    """Write `adapter/`, `model/`, the results under transformers' names, and the facts."""
    from acclimate.compat.transformers.chat import stop_at
    from acclimate.model.save import probe, save, save_adapter

    facts = _facts(phase, lm, data, result)
    if isinstance(phase.objective, Writes):
        stop_at(lm.model, phase.objective.endings(lm.tokenizer))
    wrapped.float()  # a base held in bfloat16 would round what was learnt when the two are merged
    adapted = probe(lm, wrapped) if phase.adapter.merges and not result.diverged else None
    if phase.adapter.merges:
        with folder(place / "adapter", made_from=made_from) as new:
            save_adapter(lm, wrapped, new)
    merged = phase.adapter.merge(wrapped)
    if isinstance(phase.objective, Task):
        pairs = data.train.second_N is not None
        setattr(merged.config, TASK, kept(phase, lm.max_length, data.in_text, data.read, pairs=pairs))
    # Plain transformers cuts a task's texts where training did; a language model may be trained on with longer windows.
    takes = max(lm.tokenizer.model_max_length, lm.max_length)
    lm.tokenizer.model_max_length = window(phase, lm.max_length) if lm.head in TASK_HEADS else takes
    with folder(place / "model", made_from=made_from) as new:
        save(lm, merged, new, adapted)
    state = {"log_history": facts["history"], "global_step": result.updates, "max_steps": result.planned,
             "best_global_step": result.best_step, "epoch": result.metrics["epoch"]}  # fmt: skip
    newest = place / f"checkpoint-{result.updates}" / "trainer_state.json"
    write_json(place / "trainer_state.json", read_json(newest) if newest.is_file() else _plain(state))
    metrics = dict(result.metrics)
    evaluation = {key: metrics.pop(key) for key in list(metrics) if key.startswith("eval_")}
    write_json(place / "train_results.json", _plain(metrics))
    if evaluation:
        evaluation |= {"epoch": metrics["epoch"], "eval_samples": facts["data"]["validation_windows"]}
        if phase.objective.head in ("masked", "causal"):
            evaluation |= {"perplexity": math.exp(min(evaluation["eval_loss"], 700.0)),
                           "perplexity_note": "not comparable across vocabularies"}  # fmt: skip
        write_json(place / "eval_results.json", _plain(evaluation))
    write_json(place / "all_results.json", _plain({**metrics, **evaluation}))
    write_json(place / FACTS, facts)


def _facts(phase: Phase, lm: LanguageModel, data: Tokenised, result: Any) -> dict[str, Any]:
    from acclimate.compat.hardware import bits_depend_on, peak_memory

    parameters = list(lm.model.parameters())
    share = result.metrics["train_learnt_share"]
    learnt = (
        f"{share:.1%} of the tokens that training saw carried a label" if share is not None else "no update was made"
    )
    return {
        "parameters": sum(weight.numel() for weight in parameters),
        "trainable": sum(weight.numel() for weight in parameters if weight.requires_grad),
        "new_tokens": len(lm.new_rows),
        "causal": lm.causal,
        "trained_head": lm.trained_head,
        "notes": [*lm.notes, *phase.objective.notes(data.train, lm.tokenizer), learnt],
        "data": data.facts,
        "history": [_plain(line) for line in result.history],
        "updates": result.updates,
        "diverged": result.diverged,
        "stopped_early": result.stopped_early,
        "best_step": result.best_step,
        "seconds": result.metrics["train_runtime"],
        "tokens_per_second": result.metrics["train_tokens_per_second"],
        "peak_memory": peak_memory(),
        **bits_depend_on(),
    }


def _frozen(phase: Phase) -> dict[str, Any]:
    """Give the part of a phase that its weights depend on."""
    dump = phase.model_dump(mode="json", include={"tokens", "objective", "adapter", "train"})
    dump["train"] = {key: value for key, value in dump["train"].items() if key not in FREE_TRAIN | MAY_RISE}
    return dump


def _done(place: Path, made_from: str, phase: Phase, data: Tokenised) -> dict[str, Any] | None:
    """Give the facts of a finished training of this very phase, or None."""
    try:
        manifest, facts = read_json(place / MANIFEST), read_json(place / FACTS)
    except (OSError, ValueError):
        return None
    planned = plan_for(phase.train, data.train, phase.objective, processes(), room(phase)).updates
    same = manifest.get("made_from") == made_from and (manifest["planned"] == planned or manifest["diverged"])
    return facts if same and is_complete(place / "model") else None


def _made_from(place: Path) -> str | None:
    """Give the fingerprint of the finished training that is there, if any."""
    try:
        return str(read_json(place / MANIFEST)["made_from"])
    except (OSError, ValueError):
        return None


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN: what is no number is written as text, never left out."""
    return {
        key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in line.items()
    }
