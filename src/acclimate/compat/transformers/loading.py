"""Loading with transformers: safetensors only, no remote code, heads that are known to be trained or known not to be."""

from __future__ import annotations

from typing import Any

from acclimate.compat.transformers.positions import start_positions
from acclimate.compat.transformers.quiet import quiet
from acclimate.core.errors import Fault, UserError, nearest

_WHERE = "model"
# Their ids and offsets are counted from pad + 1, so the last places of the position table are never reached.
_POSITIONS_AFTER_PAD = {"roberta", "xlm-roberta", "camembert", "longformer"}


def auto_class(head: str) -> Any:
    """Give transformers' auto class for "masked" or "causal"."""
    import transformers

    return transformers.AutoModelForMaskedLM if head == "masked" else transformers.AutoModelForCausalLM


def need_head(config: Any, head: str) -> None:
    """Raise UserError unless the architecture has the head that the objective needs."""
    from transformers.models.auto import modeling_auto

    if config.is_encoder_decoder:
        raise UserError(
            Fault(_WHERE, f"{config.model_type} is a sequence-to-sequence model", "an encoder (mlm) or a decoder (clm)",
                  "choose a model such as bert-base-cased (mlm) or a Llama or Qwen model (clm)")
        )  # fmt: skip
    masked = config.model_type in modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    causal = config.model_type in modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    if not (masked if head == "masked" else causal):
        other = "objective: clm" if causal else "objective: mlm" if masked else "another model"
        raise UserError(
            Fault(_WHERE, f"{config.model_type} has no {head} language model head", f"a {head} one", f"use {other}")
        )


def tokenizer_from(folder: str, revision: str) -> Any:
    """Load a fast tokenizer.

    Raises: UserError if there is none, or only a slow one.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, revision=revision, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            Fault(_WHERE, _first_line(error), "a model with a fast tokenizer", "check the model's files")
        ) from None
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise UserError(
            Fault(
                _WHERE,
                f"{type(tokenizer).__name__} is not a fast tokenizer",
                "a tokenizer.json",
                "convert it, or name another",
            )
        )
    return tokenizer


def pretrained(folder: str, revision: str, head: str) -> tuple[Any, bool]:
    """Load weights in float32 and say whether the head's were among them (all others have to be).

    Raises: UserError if the architecture doesn't fit, the weights are not safetensors, or files are missing.
    """
    import torch
    from safetensors import SafetensorError

    config = config_of(folder, revision)
    need_head(config, head)
    look_back_only(config, head)
    if config.model_type in ("deberta", "deberta-v2"):
        config.legacy = False  # the default drops the trained head in silence
    try:
        with quiet():
            model, loading = auto_class(head).from_pretrained(
                folder, revision=revision, config=config, dtype=torch.float32, use_safetensors=True, trust_remote_code=False,
                output_loading_info=True,
            )  # fmt: skip
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(
            Fault(_WHERE, _first_line(error), "weights as safetensors (pickled ones are never read)",
                  "choose a revision or a model that has model.safetensors")
        ) from None  # fmt: skip
    body = sorted(key for key in loading["missing_keys"] if key.startswith(f"{model.base_model_prefix}."))
    if body:
        named = ", ".join(body[:3]) + (", ..." if len(body) > 3 else "")
        raise UserError(
            Fault(_WHERE, f"{len(body)} weights below the head are not in the files: {named}", "all of them",
                  "get the model's files anew")
        )  # fmt: skip
    return model, not loading["missing_keys"]


def from_scratch(model_type: str, given: dict[str, Any], overrides: dict[str, Any], head: str, seed: int) -> Any:
    """Make a model with fresh weights in float32, a function of `seed`.

    Takes: `given`, settings that come from the tokenizer; `overrides`, those of the recipe, which win.
    Raises: UserError for settings that the architecture does not have (transformers takes them in silence) or can't take.
    """
    import torch
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig

    where = "model.config_overrides"
    known = AutoConfig.for_model(model_type)
    names = sorted(name for name in known.to_dict() if not name.startswith("_"))
    unknown = [key for key in overrides if not hasattr(known, key) and not _is_old_name(key, known)]
    if unknown:
        allowed, do = ", ".join(names), "write it as transformers does"
        raise UserError(
            *(Fault(f"{where}.{key}", f"unknown setting{nearest(key, names)}", allowed, do) for key in unknown)
        )
    try:
        config = AutoConfig.for_model(model_type, **{**given, **overrides})
        need_head(config, head)
        look_back_only(config, head)
        torch.manual_seed(seed)
        model = auto_class(head).from_config(config, dtype=torch.float32)
        start_positions(model)
        return model
    except (StrictDataclassError, ValueError, KeyError, TypeError, RuntimeError, ZeroDivisionError) as error:
        found = " ".join(str(error).split())
        raise UserError(Fault(where, found, "settings that fit together", "change one of them")) from None


def _is_old_name(key: str, config: Any) -> bool:
    """Say whether transformers still reads a setting under the name it had before version 5."""
    return key in ("rope_theta", "rope_scaling") and hasattr(config, "rope_parameters")


def longest_sequence(config: Any, tokenizer: Any) -> int:
    """Give the longest sequence the model takes, in tokens: the smaller of tokenizer's and positions' limit."""
    limits = [int(tokenizer.model_max_length)] if tokenizer.model_max_length < 1e9 else []
    config = config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    if positions:
        limits.append(
            positions - (config.pad_token_id or 0) - 1 if config.model_type in _POSITIONS_AFTER_PAD else positions
        )
    return min(limits, default=2048)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def config_of(folder: str, revision: str) -> Any:
    """Read a model's config.

    Raises: UserError if it can't be read.
    """
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, revision=revision, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            Fault(_WHERE, _first_line(error), "a model of transformers' own", "check the model's files")
        ) from None


def checkpoint_activations(model: Any) -> None:
    """Recompute activations in the backward pass (transformers 5.23 has renamed the switch)."""
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    enable({"use_reentrant": False})


def look_back_only(config: Any, head: str) -> None:
    """Let BERT and its kin, which can be either, be a decoder under a causal head and an encoder under a masked one."""
    from transformers.models.auto import modeling_auto

    both = (
        modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES.keys() & modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys()
    )
    if config.model_type in both and hasattr(config, "is_decoder"):
        config.is_decoder = head == "causal"
