"""Tiny models in folders, rows that can be learnt, and the recipe that brings them together."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    BertConfig,
    GPT2Config,
    PreTrainedTokenizerFast,
    T5Config,
)
from transformers.utils import logging

from tests.tokenizers_made import byte_bpe, wordpiece

# What stands on the left says what stands on the right: half of a text can be learnt in a few updates.
_PAIRS = {"aspirin": "ulcer", "dose": "morning", "stent": "artery", "event": "visits"}
_WHO = ("patient", "hospital", "description")


def encoder(place: Path) -> Path:
    """A BERT of two layers with a WordPiece tokenizer that knows the words of `texts`."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    tokenizer = wordpiece()
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=64, pad_token_id=0, **sizes)
    return _save(AutoModelForMaskedLM.from_config(_seeded(config)), tokenizer, place)


def decoder(place: Path) -> Path:
    """A GPT-2 of two layers with byte-level BPE, which has no mask token."""
    tokenizer = byte_bpe()
    tokenizer.mask_token = None
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=2, n_positions=64, bos_token_id=1, eos_token_id=2
    )
    return _save(AutoModelForCausalLM.from_config(_seeded(config)), tokenizer, place)


def sequence_to_sequence(place: Path) -> Path:
    """A T5 without weights."""
    place.mkdir(parents=True)
    T5Config(d_model=32, num_layers=1, num_heads=2, d_ff=32, d_kv=16).save_pretrained(place)
    return place


def _seeded(config: Any) -> Any:
    torch.manual_seed(0)
    return config


def _save(model: Any, tokenizer: PreTrainedTokenizerFast, place: Path) -> Path:
    logging.disable_progress_bar()
    model.save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


def texts(count: int = 72, seed: int = 0) -> list[dict[str, str]]:
    """Short texts, each of a source of its own."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        left = draw.choice(sorted(_PAIRS))
        text = f"the {draw.choice(_WHO)} {number % 4} was seen at the {_PAIRS[left]} in the {left} of it"
        rows.append({"text": text, "source": f"source{number}"})
    return rows


def events(patients: int = 40, seed: int = 0) -> list[dict[str, str]]:
    """Rows of events: three a patient."""
    draw = random.Random(seed)
    rows = []
    for number in range(patients):
        sex = draw.choice("FM")
        for day in range(1, 4):
            left = draw.choice(sorted(_PAIRS))
            rows.append(
                {
                    "patient": f"p{number}",
                    "sex": sex,
                    "day": f"2023-11-{day:02d}",
                    "code": left,
                    "description": _PAIRS[left],
                }
            )
    return rows


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as JSONL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def recipe(model: Path | str, data: Path | str, out: Path | str, **changes: Any) -> dict[str, Any]:
    """A recipe that runs in a second: a masked model on texts, or what `changes` say."""
    return {
        "name": "tiny",
        "model": str(model),
        "leaks": "off",  # of the 48 texts there are, training and test share most
        "sources": {"train": str(data)},
        "prepare": [{"name": "split", "validation": 0.1, "test": 0.4}],
        "tokens": {"max_length": 32},
        "objective": "mlm",
        "train": {
            "max_steps": 4,
            "per_device_train_batch_size": 4,
            "learning_rate": 1e-2,
            "logging_steps": 2,
            "bf16": False,
        },
        "evaluate": {"retention": None, "resamples": 200, "passes": 2},
        "report": {"examples": 2},
        "output_dir": str(out),
        **changes,
    }


def write_recipe(place: Path, data: dict[str, Any]) -> str:
    """Write a recipe as YAML and give its path."""
    path = place / f"{data['name']}.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return str(path)


def everything(place: Path) -> dict[str, bytes]:
    """Give every file below a folder with its bytes (an absent folder holds none)."""
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }


def half_made(place: Path) -> list[str]:
    """Give what a write that was cut off would leave."""
    return [path.name for path in place.rglob("*") if path.name.endswith((".part", ".old", ".tmp", ".replaced"))]
