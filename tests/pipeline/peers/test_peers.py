import copy
import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import parse_yaml
from acclimate.pipeline.peers import LeftOut, convert
from acclimate.pipeline.peers.axolotl import from_axolotl
from acclimate.pipeline.peers.carry import Converted
from acclimate.pipeline.peers.llamafactory import from_llamafactory
from acclimate.pipeline.peers.training_arguments import from_training_arguments
from acclimate.pipeline.peers.writing import flow
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import run
from tests.pipeline import tiny

DATA = Path(__file__).parent / "data"
FILES = sorted([*DATA.glob("*.yml"), *DATA.glob("*.json"), *DATA.glob("llama/*.yaml")])
NOTHING = (None, False, "", "none", 0, [], {})
AXOLOTL: dict[str, Any] = {
    "base_model": "m",
    "datasets": [{"path": "a.jsonl", "type": "completion"}],
    "learning_rate": 1e-4,
}
LLAMA: dict[str, Any] = {"model_name_or_path": "m", "stage": "pt", "dataset": "x"}


def recipe_of(file: Path) -> tuple[dict[str, Any], dict[str, Any], list[LeftOut]]:
    """Give the recipe as written, as resolved, and what was left out."""
    text, left = convert(file)
    data = parse_yaml(text, str(file))
    return data, read_recipe(data)[0].model_dump(mode="json"), left


def keys(left: list[LeftOut]) -> set[str]:
    return {one.key for one in left}


def refusal(make: Any, *arguments: Any) -> list[tuple[str, str]]:
    with pytest.raises(UserError) as caught:
        make(*arguments)
    return [(fault.where, fault.found) for fault in caught.value.faults]


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_every_key_is_carried_over_or_listed(file: Path) -> None:
    given = parse_yaml(file.read_text(encoding="utf-8"), file.name)
    text, left = convert(file)
    read_recipe(parse_yaml(text, file.name))
    for key, value in given.items():
        listed = any(one.key == key or one.key.startswith(f"{key}.") for one in left)
        named = f"# {key}" in text or f", {key}" in text or f"  {key}: " in text or f"\n{key}: " in text
        assert listed or named or value in NOTHING or (key, value) in QUIET, key
    assert all(one.why and f"#   {one.key}: " in text for one in left)


# What means the same without being written down.
QUIET = [("bf16", "auto"), ("max_steps", -1), ("lora_target_linear", True), ("freeze_trainable_modules", "all"),
         ("dataset_config_name", "wikitext-2-raw-v1"), ("line_by_line", True), ("packing", True)]  # fmt: skip


def test_axolotls_completion() -> None:
    data, resolved, left = recipe_of(DATA / "axolotl_qlora.yml")
    phase = resolved["phases"][0]
    assert data["sources"]["train"] == {
        "data_1": {"path": "filings/10k.jsonl"},
        "data_2": {
            "name": "hub",
            "path": "owner/analyst-reports",
            "dataset_config_name": "english",
            "split": "train",
            "revision": "v2",
        },
    }
    assert data["prepare"] == [
        {"name": "sql", "query": 'select "body" as text from data_1 union all select "text" as text from data_2'},
        {"name": "split", "validation": 0.05},
    ]
    assert data["tokens"] == {"max_length": 4096, "additional_tokens": ["EBITDA", "goodwill"], "batch": "padding_free"}
    assert data["adapter"] == {
        "name": "lora",
        "target_modules": "all-linear",
        "r": 32,
        "lora_alpha": 16,
        "lora_dropout": 0.05,
        "modules_to_save": ["norm"],
    }
    assert data["train"] == {
        "save_strategy": "epoch", "eval_strategy": "epoch", "report_to": ["wandb"], "learning_rate": 2e-4, "warmup_steps": 10,
        "gradient_accumulation_steps": 4, "weight_decay": 0.01, "gradient_checkpointing": True, "logging_steps": 1, "save_total_limit": 3,
        "per_device_train_batch_size": 2, "num_train_epochs": 4, "lr_scheduler_type": {"name": "cosine", "min_lr_ratio": 0.1}, "seed": 7,
    }  # fmt: skip
    assert phase["objective"]["name"] == "clm"
    assert keys(left) == {
        "adapter", "model_type", "tokenizer_type", "load_in_4bit", "dataset_prepared_path", "eval_sample_packing", "pad_to_sequence_len",
        "wandb_project", "wandb_name", "optimizer", "gradient_checkpointing_kwargs", "flash_attention", "evals_per_epoch", "deepspeed",
        "special_tokens", "datasets.1.shards",
    }  # fmt: skip
    assert "paged_adamw_32bit" in next(one.why for one in left if one.key == "optimizer")


