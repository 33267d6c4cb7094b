"""`acclimate fetch`: a model's or a data set's files from the Hub -> a plain folder to carry to a machine without network."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acclimate.compat.hub_files import Listing, download, listing, safetensors_revision
from acclimate.core.artifact import file_hash, fingerprint, folder, is_complete, read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.model.carried import BESIDE, free_place, matching

RECORD = "fetched.json"
_WHERE = "fetch"
_MODEL = ["*.safetensors", *BESIDE]
_ROWS = ["*.parquet", "*.csv", "*.tsv", "*.jsonl", "*.ndjson", "*.conll"]
_PACKED = [f"{ending}{packed}" for ending in (*_ROWS, "*.json", "*.txt") for packed in (".gz", ".bz2", ".xz", ".zst")]
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".ot")


@dataclass(frozen=True)
class Fetched:
    """What came, as its `fetched.json` says it; `before` if an earlier call brought it."""

    record: dict[str, Any]
    before: bool


def fetch(repo: str, place: Path, revision: str = "main", *, dataset: bool = False) -> Fetched:
    """Write `place` with a repository's files of one commit, those alone that are data, and `fetched.json`.

    Raises: UserError where the Hub or the repository can't be had, holds no such files, or a place that is taken.
    """
    listed = listing(repo, revision, _WHERE, dataset=dataset)
    names = _rows(listed) if dataset else _weights(listed)
    made_from = fingerprint(repo, dataset, listed.commit, names)
    if is_complete(place, made_from, check_hashes=True):
        return Fetched(read_json(place / RECORD), before=True)
    with folder(free_place(place, "copy of this commit"), made_from=made_from) as new:
        for name in names:
            download(listed, name, new, _WHERE)
        shutil.rmtree(new / ".cache", ignore_errors=True)  # the Hub library's notes on what it brought
        hashes = {name: file_hash(new / name) for name in names}
        _compare(listed, hashes)
        record = {
            "repo": repo,
            "kind": "dataset" if dataset else "model",
            "revision": revision,
            "commit": listed.commit,
            "files": {name: {"sha256": hashes[name], "bytes": (new / name).stat().st_size} for name in names},
            "left_there": sorted(set(listed.files) - set(names)),
        }
        write_json(new / RECORD, record)
    return Fetched(record, before=False)


def _weights(listed: Listing) -> list[str]:
    names = matching(listed.files, _MODEL)
    pickled = listed.with_ending(*_PICKLED)
    if pickled and not any(name.endswith(".safetensors") for name in names):
        better = safetensors_revision(listed.repo)
        there = f"--revision {better} (a pull request: look who made it), or " if better else ""
        raise UserError(
            Fault(_WHERE, f"{listed.repo} has its weights as {pickled[0]} alone, which can carry code", "safetensors",
                  f"{there}acclimate convert {listed.repo} --to DIR, and carry that folder")
        )  # fmt: skip
    return _some(listed, names)


def _rows(listed: Listing) -> list[str]:
    names = matching(listed.files, [*_ROWS, *_PACKED, *BESIDE])
    scripts = listed.with_ending(".py")
    if scripts and not matching(names, [*_ROWS, *_PACKED]):
        raise UserError(
            Fault(_WHERE, f"{listed.repo} is made by a program ({scripts[0]}), which is never run", "files of rows",
                  "--revision refs/convert/parquet, where the Hub has turned it into Parquet")
        )  # fmt: skip
    return _some(listed, names)


def _some(listed: Listing, names: list[str]) -> list[str]:
    if not names:
        raise UserError(
            Fault(_WHERE, f"{listed.repo} has no file that can be carried", "safetensors, settings, vocabularies, rows",
                  "check the name and the revision")
        )  # fmt: skip
    return names


def _compare(listed: Listing, hashes: dict[str, str]) -> None:
    for name, found in hashes.items():
        if listed.files[name] not in ("", found):
            raise UserError(
                Fault(f"{listed.repo}: {name}", f"came with SHA-256 {found}", listed.files[name], "fetch it again")
            )
