from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Masking
from acclimate.masking.span import Span
from acclimate.masking.word import Word


class Knobs(Section):
    rate: float = option(0.1, "how much", unit="share", ge=0, le=1)
    steps: int | None = option(None, "how often", unit="updates", ge=0)
    either: bool | int = option(0, "a number or a switch", unit="number", ge=0)
    sizes: tuple[int, ...] = option((), "some numbers", unit="rows")
    masking: Annotated[Masking, Family("masking")] = option("word", "what is hidden")


@pytest.mark.parametrize("field", ["rate", "steps"])
@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_no_number(field: str, value: bool) -> None:
    with pytest.raises(ValidationError):
        Knobs.model_validate({field: value})


def test_a_field_that_takes_both_keeps_a_truth_value() -> None:
    assert Knobs(either=True).either is True


@pytest.mark.parametrize(
    "data", [{"rate": 1.5}, {"rate": -0.1}, {"steps": -1}, {"steps": 1.5}, {"speed": 1}, {"rate": None}, {"sizes": 3}]
)
def test_what_does_not_fit_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Knobs.model_validate(data)


def test_nothing_can_be_changed_after_it_was_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Knobs().rate = 0.5  # type: ignore[misc]


def test_an_option_keeps_its_text_unit_and_bounds() -> None:
    schema = Knobs.model_json_schema()["properties"]["rate"]
    assert schema == {
        "default": 0.1,
        "description": "how much",
        "maximum": 1,
        "minimum": 0,
        "title": "Rate",
        "type": "number",
        "unit": "share",
    }


@pytest.mark.parametrize("written", ["span", {"name": "span"}, Span()])
def test_a_method_is_a_name_a_mapping_or_itself(written: Any) -> None:
    assert Knobs(masking=written).masking == Span()


def test_a_default_method_is_built_and_options_reach_it() -> None:
    assert Knobs().masking == Word()
    assert Knobs.model_validate({"masking": {"name": "span", "masking_span_p": 0.5}}).masking == Span(
        masking_span_p=0.5
    )


def test_a_method_is_written_with_its_name_and_read_back() -> None:
    knobs = Knobs.model_validate({"masking": {"name": "span", "masking_span_p": 0.5}})
    dump = knobs.model_dump(mode="json")
    assert dump["masking"]["name"] == "span"
    assert Knobs.model_validate(dump) == knobs


@pytest.mark.parametrize(
    "written, said",
    [
        ("sapn", "did you mean span"),
        ({"probability": 1}, "without a name"),
        (3, "without a name"),
        ({"name": 3}, "without a name"),
    ],
)
def test_what_names_no_method_is_answered_with_all_names(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        Knobs.model_validate({"masking": written})
    assert "token_sep" in str(caught.value)
    assert caught.value.errors()[0]["type"] == "method"


def test_the_schema_names_the_family() -> None:
    assert TypeAdapter(Annotated[Masking, Family("masking")]).json_schema() == {"x-family": "masking"}
