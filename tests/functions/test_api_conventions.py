"""One language over all endpoints: the rules of docs/api.md that can be read from the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from functions._endpoints import DECLARED
from shared.api.openapi.schemas import PREFIX
from tests.functions.test_api_document import document, operations

__all__ = ["document"]

Document = dict[str, Any]
UNGUARDED = {"unlink_own_messenger", "unlink_messenger", "revoke_invitation", "revoke_service_token"}
"""Deletions without ``If-Match``: of what nobody edits."""
RANKED = {"relevance", "priority"}
"""Orders that are no field's, and have no other way round."""
SINGULAR = {
    *("auth", "me", "login", "logout", "register", "refresh", "password", "change", "forgot", "reset"),
    *("email", "verify", "resend"),
    *("company", "analytics", "event", "audit", "bot-config", "messenger-link", "status"),
}
"""Words that are no collections: what there is one of, and what is said of it."""
VERBS = {
    "check",
    "activate",
    "roll-back",
    "assign",
    "reply",
    "replay",
    "discard",
    "export",
    "search",
    "reset-link",
    "report",
}


def endpoints(document: Document) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Name, method, path below ``/api/`` and description of every administrators' endpoint."""
    for name, (method, path, described) in operations(document).items():
        if name in DECLARED:
            yield name, method, path.removeprefix("/api/"), described


def success(described: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    [found] = [(status, answer) for status, answer in described["responses"].items() if status.startswith("2")]
    return found


def parameters(described: Mapping[str, Any], place: str) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in described.get("parameters", []) if one["in"] == place}


def model(document: Document, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the JSON that a body or an answer holds."""
    schema = content.get("application/json", {}).get("schema", {})
    found: Mapping[str, Any] = document["components"]["schemas"].get(
        schema.get("$ref", "").removeprefix(PREFIX), {}
    )
    return found


def takes_null(field: Mapping[str, Any]) -> bool:
    return {"type": "null"} in field.get("anyOf", [])


def test_names_are_fit_for_the_code_that_is_generated_from_them(document: Document) -> None:
    for name in document["components"]["schemas"]:
        assert re.fullmatch(r"([A-Z][a-z]+)+", name), f"{name}: name it in shared/api/openapi/schemas.py"
    for name in operations(document):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


def test_every_field_and_parameter_says_what_it_means(document: Document) -> None:
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, described in schema.get("properties", {}).items()
        if not described.get("description")
    ]
    silent += [
        f"{name}: {one['name']}"
        for name, (_, _, described) in operations(document).items()
        for one in described.get("parameters", [])
        if not one.get("description")
    ]
    assert silent == [], "describe it where it is declared, or in shared/api/openapi/descriptions.py"


def test_paths_are_plural_nouns_with_identities_and_verbs_below_them(document: Document) -> None:
    for name, _, path, _ in endpoints(document):
        for word in path.split("/"):
            if word.startswith("{"):
                assert re.fullmatch(r"\{([a-z]+_id|code|name|version)\}", word), (name, path)
            else:
                assert re.fullmatch(r"[a-z]+(-[a-z]+)*", word), (name, path)
                assert word.endswith("s") or word in SINGULAR | VERBS, (name, word)


def test_each_method_answers_alike(document: Document) -> None:
    for name, method, path, described in endpoints(document):
        status, answer = success(described)
        allowed = {"GET": {"200"}, "PUT": {"200"}, "PATCH": {"200"}, "DELETE": {"204"}}
        assert status in allowed.get(method, {"200", "201", "202", "204"}), name
        if status in {"201", "202"}:
            assert "Location" in answer["headers"], name
        if method in {"PUT", "PATCH"}:
            read = document["paths"][f"/api/{path.removesuffix('/status')}"]["get"]
            shown, changed = (model(document, one["content"]) for one in (success(read)[1], answer))
            assert changed is shown, name


def test_a_new_thing_can_be_read_where_it_says(document: Document) -> None:
    read = {name for name, method, _, _ in endpoints(document) if method == "GET"}
    for name, _, path, described in endpoints(document):
        status, answer = success(described)
        listed = "get" in document["paths"][f"/api/{path}"]
        if status in {"201", "202"} and listed and name != "add_product_image":  # that one answers with the product
            assert read & answer["links"].keys(), name


def test_every_change_of_what_has_a_version_can_be_guarded(document: Document) -> None:
    for name, method, path, described in endpoints(document):
        read = document["paths"].get(f"/api/{path}", {}).get("get", {})
        versioned = bool(read) and "304" in read["responses"]
        if method in {"PUT", "PATCH"} or (method == "DELETE" and versioned and name not in UNGUARDED):
            assert "If-Match" in parameters(described, "header"), name
            assert "412" in described["responses"], name
        if versioned and method == "GET":
            assert "If-None-Match" in parameters(described, "header"), name


def test_every_post_of_a_caller_can_be_sent_again(document: Document) -> None:
    for name, method, _, described in endpoints(document):
        expected = method == "POST" and bool(described["security"])
        assert ("Idempotency-Key" in parameters(described, "header")) is expected, name
        assert ("422" in described["responses"]) is expected, name


def test_lists_page_and_sort_alike(document: Document) -> None:
    lists = 0
    for name, method, _, described in endpoints(document):
        fields = model(document, success(described)[1].get("content", {})).get("properties", {})
        asked = parameters(described, "query")
        if method == "GET" and "items" in fields:
            lists += 1
            assert {"limit", "cursor"} <= asked.keys(), name
            assert {"items", "next"} <= fields.keys(), name
        for order in asked.get("sort", {"schema": {"enum": []}})["schema"]["enum"]:
            other = order[1:] if order.startswith("-") else f"-{order}"
            assert order in RANKED or other in asked["sort"]["schema"]["enum"], (name, order)
            assert "default" in asked["sort"]["schema"], name
    assert lists > 15


def test_a_span_of_time_is_named_by_what_it_includes(document: Document) -> None:
    for name, _, _, described in endpoints(document):
        for one, parameter in parameters(described, "query").items():
            form = parameter["schema"].get("format")
            if form == "date-time":
                assert one.endswith(("_from", "_before")), (name, one)
            elif form == "date":
                assert one in {"first_day", "last_day"}, (name, one)


def test_null_empties_only_what_may_be_empty(document: Document) -> None:
    seen = 0
    for name, method, _, described in endpoints(document):
        if method != "PATCH":
            continue
        body = model(document, described["requestBody"]["content"])
        shown = model(document, success(described)[1]["content"])["properties"]
        assert body["additionalProperties"] is False, name
        for field, schema in body["properties"].items():
            if takes_null(schema):
                seen += 1
                assert takes_null(shown[field]), f"{name}: {field} is never null; Field(default_factory=left_out)"
    assert seen


def test_unknown_fields_are_refused_in_every_body(document: Document) -> None:
    for name, _, _, described in endpoints(document):
        content = described.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            assert model(document, content)["additionalProperties"] is False, name
            assert "415" in described["responses"], name
