"""`acclimate convert`: a base with pickled weights -> a folder with safetensors, read in a process that can only read."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Any

from acclimate.core.artifact import MANIFEST, file_hash, fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.errors import AcclimateError, Fault, UserError
from acclimate.model.carried import BESIDE, free_place, matching
from acclimate.model.load import folder_of, is_hub_id

RECORD = "conversion.json"
_WHERE = "convert"
_ONE, _INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
_PARTS = "pytorch_model-*.bin"


@dataclass(frozen=True)
class Converted:
    """A conversion as its `conversion.json` says it; `before` if an earlier call made it."""

    record: dict[str, Any]
    before: bool


def convert(model: str, place: Path, revision: str = "main") -> Converted:
    """Write `place` with the model's weights as safetensors, its settings and tokenizer, and `conversion.json`.

    Takes: `model`, a folder or a Hub id, whose files are brought here first.
    Raises: UserError for a model without pickled weights, weights that hold more than tensors, or a place that is taken.
    """
    source = _source(model, revision)
    pairs = _weights(source)
    beside = [name for name in _beside(source) if name not in (_INDEX, MANIFEST, RECORD)]
    hashes = {name: file_hash(source / name) for name in [*(name for name, _ in pairs), *beside]}
    made_from = fingerprint(hashes)
    if is_complete(place, made_from, check_hashes=True):
        return Converted(read_json(place / RECORD), before=True)
    with folder(free_place(place, "conversion of this source"), made_from=made_from) as new:
        said = _in_a_child([(str(source / name), str(new / target)) for name, target in pairs], _ties(source))
        _write_index(source, new, pairs, said["files"])
        for name in beside:
            shutil.copyfile(source / name, new / name)
        files = [
            {
                "source": name,
                "source_sha256": hashes[name],
                "source_bytes": (source / name).stat().st_size,
                "result": target,
                "result_sha256": file_hash(new / target),
                "result_bytes": (new / target).stat().st_size,
                "tensors": len(one["tensors"]),
                "left_out": one["left_out"],
            }
            for (name, target), one in zip(pairs, said["files"], strict=True)
        ]
        from_hub = is_hub_id(model)
        record = {
            "model": model,
            "revision": revision if from_hub else None,
            "commit": source.name if from_hub else None,
            "network": said["network"],
            "files": files,
            "copied": {name: hashes[name] for name in beside},
            "versions": {one: version(one) for one in ("acclimate", "safetensors", "torch")},
        }
        write_json(new / RECORD, record)
    return Converted(record, before=False)


def _source(model: str, revision: str) -> Path:
    name = folder_of(model)
    if not is_hub_id(name):
        return Path(name)
    from acclimate.compat.hub_files import listing, snapshot
    from acclimate.compat.offline import offline

    if not offline():
        listed = listing(name, revision, _WHERE)
        if listed.with_ending("model.safetensors", "model.safetensors.index.json"):
            raise _already(model)
    return snapshot(name, revision, [_ONE, _INDEX, _PARTS, *BESIDE], _WHERE)


def _weights(source: Path) -> list[tuple[str, str]]:
    """Give the pickled files of a folder and what each becomes."""
    if (source / "model.safetensors").exists() or (source / "model.safetensors.index.json").exists():
        raise _already(str(source))
    if (source / _ONE).is_file():
        return [(_ONE, "model.safetensors")]
    if not (source / _INDEX).is_file():
        others = sorted(
            path.name for path in source.glob("*") if path.suffix in (".bin", ".pt", ".pth", ".h5", ".msgpack")
        )
        found = "no pickled weights" + (f" but {', '.join(others[:5])}" if others else "")
        raise UserError(
            Fault(_WHERE, f"{source} holds {found}", f"{_ONE}, or {_INDEX} with its parts", "name another base")
        )
    parts = sorted(set(_map_of(source).values()))
    for part in parts:
        if not fnmatch(part, _PARTS) or "/" in part or not (source / part).is_file():
            raise UserError(
                Fault(
                    f"{source / _INDEX}",
                    f"names {part!r}, which isn't there",
                    f"{_PARTS} beside it",
                    "get the files anew",
                )
            )
    return [(part, part.removeprefix("pytorch_").removesuffix(".bin") + ".safetensors") for part in parts]


def _map_of(source: Path) -> dict[str, str]:
    try:
        found = json.loads((source / _INDEX).read_text(encoding="utf-8"))["weight_map"]
        return {str(name): str(part) for name, part in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(
            Fault(f"{source / _INDEX}", "no index of weights", "a weight_map", "get the file anew")
        ) from None


def _already(model: str) -> UserError:
    return UserError(
        Fault(_WHERE, f"{model} has its weights as safetensors already", "a base with pickled weights alone",
              "use it as it is: model: " + model)
    )  # fmt: skip


def _beside(source: Path) -> list[str]:
    return matching((path.name for path in source.iterdir() if path.is_file()), BESIDE)


def _ties(source: Path) -> dict[str, str]:
    from acclimate.compat.transformers.ties import tied_names

    return tied_names(source)


def _in_a_child(files: list[tuple[str, str]], tied: dict[str, str]) -> dict[str, Any]:
    """Have a process that is cut off read the files; it inherits no token and no setting of this one."""
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "LANG", "LC_ALL", "SYSTEMROOT")
    done = subprocess.run(
        [sys.executable, "-P", "-B", "-m", "acclimate.model.convert_child"],
        input=json.dumps({"files": files, "tied": tied}),
        env={name: os.environ[name] for name in kept if name in os.environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == UserError.exit_code and done.stdout:
        raise UserError(Fault(**json.loads(done.stdout)["fault"]))
    if done.returncode < 0:
        raise UserError(
            Fault(_WHERE, f"the process that reads the weights was killed (signal {-done.returncode})",
                  "memory for the largest file of weights", "free memory, and get the files anew if it happens again")
        )  # fmt: skip
    if "No space left on device" in done.stderr:
        raise OSError(errno.ENOSPC, "No space left on device", files[0][1])
    if done.returncode:
        raise AcclimateError(f"the process that reads the weights failed:\n{done.stderr[-2000:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _write_index(source: Path, new: Path, pairs: list[tuple[str, str]], files: list[dict[str, Any]]) -> None:
    if not (source / _INDEX).is_file() or pairs[0][0] == _ONE:
        return
    found = dict(_entries(pairs, files))
    left_out = {name for one in files for name in one["left_out"]}
    missing = sorted(set(_map_of(source)) - set(found) - left_out)
    if missing:
        raise UserError(
            Fault(f"{source / _INDEX}", f"names {missing[0]} and {len(missing) - 1} more, which no part holds",
                  "the weights that the parts hold", "get the files anew")
        )  # fmt: skip
    size = sum(bytes_ for one in files for bytes_ in one["tensors"].values())
    write_json(new / "model.safetensors.index.json", {"metadata": {"total_size": size}, "weight_map": found})


def _entries(pairs: list[tuple[str, str]], files: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for (_, target), one in zip(pairs, files, strict=True):
        yield from ((name, target) for name in one["tensors"])
