import contextlib
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Masking
from acclimate.core.recipe import parse_yaml, set_dotted, validate


class Inner(Section):
    rate: float = option(0.1, "how much of it", unit="share", ge=0, le=1)
    masking: Annotated[Masking, Family("masking")] = option("word", "what is hidden")


class Outer(Section):
    name: str = option(..., "what it is called")
    inner: Inner = option(Inner(), "an inner part")
    parts: tuple[Inner, ...] = option((), "several parts")
    steps: tuple[Annotated[Masking, Family("masking")], ...] = option((), "several methods")


def faults(data: dict[str, Any], more: list[Fault] | None = None) -> dict[str, Fault]:
    with pytest.raises(UserError) as caught:
        validate(Outer, data, more)
    return {fault.where: fault for fault in caught.value.faults}


@pytest.mark.parametrize(
    "text, value",
    [
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("010", "010"),
        ("02139", "02139"),
        ("0", 0),
        ("-17", -17),
        ("5e-4", 5e-4),
        ("1E3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.5e+3", 1500.0),
        ("12:30:45", "12:30:45"),
        ("2023-11-14", "2023-11-14"),
        ("0x1F", "0x1F"),
        ("null", None),
        ("~", None),
        ("", None),
        ('"5e-4"', "5e-4"),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
        ("[1, a: 2]", [1, {"a": 2}]),
    ],
)
def test_scalars_are_yaml_1_2s(text: str, value: Any) -> None:
    found = parse_yaml(text, "x")
    assert (found, type(found)) == (value, type(value))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_python_writes_is_read_as_that_number(number: float) -> None:
    assert parse_yaml(repr(number), "x") == number


@given(st.integers())
def test_every_integer_is_read_as_that_integer(number: int) -> None:
    found = parse_yaml(str(number), "x")
    assert (found, type(found)) == (number, int)


def test_a_key_that_stands_twice_is_named_with_its_line() -> None:
    with pytest.raises(UserError) as caught:
        parse_yaml("name: a\ntrain:\n  seed: 1\n  seed: 2\n", "r.yaml")
    fault = caught.value.faults[0]
    assert fault.where == "r.yaml, line 4"
    assert fault.found == "the key 'seed' is written twice"


@pytest.mark.parametrize("text, line", [("a: [1\nb: 2\n", 2), ("a: 1\n\tb: 2\n", 2), ("a: b: c\n", 1), ("a: *x\n", 1)])
def test_what_is_no_yaml_is_named_with_line_and_column(text: str, line: int) -> None:
    with pytest.raises(UserError) as caught:
        parse_yaml(text, "r.yaml")
    fault = caught.value.faults[0]
    assert fault.where.startswith(f"r.yaml, line {line}, column ")
    assert fault.found.startswith("not YAML: ")


HOSTILE = ["? [a]\n: b", "{[1]: 2}", "a: \x00", "\ud800", "[" * 3000, "!!int x", "!!float ''", "!!timestamp x", "!!bool x", "!!map [a]",
           "&a [*a]", "---\na\n---\nb", "%YAML 3.0\n---\na", "<<: 1"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_no_yaml_is_a_users_error(text: str) -> None:
    with pytest.raises(UserError, match="not YAML: "):
        parse_yaml(text, "r.yaml")


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    with contextlib.suppress(UserError):
        parse_yaml(text, "x")


def test_what_stands_behind_an_anchor_is_a_part_of_its_own_each_time() -> None:
    found = parse_yaml("a: &x {b: [1]}\nc: *x\n", "x")
    found["a"]["b"].append(2)
    assert found["c"] == {"b": [1]}


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!x 1", "!!set {a, b}"]
)
def test_yaml_makes_nothing_but_plain_data(text: str) -> None:
    try:
        found = parse_yaml(text, "x")
    except UserError as error:
        assert error.faults[0].found.startswith("not YAML: could not determine a constructor")  # noqa: PT017
    else:
        assert isinstance(found, dict | list | str | set)
        assert "python" not in text


