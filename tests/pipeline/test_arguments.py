from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.core.errors import Fault, UserError
from acclimate.pipeline.aliases import NO_EFFECT
from acclimate.pipeline.recipe import read_recipe

BASE: dict[str, Any] = {"model": "m", "sources": {"train": "a.csv"}, "objective": "mlm"}


def read(*overrides: str, **changes: Any) -> tuple[Any, list[str]]:
    recipe, understood = read_recipe({**BASE, **changes}, overrides)
    return recipe.phases[0], understood


def faults(*overrides: str, **changes: Any) -> list[Fault]:
    with pytest.raises(UserError) as caught:
        read(*overrides, **changes)
    return list(caught.value.faults)


def steps(phase: Any) -> list[str]:
    return [type(step).__name__ for step in phase.prepare]


@pytest.mark.parametrize("name", NO_EFFECT)
def test_what_has_no_effect_is_said_and_changes_nothing(name: str) -> None:
    value = (*NO_EFFECT[name].only, 3)[0]
    phase, understood = read(**{name: value})
    assert understood == [f"{name} has no effect: {NO_EFFECT[name].reason}"]
    assert phase == read()[0]
    spelled = str(value).lower()
    assert read(f"{name}={spelled}") == (phase, understood)


@pytest.mark.parametrize(
    "name, value", [("streaming", True), ("fp16", True), ("do_train", False), ("push_to_hub", True)]
)
def test_what_can_not_be_had_is_refused_with_what_to_do(name: str, value: bool) -> None:
    for found in (faults(**{name: value}), faults(f"{name}={str(value).lower()}")):
        assert [fault.where for fault in found] == [f"phases.0.{name}"]
        assert found[0].allowed == str(not value).lower()
        assert found[0].do == NO_EFFECT[name].do


@pytest.mark.parametrize("value", [-1, 100, 250, "five", True])
def test_a_percentage_is_one(value: Any) -> None:
    [fault] = faults(validation_split_percentage=value)
    assert (fault.where, fault.found) == ("phases.0.validation_split_percentage", f"found {value!r}")
    assert "percentage" in fault.allowed


def test_a_number_of_rows_is_no_share() -> None:
    [fault] = faults(val_size=200)
    assert "share" in fault.allowed


def test_steps_stand_where_they_work() -> None:
    replay = {"name": "replay", "source": "general.txt"}
    phase, _ = read(prepare=["clean", replay], max_train_samples=10, validation_split_percentage=5, max_eval_samples=4)
    assert steps(phase) == ["Clean", "Split", "Sample", "Replay"]
    assert phase.prepare[1].validation == 0.05
    assert (phase.prepare[2].max_train_samples, phase.prepare[2].max_validation_samples) == (10, 4)


def test_a_step_that_is_there_is_used() -> None:
    phase, _ = read("max_train_samples=7", prepare=[{"name": "split", "group_by": "p"}, {"name": "sample", "max_train_samples": 9}],
                    validation_split_percentage=20)  # fmt: skip
    assert steps(phase) == ["Split", "Sample"]
    assert (phase.prepare[0].group_by, phase.prepare[0].validation) == (("p",), 0.2)
    assert phase.prepare[1].max_train_samples == 7


def test_a_source_for_validation_needs_no_percentage() -> None:
    phase, understood = read(validation_file="v.csv", validation_split_percentage=5)
    assert phase.sources.validation["rows"].path == "v.csv"
    assert phase.prepare == ()
    assert "validation_split_percentage has no effect: there is a source for validation" in understood


def test_a_data_set_with_its_configuration() -> None:
    phase, understood = read("dataset_config_name=en", "dataset_name=o/n", sources={})
    source = phase.sources.train["rows"]
    assert (type(source).__name__, source.path, source.dataset_config_name) == ("Hub", "o/n", "en")
    assert understood == ["dataset_name is understood as sources.train hub",
                          "dataset_config_name is understood as sources.train.dataset_config_name"]  # fmt: skip
    assert "phases.0.dataset_config_name" in [fault.where for fault in faults(sources={}, dataset_config_name="en")]


