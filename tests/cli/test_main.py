import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.cli import main
from acclimate.core.errors import AcclimateError, Fault, Interrupted, UserError


def test_help_names_every_command(acclimate: Callable[..., Any]) -> None:
    said = acclimate("--help")
    assert said.code == 0
    for command in ("demo", "check", "show", "run", "list", "sample"):
        assert f" {command} " in said.out


@pytest.mark.parametrize(
    "arguments", [["rnu"], ["run"], ["run", "--fast", "r.yaml"], ["show", "r.yaml", "--row", "first"]]
)
def test_a_wrong_command_line_exits_2_without_a_traceback(arguments: list[str], acclimate: Callable[..., Any]) -> None:
    said = acclimate(*arguments)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert said.err.strip()


@pytest.mark.parametrize(
    "error, code, words",
    [
        (UserError(Fault("a.b", "found 1", "2", "write 2")), 2, "a.b: found 1\n  allowed: 2\n  do: write 2"),
        (Interrupted("update 3 of 9", "acclimate run r.yaml"), 3, "do: acclimate run r.yaml"),
        (KeyboardInterrupt(), 3, "stopped"),
        (AcclimateError("sums differ"), 1, "this is a bug of acclimate"),
        (ZeroDivisionError("division by zero"), 1, "this is a bug of acclimate"),
        (OSError(28, "No space left on device", "/data/x"), 2, "/data/x: No space left on device\n  do: make room"),
        (OSError(122, "Disk quota exceeded"), 2, "the disk: "),
        (OSError("4096 requested and 120 written"), 2, "the disk: No space left on device"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), 2, "the disk: No space left on device"),
        (OSError(5, "Input/output error"), 1, "this is a bug of acclimate"),
    ],
)
def test_how_a_command_ends(
    error: BaseException, code: int, words: str, acclimate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(main, "app", fail)
    said = acclimate("run", "r.yaml")
    assert said.code == code
    assert words in said.err
    assert ("Traceback" in said.err) == (code == 1 and not isinstance(error, AcclimateError))


def test_the_module_is_the_command(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "acclimate", "list", "zebra"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "no family 'zebra'" in done.stderr
    scripts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"acclimate": "acclimate.cli.main:main"}


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom acclimate.cli.main import call\n"
        "call(['--help'])\nprint([name for name in ('torch', 'transformers', 'duckdb', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
