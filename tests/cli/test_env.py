import platform
from collections.abc import Callable
from typing import Any

import pytest
import torch


def test_versions_and_machine_are_said(acclimate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    said = acclimate("env")
    assert said.code == 0
    facts = dict(line.split(": ", 1) for line in said.out.splitlines())
    assert facts["python"] == platform.python_version()
    assert facts["torch"] == torch.__version__
    assert facts["threads"] == str(torch.get_num_threads())
    assert facts["offline"] == "no"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "offline: yes (HF_HUB_OFFLINE)" in acclimate("env").out
