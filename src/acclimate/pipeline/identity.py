"""What a base model is, in a few bytes: so that a run knows whether it still starts from the same one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acclimate.core.artifact import file_hash, fingerprint
from acclimate.model.load import folder_of
from acclimate.model.section import Model

_READ_WHOLE = 64 << 20


def model_identity(spec: Model) -> str:
    """Give a fingerprint of a model spec and, for a folder, of its files (large ones by size and time)."""
    files: list[Any] = []
    if spec.path is not None and Path(folder_of(spec.path)).is_dir():
        for path in sorted(Path(folder_of(spec.path)).glob("*")):
            if path.suffix in (".json", ".safetensors", ".model", ".txt"):
                stat = path.stat()
                small = stat.st_size <= _READ_WHOLE
                files.append([path.name, file_hash(path) if small else [stat.st_size, stat.st_mtime_ns]])
    return fingerprint(spec.model_dump(mode="json", exclude={"path"}), files or spec.path)
