"""From a path to a function: route templates as Azure Functions writes them.

``webhook/{platform}/{bot_id}``, ``items/{id:int}``, ``items/{id?}``, ``files/{*path}``. Fixed segments
match in any case and win over parameters; a parameter's value is percent-decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

from infra.local.errors import StackError
from shared.kernel.errors import Rejected

__all__ = ["MethodNotAllowed", "NotRouted", "RouteTable"]

Target = TypeVar("Target")

CONSTRAINTS: Mapping[str, Callable[[str], bool]] = {
    "alpha": lambda text: re.fullmatch(r"[A-Za-z]+", text) is not None,
    "guid": lambda text: re.fullmatch(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", text) is not None,
    "int": lambda text: re.fullmatch(r"-?\d+", text) is not None,
}


class NotRouted(Rejected):
    """No function has such a path."""


class MethodNotAllowed(Rejected):
    """Functions have this path, for other methods: ``allowed``."""

    def __init__(self, allowed: set[str]) -> None:
        super().__init__(", ".join(sorted(allowed)))
        self.allowed = allowed


@dataclass
class _Segment:
    """One part of a template: a fixed text, or the name of a parameter."""

    text: str = ""
    name: str = ""
    optional: bool = False
    rest: bool = False
    fits: Callable[[str], bool] = field(default=bool)


@dataclass
class _Route(Generic[Target]):
    segments: list[_Segment]
    methods: frozenset[str]
    target: Target

    def parameters(self, parts: list[str]) -> dict[str, str] | None:
        """The values of the parameters, or None when the path is another's."""
        found: dict[str, str] = {}
        for place, segment in enumerate(self.segments):
            if segment.rest:
                found[segment.name] = unquote("/".join(parts[place:]))
                return found
            if place >= len(parts):
                return found if segment.optional else None
            if segment.text:
                if segment.text != parts[place].lower():
                    return None
                continue
            value = unquote(parts[place])
            if not segment.fits(value):
                return None
            found[segment.name] = value
        return found if len(parts) <= len(self.segments) else None

    def rank(self) -> list[int]:
        """Fixed segments first, then constrained parameters, free ones, the rest of the path."""
        return [0 if one.text else 3 if one.rest else 1 if one.fits is not bool else 2 for one in self.segments]


class RouteTable(Generic[Target]):
    """All routes of the app below one prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._routes: list[_Route[Target]] = []

    def add(self, template: str, methods: frozenset[str], target: Target) -> None:
        """Register a template; no methods means every method.

        Raises:
            StackError: the template uses what this host does not know.
        """
        whole = "/".join(part for part in (self._prefix, template.strip("/")) if part)
        self._routes.append(_Route([_segment(part) for part in whole.split("/")], methods, target))
        self._routes.sort(key=_Route.rank)

    def match(self, method: str, path: str) -> tuple[Target, dict[str, str]]:
        """The function for a request, and the values of its route's parameters.

        Args:
            method: upper case.
            path: as it came, percent-encoded, without the query.

        Raises:
            NotRouted: nobody has this path.
            MethodNotAllowed: somebody has, for other methods.
        """
        parts = path.strip("/").split("/")
        allowed: set[str] = set()
        for route in self._routes:
            found = route.parameters(parts)
            if found is None:
                continue
            if not route.methods or method in route.methods:
                return route.target, found
            allowed |= route.methods
        if allowed:
            raise MethodNotAllowed(allowed)
        raise NotRouted


def _segment(part: str) -> _Segment:
    found = re.fullmatch(r"\{(?P<rest>\*?)(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\??)\}", part)
    if found is None:
        if "{" in part:
            raise StackError(f"route segment {part} is not supported", remedy="use {name} as a whole segment")
        return _Segment(text=part.lower())
    kind = found["kind"]
    if kind is not None and kind not in CONSTRAINTS:
        raise StackError(f"route constraint {kind} is not supported", remedy=f"use one of {sorted(CONSTRAINTS)}")
    fits = CONSTRAINTS[kind] if kind else bool
    return _Segment(name=found["name"], optional=bool(found["optional"]), rest=bool(found["rest"]), fits=fits)
