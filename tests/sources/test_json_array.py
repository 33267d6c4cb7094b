"""One object after the other: nothing behind a broken place is needed to read what stands before it."""

import pytest

from acclimate.core.errors import UserError
from acclimate.sources.files import File
from acclimate.sources.json_array import items

FILE = File("x.json", "/d/x.json", "/d/x.json", None)


def test_objects_come_before_the_rest_is_looked_at() -> None:
    found = items('[ {"a": 1} , {"a": [2]}\n, oops', None, FILE)
    assert [next(found).value, next(found).value] == [{"a": 1}, {"a": [2]}]
    with pytest.raises(UserError, match=r"/d/x\.json, line 2, column 3: not JSON"):
        next(found)


def test_the_length_of_an_object_is_that_of_its_text() -> None:
    assert [item.chars for item in items('{"k": 1, "d": [{"a":1}, {}]}', "d", FILE)] == [7, 2]


@pytest.mark.parametrize("text", ['{"d": [{}]', '{"d" [{}]}', "{d: [{}]}", '{"d": {}}', '["d"]', '{"d": [{}],}'])
def test_broken_surroundings(text: str) -> None:
    with pytest.raises(UserError, match="line 1, column"):
        list(items(text, "d", FILE))
