"""Low-rank adaptation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from acclimate.adapter.hooks import NoHooks
from acclimate.adapter.targets import Names, check_saved, check_targets, chosen_targets, no_such
from acclimate.core.method import option

if TYPE_CHECKING:
    from torch import nn


class Lora(NoHooks):
    """Freeze the base and learn, for chosen matrices W, a low-rank change: W + (lora_alpha / r) B A.

    Takes: a transformers model.

    Gives: a PEFT model whose only trainable weights are A [r, in] and B [out, r], the rows of new tokens (in the
    embedding, and in the head where the two are not tied), a task's head, and what `modules_to_save`, `bias` and
    `use_dora` add.

    Options: `r`, `lora_alpha`, `lora_dropout`, `target_modules`, `modules_to_save`, `bias`, `use_rslora`, `use_dora`,
    all with PEFT's meaning.

    When to use: large models, little memory, many domains on one base. Where memory allows, `full` learns more;
    `adalora` finds out by itself which matrices need a high rank.

    Source: Hu et al. 2021 (arXiv 2106.09685); use_rslora: Kalajdzievski 2023 (arXiv 2312.03732); use_dora: Liu et al.
    2024 (arXiv 2402.09353); PEFT's implementation.

    Raises: UserError naming the targets that no module is called by, or that can't be adapted.
    """

    learning_rate: ClassVar[float] = 2e-4
    merges: ClassVar[bool] = True

    r: int = option(8, "rank of the change", unit="rank", ge=1, le=4096)
    lora_alpha: float = option(32, "scale of the change: it is multiplied by lora_alpha / r", unit="scale", gt=0)
    lora_dropout: float = option(0.1, "dropout on the adapter's input", unit="share", ge=0, lt=1)
    target_modules: Names = option(
        (), "names of the matrices to adapt, or all-linear (default: PEFT's choice for the architecture)"
    )
    modules_to_save: Names = option((), "names of modules that are trained whole and saved beside the change")
    bias: Literal["none", "all", "lora_only"] = option(
        "none", "biases that are trained: none, all, or the adapted ones"
    )
    use_rslora: bool = option(False, "multiply by lora_alpha / sqrt(r) instead, for high ranks")
    use_dora: bool = option(False, "learn the length of each column apart from its direction")

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        import torch

        from acclimate.compat.peft import default_targets, library, new_row_indices, trained_share, wrapped
        from acclimate.compat.transformers.heads import head_modules

        targets, notes = chosen_targets(model, self.target_modules, default_targets(model, "LORA"))
        check_targets(model, self.target_modules, new_rows)
        check_saved(model, self.modules_to_save, new_rows)
        config = library().LoraConfig(
            r=self.r,
            lora_alpha=self.lora_alpha,
            lora_dropout=self.lora_dropout,
            target_modules=targets,
            modules_to_save=list(dict.fromkeys([*self.modules_to_save, *head_modules(model)])) or None,
            bias=self.bias,
            use_rslora=self.use_rslora,
            use_dora=self.use_dora,
            trainable_token_indices=new_row_indices(model, new_rows),
        )
        torch.manual_seed(seed)
        try:
            adapted: nn.Module = wrapped(model, config)
        except ValueError as error:
            raise no_such(model, str(error).splitlines()[0]) from None
        return adapted, [*notes, trained_share(adapted)]

    def merge(self, model: nn.Module) -> nn.Module:
        from acclimate.compat.peft import merged

        plain: nn.Module = merged(model)
        return plain
