"""The endpoints as the OpenAPI document tells them, and requests made of what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions._endpoints import DECLARED
from shared.api.edge import ApiEdge
from shared.identity.permissions import Permission
from shared.kernel.ids import new_id

__all__ = ["Operation", "operations_of"]


@dataclass(frozen=True)
class Operation:
    """One endpoint."""

    name: str
    method: str
    path: str
    """Below ``/api``, with places in braces."""
    described: Mapping[str, Any]

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def roles(self) -> list[str] | None:
        """The roles that may call; ``None``: anybody."""
        roles: list[str] | None = self.described["x-zeta-permission"]["roles"]
        return roles

    @property
    def permission(self) -> Permission | None:
        """What a caller must have; ``None``: nothing but, where there are roles, a token."""
        named = self.described["x-zeta-permission"]["permission"]
        return None if named is None else Permission(named)

    @property
    def services(self) -> bool:
        """Whether a service token can be enough."""
        return bool(self.described["x-zeta-permission"]["services"])

    @property
    def example(self) -> Any:
        """The document's example of the body; ``None`` where there is no JSON body."""
        content = self.described.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example")

    @property
    def query(self) -> str:
        """The parameters that must be given."""
        required = [one for one in self.described.get("parameters", []) if one["in"] == "query" and one["required"]]
        return "?" + "&".join(f"{one['name']}=sofa" for one in required) if required else ""

    def at(self, values: Mapping[str, object]) -> str:
        """The path with these values in its places."""
        return self.path.format(**values) + self.query

    def nowhere(self) -> str:
        """A path to something that does not exist."""
        kinds = {one["name"]: one["schema"] for one in self.described.get("parameters", []) if one["in"] == "path"}
        return self.at({name: _unknown(kinds[name]) for name in self.places})


def _unknown(schema: Mapping[str, Any]) -> str:
    return str(new_id()) if schema.get("format") == "uuid" else "99999999"


def operations_of(edge: ApiEdge) -> list[Operation]:
    """Every endpoint of administrators."""
    document = edge.document(DECLARED.values())
    return [
        Operation(described["operationId"], method.upper(), path.removeprefix("/api/"), described)
        for path, found in document["paths"].items()
        for method, described in found.items()
        if described["operationId"] in DECLARED
    ]
