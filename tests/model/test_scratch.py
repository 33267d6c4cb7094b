from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.model.scratch import BOS, END_OF_TURN, EOS, MASK, PAD, UNKNOWN, build, make_tokenizer
from acclimate.model.section import Model, TrainTokenizer
from tests.tokenizers_made import SENTENCES

TOKENIZER = make_tokenizer(TrainTokenizer(vocab_size=400), SENTENCES)
DECODER = make_tokenizer(TrainTokenizer(vocab_size=400, end=False), SENTENCES)
OVERRIDES = {
    "gpt2": {"n_embd": 32, "n_layer": 1, "n_head": 2, "n_positions": 64},
    "bert": "hidden_size=32,num_hidden_layers=1,num_attention_heads=2,intermediate_size=32",
    "llama": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
}


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    ids = TOKENIZER(text, add_special_tokens=False).input_ids
    assert TOKENIZER.decode(ids, clean_up_tokenization_spaces=False) == text or any(
        special in text for special in (BOS, EOS, PAD, MASK, UNKNOWN, END_OF_TURN)
    )
    assert TOKENIZER.unk_token_id not in ids


def test_special_tokens_are_there_and_stand_around_a_sequence() -> None:
    names = (TOKENIZER.bos_token, TOKENIZER.eos_token, TOKENIZER.pad_token, TOKENIZER.mask_token, TOKENIZER.unk_token)
    assert names == (BOS, EOS, PAD, MASK, UNKNOWN)
    assert len({TOKENIZER.convert_tokens_to_ids(name) for name in (*names, END_OF_TURN)}) == 6
    assert END_OF_TURN in TOKENIZER.all_special_tokens
    for one, ends in ((TOKENIZER, True), (DECODER, False)):
        ids = one("age 34").input_ids
        assert ids[0] == one.bos_token_id
        assert ids.count(one.bos_token_id) == 1
        assert (ids[-1] == one.eos_token_id) is ends


def test_the_vocabulary_has_the_size_asked_for() -> None:
    assert len(TOKENIZER) == 400


def test_digits_stand_alone() -> None:
    pieces = TOKENIZER.tokenize("2023-11 34")
    assert [piece for piece in pieces if any(character.isdigit() for character in piece)] == list("20231134")


def test_the_same_texts_give_the_same_tokenizer() -> None:
    assert make_tokenizer(TrainTokenizer(vocab_size=400), SENTENCES).get_vocab() == TOKENIZER.get_vocab()


@pytest.mark.parametrize("kind, head", [("bert", "masked"), ("gpt2", "causal"), ("llama", "causal")])
def test_a_model_fits_its_tokenizer(kind: str, head: str) -> None:
    model = build(Model(model_type=kind, config_overrides=OVERRIDES[kind]), head, TOKENIZER, 0)
    assert model.config.model_type == kind
    assert model.get_input_embeddings().weight.shape == (400, 32)
    found = [getattr(model.config, f"{name}_token_id") for name in ("pad", "bos", "eos")]
    assert found == [TOKENIZER.pad_token_id, TOKENIZER.bos_token_id, TOKENIZER.eos_token_id]


@pytest.mark.parametrize(
    "spec, head, found",
    [
        ({"model_type": "bertt"}, "masked", "found 'bertt'"),
        ({}, "masked", "found None"),
        ({"model_type": "t5"}, "causal", "sequence-to-sequence"),
        ({"model_type": "gpt2"}, "masked", "no masked language model head"),
        ({"model_type": "gpt2", "config_overrides": "n_emb=32"}, "causal", "did you mean n_embd?"),
    ],
)
def test_what_can_not_be_built_is_named(spec: dict[str, Any], head: str, found: str) -> None:
    with pytest.raises(UserError) as caught:
        build(Model(**spec), head, TOKENIZER, 0)
    assert found in str(caught.value)
