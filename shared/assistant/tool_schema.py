"""A tool's arguments as the model is told of them: JSON Schema without what costs tokens and says nothing.

Every request carries all tools, so that each needless word is paid for with every turn. What is left out here is
still checked when the model's arguments are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

__all__ = ["tool_schema"]

_SAYS_NOTHING = frozenset(["$defs", "default", "maxLength", "minLength", "title"])
_HUGE = 1e9


def tool_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """The schema of the arguments: references put in place, «or null» left out of what may be left out."""
    schema = arguments.model_json_schema()
    made = _short(schema, schema.get("$defs", {}))
    made.pop("description", None)  # of the class: for readers of the code
    return made


def _short(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        key: value
        for key, value in schema.items()
        if key not in _SAYS_NOTHING and not (key in {"maximum", "minimum"} and abs(value) > _HUGE)
    }
    if "properties" in made:
        made["properties"] = {name: _short(one, known) for name, one in made["properties"].items()}
    choices = [one for one in made.pop("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        made = _short(choices[0], known) | made
    elif choices:
        made["anyOf"] = [_short(one, known) for one in choices]
    reference = made.pop("$ref", None)
    if reference is not None:
        meant = _short(known[reference.rsplit("/", 1)[-1]], known)
        meant.pop("description", None)
        made = meant | made
    return made
