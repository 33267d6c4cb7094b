"""Methods in a file of the user's own: `path/to/file.py:Name` in the place of a method's name.

A file is imported only if the recipe names it and whoever starts the run allows it (docs/own_code.md). What was imported is
known by the hash of its bytes: these very bytes are executed, no cached copy, and the resolved recipe keeps the hash.
"""

from __future__ import annotations

import hashlib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from acclimate.core.errors import Fault, UserError, nearest

LOCAL = re.compile(r"(.+\.py):(\w+)")
HASH = "sha256"
"""The key, beside name and options, that holds the hash of a method's file in a resolved recipe."""
NEEDED = {"metric": ("reads", "sums"), "masking": ("check", "units", "hide"), "callback": ("listen",)}
"""Families whose methods may lie in a file of the user's own, and what such a class must have."""
_ALLOWED: ContextVar[bool] = ContextVar("allow_code", default=False)
_KNOWN: dict[type[Any], tuple[str, str]] = {}


@contextmanager
def code_allowed(allowed: bool = True) -> Iterator[None]:
    """Let recipes that are read in this context import files that they name."""
    before = _ALLOWED.set(allowed or _ALLOWED.get())
    try:
        yield
    finally:
        _ALLOWED.reset(before)


def is_local(name: str) -> bool:
    """Say whether a method's name names a file."""
    return LOCAL.fullmatch(name) is not None


def local_class(family: str, name: str, wanted: str | None = None) -> type[Any]:
    """Import a file and give the class that is named.

    Takes: `wanted`, the hash that the file must have (None: any). Raises: UserError if code is not allowed, the file or the class
    is not there, the file fails, has another hash, or the class is no method of the family.
    """
    found = LOCAL.fullmatch(name)
    path = Path(found[1] if found else name).expanduser()
    if family not in NEEDED:
        families = ", ".join(NEEDED)
        raise UserError(Fault(family, f"{name!r} names a file", f"own code for {families}", "name one of acclimate's"))
    if not _ALLOWED.get():
        do = "read the file, and if you trust it add --allow-code to the command (in Python: with acclimate.code_allowed():)"
        raise UserError(
            Fault(family, f"{name!r} is code, and code was not allowed", "code only where it is allowed", do)
        )
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UserError(Fault(family, f"{path}: {error.strerror}", "a Python file", "check the path")) from None
    digest = hashlib.sha256(source).hexdigest()
    if wanted not in (None, digest):
        found_hash = f"{path} has changed: its {HASH} is {digest[:12]}..., not {str(wanted)[:12]}..."
        raise UserError(Fault(family, found_hash, "the file that the recipe was resolved with", f"remove {HASH}"))
    kind = _named(_module(path, source, digest, family), name, family)
    _KNOWN[kind] = (name, digest)
    return kind


def local_name(kind: type[Any]) -> str | None:
    """Give the name in a recipe of a class from a file; None for another."""
    return _KNOWN[kind][0] if kind in _KNOWN else None


def local_hash(kind: type[Any]) -> dict[str, str]:
    """Give what a resolved recipe keeps of a class's file; nothing for a class from a package."""
    return {HASH: _KNOWN[kind][1]} if kind in _KNOWN else {}


def hashes_in(data: Any) -> dict[str, str]:
    """Give the files that a resolved recipe names, with their hashes."""
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()
    found = {name: digest for part in inside for name, digest in hashes_in(part).items()}
    if _of_file(data):
        found[str(data["name"]).rpartition(":")[0]] = str(data[HASH])
    return found


def without_local(data: Any) -> Any:
    """Give a resolved recipe without the methods that lie in files: what is read of it then imports nothing."""
    if isinstance(data, dict):
        return {key: without_local(value) for key, value in data.items() if not _of_file(value)}
    return [without_local(one) for one in data if not _of_file(one)] if isinstance(data, list) else data


def _of_file(data: Any) -> bool:
    return isinstance(data, dict) and HASH in data and is_local(str(data.get("name")))


def own_place(error: BaseException) -> str:
    """Say where in a file of the user's an error arose (nowhere: an empty text)."""
    files = {str(getattr(sys.modules.get(kind.__module__), "__file__", "")) for kind in _KNOWN}
    places = [f"{frame.filename}, line {frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename in files]  # fmt: skip
    return places[-1] if places else ""


class _Bytes(SourceLoader):
    """Gives the bytes that were hashed. It knows no file times, so that no cached bytecode is read or written."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.path, self.source = str(path), source

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: str | bytes) -> bytes:
        if path != self.path:
            raise OSError(f"{path!r} is not read")
        return self.source


def _module(path: Path, source: bytes, digest: str, family: str) -> ModuleType:
    """Execute a file once a content."""
    name = f"acclimate_own_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}_{digest[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    loader = _Bytes(path, source)
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else (lines or [None])[-1]
        found = f"{path}, line {line or 1}: {type(error).__name__}: {error}"
        raise UserError(Fault(family, found, "a file that can be imported", "mend it")) from error
    return module


def _named(module: ModuleType, name: str, family: str) -> type[Any]:
    from acclimate.core.answers import Kind
    from acclimate.core.method import Method

    path, _, wanted = name.rpartition(":")
    there = [
        key for key, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__
    ]
    kind = vars(module).get(wanted)
    if not isinstance(kind, type):
        found = f"{path} has no class {wanted!r}{nearest(wanted, there)}"
        raise UserError(Fault(family, found, ", ".join(there) or "a class", "name a class that is in it"))
    missing = [one for one in NEEDED[family] if not hasattr(kind, one)]
    if not issubclass(kind, Method) or missing:
        lacks = f"has no {', '.join(missing)}" if missing else "is no acclimate.core.method.Method"
        allowed = f"a Method with {', '.join(NEEDED[family])}"
        raise UserError(Fault(family, f"{name!r} {lacks}", allowed, "see docs/own_code.md"))
    reads = getattr(kind, "reads", None)
    if family == "metric" and reads not in get_args(Kind):
        found = f"{name!r} reads {reads!r}"
        raise UserError(Fault(family, found, ", ".join(get_args(Kind)), "say which answers it is for"))
    return kind
