"""A recipe as text that people read: its sections with a comment each, and behind an option whose it was."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from acclimate.pipeline.peers.carry import Converted

_SECTIONS = {
    "model": "the base",
    "sources": "where the rows come from",
    "prepare": "what is done to the rows; split keeps test rows back to measure before and after on (name group_by where rows belong together)",
    "tokens": "how texts become windows and batches",
    "objective": "what is learnt",
    "adapter": "which weights are trained",
    "train": "the loop",
    "output_dir": "where everything is written",
    "overwrite_output_dir": "throw away what another recipe left there",
}
_PLAIN = re.compile(r"(?:[A-Za-z_./]|~/)[\w./~+-]*")
_NOT_TEXT = re.compile(r"(?i:true|false|null|yes|no|on|off|y|n)")


def written(found: Converted, name: str, peer: str, file: str) -> str:
    """Give the recipe's YAML.

    Takes: `name`, the recipe's; `peer` and `file`, what it is made from, for the comments.
    """
    lines = [f"# {name}: made from {file} of {peer}. What stands behind an option is its name there.",
             "#   acclimate check THIS_FILE, then acclimate run THIS_FILE", f"name: {flow(name)}"]  # fmt: skip
    for section, what in _SECTIONS.items():
        if section in found.recipe:
            lines += ["", f"# {what}", *_section(section, found.recipe[section], found.origins)]
    if found.left_out:
        lines += ["", "# Not carried over:"]
        lines += [f"#   {one.key}: {flow(one.found)}\n#     {one.why}" for one in found.left_out]
    return "\n".join(lines) + "\n"


def _section(name: str, value: Any, origins: dict[str, str]) -> list[str]:
    if isinstance(value, list):
        return [
            f"{name}:",
            *(f"  - {flow(_named(step))}{_origin(name, step, origins)}" for step in value),
        ]
    value = _named(value)
    if not isinstance(value, dict):
        return [f"{name}: {flow(value)}{_behind(origins.get(name) or origins.get(f'{name}.name'), name)}"]
    return [
        f"{name}:",
        *(f"  {key}: {flow(_named(each))}{_behind(origins.get(f'{name}.{key}'), key)}" for key, each in value.items()),
    ]


def _named(value: Any) -> Any:
    """Give a method as people write it: its name first, or alone where nothing else is said."""
    if not isinstance(value, dict) or "name" not in value:
        return value
    return value["name"] if len(value) == 1 else {"name": value["name"], **value}


def _origin(section: str, step: dict[str, Any], origins: dict[str, str]) -> str:
    places = [f"{section}.{step.get('name')}.{key}" for key in step]
    names = [origins[place] for place in places if place in origins]
    return f"  # {', '.join(names)}" if names else ""


def _behind(origin: str | None, key: str) -> str:
    return f"  # {origin}" if origin and origin != key else ""


def flow(value: Any) -> str:
    """Give a value as YAML on one line; texts are quoted where YAML might take them for something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    return str(yaml.safe_dump(value)).removesuffix("\n").removesuffix("\n...")
