"""The command line: `acclimate COMMAND`. Exit codes: 0 done, 1 a bug, 2 recipe or data wrong, 3 interrupted and resumable."""

from __future__ import annotations

import errno
import re
import sys
import traceback
from importlib import import_module

import typer

import acclimate
from acclimate.core.errors import AcclimateError, Interrupted, UserError
from acclimate.core.local_code import own_place

COMMANDS = ("demo", "init", "advise", "check", "show", "run", "evaluate", "compare", "review", "predict", "generate", "chat", "listing",
            "sample", "fetch", "convert", "schema", "env")  # fmt: skip
"""Modules of this folder, in the order of the help."""
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=acclimate.__doc__)
for name in COMMANDS:
    import_module(f"acclimate.cli.{name}").add_to(app)

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
# safetensors, tokenizers and numpy report a full disk in errors of their own, by these words.
_FULL = re.compile(r"No space left on device|[Qq]uota exceeded|\d+ requested and \d+ written")


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    sys.exit(call(sys.argv[1:] if arguments is None else arguments))


def call(arguments: list[str]) -> int:
    """Run a command; every fault of the user's becomes a message, never a traceback."""
    try:
        result = app(arguments, standalone_mode=False)
        return int(result) if isinstance(result, int) else 0
    except typer.TyperException as error:
        _say(f"{error}\n  do: acclimate --help, or acclimate COMMAND --help")
        return UserError.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _say("stopped")
        return Interrupted.exit_code
    except AcclimateError as error:
        _say(str(error))
        if error.exit_code == AcclimateError.exit_code:
            _say("this is a bug of acclimate: please report it with the recipe")
        return error.exit_code
    except Exception as error:  # noqa: BLE001  the last word on what nobody foresaw
        if own_place(error):
            traceback.print_exc()
            _say(f"{own_place(error)}: {type(error).__name__}: {error}\n  do: mend this file of your own")
            return UserError.exit_code
        return _disk(error) if getattr(error, "errno", None) in _DISK or _FULL.search(str(error)) else _bug()


def _disk(error: Exception) -> int:
    place = getattr(error, "filename", None) or "the disk"
    reason = "No space left on device" if _FULL.search(str(error)) else getattr(error, "strerror", None) or error
    _say(f"{place}: {reason}\n  do: make room or name another output_dir; the same command goes on")
    return UserError.exit_code


def _bug() -> int:
    traceback.print_exc()
    _say("this is a bug of acclimate: please report it with the lines above")
    return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr)
