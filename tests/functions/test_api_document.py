"""The OpenAPI document: valid, complete, and true of every function that HTTP triggers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

import function_app
from functions._endpoints import DECLARED
from shared.composition import Worker
from shared.composition.api import build_edge
from shared.identity.permissions import Permission
from shared.runtime.settings import Settings

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
async def document(settings_env: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
    worker = Worker(Settings.model_validate({name.lower(): value for name, value in settings_env.items()}))
    yield build_edge(worker).document(DECLARED.values())
    await worker.aclose()


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        described["operationId"]: (method.upper(), path, described)
        for path, found in document["paths"].items()
        for method, described in found.items()
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_http_function_of_the_app_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    functions = {}
    for function in function_app.app.get_functions():
        trigger = function.get_trigger()
        if trigger is not None and trigger.get_dict_repr()["type"] == "httpTrigger":
            described = trigger.get_dict_repr()
            route = "/api/" + described["route"].replace(":guid", "")
            functions[function.get_function_name()] = (route, {str(method) for method in described["methods"]})
    del functions["answer_unrouted"]

    found = {name: (path, {method}) for name, (method, path, _) in operations(document).items()}
    assert found == {name: (path, {str(m) for m in methods}) for name, (path, methods) in functions.items()}


def test_every_operation_says_what_it_does_who_may_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, (method, path, operation) in operations(document).items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"} == {
            part[1:-1] for part in path.split("/") if part.startswith("{")
        }
        permission = operation["x-zeta-permission"]["permission"]
        assert permission is None or Permission(permission)
        if DECLARED.get(name) is not None:
            assert {"400", "429", "503"} <= operation["responses"].keys(), name
            assert bool(operation["security"]) == (operation["x-zeta-permission"]["roles"] is not None), name
        if operation["security"]:
            assert {"401", "403"} <= operation["responses"].keys(), name
        if method == "GET":
            assert "requestBody" not in operation, name


def test_every_example_is_one_of_its_schema(document: dict[str, Any]) -> None:
    shown = 0
    for name, (_, _, operation) in operations(document).items():
        answers = [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in [operation.get("requestBody", {}).get("content", {}), *answers]:
            for media in content.values():
                if "example" in media:
                    schema = {**media["schema"], "components": document["components"]}
                    broken = [error.message for error in Draft202012Validator(schema).iter_errors(media["example"])]
                    assert broken == [], (name, media["example"])
                    shown += 1
    assert shown > len(document["paths"])
