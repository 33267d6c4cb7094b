import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants
from safetensors import safe_open
from safetensors.torch import load_file

from acclimate.core.artifact import file_hash
from acclimate.core.errors import UserError
from acclimate.model import convert as module
from acclimate.model.convert import convert
from acclimate.model.convert_child import convert as convert_file
from acclimate.model.load import load
from acclimate.model.section import Model
from tests.hub_served import Hub, commit, served
from tests.made import language_model, tokenizer

IDS = torch.tensor([[1, 7, 8, 9, 2]])


def pickled(kind: str, place: Path, *, old_format: bool = False, **config: Any) -> torch.nn.Module:
    """Write a tiny model whose weights are pytorch_model.bin alone."""
    model = language_model(kind, **config).model.eval()
    model.save_pretrained(place)
    tokenizer().save_pretrained(place)
    (place / "model.safetensors").unlink()
    torch.save(model.state_dict(), place / "pytorch_model.bin", _use_new_zipfile_serialization=not old_format)
    return model


def refusal(*arguments: Any) -> str:
    with pytest.raises(UserError) as caught:
        convert(*arguments)
    return str(caught.value)


def logits(place: Path, head: str) -> torch.Tensor:
    with torch.no_grad():
        return load(Model(path=str(place)), head).model.eval()(IDS).logits


@pytest.mark.parametrize(
    "kind, head, old_format, config",
    [("bert", "masked", True, {}), ("gpt2", "causal", False, {}), ("deberta", "masked", True, {"legacy": False})],
)
def test_the_converted_model_gives_the_logits_of_the_pickled_one(
    kind: str, head: str, old_format: bool, config: dict[str, Any], tmp_path: Path
) -> None:
    model = pickled(kind, tmp_path / "base", old_format=old_format, **config)
    done = convert(str(tmp_path / "base"), tmp_path / "out")
    with torch.no_grad():
        assert torch.equal(logits(tmp_path / "out", head), model(IDS).logits)
    assert not done.before
    (one,) = done.record["files"]
    found = load_file(tmp_path / "out" / "model.safetensors")
    assert set(found) | set(one["left_out"]) == set(model.state_dict())
    assert one["tensors"] == len(found)


def test_what_was_read_and_written_stands_in_the_folder(tmp_path: Path) -> None:
    pickled("bert", tmp_path / "base")
    (tmp_path / "base" / "modeling_evil.py").write_text("import os")
    (tmp_path / "base" / "vocab.txt").write_text("the\n")
    out = tmp_path / "out"
    record = convert(str(tmp_path / "base"), out).record
    assert record == json.loads((out / "conversion.json").read_text())
    (one,) = record["files"]
    assert one["source_sha256"] == file_hash(tmp_path / "base" / "pytorch_model.bin")
    assert one["result_sha256"] == file_hash(out / "model.safetensors")
    assert one["source_bytes"] == (tmp_path / "base" / "pytorch_model.bin").stat().st_size
    assert one["left_out"]["cls.predictions.decoder.weight"] == "bert.embeddings.word_embeddings.weight"
    assert set(record["copied"]) == {"config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}
    assert {path.name for path in out.iterdir()} == {
        *record["copied"],
        "model.safetensors",
        "conversion.json",
        "manifest.json",
    }
    assert record["network"].startswith("cut off by")
    with safe_open(out / "model.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt"}


def test_the_same_again_is_already_there_and_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pickled("bert", tmp_path / "base")
    first = convert(str(tmp_path / "base"), tmp_path / "out")
    monkeypatch.setattr(module, "_in_a_child", None)
    again = convert(str(tmp_path / "base"), tmp_path / "out")
    assert (again.before, again.record) == (True, first.record)
    torch.save({**model.state_dict(), "more": torch.ones(1)}, tmp_path / "base" / "pytorch_model.bin")
    assert refusal(str(tmp_path / "base"), tmp_path / "out").startswith("--to: ")
    assert torch.equal(load_file(tmp_path / "out" / "model.safetensors")["cls.predictions.bias"], torch.zeros(120))


@pytest.mark.parametrize("place", ["taken", "file", "file/under", "base"])
def test_a_place_that_is_taken_is_named_and_left(place: str, tmp_path: Path) -> None:
    pickled("bert", tmp_path / "base")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert refusal(str(tmp_path / "base"), tmp_path / place).startswith("--to: ")
    assert (tmp_path / "taken" / "mine.txt").read_text() == (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "base" / "pytorch_model.bin").is_file()


def in_parts(model: torch.nn.Module, base: Path, **more: str) -> None:
    state = list(model.state_dict().items())
    parts = {f"pytorch_model-0000{number + 1}-of-00002.bin": dict(state[number::2]) for number in range(2)}
    for name, part in parts.items():
        torch.save(part, base / name)
    names = {key: name for name, part in parts.items() for key in part} | more
    (base / "pytorch_model.bin").unlink()
    (base / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))


def test_weights_in_parts_stay_in_parts(tmp_path: Path) -> None:
    model = pickled("gpt2", tmp_path / "base")
    in_parts(model, tmp_path / "base")
    record = convert(str(tmp_path / "base"), tmp_path / "out").record
    assert [one["result"] for one in record["files"]] == [f"model-0000{part}-of-00002.safetensors" for part in (1, 2)]
    assert not list((tmp_path / "out").glob("*.bin*"))
    with torch.no_grad():
        assert torch.equal(logits(tmp_path / "out", "causal"), model(IDS).logits)


