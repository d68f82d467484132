"""Examples for people to look at: a model's own where it has one, else something plausible by name and format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.api.openapi.schemas import PREFIX

__all__ = ["example_of"]

_DEPTH = 6
"""How deep an example goes into models that contain themselves."""

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "object": dict,
}
_FORMATS: Mapping[str, Any] = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date-time": "2026-03-14T09:26:53Z",
    "date": "2026-03-14",
    "email": "aigul@example.com",
    "uri": "https://example.com/",
    "password": "sofa-lamp-window",
}
_WORDS: Mapping[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhaWd1bCJ9.c2lnbmF0dXJl",
    "action": "product.updated",
    "actor_name": "Aigul",
    "address": "203.0.113.7",
    "assignee_name": "Damir",
    "body": "Answer briefly and politely. Offer delivery with every sofa.",
    "bot_name": "Uyut in Almaty",
    "category": "sofas",
    "check_hours": 24,
    "code": "sofas",
    "colours": ["red"],
    "comment": "Called and confirmed.",
    "company": "Uyut",
    "credentials": {"token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "secret_token": "x7Qp2mV9sL4t"},
    "csrf_token": "Jx3mQ8vT1pLw",
    "currency": "KZT",
    "cursor": None,
    "customer_name": "Aigul",
    "email": "aigul@example.com",
    "en": "Uyut sofa",
    "expires_in": 900,
    "external_ref": "1C-000417",
    "failure": None,
    "failure_text": None,
    "file_name": "products.csv",
    "images": ["https://shop.example/sofa-001.jpg"],
    "kk": "«Уют» диваны",
    "link": "https://panel.example/welcome#token",
    "message": "/link 482-913",
    "minor": 19990000,
    "misconfigured": None,
    "mode": "assistant",
    "name": "Almaty",
    "next": None,
    "phone": "+77011234567",
    "problem": None,
    "q": "red sofa",
    "quantity": 3,
    "query": "red sofa",
    "reason": "asked",
    "refresh_token": "mS0fT2v8kQ1xW7cJ4hRzNpLdYb9uGaEe3oIiKtVw5sA",
    "resolved_by": "Damir",
    "role": "manager",
    "ru": "Диван «Уют»",
    "sku": "SOFA-001",
    "slug": "almaty",
    "subject_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "subject_type": "product",
    "summary": "Wants to know when the red sofa is delivered.",
    "synonyms": ["couch"],
    "text": "Good afternoon! Your sofa arrives tomorrow.",
    "timezone": "Asia/Almaty",
    "token": "mS0fT2v8kQ1xW7cJ4hRzNpLdYb9uGaEe3oIiKtVw5sA",
    "url": "https://shop.example/sofa-001.jpg",
    "username": "uyut_bot",
}
"""By a field's name, in whichever model."""
_PERSON = {"name": "Aigul", "role": "manager"}
_OWN_WORDS: Mapping[str, Mapping[str, Any]] = {
    "User": _PERSON,
    "NewUser": _PERSON,
    "MyChanges": _PERSON,
    "Registration": _PERSON,
    "Customer": _PERSON,
    "Bot": {"name": "Uyut in Almaty"},
    "NewBot": {"name": "Uyut in Almaty"},
    "Company": {"name": "Uyut", "slug": "uyut"},
    "ConnectionFact": {"name": "username", "value": "uyut_bot"},
    "Image": {"name": "sofa-001.jpg"},
    "ProductImage": {"name": "sofa-001.jpg"},
    "LinkCode": {"code": "482-913"},
    "LinkTarget": {"name": "Uyut in Almaty", "url": "https://t.me/uyut_bot?start=link-482913"},
    "NewServiceToken": {"name": "Stock system"},
    "ServiceToken": {"name": "Stock system"},
    "Service": {"name": "Stock system"},
    "Failure": {"code": "quarantined", "detail": "", "reason": "failed"},
    "OrderLine": {"name": "Uyut sofa"},
}
"""By the beginning of a model's name (the longest that fits), then by the field's."""


def example_of(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """A value of that schema."""
    return _example(schema, components, 0, "", "")


def _example(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int, model: str, name: str) -> Any:
    told = _told(schema, components, model, name)
    if told is not None:
        return told[0]
    if "$ref" in schema:
        model = str(schema["$ref"]).removeprefix(PREFIX)
        schema, name = components[model], ""
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("example", "const", "default"):
        if schema.get(key) not in (None, "", [], {}):
            return schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return _example(schema[key][0], components, depth, model, "")
    return _plain(schema, components, depth, model)


def _told(schema: Mapping[str, Any], components: Mapping[str, Any], model: str, name: str) -> tuple[Any] | None:
    """What the tables say of that field, if its schema takes such a value."""
    if not name or "examples" in schema:
        return None
    own = max((start for start in _OWN_WORDS if model.startswith(start)), key=len, default="")
    word = _OWN_WORDS.get(own, {}).get(name, _WORDS.get(name, ...))
    return (word,) if word is not ... and _takes(schema, components, word) else None


def _takes(schema: Mapping[str, Any], components: Mapping[str, Any], value: Any) -> bool:
    if "$ref" in schema:
        return _takes(components[str(schema["$ref"]).removeprefix(PREFIX)], components, value)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return any(_takes(option, components, value) for option in schema[key])
    if "enum" in schema:
        return value in schema["enum"]
    if value is None:
        return schema.get("type") == "null"
    if isinstance(value, list):
        return schema.get("type") == "array" and _takes(schema.get("items", {}), components, value[0])
    if "format" in schema and schema["format"] != "uri":
        return False
    return isinstance(value, _KINDS.get(str(schema.get("type")), ()))


def _plain(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int, model: str) -> Any:
    deeper = depth < _DEPTH
    match schema.get("type"):
        case "object":
            own = str(schema.get("title", model)) if "properties" in schema else model
            fields = schema.get("properties", {}) if deeper else {}
            return {name: _example(field, components, depth + 1, own, name) for name, field in fields.items()}
        case "array":
            items = schema.get("items") if deeper else None
            return [] if items is None else [_example(items, components, depth + 1, model, "")]
        case "string":
            return _FORMATS.get(schema.get("format", ""), "…")
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return None
