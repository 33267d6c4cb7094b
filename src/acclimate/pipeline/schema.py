"""The JSON Schema of a recipe as people write it: editors complete keys, show what they do, and mark what is wrong."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from acclimate.core.families import FAMILIES
from acclimate.core.local_code import LOCAL, NEEDED
from acclimate.core.method import FAMILY_KEY
from acclimate.core.registry import methods, resolve
from acclimate.pipeline.aliases import ALIASES, MODEL_ALIASES, NO_EFFECT
from acclimate.pipeline.arguments import OF_THE_MODEL
from acclimate.pipeline.normalise import PHASE_KEYS
from acclimate.pipeline.parts import FROM_PHASE
from acclimate.pipeline.recipe import Phase, Recipe

Schema = dict[str, Any]
_HIDDEN = {"floor"}


def recipe_schema() -> Schema:
    """Give the schema (draft 2020-12). A recipe of one phase may write the phase's sections at its top."""
    definitions: Schema = {}
    for family in FAMILIES.keys() - _HIDDEN:
        definitions[family] = _family(family, definitions)
    definitions["source"] = _source()
    phase, recipe = _of(Phase, "phase", definitions), _of(Recipe, "recipe", definitions)
    definitions["phase.Sources"]["properties"] = {
        role: {"description": field["description"], "$ref": "#/$defs/source"}
        for role, field in definitions["phase.Sources"]["properties"].items()
    }
    for name in list(definitions):
        if name.endswith(".Model"):
            definitions[name]["properties"] |= {alias: _alias(f"model.{key}") for alias, key in MODEL_ALIASES.items()}
    aliases = {alias: _alias(target) for alias, target in ALIASES.items()}
    aliases |= {name: {"description": f"no effect: {what.reason}"} for name, what in NO_EFFECT.items()}
    phase["properties"] |= aliases
    del phase["required"]
    phase["allOf"] = [_said("sources"), _said("objective")]
    sections = {key: phase["properties"][key] for key in PHASE_KEYS}
    top = {
        **recipe["properties"],
        **sections,
        **aliases,
        **{alias: _alias(f"model.{key}") for alias, key in OF_THE_MODEL.items()},
    }
    top["phases"] = {"description": top["phases"]["description"], "type": "array", "items": {"$ref": "#/$defs/phase"}}
    top["model"] = {"description": top["model"]["description"], "anyOf": [{"type": "string"}, top["model"]["allOf"][0]]
                    if "allOf" in top["model"] else [{"type": "string"}, {"$ref": top["model"]["$ref"]}]}  # fmt: skip
    top["leaks"] = {"description": top["leaks"]["description"],
                    "anyOf": [definitions["recipe.Leaks"]["properties"]["action"], {"$ref": "#/$defs/recipe.Leaks"}]}  # fmt: skip
    definitions["phase"] = phase
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "acclimate recipe",
        "type": "object",
        "properties": top,
        "additionalProperties": False,
        "anyOf": [{"required": ["phases"]}, {"allOf": phase["allOf"]}],
        "$defs": definitions,
    }


def _family(family: str, definitions: Schema) -> Schema:
    """Give what may stand for a method: a name where its defaults will do, or a mapping with its name and options."""
    variants = []
    for name in methods(family):
        fields = _of(resolve(family, name), f"{family}.{name}", definitions)
        fields["properties"] = {"name": {"const": name}, **fields.get("properties", {})}
        fields["required"] = ["name", *fields.get("required", [])]
        definitions[f"{family}.{name}"] = fields
        variants.append({"$ref": f"#/$defs/{family}.{name}"})
    own: list[Schema] = []
    if family in NEEDED:
        named = {"type": "string", "pattern": f"^{LOCAL.pattern}$"}
        own = [named, {"type": "object", "properties": {"name": named}, "required": ["name"]}]
    return {"anyOf": [*([{"enum": list(methods(family))}] if variants else []), *variants, *own]}


def _source() -> Schema:
    """Give what may stand for a role's rows: a path, a source, a list of them, or several tables by name."""
    one = _one_source()
    tables = {"type": "object", "not": {"anyOf": [{"required": [key]} for key in ("name", "path", FROM_PHASE)]}}
    several = [
        {**tables, "minProperties": 1, "additionalProperties": one},
        {"type": "array", "minItems": 1, "items": one},
    ]
    return {"anyOf": [*one["anyOf"], *several, {"type": "null"}]}


def _one_source() -> Schema:
    by_ending = {"type": "object", "required": ["path"], "not": {"required": ["name"]}}
    of_a_phase = {"type": "object", "required": [FROM_PHASE], "not": {"required": ["name"]}}
    return {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/sources"}, by_ending, of_a_phase]}


def _said(section: str) -> Schema:
    """Give what a section needs that has to be said: itself, or an argument that says it."""
    names = [alias for alias, key in ALIASES.items() if key == "sources.train" or key.split(".")[0] == "objective"]
    spoken = [alias for alias in names if ALIASES[alias].startswith(section)]
    return {"anyOf": [{"required": [name]} for name in (section, *spoken)]}


def _alias(target: str) -> Schema:
    return {"description": f"understood as {target}"}


def _of(kind: type[BaseModel], prefix: str, definitions: Schema) -> Schema:
    """Give a section's or method's own schema; what it is made of goes to `definitions`."""
    schema = kind.model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, inner in schema.pop("$defs", {}).items():
        definitions[f"{prefix}.{name}"] = _as_written(inner)
    schema["description"] = " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
    written: Schema = _as_written(schema)
    return written


def _as_written(schema: Any) -> Any:
    """A list of texts may be one text with commas; a method is what its family takes; titles are of no use."""
    if isinstance(schema, list):
        return [_as_written(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if FAMILY_KEY in schema:
        rest = {key: value for key, value in schema.items() if key in ("description", "default")}
        return {
            **rest,
            **(_one_source() if schema[FAMILY_KEY] == "sources" else {"$ref": f"#/$defs/{schema[FAMILY_KEY]}"}),
        }
    found = {
        key: _as_written(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
    }
    if found.get("type") == "array" and found.get("items", {}).get("type") == "string":
        rest = {key: found.pop(key) for key in ("description", "default") if key in found}
        return {**rest, "anyOf": [found, {"type": "string"}]}
    return found
