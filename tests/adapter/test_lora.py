import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from acclimate.adapter.lora import Lora
from acclimate.core.errors import UserError
from acclimate.core.language_model import LanguageModel
from acclimate.model.rows import add_rows
from acclimate.model.save import save_adapter
from tests.made import VOCABULARY, language_model

KINDS = {
    "bert": ("bert", {}),
    "modernbert": ("modernbert", {}),
    "distilbert": ("distilbert", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
    "deberta": ("deberta", {"legacy": False}),
    "gpt2": ("gpt2", {}),
    "llama, tied": ("llama", {"tie_word_embeddings": True}),
    "llama, untied": ("llama", {"tie_word_embeddings": False}),
}
NEW = [VOCABULARY, VOCABULARY + 1, VOCABULARY + 2]
PIECES = [[5, 6], [7], []]
IDS = torch.tensor([[5, NEW[1], 9, NEW[0], 30, 7, NEW[2], 8]])


def model(name: str) -> LanguageModel:
    """A tiny model with three new rows."""
    kind, options = KINDS[name]
    lm = language_model(kind, **options)
    add_rows(lm, NEW, PIECES)
    return lm


def moved(wrapped: Any) -> Any:
    """As if trained: every trainable weight is somewhere else."""
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in wrapped.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=draw))
    return wrapped.eval()


def logits(one: Any) -> torch.Tensor:
    with torch.no_grad():
        return one.eval()(input_ids=IDS).logits


@pytest.mark.parametrize("name", KINDS)
def test_only_a_b_and_new_rows_are_trained(name: str) -> None:
    lm = model(name)
    wrapped, _ = Lora(r=3).wrap(lm.model, lm.new_rows, 0)
    trained = {key: weight for key, weight in wrapped.named_parameters() if weight.requires_grad}
    rows = {key: weight for key, weight in trained.items() if "trainable_tokens_delta" in key}
    matrices = trained.keys() - rows.keys()
    assert matrices
    assert all("lora_A" in key or "lora_B" in key for key in matrices)
    assert {3} == {trained[key].shape[0 if "lora_A" in key else 1] for key in matrices}
    assert [tuple(weight.shape) for weight in rows.values()] == [(3, 32)] * (2 if name == "llama, untied" else 1)


@pytest.mark.parametrize("name", KINDS)
def test_at_the_start_nothing_is_changed(name: str) -> None:
    lm = model(name)
    before = logits(lm.model)
    wrapped, _ = Lora().wrap(lm.model, lm.new_rows, 0)
    assert torch.allclose(logits(wrapped), before, atol=1e-6)


