import copy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from acclimate.core.families import FAMILIES
from acclimate.core.local_code import NEEDED
from acclimate.core.recipe import parse_yaml
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.schema import recipe_schema

SCHEMA = recipe_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
ROOT = Path(__file__).parents[2]
RECIPES = [*sorted((ROOT / "recipes").glob("*.yaml")), *sorted((ROOT / "benchmarks" / "recipes").glob("*.yaml"))]
SMALL = {"model": "starter:encoder", "sources": {"train": "a.csv"}, "objective": "mlm"}


def wrong(data: Any) -> bool:
    return not VALIDATOR.is_valid(data)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_every_recipe_is_valid_as_written_and_as_resolved(path: Path) -> None:
    assert not list(VALIDATOR.iter_errors(parse_yaml(path.read_text(encoding="utf-8"), path.name)))
    resolved = read_recipe(path)[0].model_dump(mode="json")
    assert not list(VALIDATOR.iter_errors(resolved))


def test_every_method_is_offered_with_its_options() -> None:
    for family in FAMILIES.keys() - {"floor", "callback"}:
        names, *variants = SCHEMA["$defs"][family]["anyOf"]
        assert names["enum"] == list(FAMILIES[family])
        assert len(variants) == len(FAMILIES[family]) + (2 if family in NEEDED else 0)
    masking = SCHEMA["$defs"]["masking.token_sep"]["properties"]
    assert masking["masking_sep_token"]["description"]


@pytest.mark.parametrize(
    "change",
    [
        {"modell": "x"},
        {"objective": "mml"},
        {"objective": {"name": "mlm", "mlm_probability": 2}},
        {"train": {"max_steps": "many"}},
        {"train": {"max_step": 3}},
        {"prepare": ["cleen"]},
        {"sources": None},
        {"adapter": {"r": 8}},
    ],
    ids=str,
)
def test_what_is_wrong_is_marked(change: dict[str, Any]) -> None:
    assert not wrong(SMALL)
    assert wrong({**copy.deepcopy(SMALL), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"num_epochs": 3, "lora_r": 4, "adapter": "lora"},
        {"model": {"base_model": "x"}},
        {"sources": {"train": {"a": "x.csv", "b": {"path": "y.csv"}}}},
        {"sources": {"train": {"path": "x", "name": "text"}, "test": "y.csv"}},
        {"adapter": {"name": "lora", "target_modules": "query,value"}},
        {"prepare": ["split", {"name": "replay", "source": "general.txt"}]},
        {"prepare": ["split", {"name": "replay", "source": {"path": "general.txt"}}]},
        {"overwrite_cache": True, "tokenizer_name": "x", "learning_rate": 1e-4, "max_train_samples": 10},
        {
            "train": {
                "lr_scheduler_type": {"name": "cosine", "min_lr_ratio": 0.1},
                "per_device_train_batch_size": "auto",
            }
        },
    ],
    ids=str,
)
def test_other_ways_to_write_it_are_taken(change: dict[str, Any]) -> None:
    assert not list(VALIDATOR.iter_errors({**SMALL, **change}))


def test_arguments_may_say_what_is_required() -> None:
    assert not wrong({"model_name_or_path": "m", "train_file": "a.txt", "mlm_probability": 0.15})
    assert not wrong({"model": "m", "phases": [{"dataset_name": "o/n", "masking_strategy": "word"}]})
    assert wrong({"model": "m", "train_file": "a.txt"})
    assert wrong({"model": "m", "mlm_probability": 0.15})
    assert wrong({"model": "m", "phases": [{"train_file": "a.txt"}]})
