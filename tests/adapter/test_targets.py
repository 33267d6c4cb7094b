import pytest

from acclimate.adapter.targets import ALL_LINEAR, check_saved, check_targets, chosen_targets
from acclimate.core.errors import UserError
from tests.made import language_model


def test_the_recipes_names_come_before_the_defaults() -> None:
    model = language_model("bert").model
    assert chosen_targets(model, ("query",), ["value"]) == (["query"], [])
    assert chosen_targets(model, (), ["value"]) == (["value"], [])
    assert chosen_targets(model, (), r".*\.(q|v)") == (r".*\.(q|v)", [])
    assert chosen_targets(model, (ALL_LINEAR,), ["value"]) == (ALL_LINEAR, [])


def test_without_defaults_all_linear_layers_are_taken_and_it_is_said() -> None:
    targets, notes = chosen_targets(language_model("modernbert").model, (), None)
    assert targets == ALL_LINEAR
    assert "all linear layers" in notes[0]


@pytest.mark.parametrize(
    "names, new, why",
    [
        (("querry",), [], "'querry'; did you mean query?"),
        (("word_embeddings",), [], "is embedding and head at once"),
        (("word_embeddings",), [118], "has new rows"),
        ((ALL_LINEAR, "query"), [], "'all-linear'"),
    ],
)
def test_targets_that_wont_do(names: tuple[str, ...], new: list[int], why: str) -> None:
    with pytest.raises(UserError) as caught:
        check_targets(language_model("bert").model, names, new)
    (fault,) = caught.value.faults
    assert fault.where == "adapter.target_modules"
    assert why in fault.found
    assert fault.allowed.endswith("or all-linear alone")
    assert {"key", "query", "value"} <= set(fault.allowed.split(", "))


@pytest.mark.parametrize(
    "kind, names, new, why",
    [
        ("bert", ("clss",), [], "no module is called 'clss'"),
        ("bert", ("LayerNom",), [], "did you mean LayerNorm?"),
        ("bert", ("cls",), [], "holds the vocabulary's matrix, which is embedding and head at once"),
        ("bert", ("embeddings",), [118], "has new rows"),
        ("llama", ("lm_head",), [118], "has new rows"),
    ],
)
def test_modules_to_save_that_wont_do(kind: str, names: tuple[str, ...], new: list[int], why: str) -> None:
    with pytest.raises(UserError) as caught:
        check_saved(language_model(kind).model, names, new)
    (fault,) = caught.value.faults
    assert fault.where == "adapter.modules_to_save"
    assert why in fault.found
    assert "norm" in fault.allowed.lower()
    assert "all-linear" not in fault.allowed


def test_what_will_do() -> None:
    llama = language_model("llama", tie_word_embeddings=False).model
    check_targets(llama, ("q_proj", "self_attn.v_proj", "lm_head"), [])
    check_targets(llama, (ALL_LINEAR,), [118])
    check_targets(llama, (), [118])
    check_saved(llama, ("lm_head", "embed_tokens", "norm"), [])
    check_saved(language_model("bert").model, ("transform",), [118])
