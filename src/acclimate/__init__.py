"""acclimate: adapt a pretrained language model to a domain's own data, with the proof that it worked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# No telemetry, and no asking a service of the Hub to convert weights that are not safetensors.
os.environ |= {"HF_HUB_DISABLE_TELEMETRY": "1", "DISABLE_SAFETENSORS_CONVERSION": "1"}

if TYPE_CHECKING:
    from acclimate.pipeline.run import Run, run

__all__ = ["Run", "__version__", "run"]


def __getattr__(name: str) -> Any:
    """Import the pipeline only when it is used: `import acclimate` stays light."""
    if name in ("Run", "run"):
        from acclimate.pipeline import run as module

        return getattr(module, name)
    raise AttributeError(f"module 'acclimate' has no attribute {name!r}")
