"""JSON schemas of the models that go in and come out (draft 2020-12, which OpenAPI 3.1 takes as it is)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.api.signature import Signature

__all__ = ["Schemas", "example_of"]

Mode = Literal["validation", "serialization"]
_PREFIX = "#/components/schemas/"
_DEPTH = 6
"""How deep an example goes into models that contain themselves."""


class Schemas:
    """The schemas of all models of these signatures; a model that differs by direction has one for each."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        wanted: dict[tuple[type[BaseModel], Mode], None] = {}
        filters: dict[type[BaseModel], None] = {}
        for signature in signatures:
            if signature.body is not None:
                wanted[signature.body, "validation"] = None
            if signature.model is not None:
                wanted[signature.model, "serialization"] = None
            if signature.filters is not None:
                filters[signature.filters] = None
        self._by_model, found = models_json_schema(list(wanted), ref_template=f"{_PREFIX}{{model}}")
        self.components: dict[str, Any] = dict(found.get("$defs", {}))
        self._filters: dict[type[BaseModel], dict[str, Any]] = {}
        for model in filters:
            schema = model.model_json_schema(ref_template=f"{_PREFIX}{{model}}")
            self.components.update(schema.pop("$defs", {}))
            self._filters[model] = schema

    def of(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        """The schema of a model: a reference into ``components``."""
        return dict(self._by_model[model, mode])

    def query_parameters(self, model: type[BaseModel]) -> list[dict[str, Any]]:
        """The fields of a query string's model as parameters."""
        schema = self._filters[model]
        required = set(schema.get("required", ()))
        return [_parameter(name, field, name in required) for name, field in schema.get("properties", {}).items()]


def _parameter(name: str, field: Mapping[str, Any], required: bool) -> dict[str, Any]:
    schema = _present(field)
    found: dict[str, Any] = {"name": name, "in": "query", "required": required}
    description = schema.pop("description", None)
    if description:
        found["description"] = description
    schema.pop("title", None)
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}
    return found | {"schema": schema}


def _present(field: Mapping[str, Any]) -> dict[str, Any]:
    """A query parameter that is given has a value: ``null`` is how Python says that it is not."""
    schema = dict(field)
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        schema = {**options[0], **schema}
    elif options:
        schema["anyOf"] = options
    if schema.get("default", 0) is None:
        del schema["default"]
    return schema


_FORMATS: Mapping[str, Any] = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date-time": "2026-03-14T09:26:53Z",
    "date": "2026-03-14",
    "email": "aigul@example.com",
    "uri": "https://example.com/",
    "password": "•••",
}
_NAMES: Mapping[str, Any] = {
    "name": "Almaty",
    "slug": "almaty",
    "timezone": "Asia/Almaty",
    "currency": "KZT",
    "phone": "+77011234567",
    "email": "aigul@example.com",
    "next": None,
    "cursor": None,
}


def example_of(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int = 0, name: str = "") -> Any:
    """A value of that schema for people to look at: its own example where it has one, else something plausible."""
    if name in _NAMES and "examples" not in schema:
        return _NAMES[name]
    if "$ref" in schema:
        schema = components[str(schema["$ref"]).removeprefix(_PREFIX)]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example_of(schema[key][0], components, depth)
    return _plain_example(schema, components, depth)


def _plain_example(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {}) if depth < _DEPTH else {}
            return {name: example_of(field, components, depth + 1, name) for name, field in properties.items()}
        case "array":
            return (
                [example_of(schema["items"], components, depth + 1)] if "items" in schema and depth < _DEPTH else []
            )
        case "string":
            return _FORMATS.get(schema.get("format", ""), "…")
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return None
