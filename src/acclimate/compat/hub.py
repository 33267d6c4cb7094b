"""The Hub, asked briefly: is a model cached, which commit is it, can it be reached, and are its weights safetensors?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from acclimate.core.errors import Fault

CONFIG, INDEX = "config.json", "model.safetensors.index.json"
_PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack"}
_NO_WEIGHTS = {"training_args.bin", "optimizer.bin", "optimizer.pt", "scheduler.bin", "scheduler.pt"}
# Found by hand; what Hugging Face's own bot converted is asked of the Hub.
_KNOWN_REVISIONS = {"microsoft/deberta-base": "refs/pr/4"}
_BOT = "SFconvertbot"


@dataclass(frozen=True)
class Access:
    """How the Hub is reached: the cache's folder (None: the common one) and a token (True: the cached login)."""

    cache_dir: str | None = None
    token: str | bool | None = field(default=None, repr=False)


COMMON = Access()
"""The common cache, and whoever is logged in."""


def cached(model: str, revision: str, access: Access = COMMON) -> bool:
    """Say whether the config of a Hub model lies in the local cache (no network is touched)."""
    return _cached_file(model, revision, CONFIG, access) is not None


def commit_of(folder: str, revision: str, access: Access = COMMON) -> str | None:
    """Give the commit that a Hub model's revision stands for in the local cache; None for a folder, or if it isn't there."""
    if Path(folder).expanduser().is_dir():
        return None
    found = _cached_file(folder, revision, CONFIG, access)
    return None if found is None else found.parent.name


def _cached_file(model: str, revision: str, name: str, access: Access) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model, name, revision=revision, cache_dir=access.cache_dir)
    except HFValidationError:
        return None
    return Path(found) if isinstance(found, str) else None


def reachable(model: str, revision: str, access: Access = COMMON, timeout: float = 10.0) -> str:
    """Ask the Hub for a model and give what is wrong in one line, or an empty text. Waits `timeout` seconds at most."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        HfApi().model_info(model, revision=revision, timeout=timeout, token=access.token)
    except HFValidationError as error:
        return str(error).splitlines()[0]
    except RepositoryNotFoundError:
        return "the Hub has no such model, or it is private"
    except RevisionNotFoundError:
        return f"the Hub has no revision {revision!r} of it"
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        return f"the Hub can't be reached ({type(error).__name__})"
    return ""


def only_pickled(names: Iterable[str]) -> list[str]:
    """Give the files of a model that hold pickled (or other unreadable) weights, if no safetensors stand beside them."""
    top = [PurePosixPath(name) for name in names if "/" not in name]
    if any(path.suffix == ".safetensors" for path in top):
        return []
    return sorted(path.name for path in top if path.suffix in _PICKLED and path.name not in _NO_WEIGHTS)


def weights_fault(model: str, revision: str, access: Access, *, offline: bool) -> Fault | None:
    """Give what is wrong with a Hub model's weights, or None: asked of its list of files, nothing is downloaded.

    transformers would ask a service to convert them, and take weights that nobody has named.
    """
    if any(_cached_file(model, revision, name, access) for name in ("model.safetensors", INDEX)):
        return None
    found = only_pickled(_files(model, revision, access, offline=offline))
    if not found:
        return None
    other = _KNOWN_REVISIONS.get(model) or ("" if offline else _converted(model, access))
    return pickled_fault(model, found, other)


def pickled_fault(model: str, found: list[str], revision: str = "") -> Fault:
    """Say that a model has pickled weights alone (`found`), and which `revision` has others, where one is known."""
    convert = f"acclimate convert {model} --to DIR, and name DIR"
    do = f"set model.revision: {revision}, which has safetensors; or {convert}" if revision else convert
    return Fault("model", f"{model} has its weights only as {', '.join(found[:3])}",
                 "weights as safetensors (pickled ones are never read)", do)  # fmt: skip


def _files(model: str, revision: str, access: Access, *, offline: bool) -> list[str]:
    if offline:
        config = _cached_file(model, revision, CONFIG, access)
        return [path.name for path in config.parent.iterdir()] if config else []
    from huggingface_hub import HfApi

    try:
        siblings = HfApi().model_info(model, revision=revision, timeout=10.0, token=access.token).siblings
    except Exception:  # noqa: BLE001  what can't be asked now is found when it is loaded
        return []
    return [sibling.rfilename for sibling in siblings or []]


def _converted(model: str, access: Access) -> str:
    """Give the revision in which Hugging Face's bot (nobody else) has proposed safetensors, or an empty text."""
    from huggingface_hub import HfApi

    try:
        for one in HfApi().get_repo_discussions(model, author=_BOT, discussion_type="pull_request", token=access.token):
            if one.git_reference and one.author == _BOT and "safetensors" in one.title.lower():
                return one.git_reference
    except Exception:  # noqa: BLE001  a hint is not worth a failure
        return ""
    return ""
