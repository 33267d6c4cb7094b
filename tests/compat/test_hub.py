from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import RepositoryNotFoundError

from acclimate.compat.hub import COMMON, Access, cached, commit_of, only_pickled, reachable, weights_fault

COMMIT = "0a" * 20


def put(cache: Path, *names: str, model: str = "someone/model") -> Path:
    """Lay a model out as the Hub's cache does."""
    folder = cache / f"models--{model.replace('/', '--')}"
    (folder / "snapshots" / COMMIT).mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(COMMIT)
    for name in names:
        (folder / "snapshots" / COMMIT / name).write_text("{}")
    return folder


def answer(monkeypatch: pytest.MonkeyPatch, files: list[str], converted: list[Any] | Exception = ()) -> dict[str, Any]:
    """Let the Hub answer; gives what it was asked."""
    asked: dict[str, Any] = {}

    def info(self: HfApi, model: str, **rest: Any) -> Any:
        asked.update(rest, model=model)
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=name) for name in files])

    def discussions(self: HfApi, model: str, **rest: Any) -> Any:
        asked["author"] = rest["author"]
        if isinstance(converted, Exception):
            raise converted
        return iter(converted)

    monkeypatch.setattr(HfApi, "model_info", info)
    monkeypatch.setattr(HfApi, "get_repo_discussions", discussions)
    return asked


def proposal(author: str = "SFconvertbot", title: str = "Adding `safetensors` variant of this model") -> Any:
    return SimpleNamespace(author=author, title=title, git_reference="refs/pr/7")


def test_a_model_is_cached_if_its_config_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert not cached("someone/model", "main")
    put(tmp_path)
    assert not cached("someone/model", "main")
    put(tmp_path, "config.json")
    assert cached("someone/model", "main")
    assert not cached("someone/model", "v2")


def test_another_cache_is_looked_at_where_one_is_named(tmp_path: Path) -> None:
    put(tmp_path / "mine", "config.json")
    assert cached("someone/model", "main", Access(cache_dir=str(tmp_path / "mine")))
    assert not cached("someone/model", "main", Access(cache_dir=str(tmp_path)))


def test_the_commit_of_a_revision(tmp_path: Path) -> None:
    access = Access(cache_dir=str(tmp_path))
    assert commit_of("someone/model", "main", access) is None
    put(tmp_path, "config.json")
    assert commit_of("someone/model", "main", access) == COMMIT
    assert commit_of("someone/model", COMMIT, access) == COMMIT
    assert commit_of("someone/model", "v2", access) is None
    assert commit_of(str(tmp_path), "main", access) is None
    assert commit_of("no such name!", "main", access) is None


def test_what_is_no_name_is_said_in_one_line() -> None:
    said = reachable("no such name!", "main")
    assert "no such name!" in said
    assert "\n" not in said


@pytest.mark.parametrize("error", [TimeoutError("slow"), ConnectionError("refused"), RuntimeError("strange")])
def test_whatever_fails_in_the_network_is_said_and_not_raised(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def fail(self: HfApi, model: str, **rest: Any) -> None:
        asked.update(rest, model=model)
        raise error

    monkeypatch.setattr(HfApi, "model_info", fail)
    said = reachable("someone/model", "v1", Access(token="hf_secret"), timeout=3.0)
    assert said == f"the Hub can't be reached ({type(error).__name__})"
    assert asked == {"model": "someone/model", "revision": "v1", "timeout": 3.0, "token": "hf_secret"}


def test_a_model_that_answers_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HfApi, "model_info", lambda *_, **__: object())
    assert reachable("someone/model", "main") == ""


def test_a_token_is_not_shown() -> None:
    assert "hf_secret" not in repr(Access(token="hf_secret"))


@pytest.mark.parametrize(
    "names, found",
    [
        (["config.json", "pytorch_model.bin"], ["pytorch_model.bin"]),
        (["tf_model.h5", "flax_model.msgpack", "model.ckpt", "model.pt"], ["flax_model.msgpack", "model.ckpt", "model.pt", "tf_model.h5"]),
        (["pytorch_model.bin", "model.safetensors"], []),
        (["pytorch_model-00001-of-00002.bin", "model-00001-of-00002.safetensors"], []),
        (["config.json", "training_args.bin", "optimizer.pt", "onnx/model.bin"], []),
    ],
)  # fmt: skip
def test_which_models_have_pickled_weights_alone(names: list[str], found: list[str]) -> None:
    assert only_pickled(names) == found


def test_debertas_revision_with_safetensors_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, ["config.json", "pytorch_model.bin"])
    fault = weights_fault("microsoft/deberta-base", "main", COMMON, offline=False)
    assert fault is not None
    assert "pytorch_model.bin" in fault.found
    assert "model.revision: refs/pr/4" in fault.do
    assert "acclimate convert microsoft/deberta-base --to DIR" in fault.do


@pytest.mark.parametrize(
    "converted, revision",
    [
        ([proposal()], "refs/pr/7"),
        ([proposal(title="Fix typo"), proposal()], "refs/pr/7"),
        ([proposal(author="mallory")], ""),  # anybody may propose weights
        ([], ""),
        (TimeoutError(), ""),
    ],
)
def test_what_the_hubs_own_bot_converted_is_named(
    converted: Any, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, ["pytorch_model.bin"], converted)
    fault = weights_fault("someone/model", "v1", Access(token="x"), offline=False)
    assert fault is not None
    assert ("refs/pr/7" in fault.do) is bool(revision)
    assert "acclimate convert someone/model" in fault.do
    assert (asked["revision"], asked["token"], asked["author"]) == ("v1", "x", "SFconvertbot")


def test_safetensors_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, ["pytorch_model.bin", "model.safetensors"])
    assert weights_fault("someone/model", "main", COMMON, offline=False) is None


def test_what_can_not_be_asked_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(HfApi, "model_info", fail)
    assert weights_fault("someone/model", "main", COMMON, offline=False) is None


def test_offline_the_cache_is_asked_and_no_one_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was reached")

    monkeypatch.setattr(HfApi, "model_info", fail)
    monkeypatch.setattr(HfApi, "get_repo_discussions", fail)
    access = Access(cache_dir=str(tmp_path))
    assert weights_fault("someone/model", "main", access, offline=True) is None
    put(tmp_path, "config.json", "pytorch_model.bin")
    fault = weights_fault("someone/model", "main", access, offline=True)
    assert fault is not None
    assert "pytorch_model.bin" in fault.found
    put(tmp_path, "model.safetensors")
    assert weights_fault("someone/model", "main", access, offline=True) is None


def test_a_private_model_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RepositoryNotFoundError("404", response=SimpleNamespace(headers={}, request=None))

    monkeypatch.setattr(HfApi, "model_info", fail)
    assert "private" in reachable("someone/model", "main")
