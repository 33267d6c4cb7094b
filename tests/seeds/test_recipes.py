"""The recipes in the seeds' own form say what the seeds say, and two of their twins without a network run on the starters.

recipes/hospital_mlm.yaml and recipes/finance_clm.yaml run in test_000_training.py and test_003_finance.py, those of the seeds'
tasks in tests/pipeline/test_task_recipes.py and test_ner_recipes.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acclimate.adapter.adalora import Adalora
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import run
from acclimate.samples.files import write_sample
from tests.pipeline.tiny import half_made
from tests.seeds.tiny import small

PAIRS = ("hospital_mlm", "finance_clm")


def resolved(root: Path, name: str) -> Any:
    return read_recipe(root / "recipes" / f"{name}.yaml")[0]


def test_the_medical_recipe_has_the_articles_arguments(root: Path) -> None:
    recipe = resolved(root, "hospital_mlm")
    (phase,) = recipe.phases
    assert (recipe.model.path, recipe.model.revision) == ("microsoft/deberta-base", "refs/pr/4")
    assert phase.sources.train["rows"].path == "s3://bucket/train/*.parquet"
    assert [node.tag for node in phase.prepare[1].header] == ["patient", "hospital"]
    assert [node.tag for node in phase.prepare[1].body.nodes()] == ["visits", "event"]
    masking = phase.objective.masking
    assert (type(masking).__name__, masking.masking_sep_token, phase.objective.mlm_probability) == (
        "TokenSep",
        ",",
        0.15,
    )
    train = phase.train
    assert (train.max_steps, train.eval_steps, train.logging_steps, train.evaluates) == (2000, 200, 200, "steps")
    assert (train.per_device_train_batch_size, train.per_device_eval_batch_size) == (4, 4)
    assert train.learning_rate == 5e-5, "what TrainingArguments has where none is given"
    assert phase.tokens.max_length == 512


def test_the_finance_recipe_has_the_chapters_arguments(root: Path) -> None:
    recipe = resolved(root, "finance_clm")
    (phase,) = recipe.phases
    assert recipe.model.path == "bigscience/bloom-1b1"
    assert type(phase.objective).__name__ == "Clm"
    train = phase.train
    assert (train.num_train_epochs, train.per_device_train_batch_size, train.logging_steps) == (5, 2, 10)
    assert train.load_best_model_at_end
    assert phase.tokens.max_length == 512


def test_the_adapter_is_pefts_with_target_r_16_and_nothing_else_said(root: Path) -> None:
    from peft import AdaLoraConfig

    (phase,) = resolved(root, "finance_clm").phases
    assert isinstance(phase.adapter, Adalora)
    theirs = AdaLoraConfig(target_r=16, total_step=1)
    # The schedule of cuts is left out: with nothing to allocate there is none.
    for key in ("init_r", "target_r", "lora_alpha", "lora_dropout", "orth_reg_weight"):
        assert getattr(phase.adapter, key) == getattr(theirs, key), key


def test_the_sentiment_recipe_has_the_chapters_arguments(root: Path) -> None:
    """Seed 001: bert-base-cased, IMDB, 500 rows of each split by a seed, two epochs, measured after each; Trainer's defaults."""
    recipe = resolved(root, "sentiment")
    (phase,) = recipe.phases
    assert recipe.model.path == "bert-base-cased"
    assert {role: (source["rows"].path, source["rows"].split) for role, source in phase.sources.by_role().items()} == {
        "train": ("imdb", "train"), "test": ("imdb", "test")
    }  # fmt: skip
    sample = phase.prepare[-1]
    assert (sample.max_train_samples, sample.max_test_samples) == (500, 500)
    train = phase.train
    assert (train.num_train_epochs, train.evaluates, train.per_device_train_batch_size) == (2, "epoch", 8)
    assert train.learning_rate == 5e-5, "what TrainingArguments has where none is given"
    assert recipe.evaluate.primary == "accuracy"


def test_the_medical_recipe_of_questions_has_the_articles_arguments(root: Path) -> None:
    """Seed 002: cleaned as pandas does it, four fifths for training, files of prompt and completion, 5e-5, five epochs."""
    (phase,) = resolved(root, "medical_qa").phases
    clean, split, write = phase.prepare
    assert (clean.required, clean.keys) == (("Question", "Answer"), ("Question",))
    assert split.validation + split.test == pytest.approx(0.2)
    assert (write.train, write.validation) == ("train_data.json", "valid_data.json")
    assert write.columns == {"prompt": "Question", "completion": "Answer"}
    train = phase.train
    assert (train.learning_rate, train.num_train_epochs, train.evaluates) == (5e-5, 5, "epoch")
    assert (train.per_device_train_batch_size, train.weight_decay) == (4, 0.01)


@pytest.mark.parametrize("name", PAIRS)
def test_a_twin_differs_in_model_place_and_size_only(name: str, root: Path) -> None:
    (one,), (twin,) = resolved(root, name).phases, resolved(root, f"{name}_offline").phases
    assert twin.prepare == one.prepare
    assert twin.objective == one.objective
    if name == "finance_clm":  # the starter is small: all its matrices are adapted
        assert twin.adapter == one.adapter.model_copy(update={"target_modules": ("all-linear",)})
    else:
        assert twin.adapter == one.adapter
    assert twin.tokens.model_copy(update={"max_length": one.tokens.max_length}) == one.tokens
    assert type(twin.sources.train["rows"]) is type(one.sources.train["rows"])


@pytest.mark.parametrize("name", PAIRS)
def test_a_twin_runs_on_its_starter_and_its_sample(name: str, root: Path, tmp_path: Path) -> None:
    """As its first lines say: the sample is written, and the recipe reads it where it lies. In bfloat16, too, what is saved
    is what was trained.
    """
    kind = {"hospital_mlm": "hospital", "finance_clm": "finance"}[name]
    write_sample(kind, tmp_path / kind, size=24)
    path = resolved(root, f"{name}_offline").phases[0].sources.train["rows"].path
    place = tmp_path / Path(path).relative_to("data")
    overrides = [
        f"adapt.sources.train.path={place}",
        "adapt.tokens.max_length=64",
        "train.max_steps=2",
        "train.per_device_train_batch_size=2",
        *small(tmp_path / "run"),
        "evaluate.max_rows=1",
        f"train.bf16={str(kind == 'finance').lower()}",
    ]
    done = run(root / "recipes" / f"{name}_offline.yaml", overrides)
    assert {score.when for score in done.scores} >= {"before", "after"}
    assert (done.folder / "model" / "model.safetensors").is_file()
    assert done.recipe.cautions[0] in (done.folder / "report.html").read_text(encoding="utf-8")
    assert not half_made(done.folder)
