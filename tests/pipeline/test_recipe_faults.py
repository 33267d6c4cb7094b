"""All that can be wrong with a recipe, told at once, each with its place and the nearest match."""

from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import Fault, UserError
from acclimate.pipeline.recipe import read_recipe
from tests.pipeline.test_recipe import faults


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        sources={"train": {"name": "cvs", "path": "a.csv"}, "test": "b.csv"},
        prepare=["clean", {"name": "split", "group_by": "patient", "test": 0.1, "vlaidation": 0.1}],
        objective={"name": "mlm", "mlm_probability": 1.5, "masking": "wrod"},
        tokens={"max_length": "long"},
        train={"learning_rat": 1e-4, "max_steps": True, "warmup_steps": -1, "lr_scheduler_type": "exponential"},
        adapter={"name": "lora", "r": 0},
        evaluate={"passes": 9},
        seed=-1,
    )
    expected = {
        "phases.0.sources.train": "unknown name 'cvs'; did you mean csv?",
        "phases.0.prepare.1.vlaidation": "unknown key; did you mean validation?",
        "phases.0.prepare.1.test": "a share of 0.1 for test, and a test source",
        "phases.0.objective.mlm_probability": "found 1.5",
        "phases.0.objective.masking": "unknown name 'wrod'; did you mean word?",
        "phases.0.tokens.max_length": "found 'long'",
        "phases.0.train.learning_rat": "unknown key; did you mean learning_rate?",
        "phases.0.train.max_steps": "found 'True'",
        "phases.0.train.warmup_steps": "found -1",
        "phases.0.train.lr_scheduler_type": "unknown name 'exponential'",
        "phases.0.adapter.r": "found 0",
        "evaluate.passes": "found 9",
        "seed": "found -1",
    }
    assert {where: fault.found for where, fault in found.items()} == expected
    assert all(fault.allowed for fault in found.values())


@pytest.mark.parametrize(
    "key, value, allowed",
    [
        ("learning_rate", "fast", "a valid number"),
        ("learning_rate", 0, "greater than 0"),
        ("learning_rate", "inf", "finite"),
        ("learning_rate", True, "a valid number"),
        ("max_steps", 1.5, "a valid integer"),
        ("max_steps", False, "a valid integer"),
        ("adam_beta2", 1, "less than 1"),
        ("weight_decay", "nan", "finite"),
        ("report_to", 7, "a list"),
        ("report_to", ["wandb", "paper"], "'tensorboard'"),
        ("bf16", "perhaps", "a valid boolean"),
        ("logging_dir", 3, "text"),
    ],
)
def test_a_value_that_does_not_fit_is_told_what_does(key: str, value: Any, allowed: str) -> None:
    found = faults(train={key: value})
    fault = next(fault for where, fault in found.items() if where.startswith(f"phases.0.train.{key}"))
    assert allowed in fault.allowed


@pytest.mark.parametrize(
    "value, place, allowed",
    [
        ("even", "class_weights", "'balanced' or a mapping (key: value)"),
        ({"a": -1}, "class_weights.a", "greater than 0"),
        ({"str": "x"}, "class_weights.str", "a valid number, unable to parse string as a number"),
    ],
)
def test_what_may_be_written_in_several_ways_is_one_place(value: Any, place: str, allowed: str) -> None:
    found = faults(objective={"name": "classify", "class_weights": value})
    assert {where: fault.allowed for where, fault in found.items()} == {f"phases.0.objective.{place}": allowed}


def test_the_option_itself_is_explained_with_its_unit() -> None:
    fault = faults(train={"warmup_steps": -1})["phases.0.train.warmup_steps"]
    assert fault.do == "warmup_steps: updates of warm-up; below 1: their share of all updates (unit: updates or share)"


def test_what_is_required_is_named() -> None:
    with pytest.raises(UserError) as caught:
        read_recipe({})
    assert [(fault.where, fault.found) for fault in caught.value.faults] == [
        ("model", "missing"),
        ("phases.0.sources", "missing"),
        ("phases.0.objective", "missing"),
    ]


