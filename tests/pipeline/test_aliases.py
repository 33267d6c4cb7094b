import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from acclimate.core.errors import UserError
from acclimate.core.local_code import code_allowed
from acclimate.pipeline.aliases import ALIASES, ARGUMENTS, MODEL_ALIASES, MODEL_ARGUMENTS, NO_EFFECT
from acclimate.pipeline.arguments import OF_THE_MODEL
from acclimate.pipeline.recipe import read_recipe

OWN = """
from acclimate.core.method import Method

class Heard(Method):
    def listen(self, folder): ...
"""
# What each argument is set to, and what must stand at its key then where that is something else.
VALUES: dict[str, Any] = {
    **dict.fromkeys(ALIASES, 12),
    **dict.fromkeys(("learning_rate", "lr", "warmup_ratio", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon"), 0.25),
    **dict.fromkeys(("mlm_probability", "wwm_probability", "masking_span_p", "lora_dropout", "val_size", "val_set_size"), 0.25),
    **dict.fromkeys(("gradient_checkpointing", "load_best_model_at_end", "masking_prefix_flag", "bf16"), True),
    **dict.fromkeys(("target_modules", "lora_target", "lora_target_modules", "modules_to_save"), "query"),
    **dict.fromkeys(("additional_tokens", "additional_special_tokens"), "a1,a2"),
    **dict.fromkeys(("train_file", "validation_file", "test_file"), "b.jsonl"),
    **dict.fromkeys(("eval_strategy", "evaluation_strategy", "save_strategy"), "epoch"),
    **dict.fromkeys(("lr_scheduler_type", "lr_scheduler"), "cosine"),
    "optim": "lion",
    "metric_for_best_model": "eval_loss",
    "report_to": "tensorboard",
    "callbacks": ["own.py:Heard"],
    "logging_dir": "logs",
    "resume_from_checkpoint": False,
    "masking_strategy": "span",
    "masking_sep_token": ";",
    "entity_sep": "<a>,</a>",
    "dataset_name": "owner/name",
    "dataset_config_name": "en",
    "line_by_line": False,
    "pad_to_max_length": True,
    "packing": False,
    "validation_split_percentage": 10,
    "truncation_side": "left",
}  # fmt: skip
MEANT: dict[str, Any] = {
    **{name: ["query"] for name in ("target_modules", "lora_target", "lora_target_modules", "modules_to_save")},
    **{name: ["a1", "a2"] for name in ("additional_tokens", "additional_special_tokens")},
    "report_to": ["tensorboard"],
    "callbacks": [{"name": "own.py:Heard", "sha256": hashlib.sha256(OWN.encode()).hexdigest()}],
    "validation_split_percentage": 0.1,
}
NAMES = {"line_by_line": "concat", "pad_to_max_length": "pad", "packing": "pad", "lr_scheduler": "cosine",
         "lr_scheduler_type": "cosine", "optim": "lion"}  # fmt: skip
FILES = {"train_file": "jsonl", "validation_file": "jsonl", "test_file": "jsonl", "dataset_name": "hub"}


@pytest.fixture(autouse=True)
def own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file that `callbacks` names, allowed to be imported."""
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with code_allowed():
        yield


def base(alias: str) -> dict[str, Any]:
    masking = {"masking_sep_token": {"name": "token_sep"}, "masking_span_p": {"name": "span"}}.get(alias)
    source = {"name": "hub", "path": "o/n"} if alias == "dataset_config_name" else "a.csv"
    sources = {} if alias in ("train_file", "dataset_name") else {"train": source}
    objective = "classify" if alias == "truncation_side" else "mlm"
    return {
        "model": "m",
        "sources": sources,
        "objective": {"name": objective, **({"masking": masking} if masking else {})},
    }


def value_at(recipe: Any, target: str) -> Any:
    place: Any = recipe.model_dump(mode="json")["phases"][0]
    for part in target.replace("sources.train.", "sources.train.rows.").split("."):
        place = next(item for item in place if item["name"] == part) if isinstance(place, list) else place[part]
    return place


def holds(recipe: Any, alias: str) -> bool:
    found = value_at(recipe, ALIASES[alias])
    if alias in FILES:
        return (found["rows"]["name"], found["rows"]["path"]) == (FILES[alias], VALUES[alias])
    if alias in NAMES:
        return bool(found["name"] == NAMES[alias])
    return bool(found == MEANT.get(alias, VALUES[alias]))


def about(understood: list[str], alias: str) -> list[str]:
    return [sentence for sentence in understood if sentence.startswith(f"{alias} is understood as {ALIASES[alias]}")]


@pytest.mark.parametrize("alias", ALIASES)
def test_an_argument_at_the_top_reaches_its_option_and_is_named(alias: str) -> None:
    recipe, understood = read_recipe({**base(alias), alias: VALUES[alias]})
    assert holds(recipe, alias)
    assert len(about(understood, alias)) == 1


REQUIRED = ("metric_for_best_model", "train_file", "dataset_name", "dataset_config_name")


@pytest.mark.parametrize("alias", [alias for alias in ALIASES if alias not in REQUIRED])
def test_what_it_is_set_to_is_not_the_default(alias: str) -> None:
    data = base(alias)
    if ALIASES[alias].startswith("adapter."):
        data["adapter"] = "lora"
    if ALIASES[alias].startswith("prepare."):
        data["prepare"] = [ALIASES[alias].split(".")[1]]
    recipe, understood = read_recipe(data)
    assert not understood
    if alias in FILES:
        assert value_at(recipe, ALIASES[alias]) is None
    else:
        assert not holds(recipe, alias)


@pytest.mark.parametrize("alias", [name for name, key in ALIASES.items() if key.startswith(("train.", "tokens.", "objective.", "adapter."))
                                   and not key.endswith(f".{name}") and key.count(".") == 1])  # fmt: skip
def test_an_alias_in_the_section_it_belongs_to(alias: str) -> None:
    data = base(alias)
    data.setdefault(ALIASES[alias].split(".", 1)[0], {})[alias] = VALUES[alias]
    recipe, understood = read_recipe(data)
    assert holds(recipe, alias)
    assert len(about(understood, alias)) == 1


@pytest.mark.parametrize("alias", ALIASES)
def test_an_argument_as_an_override_wins_over_the_option(alias: str) -> None:
    written = yaml.safe_load(read_recipe({**base(alias), "sources": {"train": "a.csv"}})[0].to_yaml())
    if alias == "dataset_config_name":
        written["phases"][0]["sources"] = {"train": {"name": "hub", "path": "o/n"}}
    spelled = (
        {True: "true", False: "false"}.get(VALUES[alias], VALUES[alias])
        if isinstance(VALUES[alias], bool)
        else VALUES[alias]
    )
    full = ["adapter=lora"] if ALIASES[alias].startswith("adapter.") else []
    recipe, understood = read_recipe(written, [*full, f"{alias}={spelled}"])
    assert holds(recipe, alias)
    assert len(about(understood, alias)) == (0 if alias == ALIASES[alias] else 1)


@pytest.mark.parametrize("alias", MODEL_ALIASES)
def test_the_models_aliases_at_the_top_in_the_section_and_as_overrides(alias: str) -> None:
    key = MODEL_ALIASES[alias]
    value = {"dtype": "bfloat16", "token": True}.get(key, "x")
    model = {} if key == "path" else {"path": "m"}
    for data in ({"model": model, alias: value}, {"model": {**model, alias: value}}):
        recipe, understood = read_recipe({**base(""), **data})
        assert getattr(recipe.model, key) == value
        assert understood == [f"{alias} is understood as model.{key}"]
    recipe, understood = read_recipe(base(""), [f"{alias}={str(value).lower() if value is True else value}"])
    assert getattr(recipe.model, key) == value
    assert understood == [f"{alias} is understood as model.{key}"]


@pytest.mark.parametrize("name", MODEL_ARGUMENTS)
def test_the_models_options_at_the_top(name: str) -> None:
    value = {"config_overrides": {"a": 1}, "use_fast_tokenizer": True, "token": "HF_TOKEN", "trust_remote_code": False,
             "low_cpu_mem_usage": False, "attn_implementation": "sdpa"}.get(name, "x")  # fmt: skip
    scratch = name in ("model_type", "config_overrides")
    data = {**base(""), name: value, **({"model": {"model_type": "bert"}} if name == "config_overrides" else {})}
    if scratch and name == "model_type":
        del data["model"]
    recipe, understood = read_recipe(data)
    assert getattr(recipe.model, name) == value
    assert understood == [f"{name} is understood as model.{name}"]


@pytest.mark.parametrize(
    "data, place",
    [
        ({"train": {"lr": 1e-3, "learning_rate": 1e-4}}, "phases.0.train.lr"),
        ({"train": {"learning_rate": 1e-4}, "learning_rate": 1e-3}, "phases.0.learning_rate"),
        ({"train_file": "b.csv"}, "phases.0.train_file"),
        ({"objective": {"name": "mlm", "masking": "word"}, "masking_strategy": "span"}, "phases.0.masking_strategy"),
        ({"prepare": [{"name": "split", "validation": 0.1}], "validation_split_percentage": 5}, "phases.0.validation_split_percentage"),
        ({"tokens": {"batch": "pad"}, "line_by_line": False}, "phases.0.line_by_line"),
        ({"adapter": "lora", "lora_r": 0}, "phases.0.lora_r"),
        ({"model_name_or_path": "other"}, "model_name_or_path"),
        ({"model": {"path": "m", "base_model": "other"}}, "model.base_model"),
    ],
)  # fmt: skip
def test_an_alias_beside_its_option_is_a_fault(data: dict[str, Any], place: str) -> None:
    with pytest.raises(UserError) as caught:
        read_recipe({**base(""), **data})
    assert [fault.where for fault in caught.value.faults] == [place]
    assert "stands beside" in caught.value.faults[0].found


def test_no_name_means_two_things() -> None:
    assert not ARGUMENTS.keys() & NO_EFFECT.keys()
    assert not OF_THE_MODEL.keys() & (ARGUMENTS.keys() | NO_EFFECT.keys())
