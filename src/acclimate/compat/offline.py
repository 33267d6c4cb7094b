"""The one switch of the network: HF_HUB_OFFLINE, read as huggingface_hub reads it."""

from __future__ import annotations

import os


def offline() -> bool:
    """Say whether the user asked for no network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
