"""Every argument of seed 000: what it is called, where it stands in a recipe, and which default each of the two has."""

from dataclasses import dataclass
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.pipeline.argument_table import argument_table
from acclimate.pipeline.recipe import read_recipe

BASE: dict[str, Any] = {"model": "m", "sources": {"train": "rows.parquet"}, "objective": "mlm"}


@dataclass(frozen=True)
class Row:
    """The seed's default as its text says it, a value to set, what must stand at `key` then, what the recipe has if nothing is said,
    and why that differs from the seed's."""

    key: str
    seeds: Any
    value: Any
    meant: Any
    ours: Any
    why: str = ""


def same(key: str, default: Any, value: Any, meant: Any = None) -> Row:
    return Row(key, default, value, value if meant is None else meant, default)


ONE = "phases.0."
SPECIAL = "<datasource>,</datasource>,<prefix>,</prefix>,<username>,</username>,<accountId>,</accountId>,<session>,</session>,<event>,</event>"
ENTITIES = "<datasource>,</datasource>,<username>,</username>,<accountId>,</accountId>"
TABLE = {
    "model_name_or_path": Row("model.path", None, "microsoft/deberta-base", "microsoft/deberta-base", None),
    "model_type": same("model.model_type", None, "bert"),
    "config_overrides": Row("model.config_overrides", None, "n_embd=10,resid_pdrop=0.2,scale_attn_weights=false,summary_type=cls_index",
                            {"n_embd": 10, "resid_pdrop": 0.2, "scale_attn_weights": False, "summary_type": "cls_index"}, {},
                            "nothing is overridden in either"),
    "config_name": same("model.config_name", None, "folder"),
    "tokenizer_name": same("model.tokenizer_name", None, "folder"),
    "cache_dir": same("model.cache_dir", None, "folder"),
    "use_fast_tokenizer": same("model.use_fast_tokenizer", True, True),
    "model_revision": same("model.revision", "main", "refs/pr/4"),
    "use_auth_token": same("model.token", None, True),
    "token": same("model.token", None, "HF_TOKEN"),
    "trust_remote_code": same("model.trust_remote_code", False, False),
    "low_cpu_mem_usage": Row("model.low_cpu_mem_usage", False, False, False, True, "transformers 5 loads so anyway"),
    "lora_r": Row(ONE + "adapter.r", 0, 4, 4, 8, "0 means no LoRA, which is adapter: full, the default here too; 8 is PEFT's"),
    "lora_alpha": same(ONE + "adapter.lora_alpha", 32, 16),
    "lora_dropout": same(ONE + "adapter.lora_dropout", 0.1, 0.25),
    "target_modules": Row(ONE + "adapter.target_modules", "", "query,value", ["query", "value"], [], "an empty list is its empty text"),
    "dataset_name": Row(ONE + "sources.train.rows.path", None, "owner/name", "owner/name", "rows.parquet", "a recipe names its rows"),
    "dataset_config_name": Row(ONE + "sources.train.rows.dataset_config_name", None, "en", "en", None),
    "train_file": Row(ONE + "sources.train.rows.path", None, "b.txt", "b.txt", "rows.parquet", "a recipe names its rows"),
    "validation_file": Row(ONE + "sources.validation.rows.path", None, "b.txt", "b.txt", None),
    "validation_split_percentage": Row(ONE + "prepare.split.validation", 5, 10, 0.1, 0.05, "a share; and there is no split unless it is asked for"),
    "max_seq_length": same(ONE + "tokens.max_length", None, 128),
    "mlm_probability": same(ONE + "objective.mlm_probability", 0.15, 0.2),
    "line_by_line": Row(ONE + "tokens.batch.name", False, False, "concat", "padding_free",
                        "texts do not see each other unless asked for; line_by_line: false asks for it"),
    "pad_to_max_length": Row(ONE + "tokens.batch.name", False, True, "pad", "padding_free", "false pads to the batch's longest; here nothing is padded"),
    "max_train_samples": same(ONE + "prepare.sample.max_train_samples", None, 100),
    "max_eval_samples": same(ONE + "prepare.sample.max_validation_samples", None, 100),
    "additional_special_tokens": Row(ONE + "tokens.additional_special_tokens", SPECIAL, "<a>,</a>", ["<a>", "</a>"], [],
                                     "the tags of tagged rows are added by themselves; the seed's are of another data set"),
    "additional_tokens": Row(ONE + "tokens.additional_tokens", None, "stent,warfarin", ["stent", "warfarin"], [], "none in either"),
    "masking_strategy": same(ONE + "objective.masking.name", "word", "token_sep"),
    "masking_span_p": same(ONE + "objective.masking.masking_span_p", 0.2, 0.5),
    "masking_sep_token": same(ONE + "objective.masking.masking_sep_token", ":", ","),
    "masking_prefix_flag": same(ONE + "objective.masking_prefix_flag", False, True),
    "entity_sep": same(ONE + "objective.entity_sep", ENTITIES, "<event>,</event>"),
    # What it gives TrainingArguments, with the defaults of transformers 4.31, which it names.
    "output_dir": Row("output_dir", "required", "out", "out", None, "runs/NAME"),
    "overwrite_output_dir": same("overwrite_output_dir", False, True),
    "seed": Row("seed", 42, 7, 7, 0, "the recipe's seed splits the rows; train.seed, of order, masks and dropout, is 42"),
    "max_steps": Row(ONE + "train.max_steps", -1, 2000, 2000, None, "-1 says nothing, as none does"),
    "num_train_epochs": same(ONE + "train.num_train_epochs", 3.0, 5),
    "eval_steps": same(ONE + "train.eval_steps", None, 200),
    "evaluation_strategy": Row(ONE + "train.eval_strategy", "no", "steps", "steps", None, "none: steps where eval_steps is given"),
    "logging_steps": Row(ONE + "train.logging_steps", 500, 200, 200, 10, "a line of the log is cheap"),
    "per_device_train_batch_size": same(ONE + "train.per_device_train_batch_size", 8, 4),
    "per_device_eval_batch_size": Row(ONE + "train.per_device_eval_batch_size", 8, 4, 4, 16, "nothing is kept for a backward pass"),
    "learning_rate": Row(ONE + "train.learning_rate", 5e-5, 1e-4, 1e-4, None, "the adapter's: 5e-5 with full"),
    "bf16": Row(ONE + "train.bf16", False, True, True, None, "where the hardware has it"),
    "warmup_ratio": Row(ONE + "train.warmup_steps", 0.0, 0.1, 0.1, 0.06, "a start without warm-up loses what the model knew"),
    "warmup_steps": Row(ONE + "train.warmup_steps", 0, 10, 10, 0.06, "as warmup_ratio"),
    "weight_decay": same(ONE + "train.weight_decay", 0.0, 0.1),
    "gradient_accumulation_steps": same(ONE + "train.gradient_accumulation_steps", 1, 2),
}  # fmt: skip
# What changes nothing: the seed's default, and whether another value is refused.
NOTHING = {
    "overwrite_cache": (False, None),
    "preprocessing_num_workers": (None, None),
    "streaming": (False, True),
    "do_train": (True, False),
    "do_eval": (True, None),
    "remove_unused_columns": (False, None),
    "label_names": (["labels"], None),
    "fp16": (False, True),
}


