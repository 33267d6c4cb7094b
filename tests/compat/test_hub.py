from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from acclimate.compat.hub import cached, reachable


def test_a_model_is_cached_if_its_config_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert not cached("someone/model", "main")
    folder = tmp_path / "models--someone--model"
    (folder / "snapshots" / "abc").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    assert not cached("someone/model", "main")
    (folder / "snapshots" / "abc" / "config.json").write_text("{}")
    assert cached("someone/model", "main")
    assert not cached("someone/model", "v2")


def test_what_is_no_name_is_said_in_one_line() -> None:
    said = reachable("no such name!", "main")
    assert "no such name!" in said
    assert "\n" not in said


@pytest.mark.parametrize("error", [TimeoutError("slow"), ConnectionError("refused"), RuntimeError("strange")])
def test_whatever_fails_in_the_network_is_said_and_not_raised(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def fail(self: HfApi, model: str, revision: str, timeout: float) -> None:
        asked.update(model=model, revision=revision, timeout=timeout)
        raise error

    monkeypatch.setattr(HfApi, "model_info", fail)
    assert reachable("someone/model", "v1", timeout=3.0) == f"the Hub can't be reached ({type(error).__name__})"
    assert asked == {"model": "someone/model", "revision": "v1", "timeout": 3.0}


def test_a_model_that_answers_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HfApi, "model_info", lambda *_, **__: object())
    assert reachable("someone/model", "main") == ""
