"""What is refused although Python's json takes it."""

import pytest

from acclimate.sources.json_strict import DECODER, BrokenJsonError, refuse_half_characters


@pytest.mark.parametrize(
    "text, said", [('{"a": 1, "a": 2}', "'a' stands twice"), ("[Infinity]", "Infinity is no JSON")]
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(BrokenJsonError, match=said):
        DECODER.decode(text)


def test_an_empty_object_is_null_at_any_depth() -> None:
    assert DECODER.decode('{"a": {}, "b": [{}]}') == {"a": None, "b": [None]}


def test_half_of_a_pair_is_no_character() -> None:
    refuse_half_characters(DECODER.decode('{"a": "\\ud83d\\ude00"}'))
    with pytest.raises(BrokenJsonError, match="half of a surrogate pair"):
        refuse_half_characters(DECODER.decode('{"a": ["\\ud83d"]}'))
