"""The one tree of errors.

    ZetaError
    ├── Rejected             the caller must change something            (never retried)
    │   ├── InvalidInput
    │   ├── Unauthenticated
    │   ├── Forbidden
    │   ├── NotFound
    │   ├── Conflict
    │   └── TooLarge
    ├── TryLater             the same call may succeed later             (retried after ``after``)
    │   └── Unavailable      a dependency of ours does not answer
    └── GivenUp              no retry can help; a person must look       (quarantined)
        └── Misconfigured

Each error has a machine ``code``, a ``disposition`` and typed fields of its own. The message is for
logs and engineers; what a shopper or an administrator reads is looked up by ``code`` at the edge.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Disposition(StrEnum):
    """What the edge that catches an error does with the work."""

    REJECT = "reject"
    RETRY = "retry"
    GIVE_UP = "give_up"


class ZetaError(Exception):
    """Base of every error raised on purpose by Zeta's code."""

    code: ClassVar[str] = "internal"
    disposition: ClassVar[Disposition] = Disposition.GIVE_UP


class Rejected(ZetaError):
    """The request cannot be served as it stands."""

    code = "rejected"
    disposition = Disposition.REJECT


class InvalidInput(Rejected):
    """The input breaks a rule; ``field`` names it (dotted path) where one is known."""

    code = "invalid_input"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Unauthenticated(Rejected):
    """The caller did not prove who it is."""

    code = "unauthenticated"


class Forbidden(Rejected):
    """The caller is known, or its signature is wrong, and may not do this."""

    code = "forbidden"


class NotFound(Rejected):
    """Nothing of that identity exists for this caller."""

    code = "not_found"

    def __init__(self, kind: str, identity: object) -> None:
        super().__init__(f"{kind} {identity} not found")
        self.kind = kind
        self.identity = str(identity)


class Conflict(Rejected):
    """The state of the thing forbids the change."""

    code = "conflict"


class TooLarge(Rejected):
    """The input exceeds ``limit`` (bytes, or items where the message says so)."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than the limit of {limit}")
        self.limit = limit


class TryLater(ZetaError):
    """May succeed after ``after`` seconds."""

    code = "try_later"
    disposition = Disposition.RETRY

    def __init__(self, message: str, *, after: float) -> None:
        super().__init__(message)
        self.after = after


class Unavailable(TryLater):
    """A dependency (``dependency``: postgres, redis, queue, blob, model, telegram, …) does not answer."""

    code = "unavailable"

    def __init__(self, dependency: str, *, after: float = 5.0) -> None:
        super().__init__(f"{dependency} is unavailable", after=after)
        self.dependency = dependency


class GivenUp(ZetaError):
    """No retry can help; a person has to look."""

    code = "given_up"


class Misconfigured(GivenUp):
    """A setting or credential is missing or refused; ``setting`` names what to mend."""

    code = "misconfigured"

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting}: {message}")
        self.setting = setting
