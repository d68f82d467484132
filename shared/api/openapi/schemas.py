"""JSON schemas of the models that go in and come out (draft 2020-12, which OpenAPI 3.1 takes as it is)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.api.openapi.descriptions import describe, description_of
from shared.api.openapi.docstrings import DescribedSchema
from shared.api.signature import Signature

__all__ = ["PREFIX", "Schemas"]

Mode = Literal["validation", "serialization"]
PREFIX = "#/components/schemas/"
_NAMES: Mapping[str, str] = {
    "shared__identity__permissions__Role": "Role",
    "Role-Input": "Role",
    "shared__dialogs__contract__Role": "Speaker",
}
"""Where two models have one name, pydantic gives them long ones; here they get short ones again."""


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
        by_model, found = models_json_schema(
            list(wanted), ref_template=f"{PREFIX}{{model}}", schema_generator=DescribedSchema
        )
        self._by_model = {key: _renamed(schema) for key, schema in by_model.items()}
        self.components: dict[str, Any] = _components(found)
        self._filters: dict[type[BaseModel], dict[str, Any]] = {}
        for model in filters:
            schema = model.model_json_schema(ref_template=f"{PREFIX}{{model}}", schema_generator=DescribedSchema)
            self.components.update(_components(schema))
            self._filters[model] = _in_words_of_json(_renamed(schema))
        describe(self.components)

    def of(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        """The schema of a model: a reference into ``components``."""
        return dict(self._by_model[model, mode])

    def query_parameters(self, model: type[BaseModel]) -> list[dict[str, Any]]:
        """The fields of a query string's model as parameters."""
        schema = self._filters[model]
        required = set(schema.get("required", ()))
        return [_parameter(name, field, name in required) for name, field in schema.get("properties", {}).items()]


def _components(schema: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a schema brings along, by their names in the document."""
    definitions = schema.pop("$defs", {})
    return {_name(name): _in_words_of_json(_renamed(definition)) for name, definition in definitions.items()}


def _name(name: str) -> str:
    """The name of a model in the document, fit for a class: a page of cities is a ``CityViewPage``."""
    return _NAMES.get(name) or re.sub(r"^Page_(\w+)_$", r"\1Page", name)


def _renamed(node: Any) -> Any:
    """A schema whose references lead to the models' names in the document."""
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    told = {name: _renamed(value) for name, value in node.items()}
    if isinstance(told.get("$ref"), str):
        told["$ref"] = PREFIX + _name(told["$ref"].removeprefix(PREFIX))
    return told


def _in_words_of_json(node: Any) -> Any:
    """A schema whose descriptions, which come from docstrings, speak of ``null`` and not of Python."""
    if isinstance(node, list):
        return [_in_words_of_json(item) for item in node]
    if not isinstance(node, dict):
        return node
    told = {name: _in_words_of_json(value) for name, value in node.items()}
    if isinstance(told.get("description"), str):
        told["description"] = told["description"].replace("``", "`").replace("`None`", "`null`")
    return told


def _parameter(name: str, field: Mapping[str, Any], required: bool) -> dict[str, Any]:
    schema = _present(field)
    found: dict[str, Any] = {"name": name, "in": "query", "required": required}
    description = schema.pop("description", None) or description_of(name, "query")
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
