from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import Fault, UserError
from acclimate.pipeline.recipe import read_recipe

BASE: dict[str, Any] = {"model": "m", "sources": {"train": "a.csv"}, "objective": "mlm"}


def replay(source: Any, *overrides: str, before: tuple[str, ...] = ("split",)) -> Any:
    data = {**BASE, "prepare": [*before, {"name": "replay", "source": source}]}
    return read_recipe(data, overrides)[0].phases[0].prepare[-1].source


def faults(source: Any, *overrides: str) -> dict[str, Fault]:
    with pytest.raises(UserError) as caught:
        replay(source, *overrides)
    return {fault.where: fault for fault in caught.value.faults}


@pytest.mark.parametrize(
    "source", ["general.jsonl", {"path": "general.jsonl"}, {"name": "jsonl", "path": "general.jsonl"}], ids=str
)
def test_a_steps_source_is_written_as_a_roles(source: Any) -> None:
    found = replay(source)
    assert (type(found).__name__, found.path) == ("Jsonl", "general.jsonl")


def test_its_options_stay() -> None:
    assert replay({"path": "general.txt", "sample_by": "line"}).sample_by == "line"


def test_a_sample_by_its_short_name() -> None:
    assert replay("sample:finance").sample == "finance"
    recipe, _ = read_recipe(
        {
            **BASE,
            "sources": {"train": "sample:hospital", "test": {"a": "sample:finance"}},
            "prepare": [{"name": "sql", "query": "x"}],
        }
    )
    assert recipe.phases[0].sources.train["rows"].sample == "hospital"
    assert recipe.phases[0].sources.test["a"].sample == "finance"


def test_an_override_of_its_path_drops_the_old_source() -> None:
    found = replay({"name": "csv", "path": "a.csv", "encoding": "cp1252"}, "prepare.replay.source.path=b.jsonl")
    assert (type(found).__name__, found.path) == ("Jsonl", "b.jsonl")
    assert replay("a.csv", "prepare.1.source=b.txt").path == "b.txt"
    assert type(replay("a.csv", "prepare.replay.source.path=s3://b/x.csv")).__name__ == "Csv"


def test_its_faults_have_their_place() -> None:
    assert "general.zebra" in faults("general.zebra")["phases.0.prepare.1.source.path"].found
    assert "phases.0.prepare.1.source.path" in faults({"path": 5})
    assert "general text of your own" in faults("sample:general")["phases.0.prepare.1.source"].allowed


def test_equal_steps_each_have_their_source() -> None:
    step = {"name": "replay", "source": "general.zebra"}
    with pytest.raises(UserError) as caught:
        read_recipe({**BASE, "prepare": [dict(step), dict(step)]})
    assert {fault.where for fault in caught.value.faults} >= {f"phases.0.prepare.{n}.source.path" for n in (0, 1)}


def test_a_recipe_with_a_replay_written_out_is_the_same(tmp_path: Path) -> None:
    recipe, _ = read_recipe({**BASE, "prepare": ["split", {"name": "replay", "source": "g.txt"}]})
    (tmp_path / "r.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    assert read_recipe(tmp_path / "r.yaml") == (recipe, [])


@pytest.mark.parametrize(
    "prepare", [None, 5, [5], [{"name": 5}], [{"name": "replay"}], [{"name": "zebra", "source": "a.txt"}]], ids=str
)
def test_what_is_no_list_of_steps_is_a_fault_of_the_reader_or_nothing(prepare: Any) -> None:
    if prepare is None:
        with pytest.raises(UserError):
            read_recipe({**BASE, "prepare": prepare})
        return
    with pytest.raises(UserError) as caught:
        read_recipe({**BASE, "prepare": prepare})
    assert all(fault.where.startswith("phases.0.prepare") for fault in caught.value.faults)


def control(value: Any, *overrides: str) -> Any:
    """The source that a recipe's evaluate section names for its control."""
    recipe, _ = read_recipe({**BASE, "evaluate": {"control": "general", "control_source": value}}, overrides)
    return recipe.evaluate.control_source


@pytest.mark.parametrize(
    "value", ["general.jsonl", {"path": "general.jsonl"}, {"name": "jsonl", "path": "general.jsonl"}]
)
def test_a_controls_source_is_written_as_a_roles(value: Any) -> None:
    found = control(value)
    assert (type(found).__name__, found.path) == ("Jsonl", "general.jsonl")
    assert control(None, "evaluate.control_source=general.jsonl") == found
    assert control({"name": "hub", "path": "o/n", "split": "x"}, "evaluate.control_source.path=general.jsonl") == found


def test_a_controls_sample_and_its_faults() -> None:
    assert control("sample:finance").sample == "finance"
    with pytest.raises(UserError) as caught:
        control("general.what")
    assert "evaluate.control_source.path" in {fault.where for fault in caught.value.faults}


def test_a_phases_own_control_source() -> None:
    phase = {"name": "a", "sources": {"train": "a.csv"}, "objective": "mlm", "evaluate": {"control_source": "b.txt"}}
    recipe, _ = read_recipe({"model": "m", "phases": [phase]})
    assert recipe.phases[0].evaluate is not None
    found: Any = recipe.phases[0].evaluate.control_source
    assert (type(found).__name__, found.path) == ("Text", "b.txt")
