"""The HTTP functions that are no endpoints of administrators: health, webhooks, the document itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["PLATFORM_PATHS", "PLATFORM_SCHEMAS", "PLATFORM_TAGS"]

PLATFORM_TAGS = ("document", "health", "media", "webhooks")
_ANYBODY = {"permission": None, "roles": None, "services": True}
_HTML = {"text/html": {"schema": {"type": "string"}}}
_TEXT = {"text/plain": {"schema": {"type": "string"}}}

PLATFORM_SCHEMAS: Mapping[str, Any] = {
    "Health": {
        "type": "object",
        "required": ["status", "dependencies"],
        "properties": {
            "status": {
                "enum": ["ok", "degraded", "down"],
                "description": "`degraded`: shoppers are served, but not with everything.",
            },
            "dependencies": {
                "type": "object",
                "description": "Each service that Zeta needs, by name.",
                "additionalProperties": {
                    "type": "object",
                    "required": ["status"],
                    "properties": {
                        "status": {"enum": ["ok", "down", "disabled"]},
                        "latency_ms": {
                            "type": ["number", "null"],
                            "description": "Milliseconds until it answered; null: it did not.",
                        },
                    },
                },
            },
        },
    }
}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _problems(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def _operation(name: str, tag: str, summary: str, responses: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "security": [],
        "responses": responses,
        "x-zeta-permission": _ANYBODY,
        **more,
    }


_HEALTH = _json({"$ref": "#/components/schemas/Health"})
_UUID = {"type": "string", "format": "uuid"}


def _parameter(place: str, name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = place == "path"
    return {"name": name, "in": place, "required": required, "description": description, "schema": schema}


_BOT = [
    _parameter("path", "platform", "The messenger.", {"type": "string", "enum": ["telegram", "whatsapp", "viber"]}),
    _parameter("path", "bot_id", "The bot.", _UUID),
]
_IMAGE = [
    _parameter("path", "company_id", "The company whose product it shows.", _UUID),
    _parameter("path", "name", "The file's name.", {"type": "string"}),
]
_HANDSHAKE = [
    _parameter("query", "hub.mode", "`subscribe`.", {"type": "string"}),
    _parameter("query", "hub.verify_token", "The bot's verify token.", {"type": "string"}),
    _parameter("query", "hub.challenge", "What is answered.", {"type": "string"}),
]

PLATFORM_PATHS: Mapping[str, Mapping[str, Any]] = {
    "/api/ping": {
        "get": _operation(
            "ping", "health", "Is the process alive?", {"200": {"description": "It is.", "content": _TEXT}}
        )
    },
    "/api/health": {
        "get": _operation(
            "report_health",
            "health",
            "How is each dependency?",
            {
                "200": {"description": "Shoppers are served.", "content": _HEALTH},
                "503": {"description": "Shoppers cannot be served.", "content": _HEALTH},
            },
        )
    },
    "/api/openapi.json": {
        "get": _operation(
            "describe_api",
            "document",
            "This document",
            {"200": {"description": "OpenAPI 3.1.", "content": _json({"type": "object"})}},
        )
    },
    "/api/docs": {
        "get": _operation(
            "show_docs",
            "document",
            "This document for people",
            {"200": {"description": "A page.", "content": _HTML}},
        )
    },
    "/api/media/{company_id}/{name}": {
        "get": _operation(
            "show_product_image",
            "media",
            "Show a product's photo",
            {
                "200": {"description": "A JPEG; it never changes.", "content": {"image/jpeg": {}}},
                **_problems(404, 503),
            },
            description="What the addresses in a product's `images` lead to. Messengers and browsers fetch them.",
            parameters=_IMAGE,
        )
    },
    "/api/webhook/{platform}/{bot_id}": {
        "post": _operation(
            "receive_webhook",
            "webhooks",
            "Receive what a messenger tells a bot",
            {
                "200": {
                    "description": "Recorded. The body is empty, or the platform's immediate reply.",
                    "content": {**_json({"type": "object"}), **_TEXT},
                },
                **_problems(400, 401, 403, 404, 413, 503),
            },
            description="The proof is the platform's own: a secret header or a signature over the raw body.",
            parameters=_BOT,
            requestBody={"required": True, "content": _json({"type": "object"})},
        ),
        "get": _operation(
            "verify_webhook",
            "webhooks",
            "Answer WhatsApp's handshake",
            {"200": {"description": "The challenge.", "content": _TEXT}, **_problems(400, 401, 403, 404, 503)},
            parameters=[*_BOT, *_HANDSHAKE],
        ),
    },
}
"""By path and method, as in an OpenAPI document; a test holds them to the functions that the app has."""
