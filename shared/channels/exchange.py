"""One call to a messenger over HTTP, in the words of the channel contract.

Why a 5xx is *uncertain*: it may come from a proxy in front of a platform that has taken the message already
(Telegram answers 502 so), hence the message may have been delivered. Only answers that say "not taken, come
later" (503, 429) are surely *not sent*. A platform that explains a 5xx by an error code of its own is mapped by
that code instead, in its client.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from shared.channels.contract import MediaNotFetched, MediaTrouble, NotSent, Refusal, Refused, Uncertain
from shared.channels.messages import MediaContent
from shared.kernel.errors import TooLarge, TryLater
from shared.runtime.downloads import DownloadRefused
from shared.runtime.http import ConnectFailed, HttpAnswer, HttpTransport, NoAnswer
from shared.runtime.url_guard import ForbiddenAddress

__all__ = ["Budget", "call_api", "credential_problem", "fetching", "raise_for_server_error", "retry_after_of"]

_LONGEST_WAIT = 86_400.0


class Budget:
    """The time that one ``send`` may take, however many requests it makes (a fallback, a moved chat)."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left for the next request.

        Raises:
            NotSent: too few to start one; all requests before it were refused, so nothing was delivered.
        """
        seconds = self._end - time.monotonic()
        if seconds < 0.5:
            raise NotSent("no time left for another request", after=1.0)
        return seconds


async def call_api(
    http: HttpTransport,
    url: str,
    *,
    json_body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    method: Literal["GET", "POST"] = "POST",
    timeout: float | None = None,
) -> HttpAnswer:
    """Make one call. Nothing of the address, which may hold a token, or the payload gets into an error.

    Raises:
        NotSent: no connection was made, or the host's breaker is open.
        Uncertain: the request left and no whole answer came.
    """
    try:
        body = None if method == "GET" else json_body
        return await http.request(method, url, json_body=body, headers=headers, timeout=timeout)
    except ConnectFailed as error:
        raise NotSent("no connection", attempt_curve=2, scope="bot") from error
    except TryLater as error:
        raise NotSent("the platform keeps failing", after=error.after, scope="bot") from error
    except NoAnswer as error:
        raise Uncertain("the request left and no answer came") from error


def retry_after_of(answer: HttpAnswer) -> float | None:
    """The ``Retry-After`` header in seconds, where it is a sane number (messengers do not use its date form)."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 6:
        return min(float(value), _LONGEST_WAIT)
    return None


def raise_for_server_error(answer: HttpAnswer, *, scope: Literal["chat", "bot"] = "bot") -> None:
    """Map 429 and 5xx; return for any other status.

    Raises:
        NotSent: 429 or 503.
        Uncertain: another 5xx (see the module's first lines).
    """
    if answer.status in {429, 503}:
        after = retry_after_of(answer)
        raise NotSent(
            f"status {answer.status}", after=after, scope=scope, attempt_curve=None if after is not None else 2
        )
    if answer.status >= 500:
        raise Uncertain(f"status {answer.status}")


def credential_problem(name: str) -> Refused:
    """The error for a credential that is missing or cannot stand in an address or a header."""
    return Refused(Refusal.MISCONFIGURED, f"the credential {name} is missing or malformed")


@contextmanager
def fetching(content: MediaContent, limit: int) -> Iterator[None]:
    """Map what goes wrong while a file is fetched; a file that is known to be over ``limit`` is not asked for.

    Raises:
        MediaNotFetched: with the reason.
    """
    if content.size is not None and content.size > limit:
        raise MediaNotFetched(MediaTrouble.TOO_LARGE)
    try:
        yield
    except TooLarge as error:
        raise MediaNotFetched(MediaTrouble.TOO_LARGE) from error
    except ForbiddenAddress as error:
        raise MediaNotFetched(MediaTrouble.FORBIDDEN_ADDRESS) from error
    except (NotSent, Uncertain, ConnectFailed, NoAnswer, TryLater) as error:
        raise MediaNotFetched(MediaTrouble.NO_ANSWER) from error
    except Refused as error:
        misconfigured = error.refusal is Refusal.MISCONFIGURED
        raise MediaNotFetched(MediaTrouble.MISCONFIGURED if misconfigured else MediaTrouble.GONE) from error
    except DownloadRefused as error:
        later = error.status == 429 or error.status >= 500
        raise MediaNotFetched(MediaTrouble.NO_ANSWER if later else MediaTrouble.GONE) from error
