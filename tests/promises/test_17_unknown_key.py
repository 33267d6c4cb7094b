"""An unknown key is an error with its place and the nearest match, wherever it stands, and all faults are told at once."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from acclimate.core.errors import UserError
from acclimate.core.families import FAMILIES
from acclimate.core.recipe import set_dotted
from acclimate.core.registry import resolve
from acclimate.evaluate.section import Evaluate
from acclimate.model.section import Model, TrainTokenizer
from acclimate.pipeline.recipe import Phase, Recipe, Sources, read_recipe
from acclimate.prepare.node import Node
from acclimate.report.section import Report
from acclimate.tokens.section import Tokens
from acclimate.train.section import Train

BASE: dict[str, Any] = {
    "name": "x",
    "model": {"path": "m"},
    "phases": [
        {
            "name": "adapt",
            "sources": {"train": {"name": "csv", "path": "a.csv"}},
            "prepare": [{"name": "clean"}],
            "objective": {"name": "mlm"},
        }
    ],
}
SECTIONS: dict[str, type[BaseModel]] = {
    "": Recipe,
    "model.": Model,
    "model.train_tokenizer.": TrainTokenizer,
    "evaluate.": Evaluate,
    "report.": Report,
    "phases.0.": Phase,
    "phases.0.sources.": Sources,
    "phases.0.tokens.": Tokens,
    "phases.0.train.": Train,
    "phases.0.evaluate.": Evaluate,
}
METHODS = {
    "sources": "phases.0.sources.train.",
    "prepare": "phases.0.prepare.0.",
    "batch": "phases.0.tokens.batch.",
    "masking": "phases.0.objective.masking.",
    "objective": "phases.0.objective.",
    "adapter": "phases.0.adapter.",
}


def options() -> Iterator[Any]:
    for place, section in SECTIONS.items():
        for option in section.model_fields:
            yield pytest.param("", place, option, id=f"{place}{option}")
    for family, place in METHODS.items():
        for name in FAMILIES[family]:
            for option in resolve(family, name).model_fields:
                yield pytest.param(name, place, option, id=f"{family}.{name}.{option}")


@pytest.mark.parametrize("method, place, option", list(options()))
def test_a_misspelt_option_is_named_with_its_place_and_the_right_one(method: str, place: str, option: str) -> None:
    data = copy.deepcopy(BASE)
    if method:
        set_dotted(data, f"{place}name", method)
    set_dotted(data, f"{place}{option}x", 1)
    with pytest.raises(UserError) as caught:
        read_recipe(data)
    faults = {fault.where: fault for fault in caught.value.faults}
    fault = faults[f"{place}{option}x"]
    assert fault.found == f"unknown key; did you mean {option}?"
    assert option in fault.allowed.split(", ")


def test_a_key_deep_inside_a_method_of_a_list() -> None:
    data = copy.deepcopy(BASE)
    tag = {"tag": "visits", "each": {"tag": "event", "feilds": ["code"]}}
    data["phases"][0]["prepare"] = [{"name": "tagged", "body": tag}]
    with pytest.raises(UserError) as caught:
        read_recipe(data)
    fault = next(fault for fault in caught.value.faults if fault.where == "phases.0.prepare.0.body.each.feilds")
    assert fault.found == "unknown key; did you mean fields?"
    assert set(fault.allowed.split(", ")) == set(Node.model_fields)


def test_every_misspelling_of_a_recipe_is_told_at_once() -> None:
    data = copy.deepcopy(BASE)
    places = [f"{place}{next(iter(section.model_fields))}x" for place, section in SECTIONS.items()]
    for place in places:
        set_dotted(data, place, 1)
    with pytest.raises(UserError) as caught:
        read_recipe(data)
    assert {fault.where for fault in caught.value.faults} >= set(places)
    assert len(places) == 10
