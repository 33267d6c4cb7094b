from __future__ import annotations

import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import validate
from acclimate.report.section import Report


def test_twenty_examples_unless_told_otherwise() -> None:
    assert validate(Report, {}).examples == 20
    assert validate(Report, {"examples": 0}).examples == 0


@pytest.mark.parametrize("data", [{"examples": -1}, {"examples": 1001}, {"exmples": 3}, {"examples": True}])
def test_faults_are_named(data: dict[str, object]) -> None:
    with pytest.raises(UserError, match=r"examples|exmples"):
        validate(Report, data)
