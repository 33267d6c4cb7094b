"""A process that can only read and compute: no network, no other program, nothing opened for writing by Python."""

from __future__ import annotations

import os
import sys
from typing import Any

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # Linux: CLONE_NEWUSER, CLONE_NEWNET
_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "pty.",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill",
    "shutil.", "tempfile.", "ftplib.", "http.", "urllib.", "pickle.", "ctypes.dlopen", "webbrowser.",
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def leave_network() -> bool:
    """Move this process into a network of its own, which has no way out; say whether the kernel let it."""
    import ctypes

    unshare = getattr(ctypes.CDLL(None), "unshare", None) if sys.platform == "linux" else None
    return unshare is not None and (unshare(_NEW_NETWORK) == 0 or unshare(_NEW_USER | _NEW_NETWORK) == 0)


def refuse_all_but_reading() -> None:
    """From here on, Python in this process refuses sockets, programs, pickles and writing. It can't be taken back."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is refused in the process that converts")
    if event == "open":
        path, mode, flags = arguments
        if set(mode or "") & set("wax+") or (isinstance(flags, int) and flags & _WRITES):
            raise PermissionError(f"writing {path} is refused in the process that converts")
