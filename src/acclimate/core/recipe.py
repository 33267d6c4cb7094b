"""How a recipe's text becomes data, is overridden, and becomes frozen objects with all faults named at once.

What a recipe consists of is said in pipeline/recipe.py; this file knows only YAML, dotted keys and pydantic's errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.local_code import is_local
from acclimate.core.method import Family
from acclimate.core.registry import methods, resolve

Data = dict[str, Any]
Kind = TypeVar("Kind", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's scalars: `no` is text, `5e-4` a number, `010` as written (ten, or a code). A key twice is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is no text", key.start_mark)
            if key.value in seen:
                place = f"line {key.start_mark.line + 1}"
                raise UserError(
                    Fault(place, f"the key {key.value!r} is written twice", "once", "remove one of the two")
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp) for tag, regexp in resolvers if tag.rsplit(":", 1)[1] not in ("bool", "int", "float", "timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"
    ),
    list("-+0123456789."),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789"))


def parse_yaml(text: str, where: str) -> Any:
    """Parse one YAML document.

    Takes: `text`; `where` names it in messages. Gives: plain dicts, lists, strings, numbers.
    Raises: UserError with line and column.
    """
    loader = None
    try:
        loader = _Loader(text)
        return unshared(loader.get_single_data())
    except UserError as error:
        raise UserError(
            *(Fault(f"{where}, {fault.where}", fault.found, fault.allowed, fault.do) for fault in error.faults)
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        found = (getattr(error, "problem", None) or str(error)).splitlines()[0]
        raise UserError(Fault(place, f"not YAML: {found}", "one YAML mapping", "mend the line")) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        found = f"a value that its tag does not fit, or nested too deep ({error})"
        raise UserError(Fault(where, f"not YAML: {found}", "plain values", "remove tags such as !!int")) from None
    finally:
        if loader is not None:
            loader.dispose()


def unshared(data: Any) -> Any:
    """Copy nested dicts and lists so that no part stands in two places, as parts behind a YAML anchor do."""
    if isinstance(data, dict):
        return {key: unshared(value) for key, value in data.items()}
    return [unshared(value) for value in data] if isinstance(data, list) else data


def set_dotted(data: Data, key: str, value: Any, *, method: bool = True) -> None:
    """Set `a.b.2.c` in nested dicts and lists, creating what is missing; list items are found by position or `name`.

    A new `name` drops the options of the method that stood there (unless what it names is no `method`). A plain string
    on the way becomes `{name: string}`.
    Raises: UserError if a list has no such item.
    """
    *parents, last = key.split(".")
    place: Any = data
    for depth, part in enumerate(parents):
        place = _step_into(place, part, ".".join(parents[: depth + 1]))
    if isinstance(place, list):
        place[_position(place, last, key)] = value
    elif method and last == "name" and place.get("name") not in (None, value):
        place.clear()
        place["name"] = value
    else:
        place[last] = value


def _step_into(place: Any, part: str, so_far: str) -> Any:
    index: Any = _position(place, part, so_far) if isinstance(place, list) else part
    child = place[index] if isinstance(place, list) else place.get(index)
    if child is None:
        child = {}
    elif isinstance(child, str):
        child = {"name": child}
    elif not isinstance(child, dict | list):
        raise UserError(Fault(so_far, f"{child!r} holds nothing that could be set", "a section", "check the key"))
    place[index] = child
    return child


def _position(items: list[Any], part: str, key: str) -> int:
    if part.isdigit() and int(part) < len(items):
        return int(part)
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    if part in names:
        return names.index(part)
    allowed = ", ".join(f"{index} ({name})" for index, name in enumerate(names))
    raise UserError(Fault(key, f"no item {part!r} in a list of {len(items)}", allowed, "use a position or a name"))


def validate(kind: type[Kind], data: Data, more: list[Fault] | None = None) -> Kind:
    """Build `kind` from `data`.

    Takes: `more`, faults found elsewhere that are to be reported together with the ones found here.
    Raises: UserError with every fault at once, in the order of the recipe.
    """
    faults = list(more or [])
    built = None
    try:
        built = kind.model_validate(data)
    except ValidationError as error:
        faults = _faults(kind, data, error) + faults
    if faults or built is None:
        raise UserError(*faults)
    return built


# What pydantic calls by names that YAML does not have.
_ALLOWED = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a mapping (key: value)"),
    "tuple_type": "a list",
    "string_type": "text",
    "invalid_key": "a key that is text",
}


# What pydantic adds to a place for each of the ways in which it may be filled, and for a key.
_WAYS = re.compile(r"str|int|float|bool|constrained-\w+|\[key\]|(?:literal|dict|list|tuple|nullable|function-\w+)\[.*")


def _faults(kind: type[BaseModel], data: Data, error: ValidationError) -> list[Fault]:
    """Give one fault a place; of the ways in which a place may be filled, those that went deepest."""
    made = [_fault(kind, data, {**one, "loc": _in_data(data, one["loc"])}) for one in error.errors(include_url=False)]
    found: dict[str, Fault] = {}
    for one in made:
        if any(other.where.startswith(f"{one.where}.") for other in made):
            continue
        before = found.get(one.where)
        found[one.where] = one if before is None else replace(before, allowed=f"{before.allowed} or {one.allowed}")
    return list(found.values())


def _in_data(data: Any, loc: tuple[Any, ...]) -> tuple[Any, ...]:
    kept = []
    for part in loc:
        if isinstance(part, str) and _WAYS.fullmatch(part) and not (isinstance(data, dict) and part in data):
            continue
        data = _item(data, part)
        kept.append(part)
    return tuple(kept)


def _fault(kind: type[BaseModel], data: Data, error: Mapping[str, Any]) -> Fault:
    loc = error["loc"]
    where = ".".join(str(part) for part in loc) or "recipe"
    if error["type"] == "extra_forbidden":
        owner = _owner(kind, data, loc[:-1])
        known = sorted(owner.model_fields) if owner else []
        return Fault(where, f"unknown key{nearest(str(loc[-1]), known)}", ", ".join(known), "rename or remove it")
    if error["type"] == "method":
        return Fault(where, *str(error["msg"]).split("||"))
    if error["type"] == "withheld":  # a secret perhaps: the message says what may be shown
        found, _, allowed = str(error["msg"]).partition("||")
        return Fault(where, found, allowed, _hint(kind, data, loc))
    if error["type"] == "missing":
        owner = _owner(kind, data, loc[:-1])
        field = owner.model_fields.get(str(loc[-1])) if owner else None
        return Fault(where, "missing", "required", field.description or "" if field else "")
    allowed = _ALLOWED.get(error["type"]) or re.sub(r"^(Input should be |Value error, )", "", str(error["msg"]))
    return Fault(where, f"found {error['input']!r}", allowed, _hint(kind, data, loc))


def _hint(kind: type[BaseModel], data: Data, loc: tuple[Any, ...]) -> str:
    names = [part for part in loc if isinstance(part, str)]
    owner = _owner(kind, data, loc[:-1])
    field = owner.model_fields.get(names[-1]) if owner and names else None
    if field is None:
        return ""
    unit = (field.json_schema_extra or {}).get("unit") if isinstance(field.json_schema_extra, dict) else None
    return f"{names[-1]}: {field.description}{f' (unit: {unit})' if unit else ''}"


def _owner(kind: type[BaseModel], data: Any, loc: tuple[Any, ...]) -> type[BaseModel] | None:
    """Follow `loc` through the classes, asking the data for the method's name where a family stands."""
    owner: type[BaseModel] | None = kind
    family: Family | None = None
    for part in loc:
        data = _item(data, part)
        if isinstance(part, str) and owner is not None and part in owner.model_fields:
            family, owner = _family_and_class(owner.model_fields[part])
        if family is not None and not isinstance(data, list):
            name = data.get("name") if isinstance(data, dict) else data
            owner = _class_of(family.family, name) if isinstance(name, str) else None
    return owner


def _class_of(family: str, name: str) -> type[BaseModel] | None:
    return resolve(family, name) if name in methods(family) or is_local(name) else None


def _item(data: Any, part: Any) -> Any:
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return data.get(part) if isinstance(data, dict) else None


def _family_and_class(field: Any) -> tuple[Family | None, type[BaseModel] | None]:
    """Find a family marker or a section class anywhere in a field's type (in it, in a list or mapping of it)."""
    waiting = [field.annotation, *field.metadata]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Family):
            return one, None
        if isinstance(one, type) and issubclass(one, BaseModel):
            return None, one
        waiting.extend(getattr(one, "__args__", ()))
        waiting.extend(getattr(one, "__metadata__", ()))
    return None, None
