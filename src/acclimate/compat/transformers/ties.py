"""Which weights an architecture makes from others, as a head that is its embedding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acclimate.compat.transformers.quiet import quiet


def tied_names(folder: Path) -> dict[str, str]:
    """Give {name: the name it is tied to} for the model that a folder's config names; nothing where it can't be known.

    The model is built without weights (on the meta device), by a class of transformers' own.
    """
    import torch
    import transformers

    try:
        with quiet(), torch.device("meta"):
            config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            kind: Any = getattr(transformers, (config.architectures or [""])[0], None)
            if not (isinstance(kind, type) and issubclass(kind, transformers.PreTrainedModel)):
                return {}
            return dict(kind(config).all_tied_weights_keys)
    except Exception:  # noqa: BLE001  a config of any shape may come; then every name is kept
        return {}