def test_axolotls_pretraining() -> None:
    data, resolved, left = recipe_of(DATA / "axolotl_pretrain.yml")
    assert data["model"] == {
        "path": "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
        "revision": "main",
        "tokenizer_name": "TinyLlama/tokenizer",
    }
    assert data["sources"] == {"train": {"name": "hub", "path": "allenai/c4", "dataset_config_name": "en"}}
    assert (data["adapter"], data["objective"], data["output_dir"]) == ("full", "clm", "./outputs/model-out")
    train = resolved["phases"][0]["train"]
    assert (train["optim"]["name"], train["lr_scheduler_type"]["name"], train["save_strategy"]) == (
        "adamw_8bit",
        "constant",
        "no",
    )
    assert (train["warmup_steps"], train["max_steps"], train["adam_beta2"], train["bf16"]) == (0.1, 200, 0.95, None)
    assert {"pretraining_dataset", "bf16", "gradient_checkpointing", "evals_per_epoch", "tf32", "liger_rope"} < keys(
        left
    )


def test_llama_factorys_lora() -> None:
    data, _, left = recipe_of(DATA / "llama/llama3_lora_pretrain.yaml")
    assert data["sources"]["train"] == {
        "data_1": {"path": "data/filings.jsonl"},
        "data_2": {"name": "text", "path": "data/wiki_demo.txt", "sample_by": "line"},
    }
    assert [step["name"] for step in data["prepare"]] == ["sql", "split", "sample"]
    assert data["prepare"][0]["query"].startswith('select "body" as text from data_1 union all')
    assert data["prepare"][1:] == [{"name": "split", "validation": 0.1}, {"name": "sample", "max_train_samples": 1000}]
    assert data["tokens"] == {"max_length": 2048, "batch": "concat"}
    assert data["adapter"] == {"name": "lora", "r": 16, "lora_dropout": 0.05, "modules_to_save": "embed_tokens,lm_head",
                               "target_modules": "all-linear", "lora_alpha": 32}  # fmt: skip
    assert (data["train"]["warmup_steps"], data["train"]["eval_steps"], data["overwrite_output_dir"]) == (
        0.1,
        500,
        True,
    )
    assert keys(left) == {"trust_remote_code", "template", "overwrite_cache", "preprocessing_num_workers", "dataloader_num_workers",
                          "plot_loss", "do_train", "ddp_timeout", "deepspeed", "flash_attn"}  # fmt: skip


def test_llama_factorys_freeze() -> None:
    data, _, left = recipe_of(DATA / "llama/qwen_freeze_pretrain.yaml")
    assert data["sources"] == {"train": {"name": "hub", "path": "owner/reports", "dataset_config_name": "en"},
                               "validation": {"name": "hub", "path": "owner/reports", "split": "validation"}}  # fmt: skip
    assert data["prepare"] == ["split"]
    assert data["adapter"] == {"name": "freeze", "train": "layers", "last_layers": 8}
    assert data["tokens"] == {
        "additional_special_tokens": "<note>,</note>",
        "batch": "padding_free",
        "max_length": 2048,
    }
    assert data["train"] == {"per_device_train_batch_size": 2, "seed": 7, "learning_rate": 5e-5, "warmup_steps": 0}
    assert keys(left) == {
        "do_train",
        "dataset.reports.num_samples",
        "quantization_bit",
        "use_galore",
        "galore_rank",
        "optim",
        "eval_steps",
        "fp16",
    }
    assert "bf16" in next(one.why for one in left if one.key == "fp16")


def test_transformers_arguments() -> None:
    data, _, left = recipe_of(DATA / "run_mlm.json")
    assert data["sources"] == {"train": {"name": "text", "path": "notes.txt", "sample_by": "line"}}
    assert data["prepare"] == [{"name": "split", "validation": 0.1}, {"name": "sample", "max_train_samples": 500}]
    assert data["objective"] == {"name": "mlm", "mlm_probability": 0.2}
    assert data["train"] == {
        "seed": 3,
        "learning_rate": 1e-4,
        "per_device_train_batch_size": 4,
        "eval_strategy": "epoch",
        "warmup_steps": 0,
    }
    assert data["tokens"] == {"max_length": 256}
    assert keys(left) == {"overwrite_cache", "do_train", "hub_model_id"}
    data, _, left = recipe_of(DATA / "run_clm.json")
    assert (data["objective"], data["tokens"]["batch"], data["adapter"]) == ("clm", "concat", {"name": "lora", "r": 8})
    assert data["prepare"] == [{"name": "split", "validation": 0.05}]
    assert not left