@pytest.mark.parametrize(
    "key, value, expected",
    [
        ("a.b", 1, {"a": {"b": 1, "list": [{"name": "x", "o": 1}, "y"]}, "m": "word"}),
        (
            "new.deep.key",
            1,
            {"a": {"b": 0, "list": [{"name": "x", "o": 1}, "y"]}, "m": "word", "new": {"deep": {"key": 1}}},
        ),
        ("a.list.0.o", 2, {"a": {"b": 0, "list": [{"name": "x", "o": 2}, "y"]}, "m": "word"}),
        ("a.list.x.o", 2, {"a": {"b": 0, "list": [{"name": "x", "o": 2}, "y"]}, "m": "word"}),
        ("a.list.y.o", 2, {"a": {"b": 0, "list": [{"name": "x", "o": 1}, {"name": "y", "o": 2}]}, "m": "word"}),
        ("a.list.1", "z", {"a": {"b": 0, "list": [{"name": "x", "o": 1}, "z"]}, "m": "word"}),
        ("a.list.0.name", "z", {"a": {"b": 0, "list": [{"name": "z"}, "y"]}, "m": "word"}),
        ("a.list.0.name", "x", {"a": {"b": 0, "list": [{"name": "x", "o": 1}, "y"]}, "m": "word"}),
        ("m.o", 1, {"a": {"b": 0, "list": [{"name": "x", "o": 1}, "y"]}, "m": {"name": "word", "o": 1}}),
    ],
)
def test_dotted_keys(key: str, value: Any, expected: dict[str, Any]) -> None:
    data = {"a": {"b": 0, "list": [{"name": "x", "o": 1}, "y"]}, "m": "word"}
    set_dotted(data, key, value)
    assert data == expected


def test_the_name_of_what_is_no_method_drops_nothing() -> None:
    data = {"name": "old", "train": {"seed": 1}}
    set_dotted(data, "name", "new", method=False)
    assert data == {"name": "new", "train": {"seed": 1}}


@pytest.mark.parametrize("key", ["list.7.o", "list.zebra.o", "list.zebra", "number.o"])
def test_a_dotted_key_that_leads_nowhere_is_said(key: str) -> None:
    with pytest.raises(UserError) as caught:
        set_dotted({"list": [{"name": "x"}], "number": 3}, key, 1)
    assert caught.value.faults[0].where in (key, key.rpartition(".")[0])


def test_all_faults_are_told_at_once_each_with_its_place() -> None:
    found = faults(
        {"inner": {"rate": 2, "rat": 1, "masking": {"name": "span", "masking_span_q": 1}}, "parts": [{}, {"rate": "x"}],
         "steps": ["word", "sapn"]},
        [Fault("elsewhere", "also wrong")],
    )  # fmt: skip
    assert list(found) == [
        "name", "inner.rate", "inner.masking.masking_span_q", "inner.rat", "parts.1.rate", "steps.1", "elsewhere",
    ]  # fmt: skip
    assert found["name"].found == "missing"
    assert "what it is called" in found["name"].do
    assert found["inner.rate"].found == "found 2"
    assert found["inner.rate"].allowed == "less than or equal to 1"
    assert found["inner.rate"].do == "rate: how much of it (unit: share)"
    assert found["inner.rat"].found == "unknown key; did you mean rate?"
    assert found["inner.rat"].allowed == "masking, rate"
    assert "did you mean masking_span_p" in found["inner.masking.masking_span_q"].found
    assert "did you mean span" in found["steps.1"].found


def test_unknown_keys_inside_a_method_of_a_list_are_answered_with_that_methods_options() -> None:
    found = faults({"name": "x", "steps": [{"name": "token_sep", "separator": ","}]})
    assert "masking_sep_token" in found["steps.0.separator"].allowed


def test_what_is_right_is_built() -> None:
    assert validate(Outer, {"name": "x", "inner": {"rate": 0.5}}).inner.rate == 0.5
