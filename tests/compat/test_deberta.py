"""DeBERTa, seed 000's own model, and its later versions: bfloat16, checkpointing, saving, their real tokenizers."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import DebertaTokenizerFast, DebertaV2TokenizerFast, pipeline

from acclimate.compat.transformers.loading import checkpoint_activations, from_scratch, pretrained
from acclimate.compat.transformers.resize import resize
from acclimate.model.load import load
from acclimate.model.section import Model
from tests.made import SIZES, VOCABULARY
from tests.tokenizers_made import SENTENCES, byte_bpe, unigram

RELATIVE = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "legacy": False}
KINDS = {
    "v1": ("deberta", {}),
    "v2": ("deberta-v2", {"conv_kernel_size": 3, "conv_act": "gelu", "position_buckets": 8}),
    "v3": ("deberta-v2", {"share_att_key": True, "norm_rel_ebd": "layer_norm", "position_buckets": 8}),
}
_SIZES = {key: value for key, value in SIZES.items() if key not in ("vocab_size", "bos_token_id", "eos_token_id")}
IDS = torch.randint(5, VOCABULARY, (3, 20), generator=torch.Generator().manual_seed(0))
MASK = (torch.arange(20) < torch.tensor([20, 7, 13])[:, None]).long()


def model(version: str, vocabulary: int = VOCABULARY, **more: Any) -> Any:
    kind, options = KINDS[version]
    dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    made = from_scratch(
        kind, {"vocab_size": vocabulary}, {**_SIZES, **RELATIVE, **dropout, **options, **more}, "masked", 0
    )
    with torch.no_grad():
        for name, weight in made.named_parameters():  # fresh biases are 0: their gradients would tell little
            if name.endswith(("bias", "q_bias", "v_bias")):
                weight.copy_(0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
    return made


def gradient(made: Any, bf16: bool) -> dict[str, Tensor]:
    made.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = made(input_ids=IDS, attention_mask=MASK).logits
    cross_entropy(logits.float()[MASK.bool()], IDS[MASK.bool()]).backward()
    return {name: one.grad.clone() for name, one in made.named_parameters() if one.grad is not None}


@pytest.mark.parametrize("version", KINDS)
def test_a_step_in_bfloat16_is_close_to_one_in_float32(version: str) -> None:
    made = model(version)
    names = list(made.state_dict())
    exact, half = gradient(made, False), gradient(made, True)
    assert exact.keys() == half.keys()
    off = torch.cat([(half[name] - exact[name]).flatten() for name in exact]).norm()
    assert off < 1.5e-2 * torch.cat([one.flatten() for one in exact.values()]).norm()
    assert list(made.state_dict()) == names
    assert {weight.dtype for weight in made.parameters()} == {torch.float32}


def test_without_the_mend_it_overflows() -> None:
    """What the mend is for: once transformers does this itself, it can go."""
    made = model("v1")
    for module in made.modules():
        module._forward_pre_hooks.clear()
    with pytest.raises(RuntimeError, match="overflow"):
        gradient(made, True)


def test_biases_are_learnt_in_bfloat16_too() -> None:
    found = gradient(model("v1"), True)
    biases = [one for name, one in found.items() if name.endswith(("q_bias", "v_bias"))]
    assert len(biases) == 4
    assert all(one.dtype == torch.float32 and one.any() for one in biases)


@pytest.mark.parametrize("bf16", [False, True])
def test_checkpointed_gradients_are_the_same_bits(bf16: bool) -> None:
    plain, checkpointed = model("v1").train(), model("v1").train()
    checkpoint_activations(checkpointed)
    one, other = gradient(plain, bf16), gradient(checkpointed, bf16)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_after_an_error_the_parameters_are_seen_again() -> None:
    made = model("v1")
    with torch.autocast("cpu", torch.bfloat16), pytest.raises((RuntimeError, IndexError, AttributeError)):
        made(input_ids=IDS, attention_mask=torch.ones(3, 19))
    layer = made.deberta.encoder.layer[0].attention.self
    assert layer.q_bias is layer.get_parameter("q_bias")
    assert "q_bias" not in vars(layer)


@pytest.mark.parametrize("version", KINDS)
def test_it_grows_and_comes_back_from_its_files(version: str, tmp_path: Path) -> None:
    made = model(version).eval()
    with torch.no_grad():
        before = made(input_ids=IDS, attention_mask=MASK).logits
        resize(made, VOCABULARY + 3)
        after = made(input_ids=IDS, attention_mask=MASK).logits
    assert torch.allclose(after[..., :VOCABULARY], before, atol=1e-6)
    made.save_pretrained(tmp_path)
    again, trained = pretrained(str(tmp_path), "main", "masked")
    assert trained
    with torch.no_grad():
        assert torch.equal(again.eval()(input_ids=IDS, attention_mask=MASK).logits, after)


@pytest.mark.parametrize("version", KINDS)
def test_a_head_that_transformers_trained_and_saved_is_a_trained_one(version: str, tmp_path: Path) -> None:
    """Plain transformers saves it as cls.predictions: an own head, not the Hub's lm_predictions."""
    made = model(version, legacy=True).eval()
    made.save_pretrained(tmp_path)
    again, trained = pretrained(str(tmp_path), "main", "masked")
    assert trained
    with torch.no_grad():
        assert torch.equal(again.eval()(input_ids=IDS).logits, made(input_ids=IDS).logits)


@pytest.mark.parametrize("version", KINDS)
def test_a_plain_pipeline_fills_masks_with_the_real_tokenizer(version: str, tmp_path: Path) -> None:
    backend = byte_bpe().backend_tokenizer if version == "v1" else unigram().backend_tokenizer
    names = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>"}
    kind = DebertaTokenizerFast if version == "v1" else DebertaV2TokenizerFast
    tokenizer = kind(tokenizer_object=backend, **names)
    tokenizer.save_pretrained(tmp_path)
    model(version, len(tokenizer)).save_pretrained(tmp_path)
    lm = load(Model(path=str(tmp_path)), "masked")
    assert isinstance(lm.tokenizer, kind)
    assert lm.trained_head
    ids = lm.tokenizer(SENTENCES[0], return_tensors="pt").input_ids
    assert lm.tokenizer.decode(ids[0], skip_special_tokens=True).strip() == SENTENCES[0]
    fill = pipeline("fill-mask", model=lm.model, tokenizer=lm.tokenizer, device="cpu")
    found = fill("The patient was <mask> at the hospital.")
    assert len(found) == 5
    assert all(0 <= one["score"] <= 1 for one in found)
