"""A model that can't be had, doesn't fit or may not be read: a message, exit code 2, nothing half-written."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM

from tests.pipeline import tiny

Refused = Callable[..., str]


def test_no_mask_token_for_mlm(refused: Refused, decoder: Path, rows: Path, tmp_path: Path) -> None:
    said = refused(tiny.recipe(decoder, rows, tmp_path / "out"))
    assert "gpt2 has no masked language model head" in said
    assert "use objective: clm" in said
    sizes = "hidden_size=32,num_hidden_layers=1,num_attention_heads=2"
    mixed = {"model_type": "bert", "config_overrides": sizes, "tokenizer_name": str(decoder)}
    said = refused({**tiny.recipe("", rows, tmp_path / "out"), "model": mixed})
    assert "adapt.objective: the model's tokenizer has no mask token" in said
    assert "use objective: clm" in said


def test_a_tokenizer_of_another_model(
    refused: Refused, decoder: Path, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    mixed = {"path": str(encoder), "tokenizer_name": str(decoder)}
    said = refused({**tiny.recipe("", rows, tmp_path / "out"), "model": mixed})
    assert "model.tokenizer_name: the tokenizer's ids go to" in said
    assert "use the model's own tokenizer" in said


def test_white_space_masking_with_wordpiece(refused: Refused, encoder: Path, rows: Path, tmp_path: Path) -> None:
    said = refused(tiny.recipe(encoder, rows, tmp_path / "out", objective={"name": "mlm", "masking": "white_space"}))
    assert "adapt.objective.masking: white_space masking with a WordPiece tokenizer" in said
    assert "use masking: word" in said


@pytest.mark.parametrize("objective", ["mlm", "clm"])
def test_a_sequence_to_sequence_model(objective: str, refused: Refused, rows: Path, tmp_path: Path) -> None:
    model = tiny.sequence_to_sequence(tmp_path / "t5")
    said = refused(tiny.recipe(model, rows, tmp_path / "out", objective=objective))
    assert "model: t5 is a sequence-to-sequence model" in said
    assert "choose a model such as" in said


def test_the_model_is_looked_at_before_the_data(refused: Refused, tmp_path: Path) -> None:
    model = tiny.sequence_to_sequence(tmp_path / "t5")
    assert "sequence-to-sequence" in refused(tiny.recipe(model, tmp_path / "absent.csv", tmp_path / "out"))


def test_pickled_weights_are_never_read(refused: Refused, encoder: Path, rows: Path, tmp_path: Path) -> None:
    model = AutoModelForMaskedLM.from_pretrained(encoder)
    place = tiny.encoder(tmp_path / "pickled")
    (place / "model.safetensors").unlink()
    torch.save(model.state_dict(), place / "pytorch_model.bin")
    said = refused(tiny.recipe(place, rows, tmp_path / "out"))
    assert "safetensors" in said
    assert "pickled ones are never read" in said


@pytest.mark.parametrize(
    "damage",
    ["no config", "config is no JSON", "unknown architecture", "weights cut off", "no tokenizer", "remote code"],
)
def test_a_damaged_folder(damage: str, refused: Refused, rows: Path, tmp_path: Path) -> None:
    place = tiny.encoder(tmp_path / "model")
    config, weights = place / "config.json", place / "model.safetensors"
    if damage == "no config":
        config.unlink()
    elif damage == "config is no JSON":
        config.write_text("{", encoding="utf-8")
    elif damage == "unknown architecture":
        config.write_text('{"model_type": "perceptron"}', encoding="utf-8")
    elif damage == "remote code":
        config.write_text('{"model_type": "x", "auto_map": {"AutoConfig": "evil.Config"}}', encoding="utf-8")
        (place / "evil.py").write_text("raise SystemExit(77)", encoding="utf-8")
    elif damage == "weights cut off":
        weights.write_bytes(weights.read_bytes()[:1000])
    else:
        (place / "tokenizer.json").unlink()
    assert "model: " in refused(tiny.recipe(place, rows, tmp_path / "out"))


@pytest.mark.parametrize(
    "name, said",
    [
        ("/no/such/folder", "no folder /no/such/folder"),
        ("./models/x", "no folder ./models/x"),
        ("starter:encodr", "unknown starter 'starter:encodr'; did you mean starter:encoder?"),
    ],
)
def test_a_model_that_is_not_there(name: str, said: str, refused: Refused, rows: Path, tmp_path: Path) -> None:
    assert said in refused(tiny.recipe(name, rows, tmp_path / "out"))


@pytest.mark.parametrize(
    "asked, taken", [({"max_length": 4096}, "8 to 64"), ({"max_length": 32, "stride": 30}, "at most half")]
)
def test_windows_that_do_not_fit_the_model(
    asked: dict[str, int], taken: str, refused: Refused, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    said = refused(tiny.recipe(encoder, rows, tmp_path / "out", tokens=asked))
    assert "adapt.tokens." in said
    assert taken in said


def test_an_adapter_on_modules_that_are_not_there(refused: Refused, encoder: Path, rows: Path, tmp_path: Path) -> None:
    data = tiny.recipe(encoder, rows, tmp_path / "out", adapter={"name": "lora", "target_modules": ["q_proj"]})
    said = refused(data)
    assert "adapter.target_modules" in said
    assert "query" in said


def test_offline_a_hub_id_is_answered_at_once(
    refused: Refused, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: Any) -> None:
        raise RuntimeError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    began = time.monotonic()
    said = refused(tiny.recipe("someone/no-such-model", rows, tmp_path / "out"))
    assert "someone/no-such-model is not in the local cache and HF_HUB_OFFLINE is set" in said
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("network", ["refused", "silent"])
def test_without_a_network_a_hub_id_is_answered_within_a_minute(network: str, rows: Path, tmp_path: Path) -> None:
    recipe = tiny.write_recipe(tmp_path, tiny.recipe("someone/no-such-model", rows, tmp_path / "out"))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if network == "silent":
            server.listen()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        environment = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "cache")}
        done = subprocess.run(
            [sys.executable, "-m", "acclimate", "run", recipe],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2, done.stderr
    assert "model: someone/no-such-model can't be had: the Hub can't be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
