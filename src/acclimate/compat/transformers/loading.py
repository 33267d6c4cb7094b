"""Loading with transformers: safetensors only, no remote code, heads that are known to be trained or known not to be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from acclimate.compat.hub import COMMON, Access
from acclimate.compat.on_cpu import quick
from acclimate.compat.transformers import attention
from acclimate.compat.transformers.heads import TASK_HEADS, auto_class, is_body, need_head
from acclimate.compat.transformers.positions import start_positions
from acclimate.compat.transformers.quiet import quiet
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.language_model import TAKES, TASK

_WHERE = "model"
# Their ids and offsets are counted from pad + 1, so the last places of the position table are never reached.
_POSITIONS_AFTER_PAD = {"roberta", "xlm-roberta", "camembert", "longformer"}

NO_CODE = (
    "look for the same model in a form that transformers loads by itself (a newer release of transformers, another revision, "
    "a converted copy: its config.json has no auto_map), or take another base"
)

_DEBERTA = ("embedding_size", "talking_head")
_UNLISTED: dict[str, tuple[str, ...]] = {
    "deberta": _DEBERTA,
    "deberta-v2": (*_DEBERTA, "attention_head_size", "conv_act", "conv_groups", "conv_kernel_size", "norm_rel_ebd",
                   "position_buckets", "share_att_key"),
}  # fmt: skip


def tokenizer_from(folder: str, revision: str, access: Access = COMMON) -> Any:
    """Load a fast tokenizer.

    Raises: UserError if there is none, or only a slow one.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(
                folder, revision=revision, trust_remote_code=False, **asdict(access)
            )
    except (OSError, ValueError, KeyError) as error:
        raise UserError(_unreadable(error, folder, "a model with a fast tokenizer")) from None
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


def pretrained(
    folder: str, revision: str, head: str, access: Access = COMMON, config: Any = None, dtype: str = "float32"
) -> tuple[Any, bool]:
    """Load weights and say whether the head's were among them (all others have to be).

    Takes: `config`, where it is not the folder's own (for a task's head: with its labels, see heads.with_labels); `dtype`, a
    torch type's name. A head without weights is drawn by torch's generator.
    Raises: UserError if the architecture doesn't fit, the weights are not safetensors, or files are missing.
    """
    config = config or config_of(folder, revision, access)
    need_head(config, head)
    look_back_only(config, head)
    if config.model_type in ("deberta", "deberta-v2"):
        config.legacy = False  # the default drops the trained head in silence
    saved_as = tuple(config.architectures or ())  # a head that fills words in has not learnt to go on with a text
    model, loading = _from_files(folder, revision, head, config, access, dtype)
    if any(key.startswith("lm_predictions.") for key in loading["missing_keys"]) and any(
        key.startswith("cls.predictions.") for key in loading["unexpected_keys"]
    ):
        config.legacy = True  # a DeBERTa that transformers has trained and saved
        model, loading = _from_files(folder, revision, head, config, access, dtype)
    body = sorted(key for key in loading["missing_keys"] if is_body(model, key))
    if body:
        named = ", ".join(body[:3]) + (", ..." if len(body) > 3 else "")
        raise UserError(
            Fault(_WHERE, f"{len(body)} weights below the head are not in the files: {named}", "all of them",
                  "get the model's files anew")
        )  # fmt: skip
    other_head = head == "causal" and any("MaskedLM" in name for name in saved_as)
    return _mended(model), not (loading["missing_keys"] or loading["mismatched_keys"] or other_head)


def _from_files(folder: str, revision: str, head: str, config: Any, access: Access, dtype: str) -> tuple[Any, Any]:
    import torch
    from safetensors import SafetensorError

    kind = auto_class(head)
    try:
        with quiet():
            model, loading = kind.from_pretrained(
                folder, revision=revision, config=config, dtype=getattr(torch, dtype), use_safetensors=True,
                trust_remote_code=False, output_loading_info=True, ignore_mismatched_sizes=head in TASK_HEADS,
                **asdict(access),
            )  # fmt: skip
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(
            Fault(_WHERE, _first_line(error), "weights as safetensors (pickled ones are never read)",
                  "choose a revision or a model that has model.safetensors")
        ) from None  # fmt: skip
    return model, loading


