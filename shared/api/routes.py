"""Which endpoints a path has: for requests that no function of the app takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from shared.api.endpoint import Endpoint

__all__ = ["endpoints_at", "fits"]


def endpoints_at(path: str, endpoints: Iterable[Endpoint]) -> Mapping[str, tuple[Endpoint, dict[str, str]]]:
    """The endpoints of a path below ``/api`` by method, with the values of their places.

    Of several routes that fit, the one with the most fixed words is meant: ``products/export`` is no product.
    """
    fitting = [(one, match) for one in endpoints if (match := _pattern(one.route).fullmatch(path.strip("/")))]
    fewest = min((len(one.parameters) for one, _ in fitting), default=0)
    return {one.method: (one, match.groupdict()) for one, match in fitting if len(one.parameters) == fewest}


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
