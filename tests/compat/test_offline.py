import subprocess
import sys

import pytest

from acclimate.compat.offline import offline


@pytest.mark.parametrize("value", ["", "0", "1", "true", "on", "no", "YES", "false"])
def test_it_is_what_the_hub_library_takes_it_for(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    script = "from huggingface_hub import constants; print(constants.HF_HUB_OFFLINE)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert str(offline()) == done.stdout.strip()


def test_without_the_variable_there_is_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert not offline()
