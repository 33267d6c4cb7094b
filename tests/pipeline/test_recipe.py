import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from acclimate.adapter.lora import Lora
from acclimate.core.errors import Fault, UserError
from acclimate.masking.span import Span
from acclimate.pipeline.recipe import read_recipe
from acclimate.prepare.clean import Clean

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml"))
BASE: dict[str, Any] = {
    "name": "ours",
    "model": "bert-base-cased",
    "sources": {"train": {"path": "a.csv", "encoding": "cp1252"}},
    "prepare": ["clean", {"name": "split", "group_by": "patient", "validation": 0.05, "test": 0.1}],
    "objective": {"name": "mlm", "masking": {"name": "span", "masking_span_p": 0.5}},
    "train": {"learning_rate": 1e-4},
}


def read(*overrides: str, **changes: Any) -> Any:
    return read_recipe({**copy.deepcopy(BASE), **changes}, overrides)[0]


def faults(*overrides: str, **changes: Any) -> dict[str, Fault]:
    with pytest.raises(UserError) as caught:
        read(*overrides, **changes)
    return {fault.where: fault for fault in caught.value.faults}


def test_the_recipes_are_there() -> None:
    assert {path.stem for path in RECIPES} >= {"demo", "starter_encoder", "starter_decoder"}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_written_out_is_the_same_recipe(path: Path, tmp_path: Path) -> None:
    recipe, _ = read_recipe(path)
    written = tmp_path / "recipe.yaml"
    written.write_text(recipe.to_yaml(), encoding="utf-8")
    again, understood = read_recipe(written)
    assert again == recipe
    assert again.to_yaml() == recipe.to_yaml()
    assert not understood


def test_one_phase_may_stand_at_the_top() -> None:
    phase = {key: BASE[key] for key in ("sources", "prepare", "objective", "train")}
    nested = {"name": "ours", "model": "bert-base-cased", "phases": [{"name": "adapt", **phase}]}
    assert read_recipe(nested)[0] == read()
    unnamed = {**nested, "phases": [phase]}
    assert read_recipe(unnamed)[0] == read()


def test_plain_strings_are_methods_with_their_defaults() -> None:
    recipe = read(adapter="lora", sources={"train": "a.csv", "test": "b.jsonl.gz"}, objective="mlm", prepare=["clean"])
    assert recipe.model.path == "bert-base-cased"
    phase = recipe.phases[0]
    assert phase.adapter == Lora()
    assert phase.prepare == (Clean(),)
    assert type(phase.sources.train["rows"]).__name__ == "Csv"
    assert type(phase.sources.test["rows"]).__name__ == "Jsonl"


def test_nothing_can_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().phases[0].train.learning_rate = 1


def test_what_was_given_is_not_changed_by_reading_it() -> None:
    data = copy.deepcopy(BASE)
    read_recipe(data, ["train.max_steps=3"])
    assert data == BASE


def test_anchors_may_share_sections_between_phases(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "model: m\nphases:\n"
        "  - {name: a, sources: &s {train: a.csv}, prepare: &p [split], objective: &o {name: mlm, masking: word}}\n"
        "  - {name: b, sources: *s, prepare: *p, objective: *o}\n",
        encoding="utf-8",
    )
    recipe, _ = read_recipe(path, ["b.prepare.split.test=0.3"])
    assert recipe.name == "r", "a recipe without a name is named after its file"
    assert recipe.phases[0].sources == recipe.phases[1].sources
    assert [phase.prepare[0].test for phase in recipe.phases] == [0.1, 0.3]


