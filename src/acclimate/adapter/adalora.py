"""Low-rank adaptation that moves its ranks to where they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from acclimate.adapter.hooks import NoHooks
from acclimate.adapter.targets import Names, check_targets, chosen_targets, no_such
from acclimate.core.errors import Fault, UserError
from acclimate.core.method import option

if TYPE_CHECKING:
    from torch import Tensor, nn

_FEWEST = 3
"""Updates until the last allocation: E is zero at first, and in the first update a warm-up's learning rate may be."""


class Adalora(NoHooks):
    """Learn W + (lora_alpha / init_r) B diag(E) A, and cut the least important ranks until target_r is left on average.

    Importance of a rank: |weight x gradient|, smoothed over updates, times how much it varies. From update `tinit` on
    the budget falls from init_r to target_r (cubic), every `deltaT` updates; the last `tfinal` updates keep the ranks.

    Takes: a transformers model.

    Gives: a PEFT model whose only trainable weights are A [init_r, in], E [init_r, 1], B [out, init_r] and the rows of
    new tokens. To the loss is added, once an update, orth_reg_weight x mean of ||A A^T - I|| and ||B^T B - I||.

    Options: PEFT's names and meaning. `tinit` and `tfinal` below 1 are shares of the run's updates. With
    target_r >= init_r there is nothing to allocate: the ranks stay, and the report says so.

    When to use: when it matters where the ranks lie, and the run has some hundred updates. Otherwise `lora`.

    Source: Zhang et al. 2023 (arXiv 2303.10512); PEFT's implementation.

    Raises: UserError naming targets that can't be adapted, or a schedule that leaves no update to allocate in.
    """

    learning_rate: ClassVar[float] = 1e-3
    merges: ClassVar[bool] = True

    target_r: int = option(8, "rank at the end, on average over the matrices", unit="rank", ge=1, le=4096)
    init_r: int = option(12, "rank of every matrix at the start", unit="rank", ge=1, le=4096)
    tinit: float = option(0.1, "updates before ranks are cut; below 1: a share of all", unit="updates", ge=0)
    tfinal: float = option(0.4, "last updates, in which ranks stay; below 1: a share of all", unit="updates", ge=0)
    deltaT: int = option(1, "updates between two allocations", unit="updates", ge=1)
    beta1: float = option(0.85, "smoothing of the importance", unit="share", gt=0, lt=1)
    beta2: float = option(0.85, "smoothing of the importance's variation", unit="share", gt=0, lt=1)
    orth_reg_weight: float = option(0.5, "weight of the orthogonality term in the loss", unit="weight", ge=0)
    lora_alpha: float = option(32, "scale of the change: it is multiplied by lora_alpha / init_r", unit="scale", gt=0)
    lora_dropout: float = option(0.1, "dropout on the adapter's input", unit="share", ge=0, lt=1)
    target_modules: Names = option(
        (), "names of the matrices to adapt, or all-linear (default: PEFT's choice for the architecture)"
    )

    @property
    def allocates(self) -> bool:
        """Whether there are ranks to cut."""
        return self.target_r < self.init_r

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        import torch

        from acclimate.compat.peft import default_targets, library, new_row_indices, trained_share, wrapped
        from acclimate.compat.transformers.heads import head_modules

        targets, notes = chosen_targets(model, self.target_modules, default_targets(model, "ADALORA"))
        check_targets(model, self.target_modules, new_rows)
        config = library().AdaLoraConfig(
            init_r=self.init_r,
            target_r=self.target_r,
            deltaT=self.deltaT,
            beta1=self.beta1,
            beta2=self.beta2,
            orth_reg_weight=self.orth_reg_weight,
            lora_alpha=self.lora_alpha,
            lora_dropout=self.lora_dropout,
            target_modules=targets,
            modules_to_save=head_modules(model) or None,
            trainable_token_indices=new_row_indices(model, new_rows),
            total_step=1,  # the run's own comes with `prepare`
        )
        torch.manual_seed(seed)
        try:
            adapted: nn.Module = wrapped(model, config)
        except ValueError as error:
            raise no_such(model, str(error).splitlines()[0]) from None
        return adapted, [*notes, trained_share(adapted)]

    def prepare(self, model: nn.Module, updates: int) -> list[str]:
        from acclimate.compat.peft import set_schedule

        first, last = _updates(self.tinit, updates), _updates(self.tfinal, updates)
        if not self.allocates:
            return [
                f"AdaLoRA has nothing to allocate (target_r {self.target_r} >= init_r {self.init_r}): every rank stays "
                f"{self.init_r}"
            ]
        if updates and updates - last < max(_FEWEST, first + 1):
            found = f"tinit is {first} and tfinal {last} of {updates} updates: none is left to allocate ranks in"
            allowed = f"tinit + tfinal below the run's updates, at least {_FEWEST} updates before tfinal"
            raise UserError(Fault("adapter.tinit", found, allowed, "train longer, or make one of them smaller"))
        set_schedule(model, updates, first, last)
        return [
            f"AdaLoRA cuts ranks from {self.init_r} to {self.target_r} on average, "
            f"from update {first + 1} to update {updates - last} of {updates}"
        ]

    def extra_loss(self, model: nn.Module) -> Tensor | None:
        from acclimate.compat.peft import orthogonality

        return self.orth_reg_weight * orthogonality(model) if self.orth_reg_weight else None

    def after_update(self, model: nn.Module, update: int) -> None:
        from acclimate.compat.peft import allocate

        if self.allocates:
            allocate(model, update)

    def state(self, model: nn.Module) -> dict[str, Tensor]:
        from acclimate.compat.peft import allocation

        return allocation(model) if self.allocates else {}

    def restore(self, model: nn.Module, state: Mapping[str, Tensor]) -> None:
        from acclimate.compat.peft import restore_allocation

        if self.allocates:
            restore_allocation(model, state)

    def set_back(self, model: nn.Module) -> set[str]:
        """A matrix that lost all its ranks has the E that it began with: zero."""
        from acclimate.compat.peft import without_rank

        return without_rank(model)

    def settle(self, model: nn.Module) -> list[str]:
        from acclimate.compat.peft import keep_exact_ranks, ranks

        if not self.allocates:
            return [
                f"AdaLoRA's final ranks: {self.init_r} in each of {len(ranks(model))} matrices (nothing to allocate)"
            ]
        if not keep_exact_ranks(model):
            return [
                f"AdaLoRA's ranks were not final when these weights were made: all {self.init_r} are kept everywhere"
            ]
        return _sentences(ranks(model), self.init_r, self.target_r)

    def merge(self, model: nn.Module) -> nn.Module:
        from acclimate.compat.peft import merged

        plain: nn.Module = merged(model)
        return plain


def _updates(value: float, updates: int) -> int:
    """Give a number of updates, of a number or of a share of all."""
    return int(value * updates) if value < 1 else int(value)


def _sentences(ranks: Mapping[str, int], init_r: int, target_r: int) -> list[str]:
    """Say all ranks, those of one kind of matrix in the order of the layers."""
    kinds: dict[str, list[int]] = {}
    for name, rank in ranks.items():
        kinds.setdefault(name.rsplit(".", 1)[-1], []).append(rank)
    listed = "; ".join(f"{kind} {', '.join(map(str, found))}" for kind, found in kinds.items())
    total, count = sum(ranks.values()), len(ranks)
    whole = f"AdaLoRA's final ranks: {total} in {count} matrices, {total / count:.1f} on average"
    return [f"{whole} (began with {init_r}, target {target_r}); layer by layer: {listed}"]
