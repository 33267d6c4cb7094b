"""Low-rank adaptation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import field_validator

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Method, option

if TYPE_CHECKING:
    from torch import Tensor, nn


class Lora(Method):
    """Freeze the base and learn, for chosen matrices W, a low-rank change: W + (lora_alpha / r) B A.

    Takes: a transformers model.

    Gives: a PEFT model whose only trainable weights are A [r, in] and B [out, r] and the
    rows of new tokens (in the embedding, and in the head where the two are not tied).

    Options: `r`, `lora_alpha`, `lora_dropout`, `target_modules`.

    When to use: large models, little memory, many domains on one base. Where memory allows, `full` learns more.

    Source: Hu et al. 2021 (arXiv 2106.09685); PEFT's implementation.

    Raises: UserError naming the targets that no module is called by, or that can't be adapted.
    """

    learning_rate: ClassVar[float] = 2e-4
    merges: ClassVar[bool] = True

    r: int = option(8, "rank of the change", unit="rank", ge=1, le=4096)
    lora_alpha: float = option(32, "scale of the change: it is multiplied by lora_alpha / r", unit="scale", gt=0)
    lora_dropout: float = option(0.1, "dropout on the adapter's input", unit="share", ge=0, lt=1)
    target_modules: tuple[str, ...] = option(
        (), "names of the matrices to adapt, or all-linear (default: PEFT's choice for the architecture)"
    )

    @field_validator("target_modules", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """Seed 000 writes them in one text with commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        import torch
        from peft import LoraConfig

        from acclimate.compat.peft import default_targets, new_row_indices, wrapped

        targets: Any = list(self.target_modules) or default_targets(model)
        notes = []
        if not self.target_modules and targets is None:
            notes.append("PEFT names no default targets for this architecture: LoRA goes on all linear layers")
        if targets is None or targets == ["all-linear"]:
            targets = "all-linear"
        config = LoraConfig(
            r=self.r,
            lora_alpha=self.lora_alpha,
            lora_dropout=self.lora_dropout,
            target_modules=targets,
            trainable_token_indices=new_row_indices(model, new_rows),
        )
        if targets != "all-linear":
            _check_names(targets, model)
            _check_vocabulary(targets, model, new_rows)
        torch.manual_seed(seed)
        try:
            adapted: nn.Module = wrapped(model, config)
        except ValueError as error:
            raise _no_such(model, str(error).splitlines()[0]) from None
        return adapted, notes

    def extra_loss(self, model: nn.Module) -> Tensor | None:
        return None

    def after_update(self, model: nn.Module, update: int) -> None:
        """Nothing follows."""

    def merge(self, model: nn.Module) -> nn.Module:
        from acclimate.compat.peft import merged

        plain: nn.Module = merged(model)
        return plain


def _check_names(targets: Sequence[str], model: nn.Module) -> None:
    """Raise UserError for targets that no module is called by: PEFT leaves them out in silence if it finds any other."""
    names = {f".{name}" for name, _ in model.named_modules()}
    unknown = [target for target in targets if not any(name.endswith(f".{target}") for name in names)]
    if unknown:
        found = [f"{target!r}{nearest(target, _matrices(model))}" for target in unknown]
        raise _no_such(model, f"no module is called {', '.join(found)}")


def _check_vocabulary(targets: Sequence[str], model: nn.Module, new_rows: Sequence[int]) -> None:
    """Raise UserError for a matrix of the vocabulary that is tied or has new rows: what PEFT merges is then not what it trained."""
    from acclimate.compat.peft import vocabulary_targets
    from acclimate.compat.transformers.resize import own_head

    chosen = vocabulary_targets(model, targets)
    if not chosen or (own_head(model) is not None and not new_rows):
        return
    why = "has new rows, which are trained as they are" if new_rows else "is embedding and head at once"
    raise _no_such(model, f"{', '.join(chosen)} is the vocabulary's matrix, which {why}", leave_out=chosen)


def _matrices(model: nn.Module) -> list[str]:
    """Give the last names of what LoRA can adapt (GPT-2's matrices are a class of their own)."""
    kinds = {"Linear", "Conv1D"}
    return sorted({name.rsplit(".", 1)[-1] for name, part in model.named_modules() if type(part).__name__ in kinds})


def _no_such(model: nn.Module, found: str, leave_out: Sequence[str] = ()) -> UserError:
    allowed = f"{', '.join(name for name in _matrices(model) if name not in leave_out)}, or all-linear alone"
    return UserError(Fault("adapter.target_modules", found, allowed, "name modules that are there"))
