"""What a handler of the administrators' API may ask for beside models: a file, or the client itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Client", "Upload"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: as the body itself, or as the one file of ``multipart/form-data``.

    ``filename`` and ``media_type`` are the sender's words: believe the bytes, not them. The size is already
    within the endpoint's limit.
    """

    content: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class Client:
    """The program that calls, for endpoints that must know it before they know who calls."""

    address: str
    user_agent: str
    language: str
    """ISO 639-1: the language of ours that it asked for, or the house's own."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    csrf: str = ""
    """The ``X-CSRF-Token`` header: what our own page repeats of the readable cookie."""
