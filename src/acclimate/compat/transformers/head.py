"""The head runs only where a label is: hidden states are selected before they meet the vocabulary matrix."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class SparseHead:
    """Hands the output embedding only the positions that are asked for.

    Install it after the adapter: PEFT's `modules_to_save` copies the head, hooks included.
    """

    def __init__(self, model: nn.Module) -> None:
        whole: Any = model
        inner = whole.get_base_model() if hasattr(model, "get_base_model") else whole
        head = inner.get_output_embeddings()
        self.positions_L: Tensor | None = None
        self.installed = head is not None
        self._handle = head.register_forward_pre_hook(self._select) if head is not None else None

    def _select(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self.positions_L is None:
            return None
        hidden = inputs[0]
        return (hidden.reshape(-1, hidden.shape[-1])[self.positions_L][None], *inputs[1:])

    def remove(self) -> None:
        """Take the hook out again."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None
