"""What a base model is, in a few bytes: so that a run knows whether it still starts from the same one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acclimate.compat.hub import commit_of
from acclimate.core.artifact import file_hash, fingerprint
from acclimate.model.load import access_of, folder_of
from acclimate.model.section import Model

HOW_REACHED = ("token", "cache_dir", "low_cpu_mem_usage")
"""Settings of a model that say how it comes here, not which it is."""
_READ_WHOLE = 64 << 20


def model_identity(spec: Model) -> str:
    """Give a fingerprint of a model spec and of its weights: a folder's files (large ones by size and time), a Hub id's commit."""
    files: list[Any] = []
    if spec.path is not None and Path(folder_of(spec.path)).is_dir():
        for path in sorted(Path(folder_of(spec.path)).glob("*")):
            if path.suffix in (".json", ".safetensors", ".model", ".txt"):
                stat = path.stat()
                small = stat.st_size <= _READ_WHOLE
                files.append([path.name, file_hash(path) if small else [stat.st_size, stat.st_mtime_ns]])
    commit = commit_of(folder_of(spec.path), spec.revision, access_of(spec)) if spec.path and not files else None
    return fingerprint(spec.model_dump(mode="json", exclude={"path", *HOW_REACHED}), files or [spec.path, commit])