def test_what_was_read_is_not_changed() -> None:
    for make, data in ((from_axolotl, AXOLOTL), (from_llamafactory, LLAMA)):
        before = copy.deepcopy(data)
        make(data)
        assert data == before


@pytest.mark.parametrize(
    "change, where",
    [
        ({"datasets": [{"path": "x", "type": "alpaca"}]}, "datasets.0.type"),
        ({"datasets": [{"path": "x", "type": {"field_instruction": "a"}}]}, "datasets.0.type"),
        (
            {"datasets": [{"path": "a.jsonl", "type": "completion"}, {"path": "x", "type": "chat_template"}]},
            "datasets.1.type",
        ),
        ({"rl": "dpo"}, "rl"),
        ({"reward_model": True}, "reward_model"),
        ({"adapter": "ia3"}, "adapter"),
        ({"datasets": []}, "datasets"),
        ({"base_model": None}, "base_model"),
    ],
    ids=str,
)
def test_axolotl_files_that_can_not_be_carried_over(change: dict[str, Any], where: str) -> None:
    assert [place for place, _ in refusal(from_axolotl, {**AXOLOTL, **change})] == [where]


@pytest.mark.parametrize(
    "change, where",
    [
        ({"stage": "sft"}, "stage"),
        ({"stage": "dpo"}, "stage"),
        ({"stage": None}, "stage"),
        ({"do_train": False}, "do_train"),
        ({"finetuning_type": "oft"}, "finetuning_type"),
        ({"finetuning_type": "freeze", "freeze_trainable_layers": -2}, "freeze_trainable_layers"),
        ({"dataset": None}, "dataset"),
        ({"dataset": "chats"}, "dataset.chats"),
        ({"dataset": "nowhere"}, "dataset.nowhere"),
        ({"model_name_or_path": None}, "model_name_or_path"),
    ],
    ids=str,
)
def test_llama_factory_files_that_can_not_be_carried_over(change: dict[str, Any], where: str) -> None:
    known = json.loads((DATA / "llama/data/dataset_info.json").read_text())
    assert [place for place, _ in refusal(from_llamafactory, {**LLAMA, **change}, known)] == [where]


@pytest.mark.parametrize(
    "data, found",
    [
        ({"model_name_or_path": "m", "train_file": "a.txt"}, "run_mlm.py's or run_clm.py's"),
        ({"model_name_or_path": "m", "mlm_probability": 0.1}, "name no rows"),
        ({"model_name_or_path": "m", "train_file": "a.txt", "block_size": 8, "streaming": True}, "found True"),
    ],
    ids=str,
)
def test_arguments_that_can_not_be_carried_over(data: dict[str, Any], found: str) -> None:
    assert found in refusal(from_training_arguments, data)[0][1]


@pytest.mark.parametrize(
    "entry, source",
    [
        ({"path": "a.jsonl"}, {"path": "a.jsonl"}),
        ({"path": "json", "data_files": ["a.jsonl", "b.jsonl"]}, {"path": ["a.jsonl", "b.jsonl"]}),
        ({"path": "texts", "ds_type": "text"}, {"name": "text", "path": "texts"}),
        ({"path": "owner/name", "split": "train[:5%]"}, {"name": "hub", "path": "owner/name", "split": "train[:5%]"}),
        ({"path": "./data/x", "ds_type": "parquet", "split": "train"}, {"name": "parquet", "path": "./data/x"}),
    ],
    ids=str,
)
def test_where_axolotls_rows_are(entry: dict[str, Any], source: dict[str, Any]) -> None:
    found = from_axolotl({**AXOLOTL, "datasets": [{**entry, "type": "completion"}]})
    assert found.recipe["sources"]["train"] == source
    assert read_recipe({"name": "x", **found.recipe})[0].phases[0].sources.train["rows"].path in (
        source["path"],
        tuple(source["path"]),
    )


def test_a_number_of_rows_for_validation_is_said() -> None:
    found = from_axolotl({**AXOLOTL, "val_set_size": 200})
    assert found.recipe["prepare"] == [{"name": "split", "validation": 0.05}]
    assert "val_set_size" in keys(found.left_out)


