from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoTokenizer, BertModel, T5Config

from acclimate.compat.transformers.loading import (
    config_of,
    from_scratch,
    longest_sequence,
    need_head,
    pretrained,
    tokenizer_from,
)
from acclimate.compat.transformers.runner import Runner
from acclimate.compat.transformers.ways import choose
from acclimate.core.errors import UserError
from acclimate.core.examples import Batch
from tests.made import NO_DROPOUT, SIZES, language_model, tokenizer

TINY = {key: SIZES[key] for key in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")}


def saved(model: Any, place: Path) -> str:
    model.save_pretrained(place)
    return str(place)


@pytest.mark.parametrize("kind", ["bert", "roberta", "modernbert", "deberta", "gpt2", "llama"])
def test_all_weights_come_back_and_the_head_is_known_to_be_trained(kind: str, tmp_path: Path) -> None:
    lm = language_model(kind, **({"legacy": False} if kind == "deberta" else {}))
    model, trained = pretrained(saved(lm.model, tmp_path), "main", "causal" if lm.causal else "masked")
    assert trained
    for name, tensor in lm.model.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_debertas_trained_head_is_loaded_where_transformers_default_drops_it(tmp_path: Path) -> None:
    """Hub-style weights: `legacy` is not in the config, the head is called lm_predictions."""
    lm = language_model("deberta", legacy=False)
    saved(lm.model, tmp_path)
    config = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"legacy": false', '"legacy": true'))
    model, trained = pretrained(str(tmp_path), "main", "masked")
    assert trained
    assert torch.equal(model.lm_predictions.lm_head.dense.weight, lm.model.lm_predictions.lm_head.dense.weight)
    ids = torch.arange(5, 20)[None]
    assert torch.equal(model.eval()(input_ids=ids).logits, lm.model.eval()(input_ids=ids).logits)


def test_a_head_that_is_not_in_the_files_is_known_not_to_be_trained(tmp_path: Path) -> None:
    body = BertModel(AutoConfig.for_model("bert", **SIZES, **NO_DROPOUT), add_pooling_layer=False)
    model, trained = pretrained(saved(body, tmp_path), "main", "masked")
    assert not trained
    assert torch.equal(model.bert.embeddings.word_embeddings.weight, body.embeddings.word_embeddings.weight)


def test_untied_output_rows_that_are_missing_are_no_trained_head(tmp_path: Path) -> None:
    lm = language_model("llama", tie_word_embeddings=False)
    assert not pretrained(saved(lm.model.model, tmp_path), "main", "causal")[1]


def test_weights_below_the_head_that_are_missing_are_refused(tmp_path: Path) -> None:
    saved(language_model("bert").model, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["bert.encoder.layer.1.output.dense.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="1 weights below the head") as caught:
        pretrained(str(tmp_path), "main", "masked")
    assert "bert.encoder.layer.1.output.dense.weight" in str(caught.value)


def test_weights_in_bfloat16_are_float32_here(tmp_path: Path) -> None:
    lm = language_model("llama")
    model, _ = pretrained(saved(lm.model.to(torch.bfloat16), tmp_path), "main", "causal")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_pickled_weights_are_never_read(tmp_path: Path) -> None:
    lm = language_model("bert")
    saved(lm.model, tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save(lm.model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(UserError, match="pickled ones are never read"):
        pretrained(str(tmp_path), "main", "masked")


@pytest.mark.parametrize("head", ["masked", "causal"])
def test_a_sequence_to_sequence_model_is_refused(head: str) -> None:
    with pytest.raises(UserError, match="t5 is a sequence-to-sequence model"):
        need_head(T5Config(), head)


@pytest.mark.parametrize(
    "kind, head, do", [("gpt2", "masked", "objective: clm"), ("distilbert", "causal", "objective: mlm")]
)
def test_a_head_that_the_architecture_lacks_is_refused(kind: str, head: str, do: str) -> None:
    need_head(AutoConfig.for_model(kind), "causal" if head == "masked" else "masked")
    with pytest.raises(UserError, match=f"no {head} language model head") as caught:
        need_head(AutoConfig.for_model(kind), head)
    assert do in caught.value.faults[0].do


@pytest.mark.parametrize(
    "kind, options, limit, longest",
    [
        ("bert", {"max_position_embeddings": 512}, None, 512),
        ("roberta", {"max_position_embeddings": 514, "pad_token_id": 1}, None, 512),
        ("xlm-roberta", {"max_position_embeddings": 514, "pad_token_id": 1}, None, 512),
        ("gpt2", {"n_positions": 1024}, None, 1024),
        ("llama", {"max_position_embeddings": 4096}, 2048, 2048),
        ("bloom", {}, None, 2048),
    ],
)
def test_the_longest_sequence(kind: str, options: dict[str, int], limit: int | None, longest: int) -> None:
    made = tokenizer()
    if limit:
        made.model_max_length = limit
    assert longest_sequence(AutoConfig.for_model(kind, **options), made) == longest


def test_roberta_takes_a_sequence_of_that_length_and_no_longer() -> None:
    lm = language_model("roberta")
    longest = longest_sequence(lm.model.config, lm.tokenizer)
    assert longest == SIZES["max_position_embeddings"] - 2
    lm.model(input_ids=torch.full((1, longest), 7))
    with pytest.raises((IndexError, RuntimeError)):
        lm.model(input_ids=torch.full((1, longest + 1), 7))


def test_a_tokenizer_comes_back(tmp_path: Path) -> None:
    tokenizer().save_pretrained(tmp_path)
    again = tokenizer_from(str(tmp_path), "main")
    assert again("w7 w9").input_ids == [1, 7, 9, 2]
    assert again.mask_token_id == 3


def test_a_slow_tokenizer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *_, **__: object())
    with pytest.raises(UserError, match="object is not a fast tokenizer"):
        tokenizer_from(str(tmp_path), "main")


def test_a_folder_without_its_files_is_named(tmp_path: Path) -> None:
    for read in (tokenizer_from, config_of):
        with pytest.raises(UserError) as caught:
            read(str(tmp_path), "main")
        assert caught.value.faults[0].where == "model"


def test_code_that_came_with_a_model_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "x", "auto_map": {"AutoConfig": "evil.Config"}}')
    (tmp_path / "evil.py").write_text("raise SystemExit(77)")
    with pytest.raises(UserError, match="model: "):
        config_of(str(tmp_path), "main")


def test_a_model_from_scratch_is_a_function_of_its_seed() -> None:
    one, same, other = (from_scratch("bert", {"vocab_size": 50}, TINY, "masked", seed) for seed in (3, 3, 4))
    weights = [torch.cat([weight.flatten() for weight in model.parameters()]) for model in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert one.config.vocab_size == 50


def test_what_the_recipe_says_wins_over_the_tokenizer() -> None:
    model = from_scratch(
        "gpt2",
        {"vocab_size": 50, "bos_token_id": 1},
        {"n_embd": 32, "n_head": 2, "n_layer": 1, "bos_token_id": 9},
        "causal",
        0,
    )
    assert (model.config.bos_token_id, model.config.hidden_size) == (9, 32)


@pytest.mark.parametrize(
    "overrides, where, found",
    [
        ({"hiden_size": 32}, "model.config_overrides.hiden_size", "did you mean hidden_size?"),
        ({**TINY, "hidden_size": 33}, "model.config_overrides", "33"),
        ({**TINY, "hidden_size": "many"}, "model.config_overrides", "hidden_size"),
        ({**TINY, "hidden_act": "rellu"}, "model.config_overrides", "rellu"),
    ],
)
def test_settings_that_can_not_be_built_are_named(overrides: dict[str, Any], where: str, found: str) -> None:
    with pytest.raises(UserError) as caught:
        from_scratch("bert", {"vocab_size": 50}, overrides, "masked", 0)
    (fault,) = caught.value.faults
    assert fault.where == where
    assert found in fault.found


def test_settings_under_their_old_names_are_read() -> None:
    model = from_scratch("llama", {"vocab_size": 50}, {**TINY, "rope_theta": 5000.0}, "causal", 0)
    assert model.config.rope_parameters["rope_theta"] == 5000.0


@pytest.mark.parametrize("head", ["causal", "masked"])
@pytest.mark.parametrize("start", ["scratch", "folder of an encoder", "folder of a decoder"])
def test_bert_looks_ahead_under_a_masked_head_and_never_under_a_causal_one(
    head: str, start: str, tmp_path: Path
) -> None:
    """Else every token could be read off the one that is to be predicted."""
    if start == "scratch":
        model = from_scratch("bert", {"vocab_size": 120}, TINY, head, 0)
    else:
        was = "masked" if "encoder" in start else "causal"
        model, _ = pretrained(saved(from_scratch("bert", {"vocab_size": 120}, TINY, was, 0), tmp_path), "main", head)
    way, _ = choose(model.eval(), causal=head == "causal")
    assert way.flat
    runner = Runner(model, way)

    def first(last: int) -> torch.Tensor:
        row = np.array([[7, 9, 30, last]])
        nothing = np.zeros(0, np.int64)
        with torch.no_grad():
            return runner.logits(model, Batch(row, None, np.array([0, 4]), np.array([0, 1]), nothing, 1, 4))

    assert torch.equal(first(40), first(50)) is (head == "causal")