@pytest.mark.parametrize("ending, sample_by", [(".txt", "line"), (".csv", None)])
def test_line_by_line(ending: str, sample_by: str | None) -> None:
    for phase, _ in (
        read(sources={}, line_by_line=True, train_file=f"a{ending}"),
        read("line_by_line=true", f"train_file=a{ending}", sources={}),
    ):
        assert getattr(phase.sources.train["rows"], "sample_by", None) == sample_by
        assert type(phase.tokens.batch).__name__ == "PaddingFree"


def test_blocks_need_no_padding() -> None:
    phase, understood = read(line_by_line=False, pad_to_max_length=True)
    assert type(phase.tokens.batch).__name__ == "Concat"
    assert "pad_to_max_length has no effect: blocks of one length need no padding" in understood
    assert "line_by_line is understood as tokens.batch concat" in understood


def test_masking_options_count_for_their_strategy_only() -> None:
    sep = {"masking_sep_token": ",", "masking_span_p": 0.5}
    phase, understood = read(masking_strategy="token_sep", **sep)
    assert phase.objective.masking.masking_sep_token == ","
    assert "masking_span_p has no effect: the masking is token_sep" in understood
    assert read("masking_sep_token=;", "masking_strategy=token_sep")[0].objective.masking.masking_sep_token == ";"
    assert "masking_span_p has no effect: the masking is word" in read(**sep)[1]


def test_lora_is_meant_where_it_is_spoken_of() -> None:
    phase, understood = read(lora_r=4, lora_target="all")
    assert (phase.adapter.r, phase.adapter.target_modules) == (4, ("all-linear",))
    assert "the adapter is lora, as nothing else is said" in understood
    assert "lora_target is understood as adapter.target_modules all-linear" in understood
    named, understood = read(lora_alpha=4, adapter="adalora")
    assert (type(named.adapter).__name__, named.adapter.lora_alpha) == ("Adalora", 4)
    assert understood == ["lora_alpha is understood as adapter.lora_alpha"]


def test_a_rank_of_zero_is_no_lora() -> None:
    phase, understood = read(lora_r=0, lora_alpha=32, lora_dropout=0.1, target_modules="")
    assert type(phase.adapter).__name__ == "Full"
    assert "lora_r is understood as adapter full" in understood
    assert "lora_alpha has no effect: the adapter is full" in understood
    assert type(read("lora_r=0", adapter={"name": "lora", "r": 4})[0].adapter).__name__ == "Full"


def test_the_masked_objective_is_meant_where_it_is_spoken_of() -> None:
    recipe, understood = read_recipe({"model": "m", "sources": {"train": "a.csv"}, "mlm_probability": 0.2})
    assert recipe.phases[0].objective.mlm_probability == 0.2
    assert "the objective is mlm, as nothing else is said" in understood
    assert [fault.where for fault in faults(objective="clm", mlm_probability=0.2)] == [
        "phases.0.objective.mlm_probability"
    ]


def test_what_depends_on_others_waits_for_the_overrides() -> None:
    sep = {"masking_sep_token": ";", "masking_span_p": 0.5}
    assert read("masking_strategy=token_sep", **sep)[0].objective.masking.masking_sep_token == ";"
    assert read("masking_strategy=span", masking_strategy="token_sep", **sep)[0].objective.masking.masking_span_p == 0.5
    assert read("line_by_line=true", line_by_line=False)[0].tokens.batch == read()[0].tokens.batch
    phase, understood = read("tokens.batch=pad", line_by_line=False)
    assert type(phase.tokens.batch).__name__ == "Pad"
    assert understood == ["line_by_line has no effect: an override says something else"]
    assert type(read("pad_to_max_length=true", line_by_line=False)[0].tokens.batch).__name__ == "Pad"
    hub = {"dataset_name": "o/n", "dataset_config_name": "en", "sources": {}}
    assert type(read("sources.train.path=b.csv", **hub)[0].sources.train["rows"]).__name__ == "Csv"
    assert read("dataset_name=o/m", **hub)[0].sources.train["rows"].path == "o/m"


@pytest.mark.parametrize("value, meant", [(-1, None), (0, 0), (7, 7)])
def test_updates_unsaid(value: int, meant: int | None) -> None:
    assert read(max_steps=value)[0].train.max_steps == meant


def test_nothing_is_no_value() -> None:
    assert read(additional_tokens=None, max_train_samples=None, lr=None, model_revision=None)[1] == []


