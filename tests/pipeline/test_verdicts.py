"""The proof says what is true: nothing learnt, something learnt, something lost, too few to say, no trained head."""

from pathlib import Path

import pytest
from transformers import BertConfig, BertModel

from acclimate.core.events import Event
from acclimate.pipeline.run import run
from tests.pipeline import tiny
from tests.tokenizers_made import wordpiece


def test_no_update_is_no_difference_exactly(encoder: Path, rows: Path, tmp_path: Path) -> None:
    done = run(tiny.recipe(encoder, rows, tmp_path / "run", train={"max_steps": 0}))
    assert done.verdict.verdict == "no difference shown"
    changes = [score for score in done.scores if score.when == "change"]
    assert {(score.value, score.low, score.high) for score in changes} == {(0.0, 0.0, 0.0)}
    assert len(changes) >= 2
    assert done.model.num_parameters() > 0


def test_no_update_with_new_tokens_shows_their_effect_as_start_alone(
    encoder: Path, events: Path, tmp_path: Path
) -> None:
    tagged = {"name": "tagged", "group_by": "patient", "order_by": "day", "header": [{"tag": "patient", "fields": "sex"}],
              "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code", "description"]}}, "time": "none"}  # fmt: skip
    split = {"name": "split", "group_by": "patient", "validation": 0, "test": 0.6}
    made = tiny.recipe(
        encoder, events, tmp_path / "run", train={"max_steps": 0}, prepare=[tagged, split], tokens={"max_length": 64}
    )
    done = run(made)
    assert done.verdict.verdict == "no difference shown"
    assert (done.change.value, done.change.low, done.change.high) == (0.0, 0.0, 0.0)
    assert done.change.resampled_by == "patient"


def test_better_is_called_better(encoder: Path, rows: Path, tmp_path: Path) -> None:
    train = {"max_steps": 80, "per_device_train_batch_size": 8, "learning_rate": 1e-2, "bf16": False}
    done = run(tiny.recipe(encoder, rows, tmp_path / "run", train=train))
    assert done.verdict.verdict == "better"
    assert done.change.high < 0


@pytest.mark.parametrize("adapter", ["full", "lora"])
def test_worse_is_called_worse(adapter: str, learned: Path, rows: Path, tmp_path: Path) -> None:
    train = {"max_steps": 12, "per_device_train_batch_size": 4, "learning_rate": 1.0, "warmup_steps": 0, "bf16": False}
    done = run(tiny.recipe(learned, rows, tmp_path / "run", train=train, adapter=adapter))
    assert done.verdict.verdict == "worse"
    assert done.change.low > 0
    assert "more than the base" in done.verdict.sentence
    assert done.report.is_file()


def test_a_diverged_run_is_measured_all_the_same(learned: Path, rows: Path, tmp_path: Path) -> None:
    told: list[Event] = []
    train = {
        "max_steps": 30,
        "per_device_train_batch_size": 4,
        "learning_rate": 1e30,
        "warmup_steps": 0,
        "max_grad_norm": 0,
        "bf16": False,
    }
    made = tiny.recipe(learned, rows, tmp_path / "run", train=train)
    done = run(made, tell=told.append)
    assert [event for event in told if event.kind == "warning" and "the last finite weights are kept" in event.text]
    assert "diverged" in done.verdict.sentence
    assert done.verdict.verdict == "worse"
    assert "gives no probabilities any more" in done.verdict.sentence
    assert done.report.is_file()
    again: list[Event] = []
    run(made, tell=again.append)
    assert not [event for event in again if event.kind == "stage"]


def test_too_few_groups_are_not_measurable(encoder: Path, rows: Path, tmp_path: Path) -> None:
    split = {"name": "split", "validation": 0, "test": 0.15}
    done = run(tiny.recipe(encoder, rows, tmp_path / "run", prepare=[split]))
    assert done.verdict.verdict == "not measurable"
    assert "an interval needs at least 20" in done.verdict.sentence
    assert {(score.low, score.high) for score in done.scores} == {(None, None)}


def test_without_test_rows_nothing_is_claimed(encoder: Path, rows: Path, tmp_path: Path) -> None:
    done = run(tiny.recipe(encoder, rows, tmp_path / "run", prepare=[]))
    assert done.verdict.verdict == "not measurable"
    assert "there are no test rows" in done.verdict.sentence
    assert done.change is None


def test_a_base_without_a_trained_head_has_no_before(rows: Path, tmp_path: Path) -> None:
    tokenizer = wordpiece()
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
                        max_position_embeddings=64)  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "headless")
    tokenizer.save_pretrained(tmp_path / "headless")
    done = run(tiny.recipe(tmp_path / "headless", rows, tmp_path / "run"))
    assert done.verdict.verdict == "not measurable"
    assert "no trained head" in done.verdict.sentence
    assert {score.when for score in done.scores} == {"after", "floor"}
