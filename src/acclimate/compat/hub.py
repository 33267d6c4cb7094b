"""The Hub, asked briefly: is a model cached, can it be reached?"""

from __future__ import annotations


def cached(model: str, revision: str) -> bool:
    """Say whether the config of a Hub model lies in the local cache (no network is touched)."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model, "config.json", revision=revision)
    except HFValidationError:
        return False
    return isinstance(found, str)


def reachable(model: str, revision: str, timeout: float = 10.0) -> str:
    """Ask the Hub for a model and give what is wrong in one line, or an empty text. Waits `timeout` seconds at most."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        HfApi().model_info(model, revision=revision, timeout=timeout)
    except HFValidationError as error:
        return str(error).splitlines()[0]
    except RepositoryNotFoundError:
        return "the Hub has no such model, or it is private"
    except RevisionNotFoundError:
        return f"the Hub has no revision {revision!r} of it"
    except Exception as error:  # noqa: BLE001  any network layer may fail in its own way
        return f"the Hub can't be reached ({type(error).__name__})"
    return ""
