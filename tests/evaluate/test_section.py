import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import validate
from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.section import Evaluate


def test_the_defaults_are_those_of_the_definitions() -> None:
    settings = Evaluate()
    assert (settings.primary, settings.passes, settings.min_effect) == ("bits_per_byte", 1, 0.01)
    assert (settings.retention, settings.retention_margin) == ("sample:general", 0.02)
    assert settings.bootstrap == Bootstrap(10_000, 0.95, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"passes": 8}, {"passes": 0}, {"confidence": 1.0}, {"max_rows": 0}, {"floor": "sample:bank"}, {"seeds": 1}],
)
def test_what_is_wrong_is_named_with_its_place(wrong: dict[str, object]) -> None:
    with pytest.raises(UserError) as caught:
        validate(Evaluate, wrong)
    assert caught.value.faults[0].where == next(iter(wrong))


def test_an_unknown_floor_is_told_the_known_ones() -> None:
    with pytest.raises(UserError, match="sample:hospital"):
        validate(Evaluate, {"floor": "sample:bank"})
    assert Evaluate(floor="sample:hospital").floor == "sample:hospital"


def test_retention_can_be_switched_off() -> None:
    assert validate(Evaluate, {"retention": None}).retention is None
