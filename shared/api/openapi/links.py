"""Links (OpenAPI's Link Object): where the thing of an answer can be used next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.api.openapi.schemas import PREFIX

__all__ = ["add_links"]

_METHODS = ("get", "post", "put", "patch", "delete")


def add_links(paths: Mapping[str, Mapping[str, Any]], components: Mapping[str, Any]) -> None:
    """Lead from what a collection answers (a page, a new thing) to the operations on one of its things.

    A collection stands before a place: ``/api/cities`` before ``/api/cities/{city_id}``. A place of the same name
    elsewhere (``/api/bot-config/{city_id}``) is of the same things.
    """
    for collection, place in _collections(paths):
        for method in {"get", "post"} & paths[collection].keys():
            for status in {"200", "201", "202"} & paths[collection][method]["responses"].keys():
                answer = paths[collection][method]["responses"][status]
                source = _identity(answer, place, components)
                if source is not None:
                    answer["links"] = dict(_links(paths, collection, place, source))


def _collections(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Paths that have things, and the name of the place in which such a thing is named."""
    for path in paths:
        before, _, last = path.rpartition("/")
        if last.startswith("{") and before in paths:
            yield before, last[1:-1]


def _identity(answer: Mapping[str, Any], place: str, components: Mapping[str, Any]) -> str | None:
    """Where the answer says what the place takes (a runtime expression); ``None``: it does not."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    pointer = ""
    fields = _fields(schema, components)
    if "items" in fields:
        pointer, fields = "/items/0", _fields(fields["items"]["items"], components)
    for name in (place, "id"):
        if name in fields and "$ref" not in fields[name]:
            return f"$response.body#{pointer}/{name}"
    inner = [name for name, field in fields.items() if "id" in _fields(field, components)]
    return f"$response.body#{pointer}/{inner[0]}/id" if len(inner) == 1 else None


def _fields(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = str(schema.get("$ref", ""))
    found: Mapping[str, Any] = components.get(reference.removeprefix(PREFIX), {}).get("properties", {})
    return found


def _links(
    paths: Mapping[str, Mapping[str, Any]], collection: str, place: str, source: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The operations whose places the answer and the request's own path fill, by their names."""
    given = {name: f"$request.path.{name}" for name in _places(collection)} | {place: source}
    for path, operations in paths.items():
        places = _places(path)
        if place in places and set(places) <= given.keys() and set(_places(collection)) <= set(places):
            for method in _METHODS:
                if method in operations:
                    name = operations[method]["operationId"]
                    yield name, {"operationId": name, "parameters": {one: given[one] for one in places}}


def _places(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
