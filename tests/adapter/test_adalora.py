import copy
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load, load_file, save
from transformers import AutoConfig, AutoModelForCausalLM

from acclimate.adapter.adalora import Adalora
from acclimate.compat.peft import ranks
from acclimate.core.errors import UserError
from acclimate.model.rows import add_rows
from acclimate.model.save import save_adapter
from tests.adapter.small_loop import ids_of, logits_of, optimizer_of, updates
from tests.made import VOCABULARY, language_model

UPDATES = 14
ADAPTER = Adalora(
    init_r=6, target_r=3, tinit=3, tfinal=4, deltaT=2, lora_dropout=0.2, target_modules=("q_proj", "v_proj")
)


def wrapped(adapter: Adalora = ADAPTER, kind: str = "llama", number: int = UPDATES) -> Any:
    model, _ = adapter.wrap(language_model(kind).model, [], 0)
    adapter.prepare(model, number)
    return model


def trained(adapter: Adalora = ADAPTER, kind: str = "llama", number: int = UPDATES) -> Any:
    model = wrapped(adapter, kind, number)
    updates(model, adapter, range(1, number + 1), optimizer_of(model))
    return model


def weights(model: Any) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters() if weight.requires_grad}


def reloaded(base: Any, folder: Path) -> Any:
    """The adapter on its base, by PEFT (which warns of the names in its own rank_pattern)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The following rank_pattern keys did not match", RuntimeWarning)
        return PeftModel.from_pretrained(base, str(folder))


def alive(model: Any) -> int:
    """How many ranks are not zero."""
    return sum(int((weight != 0).sum()) for name, weight in model.named_parameters() if "lora_E" in name)


def test_blooms_parameters_are_those_of_seed_003(capsys: pytest.CaptureFixture[str]) -> None:
    config = AutoConfig.for_model("bloom", vocab_size=250880, hidden_size=1536, n_layer=24, n_head=16)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    adapted, notes = Adalora(target_r=16).wrap(model, [], 0)
    assert notes == ["trainable params: 1,769,760 || all params: 1,067,084,088 || trainable%: 0.1659"]
    adapted.print_trainable_parameters()
    assert capsys.readouterr().out.strip() == notes[0]


def test_ranks_move_from_24_to_a_budget_of_16() -> None:
    adapter = Adalora(init_r=24, target_r=16, target_modules=("q_proj", "k_proj", "v_proj", "o_proj"))
    model = wrapped(adapter)
    assert set(ranks(model).values()) == {24}
    updates(model, adapter, range(1, UPDATES + 1), optimizer_of(model))
    found = ranks(model)
    assert len(found) == 8
    assert sum(found.values()) == 16 * 8 == alive(model)
    assert len(set(found.values())) > 1, "allocated by importance, not alike"
    (sentence,) = adapter.settle(model)
    assert "128 in 8 matrices, 16.0 on average (began with 24, target 16)" in sentence
    queries = [rank for name, rank in found.items() if name.endswith("q_proj")]
    assert f"q_proj {queries[0]}, {queries[1]}" in sentence


def test_the_budget_falls_between_tinit_and_tfinal_alone() -> None:
    model = wrapped()
    optimizer = optimizer_of(model)
    counts = []
    for update in range(1, UPDATES + 1):
        updates(model, ADAPTER, [update], optimizer)
        counts.append(alive(model))
    assert counts[:3] == [24, 24, 24]
    # by hand: the budget is 12 + 12 (1 - (update - 3) / (10 - 3))^3 at updates 4, 6, 8 (deltaT) and 12 from 10 on
    assert [counts[place - 1] for place in (4, 6, 8)] == [19, 14, 12]
    assert counts[9:] == [12] * 5


def test_the_orthogonality_term_is_pefts() -> None:
    model, ids = trained(), ids_of(1)
    model.eval()
    theirs = model.base_model(input_ids=ids, labels=ids).loss - model.base_model.model(input_ids=ids, labels=ids).loss
    ours = ADAPTER.extra_loss(model)
    assert ours is not None
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    assert ours.item() > 0.1
    ours.backward()
    assert all(bool(weight.grad.any()) for name, weight in model.named_parameters() if "lora_A" in name)


def test_the_orthogonality_term_by_hand() -> None:
    model = wrapped()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_A" in name or "lora_B" in name:
                weight.zero_()
    # ||0 - I|| of rank 6 is sqrt(6) everywhere, and so its mean; times orth_reg_weight
    assert ADAPTER.extra_loss(model).item() == pytest.approx(0.5 * 6**0.5)
    assert ADAPTER.model_copy(update={"orth_reg_weight": 0.0}).extra_loss(model) is None


def test_the_whole_is_pefts_own_loop() -> None:
    """PEFT's documentation: loss with labels, backward, step, update_and_allocate, zero_grad."""
    model = wrapped()
    optimizer = optimizer_of(model)
    model.train()
    for update in range(1, UPDATES + 1):
        torch.manual_seed(update)
        ids = ids_of(update)
        model.base_model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        model.base_model.update_and_allocate(update)
        optimizer.zero_grad()
    theirs, ours = weights(model), weights(trained())
    assert all(torch.allclose(theirs[name], ours[name], rtol=1e-4, atol=1e-5) for name in theirs)


