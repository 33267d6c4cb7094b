import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from acclimate.compat import hub_files
from acclimate.core.errors import UserError
from acclimate.model.fetch import fetch
from tests.hub_served import Files, Hub, commit, served

BASE: Files = {
    "config.json": b"{}",
    "vocab.txt": b"the\n",
    "spiece.model": b"\x0a\x00",
    "README.md": b"# base",
    "LICENSE": b"free",
    "model.safetensors": b"weights",
    "1_Pooling/config.json": b'{"pool": 1}',
}
UNSAFE: Files = {
    "pytorch_model.bin": b"pickle",
    "modeling_evil.py": b"import os",
    "onnx/model.onnx": b"onnx",
    ".gitattributes": b"*.bin lfs",
    "training_args.bin": b"pickle",
}


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Give a function that makes the Hub library ask an address instead of the real Hub."""

    def to(address: str) -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))

    return to


@pytest.fixture
def hub(point: Callable[[str], None]) -> Iterator[Hub]:
    """A Hub with a good base, one that has pickled weights alone, and data sets."""
    pickled = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    repos = {
        "some/base": {"main": {**BASE, **UNSAFE}, "v2": {**BASE, "config.json": b'{"v": 2}'}},
        "some/pickled": {"main": pickled},
        "microsoft/deberta-base": {
            "main": pickled,
            "refs/pr/3": pickled,
            "refs/pr/4": {**pickled, "model.safetensors": b"four"},
            "refs/pr/12": pickled,
        },
        "some/rows": {
            "main": {"data/train.parquet": b"PAR1", "README.md": b"#", "a.csv.gz": b"gz", "x.pkl": b"pickle"}
        },
        "some/script": {
            "main": {"script.py": b"import os", "README.md": b"#"},
            "refs/convert/parquet": {"0.parquet": b"P"},
        },
        "some/slip": {"main": {"../../evil.json": b"{}"}},
        "some/nothing": {"main": {"model.onnx": b"o"}},
    }
    with served(Hub(repos)) as started:
        point(started.address)
        yield started


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        fetch(*arguments, **options)
    return str(caught.value)


def files_of(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_only_files_that_are_data_come_with_their_hashes(hub: Hub, tmp_path: Path) -> None:
    done = fetch("some/base", tmp_path / "out")
    found = files_of(tmp_path / "out")
    record = json.loads(found.pop("fetched.json"))
    del found["manifest.json"]
    assert found == BASE
    assert record == done.record
    assert record["files"] == {
        name: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)} for name, body in sorted(BASE.items())
    }
    assert (record["repo"], record["kind"], record["revision"]) == ("some/base", "model", "main")
    assert record["commit"] == commit("main")
    assert record["left_there"] == sorted(UNSAFE)
    assert not [path for path in hub.asked if any(name in path for name in UNSAFE)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_revision_is_taken_at_its_commit(hub: Hub, tmp_path: Path) -> None:
    fetch("some/base", tmp_path / "out", "v2")
    assert (tmp_path / "out" / "config.json").read_bytes() == b'{"v": 2}'
    files = [path for path in hub.asked if "/resolve/" in path]
    assert files
    assert all(commit("v2") in path for path in files)


def test_the_same_again_downloads_nothing_and_another_is_refused(hub: Hub, tmp_path: Path) -> None:
    assert not fetch("some/base", tmp_path / "out").before
    hub.asked.clear()
    assert fetch("some/base", tmp_path / "out").before
    assert not [path for path in hub.asked if "/resolve/" in path]
    before = files_of(tmp_path / "out")
    assert "is there and is no copy of this commit" in refusal("some/base", tmp_path / "out", "v2")
    assert files_of(tmp_path / "out") == before
    (tmp_path / "out" / "vocab.txt").write_bytes(b"changed")
    assert "is there and is no copy of this commit" in refusal("some/base", tmp_path / "out")


def test_pickled_weights_alone_are_refused_and_the_ways_out_named(hub: Hub, tmp_path: Path) -> None:
    said = refusal("some/pickled", tmp_path / "out")
    assert "pytorch_model.bin alone" in said
    assert "do: acclimate convert some/pickled --to DIR" in said
    said = refusal("microsoft/deberta-base", tmp_path / "out")
    assert "--revision refs/pr/4 (a pull request" in said
    assert "acclimate convert microsoft/deberta-base" in said
    assert not (tmp_path / "out").exists()
    fetch("microsoft/deberta-base", tmp_path / "out", "refs/pr/4")
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == b"four"


def test_a_data_set_comes_as_files_of_rows(hub: Hub, tmp_path: Path) -> None:
    record = fetch("some/rows", tmp_path / "out", dataset=True).record
    assert list(record["files"]) == ["README.md", "a.csv.gz", "data/train.parquet"]
    assert (record["kind"], record["left_there"]) == ("dataset", ["x.pkl"])
    assert all(path.startswith(("/api/datasets/", "/datasets/")) for path in hub.asked)


def test_a_data_set_that_is_a_program_is_refused(hub: Hub, tmp_path: Path) -> None:
    said = refusal("some/script", tmp_path / "out", dataset=True)
    assert "script.py" in said
    assert "--revision refs/convert/parquet" in said
    fetch("some/script", tmp_path / "out", "refs/convert/parquet", dataset=True)
    assert (tmp_path / "out" / "0.parquet").is_file()


@pytest.mark.parametrize(
    "repo, revision, found",
    [
        ("some/none", "main", "the Hub has no such model, or it is private"),
        ("some/base", "v9", "the Hub has no revision 'v9' of it"),
        ("no such name!", "main", "no such name!"),
        ("some/slip", "main", "names files outside its own folder"),
        ("some/nothing", "main", "has no file that can be carried"),
    ],
)
def test_what_can_not_be_had_is_said(repo: str, revision: str, found: str, hub: Hub, tmp_path: Path) -> None:
    assert found in refusal(repo, tmp_path / "out", revision)
    assert not list(tmp_path.rglob("*.json"))


def test_weights_that_came_differently_are_refused_and_nothing_is_left(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = hub_files.download

    def spoilt(listed: Any, name: str, place: Path, where: str) -> None:
        good(listed, name, place, where)
        if name == "model.safetensors":
            (place / name).write_bytes(b"w3ights")

    monkeypatch.setattr("acclimate.model.fetch.download", spoilt)
    said = refusal("some/base", tmp_path / "out")
    assert "some/base: model.safetensors: came with SHA-256" in said
    assert f"allowed: {hashlib.sha256(b'weights').hexdigest()}" in said
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.parametrize("place", ["taken", "file", "file/under"])
def test_a_place_that_is_taken_is_named(place: str, hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert refusal("some/base", tmp_path / place).startswith("--to: ")
    assert (tmp_path / "taken" / "mine.txt").read_text() == (tmp_path / "file").read_text() == "mine"


def test_an_unreachable_or_silent_hub_is_answered_in_time(
    point: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_files, "_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        point(f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "the Hub can't be reached" in refusal("some/base", tmp_path / "out")
        assert time.monotonic() - start < 20
    assert "the Hub can't be reached" in refusal("some/base", tmp_path / "out")  # now nobody listens there
    assert not (tmp_path / "out").exists()


def test_offline_no_one_is_asked(tmp_path: Path) -> None:
    assert "some/base is on the Hub and HF_HUB_OFFLINE is set" in refusal("some/base", tmp_path / "out")
