"""Tiny models of every architecture that the start-up probe is tested on, and how far each is from its documents alone.

`python -m tests.architectures` writes architectures.json anew; the test holds it to what is measured, and
docs/architectures.md is made of it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM
from transformers.utils import logging

from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import Way, choose
from acclimate.core.examples import Batch
from tests.made import NO_DROPOUT, SIZES, VOCABULARY

RECORD = Path(__file__).with_name("architectures.json")
LENGTHS = (14, 1, 25, 20)
"""Of the documents: a lone token, and several that are longer than the windows below."""
TOLERANCE = 1e-5

_ONE_KEY = {"num_key_value_heads": 1}
_WINDOW = {"sliding_window": 8}
_HEAD = {"head_dim": 16}
_EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32}
_RELATIVE = {"relative_attention": True, "pos_att_type": "p2c|c2p", "legacy": False}
MASKED: dict[str, dict[str, Any]] = {
    "albert": {"embedding_size": 32},
    "bert": {},
    "big_bird": {"attention_type": "original_full"},
    "camembert": {},
    "convbert": {"embedding_size": 32},
    "data2vec-text": {},
    "deberta": _RELATIVE,
    "deberta-v2": {**_RELATIVE, "position_buckets": 8, "conv_kernel_size": 3, "norm_rel_ebd": "layer_norm",
                   "share_att_key": True, "position_biased_input": False},
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64},
    "electra": {"embedding_size": 32},
    "ernie": {},
    "esm": {},
    "eurobert": {},
    "longformer": {"attention_window": 8},
    "megatron-bert": {},
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2},
    "mpnet": {},
    "nomic_bert": {},
    "rembert": {"input_embedding_size": 32, "output_embedding_size": 32},
    "roberta": {},
    "roberta-prelayernorm": {},
    "roformer": {"embedding_size": 32},
    "xlm-roberta": {},
}  # fmt: skip
CAUSAL: dict[str, dict[str, Any]] = {
    "biogpt": {},
    "bloom": {},
    "cohere2": _WINDOW,
    "exaone4": {**_ONE_KEY, **_WINDOW, "sliding_window_pattern": 2},
    "falcon": {},
    "gemma": {**_ONE_KEY, **_HEAD},
    "gemma2": {**_ONE_KEY, **_HEAD, **_WINDOW, "query_pre_attn_scalar": 16},
    "gemma3_text": {**_ONE_KEY, **_HEAD, **_WINDOW, "query_pre_attn_scalar": 16},
    "gpt2": {},
    "gpt_bigcode": {},
    "gpt_neo": {"num_layers": 2, "num_heads": 2, "attention_types": [[["global", "local"], 1]], "window_size": 8},
    "gpt_neox": {},
    "gpt_oss": {**_ONE_KEY, **_HEAD, **_WINDOW, "num_local_experts": 4},
    "gptj": {"rotary_dim": 8},
    "granite": {},
    "jamba": {**_ONE_KEY, "num_experts": 2, "attn_layer_period": 2, "attn_layer_offset": 1, "use_mamba_kernels": False},
    "llama": _ONE_KEY,
    "mamba": {},
    "mistral": {**_ONE_KEY, **_WINDOW},
    "mixtral": {**_ONE_KEY, "num_local_experts": 4},
    "mpt": {},
    "nemotron": _ONE_KEY,
    "olmo2": {},
    "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32},
    "phi": {},
    "phi3": _WINDOW,
    "qwen2": _ONE_KEY,
    "qwen2_moe": {**_ONE_KEY, **_EXPERTS, "shared_expert_intermediate_size": 32},
    "qwen3": {**_ONE_KEY, **_HEAD},
    "qwen3_moe": {**_ONE_KEY, **_HEAD, **_EXPERTS},
    "smollm3": _ONE_KEY,
    "stablelm": _ONE_KEY,
    "starcoder2": {**_ONE_KEY, **_WINDOW},
    "xglm": {"d_model": 32, "num_layers": 2, "attention_heads": 2, "ffn_dim": 64},
}  # fmt: skip
ARCHITECTURES = [*MASKED, *CAUSAL]


@dataclass(frozen=True)
class Found:
    """What the probe chose for an architecture, and the largest relative differences from its documents alone."""

    architecture: str
    head: str
    way: str
    logits: float
    gradient: float

    @property
    def exact(self) -> bool:
        """Whether it gives what its documents alone give."""
        return max(self.logits, self.gradient) <= TOLERANCE


def made(kind: str) -> Any:
    """A tiny model with fresh weights, in eval mode: no dropout."""
    torch.manual_seed(0)
    known = AutoConfig.for_model(kind)
    options = MASKED.get(kind, {}) | CAUSAL.get(kind, {})
    sizes = {key: value for key, value in {**SIZES, **NO_DROPOUT}.items() if hasattr(known, key)}
    config = AutoConfig.for_model(kind, **{**sizes, **options})
    model = (AutoModelForCausalLM if kind in CAUSAL else AutoModelForMaskedLM).from_config(config)
    model.config.use_cache = False
    return model.eval()


def measure(kind: str) -> tuple[Found, str]:
    """Compare a batch of documents, as the chosen way lays it out, with each document run alone."""
    model = made(kind)
    draw = np.random.Generator(np.random.PCG64(1))
    documents = [draw.integers(5, VOCABULARY, length) for length in LENGTHS]
    labels = [draw.integers(5, VOCABULARY, length) for length in LENGTHS]
    pieces = [gradient(model, lambda one=one: model(input_ids=torch.tensor(one[None])).logits[0], goal)
              for one, goal in zip(documents, labels, strict=True)]  # fmt: skip
    logits_LV, whole = torch.cat([logits for logits, _ in pieces]), sum(grown for _, grown in pieces)
    way, sentence = choose(model, causal=kind in CAUSAL)
    runner = Runner(model, way)
    there_LV, there = gradient(model, lambda: runner.logits(model, batch(way, documents)), np.concatenate(labels))
    off = float((there_LV - logits_LV).abs().max() / logits_LV.abs().max())
    head = "causal" if kind in CAUSAL else "masked"
    return Found(kind, head, way.name, off, float((there - whole).norm() / whole.norm())), sentence


def gradient(model: Any, run: Any, labels: Any) -> tuple[Tensor, Tensor]:
    """Logits of a forward pass, and the gradient of its summed loss as one vector."""
    model.zero_grad()
    logits_LV = run()
    cross_entropy(logits_LV, torch.tensor(labels), reduction="sum").backward()
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    vector = torch.cat([torch.zeros(one.numel()) if one.grad is None else one.grad.flatten() for one in weights])
    return logits_LV.detach(), vector.clone()


def batch(way: Way, documents: list[Any]) -> Batch:
    """All documents in one forward pass, every position asked for."""
    nothing, width = np.zeros(0, np.int64), max(LENGTHS)
    if way.flat:
        offsets_N1 = np.concatenate([[0], np.cumsum(LENGTHS)])
        return Batch(
            np.concatenate(documents)[None], None, offsets_N1, np.arange(sum(LENGTHS)), nothing, len(LENGTHS), 0
        )
    mask = np.array([[place < length for place in range(width)] for length in LENGTHS]).astype(np.int64)
    ids = np.stack([np.pad(one, (0, width - len(one))) for one in documents])
    return Batch(ids, mask, None, np.flatnonzero(mask), nothing, len(LENGTHS), 0)


def recorded() -> list[Found]:
    """What architectures.json says."""
    return [Found(**entry) for entry in json.loads(RECORD.read_text(encoding="utf-8"))]


def rounded(found: Found) -> dict[str, Any]:
    """What is written down: differences to one digit."""
    return {**asdict(found), "logits": float(f"{found.logits:.0e}"), "gradient": float(f"{found.gradient:.0e}")}


def main() -> None:
    """Write architectures.json."""
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    lines = [json.dumps(rounded(measure(kind)[0])) for kind in ARCHITECTURES]
    RECORD.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