def test_what_is_unknown_is_listed_and_what_is_off_is_not() -> None:
    found = from_axolotl({**AXOLOTL, "zebra": 3, "giraffe": False, "wandb_project": ""})
    assert found.left_out == [LeftOut("zebra", 3, "not known here: see whether it matters")]
    assert str(found.left_out[0]) == "zebra: 3 (not known here: see whether it matters)"


def test_without_lora_its_options_have_no_effect() -> None:
    found: Converted = from_axolotl({**AXOLOTL, "lora_r": 8})
    assert found.recipe["adapter"] == {"name": "full"}
    assert keys(found.left_out) == {"lora_r"}


def test_from_random_weights() -> None:
    found = from_axolotl({**AXOLOTL, "reinit_weights": True})
    assert found.recipe["model"] == {"config_name": "m", "tokenizer_name": "m"}


def test_the_other_tools_defaults_are_written_down() -> None:
    train = from_axolotl(AXOLOTL).recipe["train"]
    assert (
        train["warmup_steps"],
        train["lr_scheduler_type"],
        train["num_train_epochs"],
        train["per_device_train_batch_size"],
    ) == (0.03, "cosine", 1, 1)
    found = from_llamafactory(LLAMA)
    assert found.recipe["adapter"] == {
        "name": "lora",
        "target_modules": "all-linear",
        "r": 8,
        "lora_alpha": 16,
        "lora_dropout": 0.0,
    }
    assert (found.recipe["tokens"], found.recipe["train"]) == (
        {"max_length": 2048, "batch": "concat"},
        {"learning_rate": 5e-5, "warmup_steps": 0},
    )


def test_without_its_data_set_info_the_file_is_a_guess_and_that_is_said() -> None:
    found = from_llamafactory({**LLAMA, "dataset_dir": "sets"})
    assert found.recipe["sources"]["train"] == {"path": "sets/x.jsonl"}
    assert "sets/dataset_info.json is not here" in found.left_out[0].why


@pytest.mark.parametrize(
    "name, text, found",
    [
        ("no.yml", None, "no such file"),
        ("list.yml", "- 1\n", "found list"),
        ("broken.yml", "a: [", "not YAML"),
        ("other.yml", "a: 1\n", "keys a"),
        ("ours.yml", "model: m\nsources: {train: a.csv}\nobjective: mlm\n", "it is a recipe already"),
        ("latin.yml", b"base_model: caf\xe9", "can't decode"),
    ],
)
def test_files_that_are_none(tmp_path: Path, name: str, text: str | bytes | None, found: str) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    [(where, said)] = refusal(convert, tmp_path / name)
    assert name in where
    assert found in said


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "5e-4",
        "a b",
        'say "x"',
        "010",
        "<pad>",
        "~",
        "2023-11-14",
        "true",
        5e-5,
        1e22,
        0.1,
        True,
        None,
        [1, "a: b"],
        {"k": {"x": [None]}},
        "日本",
        "",
    ],
    ids=repr,
)
def test_values_come_back_from_the_text(value: Any) -> None:
    assert parse_yaml(f"key: {flow(value)}\nlist: [{flow(value)}]\n", "x") == {"key": value, "list": [value]}


def test_what_is_written_runs(decoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"body": row["text"], "id": row["source"]} for row in tiny.texts(120)]
    tiny.write_rows(tmp_path / "rows.jsonl", rows)
    (tmp_path / "peer.yml").write_text(
        f"base_model: {decoder}\ndatasets:\n  - {{path: rows.jsonl, ds_type: json, type: completion, field: body}}\n"
        "val_set_size: 0.1\nadapter: lora\nlora_r: 4\nlora_alpha: 8\nlora_target_linear: true\nsequence_len: 32\nsample_packing: true\n"
        "max_steps: 2\nmicro_batch_size: 4\noptimizer: adamw_torch\nlearning_rate: 0.001\nbf16: false\noutput_dir: out\nevals_per_epoch: 1\n"
    )
    monkeypatch.chdir(tmp_path)
    text, left = convert("peer.yml")
    assert keys(left) == set()
    (tmp_path / "recipe.yaml").write_text(text)
    done = run(tmp_path / "recipe.yaml", ["evaluate.retention=", "evaluate.resamples=200"])
    assert (done.folder / "model" / "model.safetensors").is_file()
