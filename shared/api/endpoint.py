"""One line of the API: which request is served by which handler, and who may send it. Light: read at cold start."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["JSON_LIMIT", "PUBLIC", "SIGNED_IN", "SIGNED_IN_USER", "Endpoint"]

PUBLIC = "public"
"""Instead of a permission: anybody may call, nobody is asked for a token."""
SIGNED_IN = "signed_in"
"""Instead of a permission: every caller whose token holds."""
SIGNED_IN_USER = "signed_in_user"
"""Instead of a permission: every user, and no machine client: what concerns a person's own account."""
JSON_LIMIT = 256 << 10
"""Bytes of a JSON body, unless the endpoint says otherwise."""

_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint; see ``functions/_endpoints.py`` for how one is declared."""

    name: str
    """The Azure Function's name; ``operationId`` in the document."""
    method: str
    route: str
    """Below the prefix ``api``, e.g. ``cities/{city_id}``."""
    handler: str
    """``cities.update``: the field of ``composition.Api``, and the method."""
    permission: str
    """A ``Permission``, ``PUBLIC``, ``SIGNED_IN`` or ``SIGNED_IN_USER``."""
    tag: str
    """The section of the document."""
    body_limit: int = JSON_LIMIT
    """Bytes; a larger body is refused with 413."""
    stored: bool = True
    """Of a POST: whether its answer is kept for a repeated ``Idempotency-Key``. Not where it holds a secret."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the route's braces."""
        return tuple(_PLACE.findall(self.route))
