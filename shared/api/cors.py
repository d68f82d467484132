"""Which web pages may call the API from a browser (the Fetch standard's CORS protocol): a white list of origins.

Azure Functions can answer preflights itself; leave its own CORS setting empty, or it hides ours.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Cors"]

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, Accept-Language"
_EXPOSED = "ETag, Location, Retry-After, Idempotency-Replayed, Content-Disposition, Content-Language"
_SECONDS = 600


class Cors:
    """The white list; ``origins`` is comma-separated, each as a browser sends it: ``https://panel.example.com``."""

    def __init__(self, origins: str) -> None:
        self._origins = frozenset(origin.strip().rstrip("/") for origin in origins.split(",") if origin.strip())

    def headers(self, request_headers: Mapping[str, str]) -> list[tuple[str, str]]:
        """What an answer says to the page that asked; to a page that is not on the list, nothing."""
        varying = [("Vary", "Origin")] if self._origins else []
        origin = request_headers.get("origin")
        if origin is None or origin not in self._origins:
            return varying
        return [
            *varying,
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", _EXPOSED),
        ]

    def preflight(self, request_headers: Mapping[str, str]) -> list[tuple[str, str]]:
        """The headers that answer a browser's question whether it may send what its page wants."""
        if request_headers.get("origin") not in self._origins:
            return []
        return [
            ("Access-Control-Allow-Methods", _METHODS),
            ("Access-Control-Allow-Headers", _HEADERS),
            ("Access-Control-Max-Age", str(_SECONDS)),
        ]