@pytest.mark.parametrize("name", KINDS)
def test_merged_the_logits_are_the_adapters(name: str) -> None:
    targets = ("all-linear",) if "llama" in name or name == "bert" else ()
    lm = model(name)
    tied = lm.model.config.tie_word_embeddings
    before = logits(lm.model)
    adapter = Lora(target_modules=targets)
    wrapped = moved(adapter.wrap(lm.model, lm.new_rows, 0)[0])
    adapted = logits(wrapped)
    merged = adapter.merge(wrapped)
    assert type(merged) is type(lm.model)
    assert not [key for key in merged.state_dict() if "lora" in key or "token_adapter" in key]
    assert torch.allclose(logits(merged), adapted, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(adapted, before, atol=1e-2)
    assert merged.config.tie_word_embeddings is tied


@pytest.mark.parametrize("name", KINDS)
def test_saved_and_put_on_a_base_that_grew_by_other_rows_the_logits_are_the_same(name: str, tmp_path: Path) -> None:
    lm = model(name)
    base = copy.deepcopy(lm.model)
    wrapped = moved(Lora(target_modules=("all-linear",)).wrap(lm.model, lm.new_rows, 0)[0])
    save_adapter(lm, wrapped, tmp_path)
    with torch.no_grad():
        base.get_input_embeddings().weight[NEW] = 7.0
        if name == "llama, untied":
            base.get_output_embeddings().weight[NEW] = -7.0
    again = PeftModel.from_pretrained(base, str(tmp_path))
    assert torch.allclose(logits(again), logits(wrapped), rtol=1e-6, atol=1e-6)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    rows = {(3, 32), (VOCABULARY + 3,)}  # the new rows; and the head's bias, where it has one
    assert all("lora_" in key or tuple(weight.shape) in rows for key, weight in saved.items()), "not the matrix"


def test_a_resized_base_from_a_folder_is_no_reason_to_write_the_whole_embedding(tmp_path: Path) -> None:
    """PEFT's own choice is to, where the folder's config has another vocabulary."""
    lm = language_model("bert")
    lm.model.save_pretrained(tmp_path / "base")
    lm.model.config._name_or_path = lm.model.name_or_path = str(tmp_path / "base")
    add_rows(lm, NEW, PIECES)
    wrapped, _ = Lora().wrap(lm.model, lm.new_rows, 0)
    save_adapter(lm, wrapped, tmp_path / "adapter")
    saved = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert {tuple(weight.shape) for key, weight in saved.items() if "lora_" not in key} == {(3, 32), (VOCABULARY + 3,)}
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == lm.name, "what it was called, not where it lay"


@pytest.mark.parametrize("name", ["distilbert", "modernbert"])
def test_where_peft_has_no_targets_all_linear_layers_are_and_it_is_said(name: str) -> None:
    lm = model(name)
    wrapped, notes = Lora(r=2).wrap(lm.model, [], 0)
    assert "all linear layers" in notes[0]
    layers = {id(module) for module in wrapped.modules() if isinstance(module, torch.nn.Linear)}
    adapted = {id(module.base_layer) for module in wrapped.modules() if hasattr(module, "lora_A")}
    own = {id(module) for key, module in wrapped.named_modules() if "lora_" in key}
    head = id(wrapped.get_base_model().get_output_embeddings())
    assert layers - own - {head} == adapted


def test_where_it_has_some_only_pefts_sentence_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    wrapped, notes = Lora().wrap(model("bert").model, [], 0)
    wrapped.print_trainable_parameters()
    assert notes == [capsys.readouterr().out.strip()]
    assert len(Lora(target_modules=("all-linear",)).wrap(model("modernbert").model, [], 0)[1]) == 1


@pytest.mark.parametrize("names", [("querry",), ("query", "querry"), ("all-linear", "query")])
def test_targets_that_are_not_there_are_named(names: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as caught:
        Lora(target_modules=names).wrap(model("bert").model, [], 0)
    (fault,) = caught.value.faults
    assert fault.where == "adapter.target_modules"
    assert "all-linear" in fault.found if "all-linear" in names else "'querry'; did you mean query?" in fault.found
    assert "key" in fault.allowed
    assert "value" in fault.allowed


def test_gpt2s_matrices_are_allowed_too() -> None:
    with pytest.raises(UserError, match="c_attn"):
        Lora(target_modules=("q_proj",)).wrap(model("gpt2").model, [], 0)


def test_a_module_that_has_no_matrix_is_refused() -> None:
    with pytest.raises(UserError, match="LayerNorm"):
        Lora(target_modules=("LayerNorm",)).wrap(model("bert").model, [], 0)


@pytest.mark.parametrize(
    "name, target, new",
    [
        ("bert", "word_embeddings", []),
        ("bert", "decoder", []),
        ("gpt2", "lm_head", []),
        ("llama, tied", "lm_head", []),
        ("llama, tied", "embed_tokens", NEW),
        ("llama, untied", "lm_head", NEW),
    ],
)
def test_a_vocabulary_that_is_tied_or_has_new_rows_is_refused(name: str, target: str, new: list[int]) -> None:
    """Merged, it would be another model: PEFT adds the change to embedding and head at once."""
    with pytest.raises(UserError, match="the vocabulary's matrix") as caught:
        Lora(target_modules=(target, "query" if name == "bert" else target)).wrap(model(name).model, new, 0)
    assert target not in caught.value.faults[0].allowed.split(", ")


def test_targets_in_one_text() -> None:
    assert Lora.model_validate({"target_modules": "query, value"}).target_modules == ("query", "value")


def test_the_first_weights_depend_on_the_seed() -> None:
    def first(seed: int) -> torch.Tensor:
        wrapped, _ = Lora().wrap(language_model("bert").model, [], seed)
        return next(weight for key, weight in wrapped.named_parameters() if "lora_A" in key)

    assert torch.equal(first(3), first(3))
    assert not torch.equal(first(3), first(4))


def test_the_scale_is_alpha_over_r() -> None:
    lm = language_model("bert")
    wrapped, _ = Lora(r=4, lora_alpha=12, target_modules=("query",)).wrap(lm.model, [], 0)
    layer = wrapped.base_model.model.bert.encoder.layer[0].attention.self.query
    moved(wrapped)
    hidden = torch.randn(1, 32, generator=torch.Generator().manual_seed(0))
    change = layer(hidden) - layer.base_layer(hidden)
    by_hand = hidden @ layer.lora_A["default"].weight.T @ layer.lora_B["default"].weight.T * 12 / 4
    assert torch.allclose(change, by_hand, atol=1e-5)


def test_rank_stabilised_the_scale_is_alpha_over_the_root_of_r() -> None:
    wrapped, _ = Lora(r=4, lora_alpha=12, use_rslora=True).wrap(language_model("llama").model, [], 0)
    scales = {module.scaling["default"] for module in wrapped.modules() if hasattr(module, "lora_A")}
    assert scales == {6.0}


MORE: dict[str, tuple[Lora, str, set[str]]] = {
    "dora": (Lora(use_dora=True), "gpt2", {"lora_A", "lora_B", "lora_magnitude_vector", "token_adapter"}),
    "dora, llama": (Lora(use_dora=True), "llama, tied", {"lora_A", "lora_B", "lora_magnitude_vector", "token_adapter"}),
    "all biases": (Lora(bias="all"), "bert", {"lora_A", "lora_B", "bias", "token_adapter"}),
    "adapted biases": (Lora(bias="lora_only"), "bert", {"lora_A", "lora_B", "base_layer", "token_adapter"}),
    "a module": (Lora(modules_to_save=("transform",)), "bert", {"lora_A", "lora_B", "transform", "token_adapter"}),
    "a norm": (Lora(modules_to_save=("ln_f",)), "gpt2", {"lora_A", "lora_B", "ln_f", "token_adapter"}),
}


@pytest.mark.parametrize("name", MORE)
def test_what_else_is_trained_is_merged_and_reloaded(name: str, tmp_path: Path) -> None:
    adapter, kind, parts = MORE[name]
    lm = model(kind)
    base = copy.deepcopy(lm.model)
    wrapped, _ = adapter.wrap(lm.model, lm.new_rows, 0)
    assert torch.allclose(logits(wrapped), logits(base), atol=1e-6)
    trained = [key for key, weight in wrapped.named_parameters() if weight.requires_grad]
    assert {part for part in parts if any(part in key for key in trained)} == parts
    assert not [key for key in trained if not any(part in key for part in parts)]
    adapted = logits(moved(wrapped))
    save_adapter(lm, wrapped, tmp_path)
    again = PeftModel.from_pretrained(base, str(tmp_path)).merge_and_unload()
    assert torch.allclose(logits(again), adapted, rtol=1e-5, atol=1e-5)
    merged = adapter.merge(wrapped)
    assert torch.allclose(logits(merged), adapted, rtol=1e-5, atol=1e-5)
    assert not [key for key in merged.state_dict() if "lora" in key or "modules_to_save" in key]


def test_an_untied_head_can_be_saved_whole(tmp_path: Path) -> None:
    lm = language_model("llama", tie_word_embeddings=False)
    base = copy.deepcopy(lm.model)
    adapter = Lora(modules_to_save=("lm_head", "embed_tokens"))
    adapted = logits_of_known(moved(wrapped := adapter.wrap(lm.model, [], 0)[0]))
    save_adapter(lm, wrapped, tmp_path)
    assert torch.allclose(logits_of_known(PeftModel.from_pretrained(base, str(tmp_path))), adapted, atol=1e-5)
    assert torch.allclose(logits_of_known(adapter.merge(wrapped)), adapted, atol=1e-5)


def logits_of_known(one: Any) -> torch.Tensor:
    with torch.no_grad():
        return one.eval()(input_ids=torch.arange(5, 15)[None]).logits


def test_modules_to_save_of_a_tied_vocabulary_are_refused() -> None:
    with pytest.raises(UserError, match=r"modules_to_save: cls holds the vocabulary's matrix"):
        Lora(modules_to_save=("cls",)).wrap(model("bert").model, [], 0)
