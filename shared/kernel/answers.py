"""What a handler of the administrators' API may return beside a model, a ``Page`` and ``None`` (204)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Accepted", "Cookie", "Created", "Download", "WithCookies"]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Created(Generic[Item]):
    """201: a new thing, and where it can be read (a path below ``/api``, e.g. ``cities/<id>``)."""

    item: Item
    location: str


@dataclass(frozen=True, slots=True)
class Accepted(Generic[Item]):
    """202: work that goes on after the answer, what is known of it, and where to ask how far it is."""

    item: Item
    location: str


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to set; always ``Secure``, ``SameSite=Strict`` and of the whole host, as the prefix ``__Host-`` asks
    for; ``seconds=0`` removes it."""

    name: str
    value: str
    seconds: int
    http_only: bool = True


@dataclass(frozen=True, slots=True)
class WithCookies(Generic[Item]):
    """An answer of any other kind (``None`` too) that also sets cookies."""

    item: Item
    cookies: Sequence[Cookie]


@dataclass(frozen=True, slots=True)
class Download:
    """200: a file; ``filename`` is what the browser saves it as."""

    content: bytes
    media_type: str
    filename: str
