"""What the document says of a field: the words that stand under it in the code.

Pydantic can read them too (``use_attribute_docstrings``), but for each class as it is defined, out of its source:
some 5 ms each, paid by every process, though the document alone has a use for them.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

__all__ = ["DescribedSchema"]


class DescribedSchema(GenerateJsonSchema):
    """JSON schemas with a description of every field that has words under it, or a description already."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """The schema of a model."""
        found = super().model_schema(schema)
        words = _words_of(schema["cls"])
        for name, field in found.get("properties", {}).items():
            if name in words:
                field.setdefault("description", words[name])
        return found


@lru_cache(maxsize=1024)
def _words_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The words under the fields of a model and of those that it inherits from, by field."""
    words: dict[str, str] = {}
    for ancestor in reversed(model.__mro__):
        if issubclass(ancestor, BaseModel) and ancestor is not BaseModel:
            origin = ancestor.__pydantic_generic_metadata__["origin"] or ancestor
            words |= _of_module(origin.__module__).get(origin.__qualname__, {})
    return words


@lru_cache(maxsize=256)
def _of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    """The words under the attributes of the module's classes, by class and attribute."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: dict(_under(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _under(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                yield name, inspect.cleandoc(words)
