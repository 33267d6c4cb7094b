import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from acclimate.core.artifact import file_hash
from tests.pipeline import tiny

Command = Callable[..., Any]


class Evil:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


def pickled(place: Path, **more: Any) -> str:
    state = load_file(tiny.encoder(place) / "model.safetensors")
    (place / "model.safetensors").unlink()
    torch.save({**state, **more}, place / "pytorch_model.bin")
    return str(place)


def test_hashes_of_source_and_result_are_printed_and_a_second_call_does_nothing(
    acclimate: Command, tmp_path: Path
) -> None:
    base, out = pickled(tmp_path / "base"), tmp_path / "out"
    said = acclimate("convert", base, "--to", str(out))
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == f"{file_hash(tmp_path / 'base' / 'pytorch_model.bin')}  pytorch_model.bin"
    assert re.fullmatch(rf"{file_hash(out / 'model.safetensors')}  model\.safetensors  \(\d+ tensors\)", lines[1])
    assert lines[2].startswith(f"written: {out}  (network: cut off by ")
    again = acclimate("convert", base, "--to", str(out))
    assert (again.code, again.out) == (0, said.out.replace("written: ", "already there: "))


def test_a_malicious_file_is_refused_with_what_it_asks_for(acclimate: Command, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    base = pickled(tmp_path / "base", evil=Evil(f"touch {mark}"))
    said = acclimate("convert", base, "--to", str(tmp_path / "out"))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("pytorch_model.bin: asks for posix.system, which is no part of a tensor")
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_a_base_that_is_not_there_is_said(acclimate: Command, tmp_path: Path) -> None:
    said = acclimate("convert", "some/none", "--to", str(tmp_path / "out"))
    assert said.code == 2
    assert "some/none is not in the local cache and HF_HUB_OFFLINE is set" in said.err
    assert acclimate("convert", "some/none").code == 2
