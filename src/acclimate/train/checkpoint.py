"""Checkpoints: complete or absent, and enough to go on bit for bit (promises 14 and 15).

A checkpoint holds the trained weights and the optimiser's tensors by parameter name (safetensors), and one JSON
(`trainer_state.json`) with the number of the update, the log, and what bits depend on. There is no random state, no
scheduler and no sampler to save: all three are functions of the update's number (core/seeds.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acclimate.core.artifact import folder, is_complete, read_json, write_json
from acclimate.core.failpoint import fail_point
from acclimate.train.optimizer import load_state, state_by_name, trainable

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

STATE = "trainer_state.json"
_FULL, _PART, _OPTIMIZER = "model.safetensors", "trainable.safetensors", "optimizer.safetensors"
_MORE = "adapter_state.safetensors"


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one run: `place` holds `checkpoint-N/`; `made_from` is the run's fingerprint; `describe`
    writes config and tokenizer beside the weights, so that a full checkpoint loads with plain transformers.
    """

    place: Path
    made_from: str
    describe: Callable[[Path], None]

    def save(
        self, model: nn.Module, optimizer: Optimizer, state: dict[str, Any], more: Mapping[str, Tensor] | None = None
    ) -> Path:
        """Write `checkpoint-N` for the update `state["global_step"]`; `more` is what the adapter must remember."""
        from safetensors.torch import save_file

        place = self.place / f"checkpoint-{state['global_step']}"
        with folder(place, made_from=self.made_from) as new:
            weights = {name: tensor.detach().contiguous() for name, tensor in trainable(model).items()}
            save_file(weights, new / self._weights_name(model), metadata={"format": "pt"})
            fail_point("checkpoint.after_weights")
            save_file(
                {key: tensor.contiguous() for key, tensor in state_by_name(model, optimizer).items()}, new / _OPTIMIZER
            )
            if more:
                save_file({key: tensor.detach().clone() for key, tensor in more.items()}, new / _MORE)
            self.describe(new)
            write_json(new / STATE, state)
        return place

    def load(self, place: Path, model: nn.Module, optimizer: Optimizer | None = None) -> dict[str, Any]:
        """Put a checkpoint's weights into the model, its moments into the optimiser, and give its state."""
        import torch
        from safetensors.torch import load_file

        parameters = trainable(model)
        with torch.no_grad():
            for name, tensor in load_file(place / self._weights_name(model)).items():
                parameters[name].copy_(tensor)
        if optimizer is not None:
            load_state(model, optimizer, load_file(place / _OPTIMIZER))
        state: dict[str, Any] = read_json(place / STATE)
        return state

    @staticmethod
    def more(place: Path) -> dict[str, Tensor]:
        """Give what the adapter had to remember in a checkpoint; empty if there was nothing."""
        from safetensors.torch import load_file

        return load_file(place / _MORE) if (place / _MORE).is_file() else {}

    def all(self) -> list[Path]:
        """Give the folders named checkpoint-N, oldest first, whole or not."""
        found = [path for path in self.place.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", path.name)]
        return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))

    def newest(self) -> tuple[Path | None, list[str]]:
        """Give the newest checkpoint that is whole and of this run, and the names of newer ones that were skipped."""
        skipped: list[str] = []
        for path in reversed(self.all()):
            if is_complete(path, self.made_from, check_hashes=True):
                return path, skipped
            skipped.append(path.name)
        return None, skipped

    def prune(self, keep: int | None, best: str | None, newest: str) -> None:
        """Delete the oldest checkpoints beyond `keep`, never the best and never the `newest` (just written).

        Folders that are damaged or of another run are neither counted nor touched.
        """
        found = [path for path in self.all() if is_complete(path, self.made_from)]
        spare = [path for path in found if path.name not in (best, newest)]
        extra = len(found) - keep if keep is not None else 0
        for path in spare[: max(0, extra)]:
            shutil.rmtree(path)

    @staticmethod
    def _weights_name(model: nn.Module) -> str:
        return _FULL if all(parameter.requires_grad for parameter in model.parameters()) else _PART
