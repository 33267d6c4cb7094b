"""acclimate: adapt a pretrained language model to a domain's own data, with the proof that it worked."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# No telemetry, and no asking a service of the Hub to convert weights that are not safetensors.
os.environ |= {"HF_HUB_DISABLE_TELEMETRY": "1", "DISABLE_SAFETENSORS_CONVERSION": "1"}

if TYPE_CHECKING:
    from acclimate.core.local_code import code_allowed
    from acclimate.pipeline.compare import compare
    from acclimate.pipeline.evaluate_model import evaluate_model
    from acclimate.pipeline.predict import Loaded, load
    from acclimate.pipeline.review import Review, review
    from acclimate.pipeline.run import Run, run
    from acclimate.pipeline.several import Several, run_several

__all__ = ["Loaded", "Review", "Run", "Several", "__version__", "code_allowed", "compare", "evaluate_model", "load", "review", "run",
           "run_several"]  # fmt: skip

_HOMES = {
    "Loaded": "predict",
    "Review": "review",
    "Run": "run",
    "Several": "several",
    "compare": "compare",
    "evaluate_model": "evaluate_model",
    "load": "predict",
    "review": "review",
    "run": "run",
    "run_several": "several",
}
"""Which file of pipeline/ each name comes from."""


def __getattr__(name: str) -> Any:
    """Import the pipeline only when it is used: `import acclimate` stays light."""
    if name == "code_allowed":
        return import_module("acclimate.core.local_code").code_allowed
    if name in _HOMES:
        return getattr(import_module(f"acclimate.pipeline.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'acclimate' has no attribute {name!r}")
