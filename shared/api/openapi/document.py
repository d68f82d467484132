"""The document as a whole: one operation for each endpoint, the schemas of all models, what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from shared.api.endpoint import PUBLIC, SIGNED_IN, SIGNED_IN_USER, Endpoint
from shared.api.gate import ACCESS_COOKIE, CSRF_HEADER
from shared.api.openapi.answers import PROBLEM_SCHEMAS, answers_of, problem_responses
from shared.api.openapi.descriptions import description_of
from shared.api.openapi.examples import example_of
from shared.api.openapi.links import add_links
from shared.api.openapi.platform import PLATFORM_PATHS, PLATFORM_SCHEMAS, PLATFORM_TAGS
from shared.api.openapi.schemas import Schemas
from shared.api.signature import Signature
from shared.identity.permissions import Permission, Role, roles_with

__all__ = ["build_document"]

_INTRODUCTION = """\
What administrators and their programs do with Zeta. Every endpoint works for one company: that of the token.

**Sign in** with `Authorization: Bearer <token>`; in a browser with the cookies that log-in sets, repeating the
value of the cookie `__Host-zeta_csrf` in the header `X-CSRF-Token` on every change.

**Lists** come in pages: `limit` items, and `next`, the `cursor` of the page that follows. Unknown parameters are
refused.

**Changes** may be guarded: send the `ETag` that you read as `If-Match`, and a change that somebody made meanwhile
is not overwritten (412). A POST with an `Idempotency-Key` may be sent again for 24 hours: it is done once, and
answered as the first time.

**Errors** are problems (RFC 9457) in Russian, Kazakh or English, as `Accept-Language` asks; `code` is for
programs. There are 100 requests a minute for each user and each address; beyond that 429 says in `Retry-After`
when to come back.
"""
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": [], "csrf": []}]


def build_document(
    endpoints: Iterable[Endpoint], signature_of: Callable[[Endpoint], Signature], *, server: str
) -> dict[str, Any]:
    """The OpenAPI document of these endpoints and of the app's other HTTP functions.

    Args:
        endpoints: all that are declared.
        signature_of: what an endpoint's handler takes and gives.
        server: the app's address without a path.
    """
    described = [(endpoint, signature_of(endpoint)) for endpoint in endpoints]
    schemas = Schemas(signature for _, signature in described)
    paths: dict[str, dict[str, Any]] = {path: dict(operations) for path, operations in PLATFORM_PATHS.items()}
    for endpoint, signature in described:
        operations = paths.setdefault(f"/api/{endpoint.route}", {})
        operations[endpoint.method.lower()] = _operation(endpoint, signature, schemas)
    add_links(paths, schemas.components)
    tags = sorted({endpoint.tag for endpoint, _ in described})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zeta", "version": "1", "description": _INTRODUCTION},
        "servers": [{"url": server.rstrip("/")}],
        "tags": [{"name": tag} for tag in [*tags, *PLATFORM_TAGS]],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**schemas.components, **PROBLEM_SCHEMAS, **PLATFORM_SCHEMAS},
            "responses": problem_responses(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": ACCESS_COOKIE},
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": CSRF_HEADER.title().replace("Csrf", "CSRF"),
                    "description": "The value of the cookie `__Host-zeta_csrf`; with the cookie, on every change.",
                },
            },
        },
    }


def _operation(endpoint: Endpoint, signature: Signature, schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": signature.summary.rstrip("."),
        "security": [] if endpoint.permission == PUBLIC else _SECURITY,
        "responses": answers_of(endpoint, signature, schemas),
        "x-zeta-permission": _permission(endpoint.permission),
    }
    if signature.description:
        found["description"] = signature.description
    parameters = _parameters(endpoint, signature, schemas)
    if parameters:
        found["parameters"] = parameters
    body = _body(endpoint, signature, schemas)
    if body:
        found["requestBody"] = body
    return found


def _permission(permission: str) -> dict[str, Any]:
    """What is asked of the caller, the roles that have it, and whether a service token can."""
    if permission == PUBLIC:
        return {"permission": None, "roles": None, "services": True}
    if permission in {SIGNED_IN, SIGNED_IN_USER}:
        return {"permission": None, "roles": [*Role], "services": permission == SIGNED_IN}
    return {"permission": permission, "roles": [*roles_with(Permission(permission))], "services": True}


def _parameters(endpoint: Endpoint, signature: Signature, schemas: Schemas) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": description_of(name, "path"),
            "schema": _path_schema(kind),
        }
        for name, kind in signature.path.items()
    ]
    if signature.filters is not None:
        found += schemas.query_parameters(signature.filters)
    if "if_match" in signature.supplied:
        found.append(_header("If-Match", "Change it only if it still has this `ETag`.", '^(\\*|"[!#-~]*")$'))
    if endpoint.method == "GET" and signature.tagged:
        found.append(_header("If-None-Match", "Answer 304 if it still has this `ETag`.", '^(\\*|"[!#-~]*")$'))
    if endpoint.method == "POST" and endpoint.permission != PUBLIC:
        found.append(_header("Idempotency-Key", "The same for every repetition of a request.", "^[ -~]{1,200}$"))
    return found


def _path_schema(kind: type) -> dict[str, Any]:
    if kind is int:
        return {"type": "integer", "format": "int64"}
    return {"type": "string"} if kind is str else {"type": "string", "format": "uuid"}


def _header(name: str, description: str, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _body(endpoint: Endpoint, signature: Signature, schemas: Schemas) -> dict[str, Any] | None:
    limit = f"At most {endpoint.body_limit >> 10} KiB."
    if signature.body is not None:
        schema = schemas.of(signature.body, "validation")
        content = {"schema": schema, "example": example_of(schema, schemas.components)}
        return {"required": True, "description": limit, "content": {"application/json": content}}
    if "upload" in signature.supplied:
        form = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
        }
        content = {"multipart/form-data": {"schema": form}, "application/octet-stream": {}}
        return {"required": True, "description": limit, "content": content}
    return None
