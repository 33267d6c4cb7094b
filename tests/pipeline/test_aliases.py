from typing import Any

import pytest
import yaml

from acclimate.core.errors import UserError
from acclimate.pipeline.aliases import ALIASES, MODEL_ALIASES, meant_by
from acclimate.pipeline.recipe import read_recipe

VALUES: dict[str, Any] = {"lr_scheduler": "cosine", "evaluation_strategy": "epoch", "masking_strategy": "span", "lora_target": "query",
                          "lora_target_modules": "query", "warmup_ratio": 0.25, "lr": 0.25, "wwm_probability": 0.25, "masking_sep_token": ";",
                          "masking_span_p": 0.25}  # fmt: skip


def base(alias: str) -> dict[str, Any]:
    masking = {"masking_sep_token": "token_sep", "masking_span_p": "span"}.get(alias, "word")
    return {"model": "m", "sources": {"train": "a.csv"}, "objective": {"name": "mlm", "masking": masking},
            "adapter": "lora" if "lora" in alias else "full"}  # fmt: skip


def value_at(recipe: Any, target: str) -> Any:
    place: Any = recipe.model_dump()["phases"][0]
    for part in target.split("."):
        place = place[part]
    return place


def expected(alias: str) -> Any:
    value = VALUES.get(alias, 16)
    return ("query",) if value == "query" else value


def holds(recipe: Any, alias: str) -> bool:
    found = value_at(recipe, ALIASES[alias])
    wanted = expected(alias)
    return found == wanted or (isinstance(wanted, tuple) and tuple(found) == wanted)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_at_the_top_reaches_its_option_and_is_named(alias: str) -> None:
    recipe, understood = read_recipe({**base(alias), alias: VALUES.get(alias, 16)})
    assert holds(recipe, alias)
    assert understood == [f"{alias} is understood as {ALIASES[alias]}"]


@pytest.mark.parametrize("alias", [alias for alias, target in ALIASES.items() if not target.endswith(f".{alias}")])
def test_an_alias_in_the_section_it_belongs_to(alias: str) -> None:
    data = base(alias)
    section = data.setdefault(ALIASES[alias].split(".", 1)[0], {})
    if isinstance(section, str):
        section = data["adapter"] = {"name": section}
    section[alias] = VALUES.get(alias, 16)
    recipe, understood = read_recipe(data)
    assert holds(recipe, alias)
    assert len(understood) == 1


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_as_an_override_wins_over_the_option(alias: str) -> None:
    written = read_recipe(base(alias))[0].to_yaml()
    recipe, understood = read_recipe(yaml.safe_load(written), [f"{alias}={VALUES.get(alias, 16)}"])
    assert holds(recipe, alias)
    assert len(understood) == 1


@pytest.mark.parametrize("alias", MODEL_ALIASES)
def test_a_models_aliases(alias: str) -> None:
    data = base("")
    data["model"] = {"path": "m"} if alias == "model_revision" else {}
    data["model"][alias] = "x"
    recipe, understood = read_recipe(data)
    assert getattr(recipe.model, MODEL_ALIASES[alias]) == "x"
    assert understood == [f"{alias} is understood as model.{MODEL_ALIASES[alias]}"]


def test_an_alias_beside_its_option_is_a_fault() -> None:
    with pytest.raises(UserError) as caught:
        read_recipe({**base(""), "train": {"lr": 1e-3, "learning_rate": 1e-4}})
    assert [fault.where for fault in caught.value.faults] == ["phases.0.train.lr"]


@pytest.mark.parametrize(
    "key, meant",
    [
        ("phases.0.lr", "phases.0.train.learning_rate"),
        ("phases.1.train.lr", "phases.1.train.learning_rate"),
        ("phases.0.tokens.lr", "phases.0.tokens.lr"),
        ("lora_r", "lora_r"),
        ("base_model", "model.path"),
        ("model.base_model", "model.path"),
        ("phases.0.sources.train.path", "phases.0.sources.train.path"),
    ],
)
def test_what_an_override_means(key: str, meant: str) -> None:
    assert meant_by(key) == meant
