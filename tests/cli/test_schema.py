import json
from collections.abc import Callable
from typing import Any


def test_what_is_printed_is_the_schema_and_nothing_else(acclimate: Callable[..., Any]) -> None:
    said = acclimate("schema")
    assert said.code == 0
    schema = json.loads(said.out)
    assert schema["title"] == "acclimate recipe"
    assert schema["properties"]["train"]["description"]
