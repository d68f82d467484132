"""A request and an answer as the API sees them, whatever carries the bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.kernel.languages import DEFAULT_LANGUAGE, Language, language_of

__all__ = ["ApiAnswer", "ApiRequest"]


@dataclass(slots=True)
class ApiRequest:
    """One request. Header names are in lower case; a query parameter that came twice is joined by commas."""

    method: str
    path: str
    """As it came, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    route: Mapping[str, str]
    body: bytes
    address: str = ""
    """The client's address, as far as the configured proxies can be trusted."""
    caller_language: str | None = None
    """Filled in once it is known who calls."""

    @property
    def language(self) -> Language:
        """What to answer in: a language of ours that the request names, else the caller's, else the house's."""
        return (
            _preferred(self.headers.get("accept-language", ""))
            or language_of(self.caller_language)
            or DEFAULT_LANGUAGE
        )

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies; of a repeated name the first counts, as browsers send the most special first."""
        found: dict[str, str] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, separator, value = part.strip().partition("=")
            if separator:
                found.setdefault(name, value.strip('"'))
        return found


@dataclass(slots=True)
class ApiAnswer:
    """One answer; ``headers`` may name ``Set-Cookie`` several times."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: list[tuple[str, str]] = field(default_factory=list)


def _preferred(header: str) -> Language | None:
    """The best language in an ``Accept-Language`` (RFC 9110, 12.5.4); what cannot be read counts nothing."""
    weighted = [(weight, -place, tag) for place, (tag, weight) in enumerate(_weighted(header[:400].split(",")))]
    for weight, _, tag in sorted(weighted, reverse=True):
        language = language_of(tag)
        if language is not None and weight > 0:
            return language
    return None


def _weighted(parts: Sequence[str]) -> list[tuple[str, float]]:
    found = []
    for part in parts:
        tag, _, weight = part.partition(";q=")
        try:
            found.append((tag.strip(), float(weight) if weight else 1.0))
        except ValueError:
            continue
    return found