@pytest.mark.parametrize(
    "more, found",
    [
        ({"x": "../../etc/passwd"}, "names '../../etc/passwd', which isn't there"),
        ({"x": "pytorch_model-00003-of-00002.bin"}, "which isn't there"),
        ({"lost": "pytorch_model-00001-of-00002.bin"}, "names lost and 0 more, which no part holds"),
    ],
)
def test_an_index_that_names_what_is_not_there_is_refused(more: dict[str, str], found: str, tmp_path: Path) -> None:
    in_parts(pickled("gpt2", tmp_path / "base"), tmp_path / "base", **more)
    assert found in refusal(str(tmp_path / "base"), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_tied_tensors_are_left_out_only_where_the_file_ties_them_too(tmp_path: Path) -> None:
    weight = torch.arange(12.0).reshape(3, 4)
    data = {"a": weight, "tied": weight, "turned": weight.t(), "part": weight[1:], "own": weight.clone(), "b": weight}
    torch.save(data, tmp_path / "x.bin")
    said = convert_file(
        tmp_path / "x.bin", tmp_path / "x.safetensors", {"tied": "a", "own": "a", "turned": "a", "no": "a"}
    )
    assert said == {"tensors": {name: data[name].nbytes for name in data if name != "tied"}, "left_out": {"tied": "a"}}
    found = load_file(tmp_path / "x.safetensors")
    assert all(torch.equal(found[name], data[name]) for name in said["tensors"])


def test_a_head_that_the_config_does_not_tie_is_kept(tmp_path: Path) -> None:
    model = pickled("gpt2", tmp_path / "base", tie_word_embeddings=False)
    model.lm_head.weight = model.transformer.wte.weight
    torch.save(model.state_dict(), tmp_path / "base" / "pytorch_model.bin")
    assert convert(str(tmp_path / "base"), tmp_path / "out").record["files"][0]["left_out"] == {}
    with torch.no_grad():
        assert torch.equal(logits(tmp_path / "out", "causal"), model(IDS).logits)


def test_old_names_and_dtypes_stay_as_they_are(tmp_path: Path) -> None:
    model = pickled("bert", tmp_path / "base")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.add_(torch.full_like(weight, 0.01 * len(name)))
    model.bfloat16()
    old = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): weight
           for name, weight in model.state_dict().items()}  # fmt: skip
    torch.save(old, tmp_path / "base" / "pytorch_model.bin")
    convert(str(tmp_path / "base"), tmp_path / "out")
    found = load_file(tmp_path / "out" / "model.safetensors")
    assert "bert.embeddings.LayerNorm.gamma" in found
    assert {weight.dtype for weight in found.values() if weight.is_floating_point()} == {torch.bfloat16}
    with torch.no_grad():
        assert torch.equal(logits(tmp_path / "out", "masked"), model.float()(IDS).logits)


@pytest.mark.parametrize(
    "change, found",
    [
        (lambda base: (base / "pytorch_model.bin").unlink(), "holds no pickled weights"),
        (lambda base: (base / "pytorch_model.bin").rename(base / "adapter_model.bin"), "but adapter_model.bin"),
        (lambda base: (base / "model.safetensors").touch(), "has its weights as safetensors already"),
        (lambda base: (base / "config.json").unlink(), "holds no config.json"),
        (lambda base: os.truncate(base / "pytorch_model.bin", 5000), "pytorch_model.bin: not a whole torch file"),
        (
            lambda base: (base / "pytorch_model.bin").rename(base / "pytorch_model.bin.index.json"),
            "no index of weights",
        ),
    ],
)
def test_a_source_that_can_not_be_converted_is_said(change: Callable[[Path], Any], found: str, tmp_path: Path) -> None:
    pickled("bert", tmp_path / "base")
    change(tmp_path / "base")
    assert found in refusal(str(tmp_path / "base"), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_the_child_gets_no_token_and_its_death_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pickled("bert", tmp_path / "base")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    seen = {}

    def killed(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        seen.update(command=command, **options)
        return subprocess.CompletedProcess(command, -9, "", "")

    monkeypatch.setattr(subprocess, "run", killed)
    assert "was killed (signal 9)" in refusal(str(tmp_path / "base"), tmp_path / "out")
    assert seen["command"] == [sys.executable, "-P", "-B", "-m", "acclimate.model.convert_child"]
    assert "hf_secret" not in str(seen)
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_a_base_on_the_hub_is_brought_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = pickled("bert", tmp_path / "base")
    files = {path.name: path.read_bytes() for path in (tmp_path / "base").iterdir()}
    repos = {
        "some/base": {"main": {**files, "evil.py": b"import os"}},
        "some/safe": {"main": {"model.safetensors": b""}},
    }
    with served(Hub(repos)) as hub:
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        record = convert("some/base", tmp_path / "out").record
        assert "already" in refusal("some/safe", tmp_path / "other")
        assert "no such model" in refusal("some/none", tmp_path / "other")
        assert not [path for path in hub.asked if "evil.py" in path]
    assert (record["model"], record["revision"], record["commit"]) == ("some/base", "main", commit("main"))
    with torch.no_grad():
        assert torch.equal(logits(tmp_path / "out", "masked"), model(IDS).logits)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    shutil.rmtree(tmp_path / "out")
    assert convert("some/base", tmp_path / "out").record["files"] == record["files"]  # from the cache
    assert "not in the local cache" in refusal("some/none", tmp_path / "other")
