"""Tiny models, tokenizers and examples that tests make for themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, PreTrainedTokenizerFast

from acclimate.adapter.full import Full
from acclimate.compat.transformers.heads import auto_class, with_labels
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import PADDED, choose
from acclimate.core.events import silent
from acclimate.core.examples import Examples
from acclimate.core.labels import Labels
from acclimate.core.language_model import LanguageModel
from acclimate.objective.clm import Clm
from acclimate.objective.mlm import Mlm
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.train.checkpoint import Checkpoints
from acclimate.train.job import Job
from acclimate.train.section import Train

VOCABULARY = 120
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
MORE: dict[str, dict[str, Any]] = {
    "roberta": {"pad_token_id": 1, "bos_token_id": 0},
    "modernbert": {"cls_token_id": 1, "sep_token_id": 2, "local_attention": 8, "global_attn_every_n_layers": 2},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64},
    "qwen3": {"head_dim": 16, "num_key_value_heads": 1},
    "mistral": {"sliding_window": 8, "num_key_value_heads": 1},
    "llama": {"num_key_value_heads": 2},
}
NO_DROPOUT = {
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
}
MASKED = {"bert", "roberta", "modernbert", "electra", "deberta", "deberta-v2", "distilbert"}


def tokenizer() -> PreTrainedTokenizerFast:
    """Words w0 ... wN, one token each, with every special token there is."""
    special = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"]
    vocabulary = {token: number for number, token in enumerate(special)}
    vocabulary |= {f"w{number}": number for number in range(len(special), VOCABULARY)}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        unk_token="[UNK]",
        bos_token="[CLS]",
        eos_token="[SEP]",
    )


def language_model(kind: str, seed: int = 0, **config: Any) -> LanguageModel:
    """A tiny model of an architecture, without dropout unless asked for."""
    torch.manual_seed(seed)
    causal = kind not in MASKED
    known = AutoConfig.for_model(kind)
    dropout = {key: value for key, value in NO_DROPOUT.items() if hasattr(known, key)}
    made = AutoConfig.for_model(kind, **{**SIZES, **MORE.get(kind, {}), **dropout, **config})
    model = (AutoModelForCausalLM if causal else AutoModelForMaskedLM).from_config(made)
    model.config.use_cache = False
    return LanguageModel(model, tokenizer(), f"tiny {kind}", causal, 64)


def with_head(lm: LanguageModel, head: str, labels: Labels, seed: int = 0) -> LanguageModel:
    """The same architecture with a task's head, whose own dropout is 0 too."""
    torch.manual_seed(seed)
    config = with_labels(lm.model.config, labels, 0)
    config.classifier_dropout = 0.0
    model = auto_class(head).from_config(config)
    return replace(lm, model=model, head=head)


def examples(documents: int = 24, seed: int = 0, longest: int = 30, *, causal: bool = False) -> Examples:
    """Documents of 2 to `longest` tokens that can be learnt: each token follows from the one before it, mostly."""
    draw = np.random.Generator(np.random.PCG64(seed))
    lengths = draw.integers(2, longest + 1, documents)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ids, units = [], []
    for length in lengths:
        start = int(draw.integers(5, VOCABULARY))
        body = [5 + (start + 3 * place) % (VOCABULARY - 5) for place in range(length)]
        ids += body
        units += [0] + [1] * (length - 1) if causal else list(range(length))
    rows = np.arange(documents, dtype=np.int32)
    keys = np.arange(1000, 1000 + documents).astype(np.uint64)
    return Examples(np.array(ids, np.int32), np.array(units, np.int32), offsets, rows, keys)


def job(lm: LanguageModel, place: Path, data: Examples, settings: Train, **more: Any) -> Job:
    """A training of `lm`, padding-free where the model can."""
    flat = more.pop("flat", True)
    adapter = more.pop("adapter", Full())
    way = choose(lm.model, causal=lm.causal)[0] if flat else PADDED
    model, _ = adapter.wrap(lm.model, lm.new_rows, 0)
    batching = more.pop("batching", PaddingFree() if way.flat else Pad())
    objective = more.pop("objective", None) or (Clm() if lm.causal else Mlm(masking="token"))
    checkpoints = Checkpoints(place, "test", lambda folder: None)
    parts = {"validation": None, "logs": place / "logs", "tell": silent, **more}
    return Job(lm=lm, model=model, runner=Runner(model, way), examples=data, objective=objective, batching=batching,
               adapter=adapter, settings=settings, checkpoints=checkpoints, **parts)  # fmt: skip
