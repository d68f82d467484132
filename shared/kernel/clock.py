"""Time as Zeta reads it: always aware, always UTC; days and hours of a shop in its city's zone."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["from_unix", "utc_now"]


def utc_now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)


def from_unix(seconds: float) -> datetime:
    """The moment ``seconds`` after the Unix epoch, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
