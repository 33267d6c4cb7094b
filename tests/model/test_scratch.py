from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from acclimate.core.errors import UserError
from acclimate.model.scratch import BOS, END_OF_TURN, EOS, MASK, PAD, UNKNOWN, build, make_tokenizer, shared_words
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


@pytest.mark.parametrize("made, end", [(TOKENIZER, [EOS]), (DECODER, [])])
def test_a_pair_begins_once_and_its_texts_are_kept_apart(made: Any, end: list[str]) -> None:
    pair = made("a", "b", return_token_type_ids=True)
    assert made.convert_ids_to_tokens(pair.input_ids) == [BOS, "a", EOS, "b", *end]
    assert pair.token_type_ids == [0, 0, 0, 1, *[1] * len(end)]


def test_the_vocabulary_has_the_size_asked_for() -> None:
    assert len(TOKENIZER) == 400


def test_digits_stand_alone() -> None:
    pieces = TOKENIZER.tokenize("2023-11 34")
    assert [piece for piece in pieces if any(character.isdigit() for character in piece)] == list("20231134")


def test_the_same_texts_give_the_same_tokenizer() -> None:
    assert make_tokenizer(TrainTokenizer(vocab_size=400), SENTENCES).get_vocab() == TOKENIZER.get_vocab()


NINE, TEN = [number % 9 for number in range(90)], [number % 10 for number in range(90)]


def test_words_are_counted_as_the_tokenizer_cuts_them() -> None:
    text = "It's  12 mg,\n\tdon't   stop. A3 b\u00a0 c 患者 café"
    cut = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    whole = Counter(word for word, _ in cut.pre_tokenize_str(text.replace("患者", "")))
    found = shared_words([text] * 10)
    split = dict.fromkeys(("æĤ£", "èĢħ"), 10)
    assert found == {word: 10 * number for word, number in whole.items()} | split | {"Ġ": 10 * whole["Ġ"]}


def test_only_words_of_ten_groups_count() -> None:
    assert shared_words(["seen seen"] * 9) == {}
    assert shared_words(["seen seen"] * 10) == {"seen": 10, "Ġseen": 10}
    texts = ["Gstent was seen", "Gstent"] * 45
    assert shared_words(texts, NINE) == {}
    assert shared_words(texts, TEN) == {"Gstent": 90}  # "was" stands in every other one: five groups
    many = [*texts, *["was seen"] * 20]
    assert shared_words(many, [*["one patient"] * 90, *range(20)]) == {"was": 20, "Ġseen": 65}


@given(st.lists(st.tuples(st.text("ab患 1'", max_size=8), st.integers(0, 14)), max_size=40))
def test_a_token_is_a_part_of_a_word_of_ten_groups(rows: list[tuple[str, int]]) -> None:
    texts, groups = [text for text, _ in rows], [group for _, group in rows]
    words = shared_words(texts, groups)
    learnt = [
        token for token in make_tokenizer(TrainTokenizer(vocab_size=300), texts, groups).get_vocab() if len(token) > 1
    ]
    assert all(any(token in word for word in words) or token.startswith("<") for token in learnt)


def test_texts_and_groups_go_together() -> None:
    with pytest.raises(ValueError, match="shorter"):
        make_tokenizer(TrainTokenizer(), ["a", "b"], [1])


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
