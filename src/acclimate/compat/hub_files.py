"""The Hub's files: what a repository holds at a revision, and how they come here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from acclimate.compat.offline import offline
from acclimate.core.errors import Fault, UserError

_SECONDS = 10.0  # the Hub's answer is waited for this long
_HINT_SECONDS = 30.0  # and pull requests are looked through for this long


@dataclass(frozen=True)
class Listing:
    """The files of a repository at one commit: name -> SHA-256, or "" for small files that git keeps."""

    repo: str
    revision: str
    commit: str
    files: dict[str, str]
    dataset: bool = False

    def with_ending(self, *endings: str) -> list[str]:
        """Give the names that end so."""
        return [name for name in self.files if name.endswith(endings)]


def listing(repo: str, revision: str, where: str, *, dataset: bool = False) -> Listing:
    """Ask the Hub what a repository holds.

    Raises: UserError within seconds where it can't be had.
    """
    from huggingface_hub import HfApi

    kind = "dataset" if dataset else "model"
    if offline():
        raise UserError(
            Fault(where, f"{repo} is on the Hub and HF_HUB_OFFLINE is set", "a machine with a network",
                  "unset HF_HUB_OFFLINE, or run this where there is a network")
        )  # fmt: skip
    try:
        found: Any = HfApi().repo_info(repo, revision=revision, repo_type=kind, files_metadata=True, timeout=_SECONDS)
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        raise _not_had(where, repo, revision, error, dataset=dataset) from None
    files = {one.rfilename: str(one.lfs.sha256) if one.lfs else "" for one in found.siblings or ()}
    slips = [name for name in files if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts]
    if slips or "\\" in "".join(files):
        raise UserError(Fault(where, f"{repo} names files outside its own folder", "plain names", "do not use it"))
    return Listing(repo, revision, str(found.sha), files, dataset)


def download(listed: Listing, name: str, place: Path, where: str) -> None:
    """Bring one file under a folder. Raises: UserError where the network fails."""
    from huggingface_hub import hf_hub_download

    kind = "dataset" if listed.dataset else "model"
    try:
        hf_hub_download(listed.repo, name, repo_type=kind, revision=listed.commit, local_dir=place)
    except Exception as error:
        if isinstance(error, OSError) and error.errno and error.filename:
            raise  # the disk, not the network
        raise _not_had(where, f"{listed.repo}: {name}", listed.commit, error, dataset=listed.dataset) from None


def snapshot(repo: str, revision: str, names: list[str], where: str) -> Path:
    """Give the cache's folder with these files of a model (patterns as in `*.json`), downloaded where there is a network."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repo, revision=revision, allow_patterns=names, local_files_only=offline()))
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        if offline():
            raise UserError(
                Fault(where, f"{repo} is not in the local cache and HF_HUB_OFFLINE is set", "a folder or a cached model",
                      "run this where there is a network, or name a folder")
            ) from None  # fmt: skip
        raise _not_had(where, repo, revision, error) from None


def safetensors_revision(repo: str) -> str:
    """Give the newest pull request that brings safetensors, as in `refs/pr/4`, or an empty text."""
    from huggingface_hub import HfApi

    try:
        api, end = HfApi(), time.monotonic() + _HINT_SECONDS
        found = api.list_repo_refs(repo, include_pull_requests=True).pull_requests or []
        newest = sorted((one.ref for one in found), key=lambda ref: -int(ref.rpartition("/")[2]))
        for ref in newest:
            if time.monotonic() > end:
                break
            names = [one.rfilename for one in api.model_info(repo, revision=ref, timeout=_SECONDS).siblings or ()]
            if any(name.endswith(".safetensors") for name in names):
                return ref
    except Exception:  # noqa: BLE001  a hint that can't be had is left out
        return ""
    return ""


def _not_had(where: str, name: str, revision: str, error: Any, *, dataset: bool = False) -> UserError:
    from huggingface_hub import errors

    kind = "data set" if dataset else "model"
    problem = f"the Hub can't be reached ({type(error).__name__})"
    if isinstance(error, errors.HFValidationError):
        problem = str(error).splitlines()[0]
    elif isinstance(error, errors.RepositoryNotFoundError):
        problem = f"the Hub has no such {kind}, or it is private"
    elif isinstance(error, errors.RevisionNotFoundError):
        problem = f"the Hub has no revision {revision!r} of it"
    return UserError(
        Fault(where, f"{name} can't be had: {problem}", f"a {kind} on the Hub", "check the name and the network")
    )
