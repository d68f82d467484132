"""How often somebody may call: a bucket for the address and one for the user, in Redis; without Redis, no limit."""

from __future__ import annotations

import ipaddress

from shared.api.exchange import ApiRequest
from shared.identity.schemas import Caller
from shared.kernel.errors import RateLimited
from shared.runtime.cache import Cache

__all__ = ["RequestLimit", "client_address"]


class RequestLimit:
    """``per_minute`` requests of each address and of each user; all of them may come at once."""

    def __init__(self, cache: Cache, *, per_minute: int) -> None:
        self._cache = cache
        self._per_minute = per_minute

    async def take_address(self, request: ApiRequest) -> None:
        """Count a request of an address; an IPv6 network counts as one, since a customer is given 2^64 addresses.

        Raises:
            RateLimited: too many.
        """
        if request.address:
            address = ipaddress.ip_address(request.address)
            network = ipaddress.ip_network((address, 64 if address.version == 6 else 32), strict=False)
            await self._take(f"api:address:{network}")

    async def take_caller(self, caller: Caller) -> None:
        """Count a request of a user or a service.

        Raises:
            RateLimited: too many.
        """
        await self._take(f"api:caller:{caller.user_id or caller.service_id}")

    async def _take(self, key: str) -> None:
        if self._per_minute <= 0:
            return
        wait = await self._cache.take(key, rate=self._per_minute / 60, capacity=self._per_minute)
        if wait:
            raise RateLimited("too many requests", after=wait)


def client_address(forwarded_for: str, hops: int) -> str:
    """The address that the outermost proxy of ours saw; empty where none can be believed.

    Each proxy adds the address it saw at the end, so the last ``hops`` entries are ours and all before them is
    the caller's own invention.

    Args:
        forwarded_for: the ``X-Forwarded-For`` header; entries may carry ports (Azure's front end adds them).
        hops: how many proxies stand in front of the app, Azure's own front end included.
    """
    entries = [entry.strip() for entry in forwarded_for.split(",")]
    if hops <= 0 or len(entries) < hops:
        return ""
    entry = entries[-hops]
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        address = ipaddress.ip_address(entry)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
