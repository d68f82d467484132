"""The one tree of errors.

    ZetaError
    ├── Rejected             the caller must change something            (never retried)
    │   ├── InvalidInput
    │   ├── Unauthenticated
    │   ├── Forbidden
    │   ├── NotFound
    │   ├── Conflict
    │   │   ├── Taken                a name that must be unique belongs to another
    │   │   └── KeyReused            an Idempotency-Key came again with another request
    │   ├── MethodNotAllowed         the path is there, for other methods
    │   ├── PreconditionFailed       changed since the caller read it
    │   ├── TooLarge
    │   └── UnsupportedMedia         a body of a kind that nobody reads here
    ├── TryLater             the same call may succeed later             (retried after ``after``)
    │   ├── Unavailable      a dependency of ours does not answer
    │   ├── RateLimited      too many requests
    │   └── InProgress       the same request is being served at this moment
    └── GivenUp              no retry can help; a person must look       (quarantined)
        └── Misconfigured

Each error has a machine ``code``, a ``disposition`` and typed fields of its own. The message is for
logs and engineers; what a shopper or an administrator reads is looked up by ``code`` at the edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class FieldError:
    """One rule that one field breaks.

    ``code`` is a machine's word (``missing``, ``too_long``, …); ``limit`` is the number or word that the rule
    names, for the text that a person reads.
    """

    field: str
    code: str
    limit: str = ""


class InvalidInput(Rejected):
    """The input breaks a rule; ``field`` names it (dotted path) where one is known, ``errors`` all of them."""

    code = "invalid_input"

    def __init__(self, message: str, *, field: str | None = None, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.errors = tuple(errors) or ((FieldError(field, "invalid"),) if field else ())


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


class Taken(Conflict):
    """What must be unique belongs to another thing already; ``field`` names it."""

    code = "taken"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class KeyReused(Conflict):
    """An ``Idempotency-Key`` came again with another request than its first."""

    code = "idempotency_key_reused"


class MethodNotAllowed(Rejected):
    """The path takes other methods: ``allowed``."""

    code = "method_not_allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"allowed: {', '.join(allowed)}")
        self.allowed = tuple(allowed)


class PreconditionFailed(Rejected):
    """The thing was changed since the caller read it: its ``If-Match`` names another version."""

    code = "precondition_failed"


class UnsupportedMedia(Rejected):
    """The body is of a kind that is not read here; ``expected`` is a media type."""

    code = "unsupported_media_type"

    def __init__(self, expected: str) -> None:
        super().__init__(f"the body must be {expected}")
        self.expected = expected


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


class RateLimited(TryLater):
    """More requests than are allowed."""

    code = "rate_limited"


class InProgress(TryLater):
    """The same request is being served at this moment; its answer can be had afterwards."""

    code = "in_progress"


class GivenUp(ZetaError):
    """No retry can help; a person has to look."""

    code = "given_up"


class Misconfigured(GivenUp):
    """A setting or credential is missing or refused; ``setting`` names what to mend."""

    code = "misconfigured"

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting}: {message}")
        self.setting = setting
