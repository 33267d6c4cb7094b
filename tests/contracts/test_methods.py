"""What holds for every registered method; a new one is found here by itself."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from acclimate.core.families import FAMILIES
from acclimate.core.registry import resolve

HEADINGS = ["Takes:", "Gives:", "Options:", "When to use:", "Source:", "Raises:"]
BOUNDS = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}
NO_OPTIONS = {"floor"}  # knows its data set, and so has nothing to choose
TARGETS = [
    (family, name, target)
    for family, table in FAMILIES.items()
    if family not in NO_OPTIONS
    for name, target in table.items()
]

every_method = pytest.mark.parametrize(
    "family, name, target", TARGETS, ids=[f"{family}.{name}" for family, name, _ in TARGETS]
)


def headings(text: str) -> list[str]:
    """Give the headings of a docstring in the order in which they begin a line."""
    found = re.findall(rf"^({'|'.join(HEADINGS)})", inspect.cleandoc(text), flags=re.MULTILINE)
    return [str(heading) for heading in found]


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a field's JSON schema and what it is made of, but not the fields of a section or method inside it."""
    if "properties" in schema:
        return
    yield schema
    below = [
        *schema.get("anyOf", []),
        *schema.get("oneOf", []),
        *schema.get("allOf", []),
        *schema.get("prefixItems", []),
    ]
    below += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for each in below:
        yield from parts(each)


def unbounded(kind: type[BaseModel]) -> list[str]:
    """Name the numeric options of a method, and of the sections inside it, that lack a unit or a bound."""
    schema = kind.model_json_schema()
    faults = []
    for title, holder in [(kind.__name__, schema), *schema.get("$defs", {}).items()]:
        for option, field in holder.get("properties", {}).items():
            inside = list(parts(field))
            numeric = [each for each in inside if each.get("type") in {"integer", "number"}]
            numeric = [each for each in numeric if not {"enum", "const"} & set(each)]
            if numeric and not any(each.get("unit") for each in inside):
                faults.append(f"{title}.{option}: json_schema_extra={{'unit': ...}} is missing")
            if not all(BOUNDS & set(each) for each in numeric):
                faults.append(f"{title}.{option}: a bound (ge, gt, le, lt) is missing")
    return faults


@every_method
def test_it_is_a_frozen_model_that_forbids_unknown_options(family: str, name: str, target: str) -> None:
    kind = resolve(family, name)
    assert f"{kind.__module__}:{kind.__qualname__}" == target, "registered under where it is defined"
    assert issubclass(kind, BaseModel)
    assert kind.model_config.get("frozen") is True
    assert kind.model_config.get("extra") == "forbid"


@every_method
def test_it_is_documented(family: str, name: str, target: str) -> None:
    text = resolve(family, name).__dict__.get("__doc__") or ""
    assert headings(text) == HEADINGS, f"the docstring of {target} needs these headings, each once, in this order"
    assert not text.strip().startswith(tuple(HEADINGS)), "the docstring begins with a sentence that says what it does"


@every_method
def test_every_option_says_what_it_is(family: str, name: str, target: str) -> None:
    fields = resolve(family, name).model_fields
    assert not [option for option, field in fields.items() if not field.description]


@every_method
def test_every_number_has_a_unit_and_a_bound(family: str, name: str, target: str) -> None:
    faults = unbounded(resolve(family, name))
    assert not faults, "\n".join(["", *faults])


@every_method
def test_it_has_a_test_of_its_own(family: str, name: str, target: str, root: Path) -> None:
    _, folder, *_, module = target.partition(":")[0].split(".")
    wanted = root / "tests" / folder / f"test_{module}.py"
    assert wanted.is_file(), f"{wanted.relative_to(root)} is missing"


class Inner(BaseModel):
    share: float = Field(0.5, ge=0)


class Sample(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    good: int | None = Field(None, ge=1, json_schema_extra={"unit": "tokens"})
    flag: bool = True
    bare: float = 0.1
    inner: Inner = Inner()


def test_a_number_without_unit_or_bound_is_found() -> None:
    assert unbounded(Sample) == [
        "Sample.bare: json_schema_extra={'unit': ...} is missing",
        "Sample.bare: a bound (ge, gt, le, lt) is missing",
        "Inner.share: json_schema_extra={'unit': ...} is missing",
    ]
