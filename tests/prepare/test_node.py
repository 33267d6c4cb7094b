"""Trees of tags: what is a fault of the recipe."""

from typing import Any

import pytest
from pydantic import ValidationError

from acclimate.prepare.node import Node


def test_tags_and_walk() -> None:
    node = Node.model_validate(
        {"tag": "a", "fields": "x", "children": [{"tag": "b", "fields": ["y"]}], "each": {"tag": "c", "fields": ["z"]}}
    )
    assert [one.tag for one in node.nodes()] == ["a", "b", "c"]
    assert (node.opening, node.closing, node.fields) == ("<a>", "</a>", ("x",))


@pytest.mark.parametrize(
    "data, place, said",
    [
        ({"tag": "1a"}, ("tag",), "a name of letters"),
        ({"tag": "a b"}, ("tag",), "a name of letters"),
        ({"tag": "a>"}, ("tag",), "a name of letters"),
        ({"tag": ""}, ("tag",), "a name of letters"),
        ({"tag": "a", "fields": ["x", "x"]}, ("fields",), "each column once"),
        ({"tag": "a", "each": {"tag": "b", "fields": ["x"], "group_by": ["y"]}}, ("each",), "a tag for one row"),
        (
            {"tag": "a", "each": {"tag": "b", "children": [{"tag": "c", "each": {"tag": "d", "fields": ["x"]}}]}},
            ("each",),
            "a tag for one row",
        ),
        ({"tag": "a", "each": {"tag": "b"}}, ("each",), "at least one field"),
        ({"tag": "a", "field": ["x"]}, ("field",), "Extra inputs"),
    ],
)
def test_faults_are_found_in_their_place(data: dict[str, Any], place: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        Node.model_validate(data)
    assert caught.value.errors()[0]["loc"] == place
