from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from acclimate.report.settings import Settings, settings_of
from tests.report.example import bare_proof, example_proof


def test_the_last_phase_s_options_are_read() -> None:
    found = settings_of(example_proof())
    assert found.objective["mlm_probability"] == 0.15
    assert found.adapter == {"name": "full"}
    assert found.train["max_steps"] == 150
    assert found.evaluate["primary"] == "bits_per_byte"
    assert found.steps == {"tagged", "clean", "deduplicate", "split"}


def test_a_phase_is_measured_as_it_says() -> None:
    recipe = "phases: [{evaluate: {passes: 3}, adapter: lora, prepare: [split]}]\nevaluate: {passes: 1}"
    found = settings_of(replace(bare_proof(), recipe=recipe))
    assert found.evaluate == {"passes": 3}
    assert found.adapter == {"name": "lora"}
    assert found.steps == {"split"}


@pytest.mark.parametrize("recipe", ["", "- 1", "just text", "phases: 3", "phases: [3]", "phases: [{train: 4}]"])
def test_what_is_no_recipe_is_empty(recipe: str) -> None:
    found = settings_of(replace(bare_proof(), recipe=recipe))
    assert replace(found, phases=[]) == Settings()


def test_text_that_is_no_yaml_is_no_empty_recipe() -> None:
    with pytest.raises(yaml.YAMLError):
        settings_of(replace(bare_proof(), recipe="a: ["))
