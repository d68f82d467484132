"""Hooks for schemathesis's scenarios (its stateful phase): requests that succeed, so that there is a way to go on.

Invented cursors, filters and names are what the other phases are for. Here lists are asked for as they are, and
bodies are the document's own examples, each time with other names.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import schemathesis

from tests.functions.schemathesis_checks import permission_table

__all__ = ["map_body", "map_query", "permission_table"]

_numbers = count(1)


@schemathesis.hook
def map_query(context: schemathesis.HookContext, query: Any) -> Any:
    """Leave out what narrows a list down to nothing."""
    return {name: value for name, value in query.items() if name in {"limit", "q"}} if query else query


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Send the example; what must be unique in the company gets a number."""
    assert context.operation is not None
    described = context.operation.definition.raw.get("requestBody", {}).get("content", {})
    example = described.get("application/json", {}).get("example")
    if not isinstance(example, dict):
        return body
    number = next(_numbers)
    unique = {"sku": f"SOFA-{number}", "slug": f"almaty-{number}", "email": f"aigul{number}@example.com"}
    if context.operation.method.upper() == "POST":
        unique["code"] = f"sofas-{number}"
    return example | {name: value for name, value in unique.items() if name in example}
