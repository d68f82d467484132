"""Which endpoints a path has: for requests that no function of the app takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from shared.api.endpoint import Endpoint

__all__ = ["endpoints_at", "fits"]


def endpoints_at(path: str, endpoints: Iterable[Endpoint]) -> Mapping[str, tuple[Endpoint, dict[str, str]]]:
    """The endpoints of a path below ``/api`` by method, with the values of their places.

    Of several routes that fit the one with more fixed words wins, as in the Functions host.
    """
    found: dict[str, tuple[Endpoint, dict[str, str]]] = {}
    for endpoint in sorted(endpoints, key=lambda one: len(one.parameters), reverse=True):
        match = _pattern(endpoint.route).fullmatch(path.strip("/"))
        if match:
            found[endpoint.method] = (endpoint, match.groupdict())
    return found


def fits(route: str, path: str) -> bool:
    """Whether a path is one of a route."""
    return _pattern(route).fullmatch(path.strip("/")) is not None


@lru_cache(maxsize=512)
def _pattern(route: str) -> re.Pattern[str]:
    parts = [
        f"(?P<{part[1:-1].partition(':')[0]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in route.split("/")
    ]
    return re.compile("/".join(parts), re.IGNORECASE)