@pytest.mark.parametrize(
    "changes, where, found",
    [
        ({"phases": []}, "phases", "found []"),
        ({"phases": [{"name": "a"}, {"name": "a"}]}, "phases", "two phases are called 'a'"),
        ({"phases": [{"name": "../a"}]}, "phases", "a phase is called '../a'"),
        ({"phases": [{"name": "train"}]}, "phases", "a phase is called 'train'"),
        ({"name": "../x"}, "name", "found '../x'"),
        ({"name": ""}, "name", "found ''"),
        ({"prepare": ["split", "split"]}, "phases.0.prepare", "split stands twice"),
        ({"sources": {"train": "data.xyz"}}, "phases.0.sources.train.path", "no such file or folder: data.xyz"),
        ({"sources": {"train": {"path": 3}}}, "phases.0.sources.train.path", "found 3"),
        ({"sources": {"train": [1]}}, "phases.0.sources.train", "found [1], without a name"),
        ({"sources": {"tset": "a.csv"}}, "phases.0.sources.tset", "unknown key; did you mean test?"),
        ({"optimizer": "adam"}, "optimizer", "unknown key"),
        ({"train": "fast"}, "phases.0.train", "found 'fast'"),
        ({1: "x"}, "1", "found 1"),
    ],
)
def test_what_only_the_whole_recipe_shows(changes: dict[Any, Any], where: str, found: str) -> None:
    with pytest.raises(UserError) as caught:
        read_recipe({"model": "m", "sources": {"train": "a.csv"}, "objective": "mlm", **changes})
    fault = next(fault for fault in caught.value.faults if fault.where == where)
    assert fault.found.startswith(found)


def test_a_split_makes_way_for_a_source_unless_both_are_asked_for() -> None:
    data = {"model": "m", "objective": "mlm", "sources": {"train": "a.csv", "test": "b.csv"}}
    recipe, _ = read_recipe({**data, "prepare": ["split"]})
    assert (recipe.phases[0].prepare[0].test, recipe.phases[0].prepare[0].validation) == (0, 0.05)  # type: ignore[attr-defined]
    with pytest.raises(UserError) as caught:
        read_recipe({**data, "prepare": [{"name": "split", "test": 0.1}]})
    assert caught.value.faults == (
        Fault(
            "phases.0.prepare.0.test", "a share of 0.1 for test, and a test source", "one of the two",
            "remove sources.test, or set test: 0 here",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text, where, found",
    [
        ("model: a\nmodel: b\n", "r.yaml, line 2", "the key 'model' is written twice"),
        ("model: [", "r.yaml, line 1, column 9", "not YAML"),
        ("just a text", "r.yaml", "found str"),
        ("", "r.yaml", "found NoneType"),
        ("- a\n- b\n", "r.yaml", "found list"),
    ],
)
def test_a_file_that_is_no_recipe(
    text: str, where: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_recipe("r.yaml")
    assert caught.value.faults[0].where == where
    assert caught.value.faults[0].found.startswith(found)


def test_a_missing_recipe_is_answered_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_recipe(tmp_path / "our.yaml")
    assert caught.value.faults[0].found == "no such file"
    assert "ours.yaml" in caught.value.faults[0].allowed


@pytest.mark.parametrize("kind", ["folder", "bytes"])
def test_a_recipe_that_can_not_be_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(UserError) as caught:
        read_recipe(path)
    assert caught.value.faults[0].where == str(path)


@pytest.mark.parametrize(
    "written, meant", [("objectiv", "objective"), ("prepar", "prepare"), ("adaptor", "adapter"), ("trian", "train")]
)
def test_a_section_misspelt_at_the_top_is_known_by_its_likeness(written: str, meant: str) -> None:
    found = faults(**{written: "mlm"})
    assert found[f"phases.0.{written}"].found == f"unknown key; did you mean {meant}?"


@pytest.mark.parametrize("written, meant", [("reprot", "report"), ("eval", "evaluate"), ("sed", "seed")])
def test_so_is_a_key_of_the_recipe_itself(written: str, meant: str) -> None:
    assert faults(**{written: {}})[written].found == f"unknown key; did you mean {meant}?"
