import re
from collections.abc import Callable
from typing import Any

import pytest

from acclimate.core.families import FAMILIES
from acclimate.core.local_code import NEEDED


def test_list_names_every_method(acclimate: Callable[..., Any]) -> None:
    said = acclimate("list")
    assert said.code == 0
    for family, names in FAMILIES.items():
        assert f"\n{family}\n" in f"\n{said.out}"
        for name in names:
            assert f"  {name}: " in said.out


@pytest.mark.parametrize("family", FAMILIES)
def test_a_familys_options_are_listed_with_defaults(family: str, acclimate: Callable[..., Any]) -> None:
    said = acclimate("list", family)
    assert said.code == 0
    assert bool(FAMILIES[family]) == bool(re.search(r"\w+\.py:\d+\)$", said.out, flags=re.MULTILINE)), (
        "where to read on"
    )
    assert ("path/to/file.py:Name" in said.out) == (family in NEEDED)
    if family == "adapter":
        assert "      r = 8: rank of the change" in said.out
    if family == "sources":
        assert "      path = required: " in said.out


def test_a_family_that_is_not_there(acclimate: Callable[..., Any]) -> None:
    said = acclimate("list", "masks")
    assert said.code == 2
    assert "no family 'masks'; did you mean masking?" in said.err