def recipe_for(name: str) -> dict[str, Any]:
    data = {key: dict(value) if isinstance(value, dict) else value for key, value in BASE.items()}
    masking = {"masking_span_p": "span", "masking_sep_token": "token_sep"}.get(name)
    if name in ("model_name_or_path", "model_type", "config_overrides"):
        data["model"] = {"model_type": "gpt2"} if name == "config_overrides" else {}
    if name in ("dataset_name", "train_file"):
        data["sources"] = {}
    if name == "dataset_config_name":
        data["sources"] = {"train": {"name": "hub", "path": "o/n"}}
    if masking:
        data["objective"] = {"name": "mlm", "masking": {"name": masking}}
    return data


def at(recipe: Any, key: str) -> Any:
    place = recipe.model_dump(mode="json")
    for part in key.split("."):
        if place is None:
            return None
        if isinstance(place, list):
            place = place[int(part)] if part.isdigit() else next((one for one in place if one["name"] == part), None)
        else:
            place = place[part]
    return place


@pytest.mark.parametrize("name", TABLE)
def test_an_argument_set_reaches_its_key(name: str) -> None:
    row = TABLE[name]
    recipe, understood = read_recipe({**recipe_for(name), name: row.value})
    assert at(recipe, row.key) == row.meant
    own_key = name in ("output_dir", "overwrite_output_dir", "seed")
    assert any(sentence.startswith(f"{name} is understood as") for sentence in understood) != own_key


