"""The administrators' API put together: the handlers of every capability, and the edge in front of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.api.edge import ApiEdge
from shared.api.gate import Gate
from shared.companies.handlers import CityHandlers
from shared.identity.schemas import Authenticator, Caller
from shared.kernel.errors import Unauthenticated

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["Api", "build_api", "build_edge"]


@dataclass(frozen=True)
class Api:
    """Every handlers' class, by the name that endpoints use: ``handler="cities.list"``."""

    cities: CityHandlers


def build_api(parts: Worker) -> Api:
    """Build all handlers from a worker's parts."""
    return Api(cities=CityHandlers(parts.database))


def build_edge(parts: Worker, authenticator: Authenticator | None = None) -> ApiEdge:
    """Build the edge; ``authenticator`` replaces the platform's own (tests)."""
    api = build_api(parts)
    return ApiEdge(handlers=lambda: api, gate=Gate(authenticator or _NoTokens()))


class _NoTokens:
    """Knows no token: nobody can sign in."""

    async def authenticate(self, token: str) -> Caller:  # noqa: ARG002 - the protocol names it
        """Refuse.

        Raises:
            Unauthenticated: always.
        """
        raise Unauthenticated("no tokens are issued")
