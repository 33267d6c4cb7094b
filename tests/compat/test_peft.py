import pytest
import torch
from peft import LoraConfig

from acclimate.compat.peft import default_targets, merged, new_row_indices, vocabulary_targets, wrapped
from tests.made import language_model


def test_default_targets_are_pefts_or_none() -> None:
    assert default_targets(language_model("bert").model) == ["query", "value"]
    assert default_targets(language_model("llama").model) == ["q_proj", "v_proj"]
    assert default_targets(language_model("gpt2").model) == ["c_attn"]
    for kind in ("distilbert", "modernbert"):
        assert default_targets(language_model(kind).model) is None


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
