"""Which addresses that came from outside may be called: the one guard against being sent to our own network.

Two kinds pass. An address below a configured one (an API's, or the simulator's on loopback): whoever sets it
answers for it. Any other needs https, the usual port, a host that a setting names, and, checked on the very address
of each connection, a public network: what a name meant a moment before (DNS rebinding) does not matter.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from yarl import URL

from shared.kernel.errors import Rejected

__all__ = ["AddressNotPublic", "ForbiddenAddress", "UrlRule", "is_public", "open_public_socket"]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddress(Rejected):
    """The rule does not allow this address."""

    code = "forbidden_address"


class AddressNotPublic(OSError):
    """A connection was about to be made to this machine or a private network."""


@dataclass(frozen=True, slots=True)
class UrlRule:
    """Where a download may lead.

    ``hosts`` are names; one that begins with a dot stands for all names below it. ``below`` are addresses of the
    settings: what lies below them is trusted as they are.
    """

    hosts: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def check(self, url: str) -> tuple[URL, bool]:
        """The address as it will be called, and whether it is one of the settings' own.

        Raises:
            ForbiddenAddress: it is no address, or the rule does not allow it.
        """
        try:
            # what is encoded already stays as it is: a signed address must not be written anew
            target = URL(url, encoded=url.isascii())
            host, port = (target.host or "").lower().rstrip("."), target.port
        except ValueError:
            raise ForbiddenAddress("not an address") from None
        if any(_is_below(target, URL(base)) for base in self.below):
            return target, True
        if target.scheme != "https" or port != 443 or target.user is not None:
            raise ForbiddenAddress("only https on its usual port, without a user")
        if not any(_matches(host, allowed.lower()) for allowed in self.hosts):
            raise ForbiddenAddress("the host is not among those of the settings")
        return target, False


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large, also where it wraps an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip.sixtofour is not None or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast


def open_public_socket(address: Any) -> socket.socket:
    """A socket for one resolved address (``getaddrinfo``'s entry), right before it is connected.

    Raises:
        AddressNotPublic: the address is not public.
    """
    family, kind, protocol, _, place = address
    if not is_public(str(place[0])):
        raise AddressNotPublic("the address is not public")
    return socket.socket(family=family, type=kind, proto=protocol)


def _is_below(target: URL, base: URL) -> bool:
    if not target.host or target.user is not None or ".." in unquote(target.raw_path):
        return False
    return target.origin() == base.origin() and target.raw_path.startswith(f"{base.raw_path.rstrip('/')}/")


def _matches(host: str, allowed: str) -> bool:
    return host == allowed or (allowed.startswith(".") and host.endswith(allowed))
