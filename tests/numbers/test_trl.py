"""The loss of `sft` equals that of TRL's SFTTrainer on the same rows: the same template, tokens, mask and model."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from acclimate.objective.sft import Sft
from acclimate.tokens.encode import encode
from acclimate.tokens.padding_free import PaddingFree
from acclimate.tokens.section import Tokens
from tests.chat_templates import tokenizer_of
from tests.objective.conversations_made import rows

pytest.importorskip("trl", reason="trl is not installed")
pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning"
)  # TRL's own

TALKS = [
    [("user", "the stent"), ("assistant", "was placed"), ("user", "病人今天住院了。"), ("assistant", "没有问题。")],
    [("system", "Don't give aspirin."), ("user", "ulcer?"), ("assistant", "a bleeding ulcer, whatever the dose.")],
    [("user", "age 34, sex F."), ("assistant", "seen")],
]
MESSAGES = [[{"role": role, "content": content} for role, content in talk] for talk in TALKS]


def model_for(tokenizer: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    return LlamaForCausalLM(
        LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=256, pad_token_id=0, **sizes)
    )


def theirs(
    tokenizer: Any, model: Any, data: list[dict[str, Any]], place: Path, **options: Any
) -> tuple[float, list[list[int]]]:
    """SFTTrainer's own batch, and its loss; and the labels of each row."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    settings = SFTConfig(
        output_dir=str(place), per_device_train_batch_size=len(data), max_length=256, report_to=[], use_cpu=True,
        bf16=False, gradient_checkpointing=False, dataloader_pin_memory=False, **options,
    )  # fmt: skip
    trainer = SFTTrainer(
        model=model, args=settings, train_dataset=Dataset.from_list(data), processing_class=deepcopy(tokenizer)
    )
    batch = next(iter(trainer.get_train_dataloader()))
    with torch.no_grad():
        loss = float(trainer.compute_loss(trainer.model.eval(), dict(batch)))
    labels = [[int(one) for one in row if one != -100] for row in batch["labels"].tolist()]
    return loss, labels


def ours(tokenizer: Any, model: Any, data: list[dict[str, Any]], **options: Any) -> tuple[float, list[list[int]]]:
    objective = Sft(**options)
    names = list(data[0])
    shaped, _, _ = objective.shape(rows(**{name: [row[name] for row in data] for name in names}), "adapt.objective")
    examples = encode(shaped, tokenizer, objective, Tokens(), 256, "adapt.tokens").examples
    total, count, labels = 0.0, 0, []
    for number in range(len(examples)):
        made = objective.supervise(examples.gather(np.array([number])), tokenizer, 0, 0)
        batch = PaddingFree().collate(made, 0)
        with torch.no_grad():
            logits_LV = model.eval()(input_ids=torch.as_tensor(batch.ids_BT)).logits[0, batch.positions_L]
        total += float(objective.loss(logits_LV.float(), torch.as_tensor(batch.labels_L)))
        count += int(objective.weight(batch.labels_L))
        labels.append(batch.labels_L.tolist())
    return total / count, labels


def test_every_answer_of_conversations_by_a_template_that_marks_them(tmp_path: Path) -> None:
    tokenizer = tokenizer_of("chatml_generation")
    model = model_for(tokenizer)
    data = [{"messages": messages} for messages in MESSAGES]
    loss, labels = ours(tokenizer, model, data)
    their_loss, their_labels = theirs(tokenizer, deepcopy(model), data, tmp_path, assistant_only_loss=True)
    assert sorted(labels) == sorted(their_labels)
    assert loss == pytest.approx(their_loss, rel=1e-5)


@pytest.mark.parametrize("family", ["llama3", "mistral"])
def test_completions_of_prompts(family: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(family)
    model = model_for(tokenizer)
    data = [{"prompt": messages[:-1], "completion": messages[-1:]} for messages in MESSAGES]
    loss, labels = ours(tokenizer, model, data, learn="last")
    their_loss, their_labels = theirs(tokenizer, deepcopy(model), data, tmp_path)
    assert sorted(labels) == sorted(their_labels)
    assert loss == pytest.approx(their_loss, rel=1e-5)
