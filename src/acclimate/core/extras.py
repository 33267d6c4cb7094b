"""Libraries that only some methods need, and that a user installs when they name one."""

from __future__ import annotations

from importlib.util import find_spec

from acclimate.core.errors import Fault, UserError


def need_package(module: str, extra: str, where: str) -> None:
    """Raise UserError unless `module` can be imported; `extra` is what pip calls the set that holds it."""
    if find_spec(module) is None:
        do = f"pip install 'acclimate[{extra}]'"
        raise UserError(Fault(where, f"{module.replace('_', '-')} is not installed", "", do))


def has_package(module: str) -> bool:
    """Say whether a library can be imported (nothing of it is)."""
    return find_spec(module) is not None
