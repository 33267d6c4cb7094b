import pytest
import torch
from peft import LoraConfig, get_peft_model

from acclimate.compat.peft import (
    default_targets,
    merged,
    new_row_indices,
    vocabulary_targets,
    with_trained_rows,
    wrapped,
)
from tests.made import language_model


def test_default_targets_are_pefts_or_none() -> None:
    assert default_targets(language_model("bert").model, "LORA") == ["query", "value"]
    assert default_targets(language_model("llama").model, "LORA") == ["q_proj", "v_proj"]
    assert default_targets(language_model("gpt2").model, "LORA") == ["c_attn"]
    assert default_targets(language_model("roberta").model, "ADALORA") == ["query", "key", "value", "dense"]
    assert default_targets(language_model("electra").model, "ADALORA") is None
    assert default_targets(language_model("electra").model, "LORA") == ["query", "value"]
    for kind in ("distilbert", "modernbert"):
        assert default_targets(language_model(kind).model, "LORA") is None


@pytest.mark.parametrize(
    "kind, options, names",
    [
        ("bert", {}, {"word_embeddings"}),
        ("gpt2", {}, {"wte"}),
        ("llama", {"tie_word_embeddings": True}, {"embed_tokens"}),
        ("llama", {"tie_word_embeddings": False}, {"embed_tokens", "lm_head"}),
        ("deberta", {"legacy": False}, {"word_embeddings"}),
    ],
)
def test_new_rows_are_named_wherever_they_are(kind: str, options: dict[str, bool], names: set[str]) -> None:
    model = language_model(kind, **options).model
    assert new_row_indices(model, [118, 119]) == {name: [118, 119] for name in names}
    assert new_row_indices(model, []) is None


@pytest.mark.parametrize("kind", ["bert", "gpt2", "deberta"])
def test_wrapping_and_merging_warn_of_nothing_and_leave_the_config(kind: str) -> None:
    model = language_model(kind, **({"legacy": False} if kind == "deberta" else {})).model
    tied = model.config.tie_word_embeddings
    targets = {"bert": ["query"], "gpt2": ["c_attn"], "deberta": ["in_proj"]}[kind]
    adapted = wrapped(model, LoraConfig(target_modules=targets))
    plain = merged(adapted)
    assert type(plain) is type(model)
    assert plain.config.tie_word_embeddings is tied is True


def test_an_untied_head_may_be_adapted_and_stays_untied() -> None:
    model = language_model("llama", tie_word_embeddings=False).model
    adapted = wrapped(model, LoraConfig(target_modules=["lm_head"], init_lora_weights=False)).eval()
    ids = torch.arange(5, 15)[None]
    before = adapted(input_ids=ids).logits
    plain = merged(adapted)
    assert torch.allclose(plain(input_ids=ids).logits, before, atol=1e-5)
    assert plain.config.tie_word_embeddings is False


def test_which_targets_are_the_vocabularys() -> None:
    bert, deberta = language_model("bert").model, language_model("deberta", legacy=False).model
    assert vocabulary_targets(bert, ["query", "decoder", "word_embeddings", "position_embeddings"]) == [
        "decoder",
        "word_embeddings",
    ]
    assert vocabulary_targets(deberta, ["dense", "embeddings.word_embeddings"]) == ["embeddings.word_embeddings"]


@pytest.mark.parametrize(
    "kind, options", [("bert", {}), ("bert", {"tie_word_embeddings": False}), ("roberta", {}), ("gpt2", {})]
)
def test_a_heads_bias_stays_where_its_rows_are_trained(kind: str, options: dict[str, bool]) -> None:
    """huggingface/peft#3649: unmerged, PEFT alone leaves it out."""
    model = language_model(kind, **options).model.eval()
    bias = model.get_output_embeddings().bias
    if bias is not None:
        torch.nn.init.normal_(bias, generator=torch.Generator().manual_seed(0))
    ids = torch.arange(5, 15)[None]
    before = model(input_ids=ids).logits
    targets = ["c_attn"] if kind == "gpt2" else ["query"]
    config = LoraConfig(target_modules=targets, trainable_token_indices=new_row_indices(model, [6, 7]))
    adapted = wrapped(model, config).eval()
    assert torch.allclose(adapted(input_ids=ids).logits, before, atol=1e-6)
    with adapted.disable_adapter():
        assert torch.allclose(adapted(input_ids=ids).logits, before, atol=1e-6)
    adapted.merge_adapter()
    assert torch.allclose(adapted(input_ids=ids).logits, before, atol=1e-6)
    adapted.unmerge_adapter()
    assert torch.allclose(merged(adapted)(input_ids=ids).logits, before, atol=1e-6)


def test_without_the_mending_the_bias_is_lost() -> None:
    """When this fails, PEFT has mended it, and `_keep_bias` can go."""
    model = language_model("bert").model.eval()
    torch.nn.init.ones_(model.get_output_embeddings().bias)
    ids = torch.arange(5, 15)[None]
    before = model(input_ids=ids).logits
    config = LoraConfig(target_modules=["query"], trainable_token_indices=new_row_indices(model, [6, 7]))
    assert torch.allclose(get_peft_model(model, config).eval()(input_ids=ids).logits, before - 1, atol=1e-5)


def test_only_the_named_rows_are_trained() -> None:
    model = language_model("deberta", legacy=False).model.eval()
    ids = torch.arange(5, 15)[None]
    before = model(input_ids=ids).logits
    adapted = with_trained_rows(model, {"word_embeddings": [6, 7]}).eval()
    assert torch.equal(adapted(input_ids=ids).logits, before)
    (rows,) = [weight for weight in adapted.parameters() if weight.requires_grad]
    assert rows.shape == (2, 32)
    with torch.no_grad():
        rows.zero_()
    changed = adapted(input_ids=ids).logits
    plain = merged(adapted)
    assert not plain.get_input_embeddings().weight[6:8].any()
    assert torch.allclose(plain(input_ids=ids).logits, changed, atol=1e-6)
    assert not torch.allclose(changed, before, atol=1e-3)
