from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from acclimate.core.language_model import LanguageModel
from acclimate.model.load import folder_of, load, load_tokenizer
from acclimate.model.section import Model
from acclimate.pipeline.recipe import read_recipe

HEADS = {"encoder": "masked", "decoder": "causal"}
BYTES = 20_000_000
THERE = [name for name in HEADS if (Path(folder_of(f"starter:{name}")) / "model.safetensors").is_file()]
ABSENT = [name for name in HEADS if name not in THERE]

every_starter = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(name in ABSENT, reason=f"starter:{name} is not there"))
        for name in HEADS
    ],
)
needs_both = pytest.mark.skipif(bool(ABSENT), reason=f"not there: {', '.join(f'starter:{name}' for name in ABSENT)}")


def place(name: str) -> Path:
    return Path(folder_of(f"starter:{name}"))


def starter(name: str) -> LanguageModel:
    return load(Model(path=f"starter:{name}"), HEADS[name])


def tokenizer(name: str) -> Any:
    return load_tokenizer(Model(path=f"starter:{name}"))


@every_starter
def test_it_is_small_and_lies_in_bfloat16(name: str) -> None:
    assert sum(path.stat().st_size for path in place(name).rglob("*") if path.is_file()) < BYTES
    with safe_open(place(name) / "model.safetensors", "pt") as file:
        assert {file.get_slice(key).get_dtype() for key in file.keys()} == {"BF16"}  # noqa: SIM118


@every_starter
def test_it_loads_with_its_trained_head_in_float32(name: str) -> None:
    lm = starter(name)
    assert lm.trained_head
    assert {weight.dtype for weight in lm.model.parameters()} == {torch.float32}
    assert len(lm.tokenizer) == lm.model.get_input_embeddings().weight.shape[0]


@every_starter
def test_it_is_the_model_of_its_recipe(name: str, root: Path) -> None:
    recipe, _ = read_recipe(root / "recipes" / f"starter_{name}.yaml")
    lm, wanted = starter(name), recipe.model.config_overrides
    assert lm.model.config.model_type == recipe.model.model_type
    assert {key: getattr(lm.model.config, key) for key in wanted} == wanted
    assert recipe.model.train_tokenizer is not None
    assert len(lm.tokenizer) == recipe.model.train_tokenizer.vocab_size
    assert lm.max_length == wanted["max_position_embeddings"]


@every_starter
def test_it_has_every_special_token(name: str) -> None:
    made = tokenizer(name)
    names = [made.bos_token, made.eos_token, made.pad_token, made.mask_token, made.unk_token, "<|end|>"]
    ids = made.convert_tokens_to_ids(names)
    assert len(set(ids)) == len(names)
    assert set(names) <= set(made.all_special_tokens)
    assert made("once").input_ids.count(made.bos_token_id) == 1
    assert (made("once").input_ids[-1] == made.eos_token_id) is (name == "encoder")
    end = ["</s>"] if name == "encoder" else []
    assert made.convert_ids_to_tokens(made("a", "b").input_ids) == ["<s>", "a", "</s>", "b", *end]


@needs_both
def test_both_read_with_one_vocabulary() -> None:
    one, other = tokenizer("encoder"), tokenizer("decoder")
    assert one.get_vocab() == other.get_vocab()
    text = "The patient 患者 was given 3.5 mg; <event>E11.9</event>"
    assert one(text, add_special_tokens=False).input_ids == other(text, add_special_tokens=False).input_ids


@every_starter
def test_any_text_comes_back(name: str) -> None:
    made = tokenizer(name)
    special = made.all_special_tokens

    @settings(max_examples=200)
    @given(st.text())
    def comes_back(text: str) -> None:
        if any(one in text for one in special):
            return
        ids = made(text, add_special_tokens=False).input_ids
        assert made.decode(ids, clean_up_tokenization_spaces=False) == text
        assert not set(ids) & set(made.all_special_ids)

    comes_back()


@every_starter
@pytest.mark.parametrize(
    "before, word, after",
    [
        ("He was born", " in", " 1950 and died in 2001."),
        ("The city is the capital of the United", " States", " of America."),
    ],
)
def test_it_has_learnt_english(name: str, before: str, word: str, after: str) -> None:
    """It finds the word that belongs there likelier by far than chance would."""
    lm = starter(name)
    text = f"{before}{lm.tokenizer.mask_token}{after}" if name == "encoder" else before
    ids = lm.tokenizer(text).input_ids
    asked = ids.index(lm.tokenizer.mask_token_id) if name == "encoder" else len(ids) - 1
    (token,) = lm.tokenizer(word, add_special_tokens=False).input_ids
    with torch.no_grad():
        probability = lm.model.eval()(input_ids=torch.tensor([ids])).logits[0, asked].softmax(0)[token]
    assert float(probability) > 50 / len(lm.tokenizer)
