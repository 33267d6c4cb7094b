"""What the loop asks of every adapter (core.protocols.Adapter), answered with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from acclimate.core.method import Method

if TYPE_CHECKING:
    from torch import Tensor, nn


class NoHooks(Method):
    """An adapter without schedule and state; one that has some overrides what it answers."""

    def prepare(self, model: nn.Module, updates: int) -> list[str]:
        return []

    def extra_loss(self, model: nn.Module) -> Tensor | None:
        return None

    def after_update(self, model: nn.Module, update: int) -> None:
        """Nothing follows."""

    def state(self, model: nn.Module) -> dict[str, Tensor]:
        return {}

    def restore(self, model: nn.Module, state: Mapping[str, Tensor]) -> None:
        """There is nothing to take up."""

    def set_back(self, model: nn.Module) -> set[str]:
        return set()

    def settle(self, model: nn.Module) -> list[str]:
        return []

    def merge(self, model: nn.Module) -> nn.Module:
        return model
