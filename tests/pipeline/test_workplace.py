from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import unshared
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.workplace import FREE_TRAIN, Workplace, changed_keys
from tests.pipeline import tiny


def recipe(place: Path, **changes: Any) -> Any:
    return read_recipe(tiny.recipe("m", "rows.jsonl", place / "out", **changes))[0]


def trained(place: Path) -> Workplace:
    """A workplace in which the first phase has begun to train."""
    workplace = Workplace(recipe(place))
    workplace.stage("train", "adapt").mkdir()
    return workplace


def test_stages_are_numbered_in_the_order_of_the_flow(tmp_path: Path) -> None:
    workplace = Workplace(recipe(tmp_path))
    names = [workplace.stage(stage, "adapt").name for stage in ("sources", "prepare", "tokens", "train")]
    assert names == ["01-adapt-sources", "02-adapt-prepare", "03-adapt-tokens", "04-adapt-train"]
    assert workplace.stage("evaluate").name == "05-evaluate"
    assert (workplace.root / "recipe.yaml").is_file()


def test_what_was_only_prepared_does_not_bind(tmp_path: Path) -> None:
    Workplace(recipe(tmp_path))
    Workplace(recipe(tmp_path, seed=1))
    trained(tmp_path)
    with pytest.raises(UserError, match="seed: 1, but the run in"):
        Workplace(recipe(tmp_path, seed=1))


@pytest.mark.parametrize("key", sorted(FREE_TRAIN))
def test_what_only_shows_may_change(key: str, tmp_path: Path) -> None:
    trained(tmp_path)
    values: dict[str, Any] = {
        "callbacks": [],
        "logging_dir": "x",
        "save_strategy": "epoch",
        "report_to": ["tensorboard"],
        "resume_from_checkpoint": False,
    }
    made = tiny.recipe("m", "rows.jsonl", tmp_path / "out")
    made["train"] |= {key: values.get(key, 7)}
    Workplace(read_recipe(made)[0])


@pytest.mark.parametrize("key", ["max_steps", "num_train_epochs"])
def test_updates_may_rise_but_not_fall(key: str, tmp_path: Path) -> None:
    made = tiny.recipe("m", "rows.jsonl", tmp_path / "out")
    made["train"] |= {key: 5}
    Workplace(read_recipe(made)[0]).stage("train", "adapt").mkdir()
    made["train"] |= {key: 6}
    Workplace(read_recipe(made)[0])
    made["train"] |= {key: 5}
    with pytest.raises(UserError, match=rf"phases\.0\.train\.{key}: 5(\.0)?, but the run in"):
        Workplace(read_recipe(made)[0])


def test_a_later_phase_binds_only_when_it_has_begun(tmp_path: Path) -> None:
    phase = {
        key: value for key, value in tiny.recipe("m", "a.csv", "").items() if key in ("sources", "objective", "train")
    }
    made = {
        "name": "x",
        "model": "m",
        "phases": [{"name": "a", **phase}, {"name": "b", **phase}],
        "output_dir": str(tmp_path / "out"),
    }
    workplace = Workplace(read_recipe(made)[0])
    workplace.stage("train", "a").mkdir()
    other = unshared(made)
    other["phases"][1]["train"]["learning_rate"] = 1
    Workplace(read_recipe(other)[0])
    workplace.stage("train", "b").mkdir()
    with pytest.raises(UserError) as caught:
        Workplace(read_recipe(made)[0])
    assert [fault.where for fault in caught.value.faults] == ["phases.1.train.learning_rate"]


def test_what_is_overwritten_comes_back_unless_the_new_run_is_settled(tmp_path: Path) -> None:
    old = trained(tmp_path)
    (old.root / "scores.json").write_text("old", encoding="utf-8")
    before = tiny.everything(old.root)
    changed = recipe(tmp_path, seed=1, overwrite_output_dir=True)
    new = Workplace(changed)
    assert not (new.root / "scores.json").exists()
    new.leave()
    assert tiny.everything(old.root) == before
    assert old.stage("train", "adapt").is_dir()
    settled = Workplace(changed)
    settled.settle()
    settled.leave()
    assert sorted(path.name for path in old.root.iterdir()) == ["recipe.yaml"]


def test_overwriting_goes_on_where_the_recipe_is_the_same(tmp_path: Path) -> None:
    trained(tmp_path)
    again = Workplace(recipe(tmp_path, overwrite_output_dir=True))
    assert again.stage("train", "adapt").is_dir()


def test_leaving_takes_away_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    workplace = Workplace(recipe(tmp_path))
    workplace.leave()
    assert not workplace.root.exists()
    workplace.root.mkdir()
    Workplace(recipe(tmp_path)).leave()
    assert workplace.root.is_dir()
    begun = trained(tmp_path)
    begun.leave()
    assert begun.stage("train", "adapt").is_dir()


def test_changed_keys_are_dotted_and_hold_both_values() -> None:
    here = {
        "seed": 1,
        "name": "b",
        "phases": [{"train": {"learning_rate": 2, "logging_steps": 5, "max_steps": 3}, "prepare": []}],
    }
    there = {
        "seed": 1,
        "name": "a",
        "phases": [{"train": {"learning_rate": 1, "logging_steps": 1, "max_steps": 2}, "prepare": [{"name": "clean"}]}],
    }
    assert changed_keys(there, here) == {
        "phases.0.train.learning_rate": (1, 2),
        "phases.0.prepare.0.name": ("clean", None),
    }


def test_the_root_shows_links_and_forgets_old_checkpoints(tmp_path: Path) -> None:
    workplace = trained(tmp_path)
    train = workplace.stage("train", "adapt")
    for name in ("checkpoint-2/model.safetensors", "model/config.json", "manifest.json", ".hidden"):
        (train / name).parent.mkdir(exist_ok=True)
        (train / name).write_text(name, encoding="utf-8")
    (workplace.root / "checkpoint-1").mkdir()
    workplace.show_at_root(train)
    shown = tiny.everything(workplace.root).keys() - {f"04-adapt-train/{name}" for name in tiny.everything(train)}
    assert shown == {"recipe.yaml", "checkpoint-2/model.safetensors", "model/config.json"}
    assert not (workplace.root / "checkpoint-1").exists()
    assert (workplace.root / "model/config.json").samefile(train / "model/config.json")


def test_of_another_recipe_altogether_the_first_changes_are_told_and_the_rest_named(tmp_path: Path) -> None:
    trained(tmp_path)
    many = {"train": {"max_steps": 4, "learning_rate": 0.5, "weight_decay": 0.1, "adam_beta1": 0.5, "seed": 7, "bf16": True},
            "seed": 3, "tokens": {"max_length": 16}, "adapter": "lora"}  # fmt: skip
    with pytest.raises(UserError) as caught:
        Workplace(recipe(tmp_path, **many))
    *first, last = caught.value.faults
    assert len(first) == 6
    assert "holds the run of another recipe; also changed: " in last.found
    told = {fault.where for fault in first} | set(last.found.rpartition("changed: ")[2].split(", "))
    assert {"seed", "phases.0.tokens.max_length", "phases.0.train.weight_decay", "phases.0.adapter.name"} <= told
    assert all("None" not in fault.found for fault in caught.value.faults)