def test_a_secret_is_not_repeated() -> None:
    secret = "hf_" + "x" * 30
    with pytest.raises(UserError) as caught:
        read(token=secret)
    assert secret not in str(caught.value)
    assert secret not in " ".join(read(token=True)[1])


def test_a_name_that_is_nearly_one_is_a_fault() -> None:
    assert [fault.where for fault in faults(max_train_sample=3)] == ["max_train_sample"]


@pytest.mark.parametrize(
    "section, value, name",
    [
        ("tokens", 5, "max_seq_length"),
        ("train", [1], "lr"),
        ("objective", 3, "mlm_probability"),
        ("prepare", "clean", "max_train_samples"),
    ],
)
def test_a_section_that_holds_nothing(section: str, value: Any, name: str) -> None:
    assert f"phases.0.{name}" in [fault.where for fault in faults(**{section: value, name: 20})]


def test_of_several_phases_each_takes_its_own() -> None:
    one = {key: BASE[key] for key in ("sources", "objective")}
    data = {"model": "m", "phases": [{"name": "a", **one, "lr": 1e-3}, {"name": "b", **one, "max_train_samples": 5}]}
    recipe, _ = read_recipe(data, ["b.lr=1e-4", "phases.a.max_train_samples=3"])
    assert [phase.train.learning_rate for phase in recipe.phases] == [1e-3, 1e-4]
    assert [phase.prepare[0].max_train_samples for phase in recipe.phases] == [3, 5]


FREE: dict[str, Any] = {
    "lr": 0.25, "micro_batch_size": 3, "max_seq_length": 64, "additional_tokens": "a1,a2", "lora_r": 4, "lora_alpha": 8, "target_modules": "query",
    "mlm_probability": 0.25, "masking_strategy": "token_sep", "masking_sep_token": ";", "masking_span_p": 0.5, "validation_split_percentage": 10,
    "max_train_samples": 9, "max_eval_samples": 5, "line_by_line": False, "overwrite_cache": True, "train_file": "b.txt",
}  # fmt: skip


@given(st.permutations(sorted(FREE)), st.integers(0, len(FREE)), st.integers(0, len(FREE)))
@settings(max_examples=60, deadline=None)
def test_file_or_override_and_the_order_make_no_difference(names: list[str], used: int, in_file: int) -> None:
    chosen = ["train_file", *(name for name in names[:used] if name != "train_file")]
    written = {name: FREE[name] for name in chosen if name in names[:in_file]}
    overrides = [f"{name}={str(FREE[name]).lower()}" for name in chosen if name not in written]
    start = {"model": "m", "objective": "mlm"}
    everything = read_recipe({**start, **{name: FREE[name] for name in sorted(chosen)}})[0]
    assert read_recipe({**start, **written}, overrides)[0] == everything


@pytest.mark.parametrize("section", ["", "tokens", "objective"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_side_that_is_cut(section: str, side: str) -> None:
    classify = {"name": "classify"}
    written = {"truncation_side": side}
    sections = (
        {"objective": classify | written} if section == "objective" else {section: written} if section else written
    )
    phase, understood = read(**{"objective": classify, **sections})
    assert phase.objective.long == side
    assert understood == ["truncation_side is understood as objective.long"]
    key = f"{section}.truncation_side" if section else "truncation_side"
    assert read(f"{key}={side}", objective="classify") == (phase, understood)


def test_the_side_that_is_cut_goes_by_what_the_objective_cuts() -> None:
    phase, understood = read(objective="sft", truncation_side="left")
    assert phase.objective.too_long == "left"
    assert understood == ["truncation_side is understood as objective.too_long"]
    [fault] = faults(objective="sft", truncation_side="right")
    assert "an answer is never cut" in fault.allowed
    phase, understood = read(objective="tag", truncation_side="left")
    assert understood == [
        "truncation_side has no effect: tag cuts no text: a longer one is read in several windows (tokens.stride)"
    ]
    [fault] = faults(objective="classify", tokens={"truncation_side": "head_tail"})
    assert fault.where == "phases.0.tokens.truncation_side"
    assert "objective.long" in fault.allowed
    [fault] = faults(objective={"name": "classify", "long": "windows"}, truncation_side="left")
    assert "stands beside objective.long" in fault.found
    assert read("objective.name=classify", truncation_side="left")[0].objective.long == "left"
