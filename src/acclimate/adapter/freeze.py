"""Only the end of the model is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from acclimate.adapter.hooks import NoHooks
from acclimate.core.errors import Fault, UserError
from acclimate.core.method import option

if TYPE_CHECKING:
    from torch import nn


class Freeze(NoHooks):
    """Freeze the model but for its head and its last layers.

    Takes: a transformers model.

    Gives: the model with its head (every weight outside the backbone, and the matrix of the vocabulary that turns hidden
    states into logits) and its last `last_layers` transformer layers trainable. The rows of new tokens are trained
    wherever they are: as rows, in a matrix that is frozen.

    Options: `train`, `last_layers`.

    When to use: little data on a model that is near the domain already, or to see what the head alone can do. The base's
    own knowledge is kept as with `lora`, which usually learns more; `full` trains everything.

    Source: Howard and Ruder 2018 (arXiv 1801.06146), which unfreezes from the last layer on.

    Raises: UserError if the model has fewer layers, or none that can be found.
    """

    learning_rate: ClassVar[float] = 5e-5
    merges: ClassVar[bool] = False

    train: Literal["head", "layers"] = option("head", "head: head and last_layers; layers: the last_layers alone")
    last_layers: int = option(0, "how many of the last transformer layers are trained", unit="layers", ge=0, le=1000)

    @model_validator(mode="after")
    def _something_is_trained(self) -> Freeze:
        if self.train == "layers" and not self.last_layers:
            raise ValueError("train: layers without last_layers would train nothing")
        return self

    def wrap(self, model: nn.Module, new_rows: Sequence[int], seed: int) -> tuple[nn.Module, list[str]]:
        from acclimate.compat.peft import new_row_indices, with_trained_rows
        from acclimate.compat.transformers.heads import head_modules
        from acclimate.compat.transformers.resize import own_head

        whole: Any = model
        layers = _layers(whole) if self.last_layers else []
        if self.last_layers > len(layers):
            fault = Fault("adapter.last_layers", str(self.last_layers), f"0 to {len(layers)}", "train fewer layers")
            raise UserError(fault)
        trained = [weight for layer in layers[len(layers) - self.last_layers :] for weight in layer.parameters()]
        tied = own_head(whole) is None
        rows = new_row_indices(whole, new_rows) or {}
        notes = []
        if self.train == "head" and head_modules(whole):
            pooler = getattr(whole.base_model, "pooler", None)
            trained += [*_head(whole), *(pooler.parameters() if pooler is not None else ())]
        elif self.train == "head":
            matrix = whole.get_input_embeddings().weight if tied else own_head(whole).weight
            trained += [*_head(whole), matrix]
            rows = {name: ids for name, ids in rows.items() if _matrix(whole, name) is not matrix}
            if tied:
                notes.append("the head's matrix is the embedding too (tied): both are trained")
        wrapped: nn.Module = with_trained_rows(whole, rows) if rows else whole.requires_grad_(False)
        for weight in trained:
            weight.requires_grad_(True)
        return wrapped, [*notes, _share(wrapped)]

    def merge(self, model: nn.Module) -> nn.Module:
        from acclimate.compat.peft import merged

        plain: nn.Module = merged(model) if hasattr(model, "get_base_model") else model
        return plain


def _layers(model: Any) -> list[nn.Module]:
    """Give the backbone's layers: of its lists of modules the one with the most weights (a list of experts has fewer)."""
    from torch import nn

    lists = [part for part in model.base_model.modules() if isinstance(part, nn.ModuleList)]
    sizes = [sum(weight.numel() for weight in part.parameters()) for part in lists]
    return list(lists[sizes.index(max(sizes))]) if lists else []


def _head(model: Any) -> list[nn.Parameter]:
    """Give the weights outside the backbone."""
    inside = {id(weight) for weight in model.base_model.parameters()}
    return [weight for weight in model.parameters() if id(weight) not in inside]


def _matrix(model: Any, name: str) -> Any:
    """Give the vocabulary's matrix in the module whose last name is `name`."""
    parts = (model.get_input_embeddings(), model.get_output_embeddings())
    names = {id(part): key.rsplit(".", 1)[-1] for key, part in model.named_modules()}
    return next(part.weight for part in parts if part is not None and names[id(part)] == name)


def _share(model: nn.Module) -> str:
    every = sum(weight.numel() for weight in model.parameters())
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    return f"trainable params: {trained:,d} || all params: {every:,d} || trainable%: {100 * trained / every:.4f}"
