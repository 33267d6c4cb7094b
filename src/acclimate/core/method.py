"""The base of everything a recipe can hold: frozen, typed, unknown keys forbidden.

`Section` is a fixed part of a recipe (train, evaluate); `Method` is a choice among a family's names, written in YAML as
`{name: word, ...options}` or, where the defaults will do, as the plain string `word`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from acclimate.core.errors import UserError
from acclimate.core.local_code import HASH, is_local, local_class, local_hash
from acclimate.core.registry import methods, name_of, resolve

FAMILY_KEY = "x-family"
"""In a JSON schema: this field is a method of the family named here."""


WRITE_A_METHOD = "write the method's name, or {name: ..., options}"


class Section(BaseModel):
    """A part of a recipe. Options are fields; nothing can be changed after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _no_truth_value_for_a_number(cls, data: Any) -> Any:
        """YAML's `true` would pass as 1; as text it fails where it stands."""
        if not isinstance(data, dict):
            return data
        numeric = {key for key, field in cls.model_fields.items() if _is_number(field.annotation)}
        return {key: str(value) if isinstance(value, bool) and key in numeric else value for key, value in data.items()}


class Method(Section):
    """A registered method: its fields are its options, its protocol (core/protocols.py) its few functions."""


def _is_number(annotation: Any) -> bool:
    """Say whether a field takes int or float (alone or beside others) but no bool."""
    kinds = {annotation, *getattr(annotation, "__args__", ())}
    return bool(kinds & {int, float}) and bool not in kinds


def option(
    default: Any,
    text: str,
    *,
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A documented option: default (`...` if required), what it does, its unit, and its bounds."""
    extra: Any = {"unit": unit} if unit else None
    field: Any = Field
    return field(default=default, description=text, json_schema_extra=extra, ge=ge, gt=gt, le=le, lt=lt)


class Family:
    """Marks a field as "one method of this family": `masking: Annotated[Masking, Family("masking")]`."""

    def __init__(self, family: str) -> None:
        self.family = family

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._build, serialization=core_schema.plain_serializer_function_ser_schema(self._dump)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        """Only the family is named: pipeline/schema.py knows what stands for it, once for all places."""
        return {FAMILY_KEY: self.family}

    def _build(self, value: Any) -> Any:
        if isinstance(value, Method):
            return value
        if isinstance(value, str):
            value = {"name": value}
        known = ", ".join(methods(self.family))
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            raise PydanticCustomError(
                "method",
                "found {found}, without a name||one of {known}||{do}",
                {"found": repr(value), "known": known, "do": WRITE_A_METHOD},
            )
        options = {key: option_value for key, option_value in value.items() if key != "name"}
        try:
            kind = self._kind(value["name"], options)
        except UserError as error:
            fault = error.faults[0]
            do = fault.do or WRITE_A_METHOD
            raise PydanticCustomError(
                "method", "{found}||{known}||{do}", {"found": fault.found, "known": fault.allowed, "do": do}
            ) from None
        return kind.model_validate(options)

    def _kind(self, name: str, options: dict[str, Any]) -> type[Any]:
        """Give the class; of one in a file of the user's, the hash is taken out of the options and compared."""
        if is_local(name):
            return local_class(self.family, name, options.pop(HASH, None))
        return resolve(self.family, name)

    def _dump(self, value: Any) -> dict[str, Any]:
        return {"name": name_of(self.family, value), **local_hash(type(value)), **value.model_dump(mode="json")}
