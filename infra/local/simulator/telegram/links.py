"""Deep links: ``https://t.me/<bot>?start=<payload>``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

__all__ = ["DeepLink", "read_link"]

_HOSTS = {"t.me", "telegram.me", "www.t.me"}
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A link that opens a private chat with a bot and starts it with ``payload``."""

    username: str
    payload: str


def read_link(url: str) -> DeepLink | None:
    """The link, also in its ``tg://resolve`` form; None for any other address.

    A payload of more than 64 characters, or of others than ``A-Za-z0-9_-``, is dropped as the apps do.
    """
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.scheme in ("http", "https") and (parts.hostname or "") in _HOSTS:
        username = parts.path.strip("/")
    elif parts.scheme == "tg" and parts.netloc == "resolve":
        username = query.get("domain", "")
    else:
        return None
    if not username or "/" in username or "startgroup" in query:
        return None
    payload = query.get("start", "")
    return DeepLink(username, payload if _PAYLOAD.fullmatch(payload) else "")
