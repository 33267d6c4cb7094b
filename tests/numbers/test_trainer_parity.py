"""The loop's losses are transformers' Trainer's on the same batches (float32, 20 updates, relative 1e-5)."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments

from acclimate.adapter.full import Full
from acclimate.adapter.lora import Lora
from acclimate.train.loop import Loop
from acclimate.train.passes import passes
from acclimate.train.plan import make_plan
from acclimate.train.section import Train
from tests.made import examples, job, language_model

UPDATES, DOCUMENTS = 20, 4


class Batches(Dataset):
    """Padded batches with labels, exactly those that the loop sees, one an update."""

    def __init__(self, one_job: Any, settings: Train) -> None:
        plan = make_plan(settings, one_job.examples.lengths_N, 1)
        self.items = []
        for update in range(UPDATES):
            (batch,) = passes(one_job, one_job.examples, plan.numbers(update), plan.epoch(update), 1)
            labels = torch.full(batch.ids_BT.shape, -100)
            labels.view(-1)[torch.as_tensor(batch.positions_L + (1 if one_job.lm.causal else 0))] = torch.as_tensor(
                batch.labels_L
            )
            ids, attention = torch.as_tensor(batch.ids_BT), torch.as_tensor(batch.attention_BT)
            self.items.append({"input_ids": ids, "attention_mask": attention, "labels": labels})

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        return self.items[number]


def trainer_losses(model: Any, batches: Batches, place: Path, settings: Train, rate: float) -> list[float]:
    arguments = TrainingArguments(
        output_dir=str(place), max_steps=UPDATES, per_device_train_batch_size=1, learning_rate=rate, logging_steps=1,
        lr_scheduler_type="linear", warmup_steps=2, report_to=[], save_strategy="no", use_cpu=True, bf16=False,
        disable_tqdm=True, weight_decay=settings.weight_decay, max_grad_norm=1.0, remove_unused_columns=False,
        optim="adamw_torch_fused", dataloader_pin_memory=False,
    )  # fmt: skip
    trainer = Trainer(model=model, args=arguments, train_dataset=batches, data_collator=lambda items: items[0])
    trainer._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(batches)  # type: ignore[method-assign]
    trainer.train()
    return [line["loss"] for line in trainer.state.log_history if "loss" in line]


@pytest.mark.parametrize(
    "adapter", [Full(), Lora(r=4, lora_dropout=0.0, target_modules=("all-linear",))], ids=["full", "lora"]
)
@pytest.mark.parametrize("kind", ["bert", "llama"])
def test_loss_curve_is_the_trainers(kind: str, adapter: Any, tmp_path: Path) -> None:
    rate = 2e-3
    settings = Train(max_steps=UPDATES, per_device_train_batch_size=DOCUMENTS, learning_rate=rate, logging_steps=1, bf16=False,
                     warmup_steps=2, weight_decay=0.1)  # fmt: skip
    data = examples(DOCUMENTS * 9, causal=kind == "llama")
    theirs_job = job(language_model(kind), tmp_path / "a", data, settings, flat=False, adapter=adapter)
    batches = Batches(theirs_job, settings)
    theirs_job.runner.close()
    theirs = trainer_losses(theirs_job.model, batches, tmp_path / "trainer", settings, rate)
    ours = Loop(job(language_model(kind), tmp_path / "b", data, settings, adapter=adapter)).run()
    losses = [line["loss"] for line in ours.history if "loss" in line]
    assert len(losses) == UPDATES
    assert losses == pytest.approx(theirs, rel=1e-5)
    assert len(set(losses)) == UPDATES
