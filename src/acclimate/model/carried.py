"""What `convert` and `fetch` share: which files are data that nothing runs, and a place that they may be written to."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from acclimate.core.errors import Fault, UserError

# Settings, vocabularies and texts, as they lie beside a model's weights.
BESIDE = ["*.json", "*.txt", "*.model", "*.spm", "*.tiktoken", "*.codes", "*.jinja", "*.md", "LICENSE*", "NOTICE*"]


def matching(names: Iterable[str], patterns: list[str]) -> list[str]:
    """Give the names whose last part has one of the patterns, sorted."""
    return sorted(name for name in names if any(fnmatchcase(PurePosixPath(name).name, one) for one in patterns))


def free_place(place: Path, what: str) -> Path:
    """Give `place` in full if a folder can be made there, else raise UserError; `what` says what it is not."""
    full = place.expanduser().resolve()
    if full.exists() and (not full.is_dir() or any(full.iterdir())):
        raise UserError(
            Fault("--to", f"{place} is there and is no {what}", "a new or empty folder", "name another folder")
        )
    above = next(parent for parent in full.parents if parent.exists())
    if not above.is_dir():
        raise UserError(Fault("--to", f"{above} is a file", "a folder to write into", "name another folder"))
    return full