OVERRIDES = [
    ("train.max_steps=60", lambda r: r.phases[0].train.max_steps == 60),
    ("phases.0.train.max_steps=60", lambda r: r.phases[0].train.max_steps == 60),
    ("adapt.train.max_steps=60", lambda r: r.phases[0].train.max_steps == 60),
    ("phases.adapt.train.max_steps=60", lambda r: r.phases[0].train.max_steps == 60),
    ("train.learning_rate=5e-4", lambda r: r.phases[0].train.learning_rate == 5e-4),
    ("lr=5e-4", lambda r: r.phases[0].train.learning_rate == 5e-4),
    ("train.lr=5e-4", lambda r: r.phases[0].train.learning_rate == 5e-4),
    ("train.bf16=false", lambda r: r.phases[0].train.bf16 is False),
    ("train.max_steps=", lambda r: r.phases[0].train.max_steps is None),
    ("output_dir=runs/x=y", lambda r: r.folder == Path("runs/x=y")),
    ("prepare.split.test=0.3", lambda r: r.phases[0].prepare[1].test == 0.3),
    ("prepare.1.test=0.3", lambda r: r.phases[0].prepare[1].test == 0.3),
    ("prepare.clean.min_chars=5", lambda r: r.phases[0].prepare[0].min_chars == 5),
    ("objective.masking.masking_span_p=0.4", lambda r: r.phases[0].objective.masking == Span(masking_span_p=0.4)),
    ("objective.masking.name=word", lambda r: type(r.phases[0].objective.masking).__name__ == "Word"),
    ("objective.masking.name=span", lambda r: r.phases[0].objective.masking == Span(masking_span_p=0.5)),
    ("adapter.name=lora", lambda r: r.phases[0].adapter == Lora()),
    ("adapter=lora", lambda r: r.phases[0].adapter == Lora()),
    ("sources.train.path=/data/x.jsonl", lambda r: type(r.phases[0].sources.train["rows"]).__name__ == "Jsonl"),
    ("sources.train.path=/data/x.csv", lambda r: r.phases[0].sources.train["rows"].encoding == "utf-8"),
    ("sources.train.path=s3://b/x.csv", lambda r: r.phases[0].sources.train["rows"].encoding == "cp1252"),
    ("sources.train.path=[a.csv, b.csv]", lambda r: r.phases[0].sources.train["rows"].path == ("a.csv", "b.csv")),
    ("sources.test.path=b.csv", lambda r: r.phases[0].sources.test["rows"].path == "b.csv"),
    ("model.path=./mine", lambda r: (r.model.path, r.model.revision) == ("./mine", "main")),
    ("model=./mine", lambda r: (r.model.path, r.model.revision) == ("./mine", "main")),
    ("model_name_or_path=./mine", lambda r: (r.model.path, r.model.revision) == ("./mine", "main")),
    ("model.revision=v2", lambda r: (r.model.path, r.model.revision) == ("bert", "v2")),
    ("name=theirs", lambda r: (r.name, r.model.path) == ("theirs", "bert")),
    ("phases.0.name=first", lambda r: (r.phases[0].name, r.phases[0].train.learning_rate) == ("first", 1e-4)),
    ("evaluate.passes=7", lambda r: r.evaluate.passes == 7),
]


@pytest.mark.parametrize("override, holds", OVERRIDES, ids=[text for text, _ in OVERRIDES])
def test_overrides_win(override: str, holds: Any) -> None:
    changes: dict[str, Any] = {"model": {"path": "bert", "revision": "v1"}}
    if override.startswith("sources.test"):
        changes["prepare"] = ["clean"]
    assert holds(read(override, **changes))


def test_a_later_override_wins_over_an_earlier_one() -> None:
    assert read("train.seed=1", "train.seed=2").phases[0].train.seed == 2


@pytest.mark.parametrize("override, where", [("train.max_steps", "train.max_steps"), ("=3", "=3"), ("prepare.zebra.x=1", "phases.0.prepare.zebra"),
    ("phases.4.train.x=1", "phases.4"), ("train.max_steps=[", "train.max_steps=[, line 1, column 2"), ("seed.x=1", "seed.x")])  # fmt: skip
def test_an_override_that_leads_nowhere_is_a_fault(override: str, where: str) -> None:
    found = faults(override, seed=3)
    assert where in found or where.rpartition(".")[0] in found


def test_tables_by_name_need_sql_first() -> None:
    tables = {"train": {"patients": "a.csv", "visits": {"name": "csv", "path": "b.csv"}}}
    assert "2 tables" in faults(sources=tables)["phases.0.sources.train"].found
    sql = {"name": "sql", "query": "select * from patients"}
    assert set(read(sources=tables, prepare=[sql]).phases[0].sources.train) == {"patients", "visits"}


def test_to_yaml_is_plain_and_complete() -> None:
    data = yaml.safe_load(read().to_yaml())
    assert data["phases"][0]["objective"]["masking"]["masking_span_p"] == 0.5
    assert data["phases"][0]["train"]["weight_decay"] == 0.0, "every default is written out"
