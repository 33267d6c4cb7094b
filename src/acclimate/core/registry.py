"""From a name in a recipe to the class behind it, imported only when it is asked for."""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from acclimate.core.errors import AcclimateError, Fault, UserError, nearest
from acclimate.core.families import FAMILIES
from acclimate.core.local_code import is_local, local_class, local_name


@cache
def methods(family: str) -> dict[str, str]:
    """Give every registered name of `family` with its "module:Class", built-in and third-party alike.

    Raises: AcclimateError if two packages register one name.
    """
    table = dict(FAMILIES[family])
    for point in entry_points(group=f"acclimate.{family}"):
        if point.name in table:
            raise AcclimateError(f"{family} {point.name!r} is registered twice: {table[point.name]} and {point.value}")
        table[point.name] = point.value
    return table


def resolve(family: str, name: str) -> type[Any]:
    """Import and give the class that `name` stands for: one of the family's names, or `path/to/file.py:Name`.

    Raises: UserError naming the nearest match and all names if there is none; for a file as local_code.local_class does.
    """
    if is_local(name):
        return local_class(family, name)
    table = methods(family)
    if name not in table:
        known = ", ".join(sorted(table))
        raise UserError(Fault(family, f"unknown name {name!r}{nearest(name, table)}", known))
    module, _, attribute = table[name].partition(":")
    found: type[Any] = getattr(importlib.import_module(module), attribute)
    return found


def name_of(family: str, method: object) -> str:
    """Give the name under which the class of `method` is registered (the inverse of `resolve`)."""
    kind = type(method)
    own = local_name(kind)
    if own is not None:
        return own
    target = f"{kind.__module__}:{kind.__qualname__}"
    for name, text in methods(family).items():
        if text == target or (text.endswith(f":{kind.__name__}") and resolve(family, name) is kind):
            return name
    raise AcclimateError(f"{target} is not registered in {family}")


def origin(family: str, name: str) -> str:
    """Give "file:line" of a method's class."""
    kind = resolve(family, name)
    return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