@pytest.mark.parametrize("target_r", [12, 16])
def test_with_nothing_to_allocate_the_allocator_is_not_called(target_r: int, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = Adalora(target_r=target_r)
    model, _ = adapter.wrap(language_model("bloom").model, [], 0)
    assert "nothing to allocate" in adapter.prepare(model, 5)[0]

    def never(update: int) -> None:
        raise AssertionError(update)

    monkeypatch.setattr(model.base_model, "update_and_allocate", never)
    updates(model, adapter, range(1, 6), optimizer_of(model))
    assert set(ranks(model).values()) == {12}
    assert adapter.settle(model) == ["AdaLoRA's final ranks: 12 in each of 2 matrices (nothing to allocate)"]
    assert adapter.state(model) == {}


@pytest.mark.parametrize("stop", [2, 5, 6, 9, 10, 12])
def test_resumed_bit_for_bit(stop: int) -> None:
    whole = weights(trained())
    first = wrapped()
    optimizer = optimizer_of(first)
    updates(first, ADAPTER, range(1, stop + 1), optimizer)
    kept = save(ADAPTER.state(first))
    second = wrapped()
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    again = optimizer_of(second)
    again.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    ADAPTER.restore(second, load(kept))
    updates(second, ADAPTER, range(stop + 1, UPDATES + 1), again)
    assert all(torch.equal(whole[name], weight) for name, weight in weights(second).items())
    assert ADAPTER.settle(second) == ADAPTER.settle(trained())


def test_restored_state_replaces_what_was_there() -> None:
    """The best model of an earlier update comes back with the ranks of that update."""
    model = wrapped()
    optimizer = optimizer_of(model)
    updates(model, ADAPTER, range(1, 3), optimizer)
    early = ADAPTER.state(model)
    updates(model, ADAPTER, range(3, UPDATES + 1), optimizer)
    assert sum(ranks(model).values()) == 12
    ADAPTER.restore(model, early)
    assert sum(ranks(model).values()) == 24
    again = ADAPTER.state(model)
    assert early.keys() == again.keys()
    assert all(torch.equal(early[key], again[key]) for key in early)


@pytest.mark.parametrize("kind, targets", [("llama", ("q_proj", "v_proj")), ("gpt2", ()), ("bloom", ())])
def test_merged_and_reloaded_with_final_ranks(kind: str, targets: tuple[str, ...], tmp_path: Path) -> None:
    adapter = Adalora(init_r=6, target_r=2, target_modules=targets)
    lm = language_model(kind)
    base = copy.deepcopy(lm.model)
    model, _ = adapter.wrap(lm.model, [], 0)
    adapter.prepare(model, UPDATES)
    updates(model, adapter, range(1, UPDATES + 1), optimizer_of(model))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.mul_(20 if "lora_E" in name else 1)
    adapter.settle(model)
    before = logits_of(model)
    save_adapter(lm, model, tmp_path)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    assert sum(len(weight) for key, weight in saved.items() if "lora_E" in key) == sum(ranks(model).values())
    again = reloaded(copy.deepcopy(base), tmp_path)
    assert torch.allclose(logits_of(again), before, rtol=1e-5, atol=1e-5)
    plain = adapter.merge(model)
    assert type(plain) is type(base)
    assert torch.allclose(logits_of(plain), before, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(logits_of(base), before, atol=1e-2)


@pytest.mark.parametrize("stop", [2, 5, 7])
def test_stopped_in_mid_run_no_rank_is_cut_from_what_is_written(stop: int, tmp_path: Path) -> None:
    lm = language_model("llama")
    base = copy.deepcopy(lm.model)
    model, _ = ADAPTER.wrap(lm.model, [], 0)
    ADAPTER.prepare(model, UPDATES)
    updates(model, ADAPTER, range(1, stop + 1), optimizer_of(model))
    before = logits_of(model)
    assert "were not final" in ADAPTER.settle(model)[0]
    save_adapter(lm, model, tmp_path)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    assert {len(weight) for key, weight in saved.items() if "lora_E" in key} == {6}
    again = reloaded(base, tmp_path)
    assert torch.equal(logits_of(again), before)
    assert torch.allclose(logits_of(ADAPTER.merge(model)), before, rtol=1e-5, atol=1e-5)


def test_a_matrix_that_lost_all_its_ranks_is_named_as_set_back(tmp_path: Path) -> None:
    lm = language_model("llama")
    base = copy.deepcopy(lm.model)
    model, _ = ADAPTER.wrap(lm.model, [], 0)
    ADAPTER.prepare(model, UPDATES)
    optimizer = optimizer_of(model)
    updates(model, ADAPTER, range(1, 10), optimizer)
    assert ADAPTER.set_back(model) == set()
    importance = model.base_model.rankallocator.exp_avg_ipt
    for name in importance:
        if "layers.1.self_attn.v_proj" in name:
            importance[name].zero_()
    updates(model, ADAPTER, range(10, UPDATES + 1), optimizer)
    (name,) = ADAPTER.set_back(model)
    weight = dict(model.named_parameters())[name]
    assert "layers.1.self_attn.v_proj.lora_E" in name
    assert not weight.any(), "as it began"
    ADAPTER.settle(model)
    before = logits_of(model)
    save_adapter(lm, model, tmp_path)
    assert torch.allclose(logits_of(reloaded(base, tmp_path)), before, atol=1e-5)


def test_a_matrix_without_a_gradient_does_not_stop_the_allocation() -> None:
    model = wrapped()
    optimizer = optimizer_of(model)
    updates(model, ADAPTER, range(1, 4), optimizer)
    logits_of(model)
    model(input_ids=ids_of(4)).logits.sum().backward()
    name, unreached = next((name, weight) for name, weight in model.named_parameters() if "lora_E" in name)
    unreached.grad = None
    ADAPTER.after_update(model, 4)
    inner = name.removeprefix("base_model.model.")
    assert not model.base_model.rankallocator.ipt[inner].any()


def test_new_rows_are_trained_and_ride_along(tmp_path: Path) -> None:
    lm = language_model("llama", tie_word_embeddings=False)
    new = [VOCABULARY, VOCABULARY + 1]
    add_rows(lm, new, [[5], [6, 7]])
    base = copy.deepcopy(lm.model)
    model, _ = ADAPTER.wrap(lm.model, lm.new_rows, 0)
    ADAPTER.prepare(model, UPDATES)
    rows = [weight for name, weight in model.named_parameters() if weight.requires_grad and "lora_" not in name]
    assert [tuple(weight.shape) for weight in rows] == [(2, 32), (2, 32)]
    updates(model, ADAPTER, range(1, UPDATES + 1), optimizer_of(model))
    with torch.no_grad():
        for weight in rows:
            weight.add_(0.3)
    ADAPTER.settle(model)
    ids = torch.tensor([[5, *new, 9]])
    before = logits_of(model, ids)
    save_adapter(lm, model, tmp_path)
    with torch.no_grad():
        base.get_input_embeddings().weight[new] = 7.0
    assert torch.allclose(logits_of(reloaded(base, tmp_path), ids), before, atol=1e-5)
    assert torch.allclose(logits_of(ADAPTER.merge(model), ids), before, atol=1e-5)


def test_the_schedule_comes_from_the_runs_number_of_updates() -> None:
    model, _ = Adalora().wrap(language_model("llama").model, [], 0)
    assert Adalora().prepare(model, 200) == [
        "AdaLoRA cuts ranks from 12 to 8 on average, from update 21 to update 120 of 200"
    ]
    config = model.peft_config["default"]
    assert (config.total_step, config.tinit, config.tfinal) == (200, 20, 80)
    Adalora(tinit=7, tfinal=0).prepare(model, 50)
    assert (config.total_step, config.tinit, config.tfinal) == (50, 7, 0)
    assert Adalora().prepare(model, 0), "a run of no update is no fault"


@pytest.mark.parametrize("tinit, tfinal, number", [(10, 10, 20), (0.5, 0.5, 20), (0, 18, 20), (0.1, 0.4, 3)])
def test_a_schedule_without_room_is_refused(tinit: float, tfinal: float, number: int) -> None:
    model, _ = Adalora().wrap(language_model("llama").model, [], 0)
    with pytest.raises(UserError, match=f"of {number} updates: none is left to allocate") as caught:
        Adalora(tinit=tinit, tfinal=tfinal).prepare(model, number)
    assert caught.value.faults[0].where == "adapter.tinit"


@pytest.mark.parametrize("tinit, tfinal, number", [(0, 0, 3), (0.1, 0.4, 4), (17, 2, 20), (0, 17, 20)])
def test_the_shortest_schedules_reach_the_budget(tinit: float, tfinal: float, number: int) -> None:
    model = trained(ADAPTER.model_copy(update={"tinit": tinit, "tfinal": tfinal}), number=number)
    assert sum(ranks(model).values()) == 12


def test_where_peft_has_no_targets_all_linear_layers_are_and_it_is_said() -> None:
    _, notes = Adalora().wrap(language_model("electra").model, [], 0)
    assert "all linear layers" in notes[0]


def test_targets_that_are_not_there_are_named() -> None:
    with pytest.raises(UserError, match="'querry'; did you mean query"):
        Adalora(target_modules=("querry",)).wrap(language_model("bert").model, [], 0)
    with pytest.raises(UserError, match="LayerNorm"):
        Adalora(target_modules=("LayerNorm",)).wrap(language_model("bert").model, [], 0)


def test_the_first_weights_depend_on_the_seed() -> None:
    def first(seed: int) -> torch.Tensor:
        model, _ = ADAPTER.wrap(language_model("llama").model, [], seed)
        return next(weight for key, weight in model.named_parameters() if "lora_A" in key)

    assert torch.equal(first(3), first(3))
    assert not torch.equal(first(3), first(4))


def test_the_divisor_is_not_trained_in_bfloat16_either() -> None:
    model, _ = ADAPTER.wrap(language_model("llama").model.bfloat16(), [], 0)
    trained_names = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert trained_names
    assert not [name for name in trained_names if "ranknum" in name]