def _mended(model: Any) -> Any:
    if model.config.model_type == "deberta":
        from acclimate.compat.transformers.deberta import mend_autocast

        mend_autocast(model)
    return model


def keep_attention(model: Any, implementation: str) -> None:
    """Set the attention that a user named, which no way of seeing documents may change then.

    Raises: UserError if the architecture doesn't have it.
    """
    if implementation == "sdpa" and attention.plain(model) != "sdpa":
        raise UserError(
            Fault("model.attn_implementation", f"{model.config.model_type} has no sdpa", "eager", "leave it out")
        )
    model.set_attn_implementation(implementation)
    attention.name(model)


def from_scratch(model_type: str, given: dict[str, Any], overrides: dict[str, Any], head: str, seed: int) -> Any:
    """Make a model with fresh weights in float32, a function of `seed`.

    Takes: `given`, settings that come from the tokenizer; `overrides`, those of the recipe, which win.
    Raises: UserError for settings that the architecture does not have (transformers takes them in silence) or can't take.
    """
    import torch
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig

    where = "model.config_overrides"
    names = sorted(name for name in AutoConfig.for_model(model_type).to_dict() if not name.startswith("_"))
    unknown = [key for key in overrides if not has_setting(model_type, key)]
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
        return _mended(model)
    except (StrictDataclassError, ValueError, KeyError, TypeError, RuntimeError, ZeroDivisionError) as error:
        found = " ".join(str(error).split())
        raise UserError(Fault(where, found, "settings that fit together", "change one of them")) from None


def has_setting(model_type: str, key: str) -> bool:
    """Say whether an architecture reads a setting, also one that its config class does not list."""
    from transformers import AutoConfig

    known = AutoConfig.for_model(model_type)
    before_5 = key in ("rope_theta", "rope_scaling") and hasattr(known, "rope_parameters")
    return hasattr(known, key) or before_5 or key in _UNLISTED.get(model_type, ())


def longest_sequence(config: Any, tokenizer: Any) -> int:
    """Give the longest sequence the model takes, in tokens: the smaller of tokenizer's and positions' limit.

    A tokenizer saved with a task's model is told the task's windows; how much the model takes stands in its config.
    """
    own = getattr(config, TASK, None)
    told = own.get(TAKES) if isinstance(own, dict) else None
    limit = told if isinstance(told, int) and told > 0 else tokenizer.model_max_length
    limits = [int(limit)] if limit < 1e9 else []
    config = config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    if positions:
        limits.append(
            positions - (config.pad_token_id or 0) - 1 if config.model_type in _POSITIONS_AFTER_PAD else positions
        )
    return min(limits, default=2048)


def _unreadable(error: BaseException, folder: str, allowed: str) -> Fault:
    found = _first_line(error)
    if "custom code" not in found:
        return Fault(_WHERE, found, allowed, "check the model's files")
    return Fault(_WHERE, f"{folder} loads only by running code that comes with it, and none is run", allowed, NO_CODE)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def config_of(folder: str, revision: str, access: Access = COMMON) -> Any:
    """Read a model's config.

    Raises: UserError if it can't be read.
    """
    from transformers import AutoConfig

    try:
        with quiet():
            return AutoConfig.from_pretrained(folder, revision=revision, trust_remote_code=False, **asdict(access))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(_unreadable(error, folder, "a model of transformers' own")) from None


def checkpoint_activations(model: Any) -> None:
    """Recompute activations in the backward pass (transformers 5.23 has renamed the switch)."""
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    enable({"use_reentrant": False, "context_fn": lambda: (quick(model), quick(model))})


def look_back_only(config: Any, head: str) -> None:
    """Let BERT and its kin, which can be either, be a decoder under a causal head and an encoder under a masked one."""
    from transformers.models.auto import modeling_auto

    both = (
        modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES.keys() & modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys()
    )
    if config.model_type in both and hasattr(config, "is_decoder"):
        config.is_decoder = head == "causal"
