"""What acclimate needs to know of PEFT's insides."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from acclimate.compat.transformers.resize import own_head
from acclimate.core.errors import Fault, UserError

_ADAPTER = "default"
"""What PEFT calls an adapter that was given no name."""


def library() -> Any:
    """Give PEFT, imported without the code that bitsandbytes would fetch for it."""
    from acclimate.compat.bitsandbytes import tame

    tame()
    import peft

    return peft


def default_targets(model: Any, kind: str) -> str | list[str] | None:
    """Give PEFT's default targets of "LORA" or "ADALORA" for the model's architecture (a str is a pattern), or None."""
    found = getattr(library().utils.constants, f"TRANSFORMERS_MODELS_TO_{kind}_TARGET_MODULES_MAPPING").get(
        model.config.model_type
    )
    return found if found is None or isinstance(found, str) else list(found)


def vocabulary_targets(model: Any, targets: Sequence[str], *, inside: bool = False) -> list[str]:
    """Give those of `targets` that stand for the embedding or for the head's matrix with a row for each token.

    With `inside` also those that stand for a module which holds one of the two.
    """
    size = model.get_input_embeddings().weight.shape[0]
    parts = [part for part in (model.get_input_embeddings(), model.get_output_embeddings()) if part is not None]
    named = {name for name, module in model.named_modules() if any(module is part for part in parts)
             and module.weight.shape[0] == size}  # fmt: skip
    if inside:
        named |= {name[:place] for name in named for place, letter in enumerate(name) if letter == "."}
    return [target for target in targets if any(f".{name}".endswith(f".{target}") for name in named)]


def new_row_indices(model: Any, new_rows: Sequence[int]) -> dict[str, list[int]] | None:
    """Name the new rows in the embedding and, where it is not tied, in the head (the list form reloads wrong there)."""
    if not new_rows:
        return None
    embedding, head = model.get_input_embeddings(), own_head(model)
    names = {id(module): name for name, module in model.named_modules()}
    rows = {names[id(embedding)].rsplit(".", 1)[-1]: list(new_rows)}
    if head is not None:
        rows[names[id(head)].rsplit(".", 1)[-1]] = list(new_rows)
    return rows


def wrapped(model: Any, config: Any) -> Any:
    """Give PEFT's wrapper of a model (PEFT 0.21 still asks transformers for a name that it has deprecated).

    That GPT-2's matrices are stored transposed it finds out itself, and says so in a warning. AdaLoRA's divisor `ranknum`
    it makes trainable where it moves it to the base's device or type.
    """
    from peft import get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False", UserWarning)
        adapted = get_peft_model(model, config)
    for name, weight in adapted.named_parameters():
        if f".ranknum.{_ADAPTER}" in name:
            weight.requires_grad_(False)
    _keep_bias(adapted)
    return adapted


def _keep_bias(model: Any) -> None:
    """Add the head's bias where its rows are trained: there PEFT's forward pass leaves it out (huggingface/peft#3649)."""
    import torch
    from peft.tuners.trainable_tokens.layer import TrainableTokensLayer

    for layer in model.modules():
        bias = getattr(layer.base_layer, "bias", None) if isinstance(layer, TrainableTokensLayer) else None
        if bias is None or bias.is_meta:
            continue
        nothing, ones = torch.zeros_like(layer.base_layer.weight[:1]), torch.ones_like(bias)
        with torch.no_grad():
            said = torch.func.functional_call(layer, {"base_layer.bias": ones}, (nothing,))
        if not said.any():
            layer.register_forward_hook(_add_bias)


def _add_bias(layer: Any, inputs: Any, output: Any) -> Any:
    unchanged = layer.merged or layer.disable_adapters or not layer.active_adapters
    return output if unchanged else output + layer.base_layer.bias


def write_adapter(model: Any, folder: str) -> None:
    """Write the adapter's files. New rows ride along as rows: PEFT's choice is the whole matrix of a resized base.

    A matrix that AdaLoRA left without a rank has no rows, which PEFT takes for a shard of a larger one.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*LoRA tensor.* have invalid shape", UserWarning)
        model.save_pretrained(folder, save_embedding_layers=False)


def merged(model: Any) -> Any:
    """Give the plain model with the adapter's weights merged in.

    PEFT takes the dense layer of DeBERTa's head for an output embedding, and writes into the config that it is not tied.
    """
    config = model.get_base_model().config
    tied = config.tie_word_embeddings
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Input and output embeddings are no longer tied", UserWarning)
        plain = model.merge_and_unload()
    if own_head(plain) is None:
        config.tie_word_embeddings = tied
    return plain


def trained_share(model: Any) -> str:
    """Say how many weights are trained, in PEFT's words."""
    trained, every = model.get_nb_trainable_parameters()
    return f"trainable params: {trained:,d} || all params: {every:,d} || trainable%: {100 * trained / every:.4f}"


def with_trained_rows(model: Any, rows: dict[str, list[int]]) -> Any:
    """Give the model with nothing trained but some rows of the named matrices: PEFT's adapter with no matrix to adapt."""
    from peft import LoraConfig
    from peft.utils.constants import DUMMY_TARGET_MODULES

    return wrapped(model, LoraConfig(target_modules=DUMMY_TARGET_MODULES, trainable_token_indices=rows))


# AdaLoRA. Its state: `ipt`, `exp_avg_ipt`, `exp_avg_unc` (importance of each weight) in the tuner's RankAllocator, and
# `rank_pattern` in the config (for each E, which ranks are kept).

_SMOOTHED = ("ipt", "exp_avg_ipt", "exp_avg_unc")
_PATTERN = "rank_pattern"


def set_schedule(model: Any, updates: int, tinit: int, tfinal: int) -> None:
    """Fit AdaLoRA's schedule to the run (its config is read by tuner and allocator alike)."""
    config = model.peft_config[_ADAPTER]
    config.total_step, config.tinit, config.tfinal = max(updates, 1), tinit, tfinal


def orthogonality(model: Any) -> Any:
    """Give the mean of ||A A^T - I|| and ||B^T B - I|| (Frobenius): what PEFT adds only where it is given labels."""
    import torch

    terms = []
    for name, weight in model.named_parameters():
        if f"lora_A.{_ADAPTER}" in name or f"lora_B.{_ADAPTER}" in name:
            product = weight @ weight.T if "lora_A" in name else weight.T @ weight
            terms.append(torch.linalg.matrix_norm(product - torch.eye(len(product), out=torch.empty_like(product))))
    return sum(terms) / len(terms)


def allocate(model: Any, update: int) -> None:
    """Measure importance and cut ranks: PEFT's step between the optimiser's and the clearing of gradients."""
    import torch

    for name, weight in model.named_parameters():
        if "lora_" in name and weight.requires_grad and weight.grad is None:
            weight.grad = torch.zeros_like(weight)  # a matrix that this batch did not reach (experts): PEFT would fail
    model.base_model.update_and_allocate(update)


def allocation(model: Any) -> dict[str, Any]:
    """Give all that AdaLoRA remembers beside its weights, as tensors."""
    import torch

    allocator, pattern = model.base_model.rankallocator, _pattern(model)
    found = {f"{part}|{name}": tensor for part in _SMOOTHED for name, tensor in getattr(allocator, part).items()}
    return {**found, **{f"{_PATTERN}|{name}": torch.tensor(kept) for name, kept in pattern.items()}}


def restore_allocation(model: Any, state: Mapping[str, Any]) -> None:
    """Take up what `allocation` gave."""
    allocator, device = model.base_model.rankallocator, next(model.parameters()).device
    allocator.reset_ipt()
    pattern = {}
    for key, tensor in state.items():
        part, _, name = key.partition("|")
        if part == _PATTERN:
            pattern[name] = tensor.tolist()
        else:
            getattr(allocator, part)[name] = tensor.to(device, copy=True)
    model.peft_config[_ADAPTER].rank_pattern = pattern or None


def ranks(model: Any) -> dict[str, int]:
    """Give the rank of each adapted matrix, by the module's name."""
    pattern = _pattern(model)
    return {name.partition(".lora_E.")[0]: sum(pattern[name]) if name in pattern else len(weight)
            for name, weight in model.base_model.model.named_parameters() if f".lora_E.{_ADAPTER}" in name}  # fmt: skip


def keep_exact_ranks(model: Any) -> bool:
    """Say whether every rank that the pattern cuts is zero; else drop the pattern, so that nothing is cut in saving."""
    import torch

    weights = dict(model.base_model.model.named_parameters())
    pattern = _pattern(model)
    exact = bool(pattern) and not any(
        bool(weights[name][~torch.tensor(kept, device=weights[name].device)].any()) for name, kept in pattern.items()
    )
    if not exact:
        model.peft_config[_ADAPTER].rank_pattern = None
    return exact


def without_rank(model: Any) -> set[str]:
    """Name the E that have no rank left."""
    return {f"base_model.model.{name}" for name, kept in _pattern(model).items() if not any(kept)}


def _pattern(model: Any) -> dict[str, list[bool]]:
    """Give which ranks of each E are kept (PEFT takes the adapter's name from the keys when it saves)."""
    pattern = model.peft_config[_ADAPTER].rank_pattern or {}
    return {name if name.endswith(f".{_ADAPTER}") else f"{name}.{_ADAPTER}": kept for name, kept in pattern.items()}


def with_adapter(model: Any, folder: str) -> Any:
    """Give a model under an adapter that lies in a folder as safetensors, for measuring.

    Raises: UserError if PEFT can't put the two together, or if the adapter can't be merged into the weights.
    """
    from peft import PeftConfig, PeftModel
    from peft.tuners.tuners_utils import BaseTuner

    do = "name the base it was trained on in adapter_config.json"
    try:
        kind = PeftConfig.from_pretrained(folder).peft_type
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of keys and kinds; what does not fit is found below
            adapted = PeftModel.from_pretrained(model, folder, use_safetensors=True)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        found = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(Fault(folder, f"the adapter does not fit its base: {found}", "its own base", do)) from None
    if not isinstance(adapted.base_model, BaseTuner) or not hasattr(adapted, "merge_and_unload"):
        found = f"a {getattr(kind, 'value', kind)} adapter is no change of weights"
        raise UserError(
            Fault(folder, found, "LoRA, DoRA, AdaLoRA, IA3 or another that can be merged", "merge it yourself")
        )
    _keep_bias(adapted)
    return adapted
