from typing import Any

import pytest
import torch

from acclimate.compat.transformers import attention
from acclimate.compat.transformers.ways import PADDED, choose
from acclimate.core.errors import UserError
from tests.made import language_model

GEMMA2 = {"head_dim": 16, "num_key_value_heads": 1, "sliding_window": 8}
WAYS = {
    "bert": ("by document", 0),
    "electra": ("by document", 0),
    "distilbert": ("by document", 0),
    "modernbert": ("by document", 0),
    "roberta": ("by document, positions from pad + 1", 2),
    "gpt2": ("by document", 0),
    "llama": ("by document", 0),
    "qwen3": ("by document", 0),
    "mistral": ("by document", 0),
    "gemma2": ("transformers' packing", 0),  # its attention hands over a softcap
}


@pytest.mark.parametrize("kind", WAYS)
def test_the_way_that_is_exact_is_found(kind: str) -> None:
    lm = language_model(kind, **(GEMMA2 if kind == "gemma2" else {}))
    lm.model.train()
    way, sentence = choose(lm.model, causal=lm.causal)
    assert (way.name, way.first_position) == WAYS[kind]
    assert way.flat
    assert way.name in sentence
    assert lm.model.training
    wanted = attention.NAME if way.offsets else attention.plain(lm.model)
    assert lm.model.config._attn_implementation == wanted


def test_where_flat_rows_do_not_pay_documents_are_padded() -> None:
    lm = language_model("deberta")
    before = lm.model.config._attn_implementation
    way, sentence = choose(lm.model, causal=False)
    assert way is PADDED
    assert "deberta" in sentence
    assert "not exact" not in sentence
    assert lm.model.config._attn_implementation == before


def test_a_window_that_is_ignored_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = attention.flat_attention

    def far_sighted(*arguments: Any, **keywords: Any) -> Any:
        return exact(*arguments, **{**keywords, "sliding_window": None})

    monkeypatch.setattr(attention, "flat_attention", far_sighted)
    try:
        assert choose(language_model("mistral").model, causal=True)[0].name == "transformers' packing"
    finally:
        monkeypatch.undo()
        attention.register()


def test_padding_that_leaks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    model = language_model("deberta").model
    forward = model.deberta.forward
    monkeypatch.setattr(model.deberta, "forward", lambda ids, **rest: forward(ids, **{**rest, "attention_mask": None}))
    way, sentence = choose(model, causal=False)
    assert way is PADDED
    assert "Its padding is not exact either: what a document says differs by" in sentence


@pytest.mark.parametrize("trouble", ["no mask", "no length but 64"])
def test_what_can_not_be_run_at_all_is_refused(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = language_model("deberta").model
    forward = model.forward

    def unable(input_ids: Any, **rest: Any) -> Any:
        if (rest and trouble == "no mask") or (input_ids.shape[1] != 64 and trouble != "no mask"):
            raise ValueError("can't")
        return forward(input_ids=input_ids, **rest)

    monkeypatch.setattr(model, "forward", unable)
    with pytest.raises(
        UserError, match="takes no attention mask" if trouble == "no mask" else "can't run documents of"
    ):
        choose(model, causal=False)


@pytest.mark.parametrize("kind", ["falcon", "mpt"])
def test_a_block_mask_of_a_decoder_looks_back_only(kind: str) -> None:
    way, _ = choose(language_model(kind).model, causal=True)
    assert (way.name, way.mask) == ("block mask", "back")
    mask = way.keywords([0, 2, 3], torch.device("cpu"))["attention_mask"][0, 0]
    assert (mask == 0).tolist() == [[True, False, False], [True, True, False], [False, False, True]]


def test_a_way_that_leaks_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attention that ignores the documents' borders: another way is taken, or none, and the sentence says why."""
    exact = attention.flat_attention

    def leaking(*arguments: Any, **keywords: Any) -> Any:
        keywords["document_offsets"] = (0, keywords["document_offsets"][-1])
        return exact(*arguments, **keywords)

    monkeypatch.setattr(attention, "flat_attention", leaking)
    try:
        way, _ = choose(language_model("mistral").model, causal=True)
        assert way.name == "transformers' packing"
        way, sentence = choose(language_model("roberta").model, causal=False)
        assert way is PADDED
        assert "by document: " in sentence
        assert " off" in sentence
    finally:
        monkeypatch.undo()
        attention.register()


def test_choosing_again_gives_the_same() -> None:
    lm = language_model("llama")
    first, second = choose(lm.model, causal=True), choose(lm.model, causal=True)
    assert first[0] == second[0]


def test_no_random_number_is_drawn_from_the_common_generator() -> None:
    lm = language_model("bert")
    before = torch.get_rng_state()
    choose(lm.model, causal=False)
    assert torch.equal(torch.get_rng_state(), before)
