"""AdaLoRA's allocator runs on a schedule derived from the run's real number of updates, and its final ranks are reported.

Where the settings leave nothing to allocate that is said, and its orthogonality term is in the loss.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acclimate.adapter.adalora import Adalora
from acclimate.compat.peft import orthogonality
from acclimate.core.events import Event
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import examples, job, language_model

MATRICES = 4
ADAPTER = Adalora(init_r=24, target_r=16, lora_dropout=0.0, target_modules=("q_proj", "v_proj"))


def run(adapter: Adalora, updates: int, place: Path, tell: Any = None) -> Any:
    """The real loop; gives the wrapped model."""
    settings = Train(max_steps=updates, per_device_train_batch_size=4, bf16=False, learning_rate=1e-2)
    lm = language_model("llama")
    one = job(lm, place, examples(16, causal=True), settings, adapter=adapter)
    adapter.prepare(one.model, updates)
    if tell is not None:
        object.__setattr__(one, "tell", lambda event: tell(event, one.model))
    Loop(one).run()
    return one.model


def alive(model: Any) -> int:
    return sum(int((weight != 0).sum()) for name, weight in model.named_parameters() if "lora_E" in name)


@pytest.mark.parametrize("updates", [20, 40])
def test_ranks_fall_to_the_budget_on_the_runs_own_schedule(updates: int, tmp_path: Path) -> None:
    counts: dict[int, int] = {}

    def look(event: Event, model: Any) -> None:
        if event.kind == "progress":
            counts[event.data["step"]] = alive(model)

    model = run(ADAPTER, updates, tmp_path, look)
    assert counts[1] == 0, "E begins with zero, and warm-up with the learning rate 0"
    first, last = updates // 10, updates - 4 * updates // 10  # tinit 0.1, tfinal 0.4
    assert {counts[step] for step in range(2, first + 1)} == {24 * MATRICES}
    assert counts[first + 1] < 24 * MATRICES
    assert counts[last - 1] >= counts[last] == 16 * MATRICES
    assert {counts[step] for step in range(last, updates + 1)} == {16 * MATRICES}
    (sentence,) = ADAPTER.settle(model)
    assert sentence.startswith(f"AdaLoRA's final ranks: {16 * MATRICES} in {MATRICES} matrices")


def test_nothing_to_allocate_is_said_and_every_rank_stays(tmp_path: Path) -> None:
    adapter = Adalora(init_r=12, target_r=16, target_modules=("q_proj", "v_proj"))
    model = run(adapter, 8, tmp_path)
    assert alive(model) == 12 * MATRICES
    assert "nothing to allocate" in adapter.settle(model)[0]


def test_the_orthogonality_term_is_in_the_loss(tmp_path: Path) -> None:
    """What it pulls towards orthogonal matrices ends nearer to them than what it does not."""
    ends = {}
    for weight in (0.0, 1.0):
        adapter = ADAPTER.model_copy(update={"orth_reg_weight": weight})
        ends[weight] = float(orthogonality(run(adapter, 20, tmp_path / str(weight))).detach())
    assert ends[1.0] < 0.9 * ends[0.0]
