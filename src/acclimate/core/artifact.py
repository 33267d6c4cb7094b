"""Folders that are complete or absent, and fingerprints of what they were made from (promises 14 and 16).

A folder is written beside its place under a temporary name, fsynced, described by a manifest of hashes and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from acclimate.core.failpoint import fail_point

MANIFEST = "manifest.json"


def fingerprint(*parts: Any) -> str:
    """Give 16 hexadecimal digits of SHA-256 over the JSON of `parts` (keys sorted)."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, data: Any) -> None:
    """Write JSON atomically: a reader sees the old file or the new one. NaN is refused."""
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically; on any error the old file stands and nothing half-written is left."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Any:
    """Read a JSON file that acclimate wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def folder(place: Path, *, made_from: str, about: dict[str, Any] | None = None) -> Iterator[Path]:
    """Write a folder so that it appears whole: yields a temporary folder, renames it to `place` at the end.

    Takes: `made_from`, the fingerprint of everything the contents depend on; `about`, more for the manifest.
    What stood at `place` is removed only after the new folder is complete. On any error nothing of it remains.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.part")
    if temporary.exists():
        shutil.rmtree(temporary)
    temporary.mkdir()
    try:
        yield temporary
        fail_point("artifact.before_manifest")
        files = sorted(path for path in temporary.rglob("*") if path.is_file() and path.name != MANIFEST)
        for path in files:
            _sync(path)
        hashes = {str(path.relative_to(temporary)): file_hash(path) for path in files}
        write_json(temporary / MANIFEST, {"made_from": made_from, **(about or {}), "files": hashes})
        fail_point("artifact.before_rename")
        _swap(temporary, place)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def amend(place: Path, name: str, data: Any) -> None:
    """Write a JSON file of a finished folder anew, and its hash in the manifest; `made_from` stays as it was."""
    write_json(place / name, data)
    manifest = read_json(place / MANIFEST)
    manifest["files"][name] = file_hash(place / name)
    write_json(place / MANIFEST, manifest)


def _swap(new: Path, place: Path) -> None:
    old = place.with_name(f".{place.name}.old")
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
    new.rename(place)
    _sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_complete(place: Path, made_from: str | None = None, *, check_hashes: bool = False) -> bool:
    """Say whether `place` holds a whole folder (made from `made_from`, if given).

    Takes: `check_hashes`, to read every file and compare it with the manifest (for checkpoints).
    """
    try:
        manifest = read_json(place / MANIFEST)
    except (OSError, ValueError):
        return False
    if made_from is not None and manifest.get("made_from") != made_from:
        return False
    for name, digest in manifest["files"].items():
        path = place / name
        if not path.is_file() or (check_hashes and file_hash(path) != digest):
            return False
    return True
