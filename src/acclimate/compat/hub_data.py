"""Data sets of the Hugging Face Hub: which files one has, and getting some of them into the local cache.

Only files are fetched; nothing of a repository is executed.
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from acclimate.compat.offline import offline

_SECONDS = 10.0


class HubDataError(Exception):
    """Why a data set can't be had, in one line; `do` says what mends it."""

    def __init__(self, found: str, do: str) -> None:
        super().__init__(found)
        self.do = do


@dataclass(frozen=True)
class HubData:
    """One commit of a data set: the names of its files, and the folder of the cache where they lie once fetched."""

    repository: str
    commit: str
    names: tuple[str, ...]
    folder: Path


def find_data(repository: str, revision: str, cache_dir: str | None) -> HubData:
    """Give the files of a data set: from the Hub or, where that is forbidden or can't be reached, from the cache.

    Raises: HubDataError.
    """
    from huggingface_hub._tree_cache import read_tree_cache

    trouble = _trouble(repository, revision)
    try:
        folder = Path(_snapshot(repository, revision, ["README.md"], cache_dir, cached=trouble is not None))
    except HubDataError:
        raise trouble or HubDataError(f"the Hub did not list the files of {repository}", "try again") from None
    tree = read_tree_cache(str(folder.parents[1]), folder.name)
    if tree is None:
        raise trouble or HubDataError(f"the Hub did not list the files of {repository}", "try again")
    return HubData(repository, folder.name, tuple(sorted(tree)), folder)


def fetch_files(data: HubData, names: Sequence[str], cache_dir: str | None) -> list[Path]:
    """Bring the named files into the cache, as far as they are not there; give their paths.

    Raises: HubDataError.
    """
    missing = [name for name in names if not (data.folder / name).exists()]
    if missing:
        patterns = [glob.escape(name) for name in missing]
        _snapshot(data.repository, data.commit, patterns, cache_dir, cached=offline())
    return [data.folder / name for name in names]


def _snapshot(repository: str, revision: str, patterns: list[str], cache_dir: str | None, *, cached: bool) -> str:
    from huggingface_hub import snapshot_download

    try:
        return str(
            snapshot_download(
                repository,
                repo_type="dataset",
                revision=revision,
                allow_patterns=patterns,
                cache_dir=cache_dir,
                local_files_only=cached,
            )
        )
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        found = f"files of {repository} are not in the local cache, and can't be fetched ({type(error).__name__})"
        raise HubDataError(found, _where_to_get(repository)) from None


def _trouble(repository: str, revision: str) -> HubDataError | None:
    """Ask the Hub for a data set; give what keeps it from being had, or None. Waits some seconds at most."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if offline():
        found = f"{repository} is not in the local cache, and HF_HUB_OFFLINE forbids the network"
        return HubDataError(found, _where_to_get(repository))
    try:
        HfApi().dataset_info(repository, revision=revision, timeout=_SECONDS)
    except HFValidationError as error:
        raise HubDataError(str(error).splitlines()[0], "write path: owner/name") from None
    except GatedRepoError:
        found = f"{repository} is gated: its owner has to let you in"
        raise HubDataError(found, f"ask on huggingface.co/datasets/{repository}, then hf auth login") from None
    except RepositoryNotFoundError:
        found = f"the Hub has no data set {repository}, or it is private"
        raise HubDataError(found, "mend path, or hf auth login if it is yours") from None
    except RevisionNotFoundError:
        raise HubDataError(f"the Hub has no revision {revision!r} of {repository}", "mend revision") from None
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        found = f"the Hub can't be reached ({type(error).__name__}), and {repository} is not in the local cache"
        return HubDataError(found, _where_to_get(repository))
    return None


def _where_to_get(repository: str) -> str:
    return f"run `hf download --repo-type dataset {repository}` with a network, or give path the folder of a copy"
