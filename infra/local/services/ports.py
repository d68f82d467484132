"""TCP ports on the loopback: free ones, taken ones, and waiting for one to answer."""

from __future__ import annotations

import socket

from infra.local.errors import StackError

__all__ = ["LOOPBACK", "claim_port", "free_port", "is_listening"]

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on, kept for us until this process ends.

    It stays bound and is never listened on: the system gives it to nobody who asks for any port, neither before our
    server takes it nor while that one restarts. A server that names it gets it, if it sets SO_REUSEADDR
    as all of ours do.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((LOOPBACK, 0))
    port: int = holder.getsockname()[1]
    holder.detach()
    return port


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def claim_port(port: int, *, service: str, setting: str) -> int:
    """The port itself when it is free, or a free one for 0.

    Raises:
        StackError: something else listens there; the remedy names the setting that moves us.
    """
    if port == 0:
        return free_port()
    if is_listening(port):
        raise StackError(
            f"port {port}, wanted for {service}, is taken by another program",
            remedy=f"stop it (./infra/local/down if it is ours) or choose another port: {setting}=<port>",
        )
    return port