@pytest.mark.parametrize("name", TABLE)
def test_a_value_to_set_is_none_of_the_defaults(name: str) -> None:
    row = TABLE[name]
    one_value = ("use_fast_tokenizer", "trust_remote_code", "low_cpu_mem_usage", "line_by_line")
    assert name in one_value or row.value != row.seeds


@pytest.mark.parametrize("name", TABLE)
def test_the_defaults_agree_or_the_difference_has_its_reason(name: str) -> None:
    row = TABLE[name]
    data = {**recipe_for(name)}
    if name in ("dataset_name", "train_file"):
        data["sources"] = BASE["sources"]
    if name == "model_type":
        data["model"] = "m"
    if ".adapter." in row.key:
        data["adapter"] = "lora"
    if ".prepare." in row.key:
        data["prepare"] = [row.key.split(".")[3]]
    if name == "config_overrides":
        data["model"] = {"model_type": "gpt2"}
    ours = at(read_recipe(data)[0], row.key)
    assert ours == row.ours
    assert (ours == row.seeds) != bool(row.why)


@pytest.mark.parametrize("name", NOTHING)
def test_what_has_no_effect_is_said(name: str) -> None:
    default, refused = NOTHING[name]
    plain = read_recipe(BASE)[0]
    recipe, understood = read_recipe({**BASE, name: default})
    assert recipe == plain
    assert default is None or any(sentence.startswith(f"{name} has no effect: ") for sentence in understood)
    if refused is not None:
        with pytest.raises(UserError) as caught:
            read_recipe({**BASE, name: refused})
        assert caught.value.faults[0].where == f"phases.0.{name}"


def test_the_seeds_own_calls_are_a_recipe() -> None:
    """Section "initialise the arguments", word for word."""
    model = {"model_name_or_path": "microsoft/deberta-base"}
    rows = {"masking_strategy": "token_sep", "masking_span_p": 0.2, "masking_sep_token": ",", "masking_prefix_flag": True, "streaming": False,
            "mlm_probability": 0.15, "pad_to_max_length": False, "line_by_line": True, "additional_tokens": None}  # fmt: skip
    training = {"output_dir": "./output", "max_steps": 2000, "eval_steps": 200, "logging_steps": 200, "do_train": True, "do_eval": True,
                "evaluation_strategy": "steps", "remove_unused_columns": False, "label_names": ["labels"], "per_device_train_batch_size": 4,
                "per_device_eval_batch_size": 4, "overwrite_output_dir": True}  # fmt: skip
    sources = {"train": "s3://bucket/train/*.parquet", "validation": "s3://bucket/test/*.parquet"}
    recipe, understood = read_recipe({**model, **rows, **training, "sources": sources})
    phase = recipe.phases[0]
    assert (recipe.model.path, recipe.output_dir, recipe.overwrite_output_dir) == (
        "microsoft/deberta-base",
        "./output",
        True,
    )
    assert (phase.objective.masking.masking_sep_token, phase.objective.masking_prefix_flag) == (",", True)
    assert (phase.train.max_steps, phase.train.eval_steps, phase.train.eval_strategy) == (2000, 200, "steps")
    assert (phase.train.per_device_train_batch_size, phase.train.per_device_eval_batch_size) == (4, 4)
    said = [
        name
        for name in {**model, **rows, **training}
        if any(sentence.startswith(f"{name} ") for sentence in understood)
    ]
    assert set(said) == {*model, *rows, *training} - {"additional_tokens", "output_dir", "overwrite_output_dir"}


def test_the_documented_table_has_every_argument() -> None:
    table = {name: (key, default) for name, key, default in argument_table()}
    assert table.keys() >= TABLE.keys() | NOTHING.keys()
    for name, row in TABLE.items():
        key = (
            row.key.removeprefix(ONE)
            .replace("sources.train.rows.path", "sources.train")
            .replace("sources.validation.rows.path", "sources.validation")
        )
        assert table[name][0] == key.replace(".rows", "").replace("tokens.batch.name", "tokens.batch")
    assert table["validation_split_percentage"] == ("prepare.split.validation", "0.05")
    assert table["masking_sep_token"] == ("objective.masking.masking_sep_token", ":")
    assert table["masking_strategy"] == ("objective.masking.name", "word")
    assert table["model_revision"] == ("model.revision", "main")
    assert table["streaming"][0].startswith("false alone")
