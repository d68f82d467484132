"""Errors as RFC 9457 problems, in the language of whoever reads them: the title says what to do.

The words stand beside the capability that raises the error: ``problem.<code>`` of its catalogue, in
``shared/<capability>/locales``; an error without words of its own borrows those of its parent, at last ours.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InProgress,
    InvalidInput,
    KeyReused,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    RateLimited,
    Rejected,
    Taken,
    TooLarge,
    TryLater,
    Unauthenticated,
    UnsupportedMedia,
    ZetaError,
)
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = ["STATUSES", "TEXTS", "problem_of", "status_of"]

_log = logging.getLogger(__name__)
_SHARED = Path(__file__).parents[1]
TEXTS = Texts(Path(__file__).parent / "locales", "api")

STATUSES: tuple[tuple[type[ZetaError], int], ...] = (
    (TooLarge, 413),
    (UnsupportedMedia, 415),
    (PreconditionFailed, 412),
    (KeyReused, 422),
    (MethodNotAllowed, 405),
    (InProgress, 409),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (InvalidInput, 400),
    (Rejected, 400),
    (RateLimited, 429),
    (TryLater, 503),
)
"""The status of each family of errors, the special ones first; whatever is none of them is 500."""


def status_of(error: type[ZetaError]) -> int:
    """The HTTP status of an error's kind."""
    return next((status for kind, status in STATUSES if issubclass(error, kind)), 500)


def problem_of(error: ZetaError, language: Language, request_id: str) -> dict[str, Any]:
    """The problem document: no inner text, no value that was sent."""
    status = status_of(type(error))
    # of our own failures only the name is told; what to mend in a setting is the operator's, in the log
    code = error.code if status < 500 or isinstance(error, TryLater) else "internal"
    found: dict[str, Any] = {
        "type": f"urn:zeta:error:{code}",
        "title": _title(type(error) if status < 500 or isinstance(error, TryLater) else ZetaError, language),
        "status": status,
        "code": code,
        "instance": f"urn:zeta:request:{request_id}",
    }
    errors = _fields(error, language)
    if errors:
        found["errors"] = errors
    return found


def _title(kind: type[ZetaError], language: Language) -> str:
    for ancestor in kind.__mro__:
        if issubclass(ancestor, ZetaError):
            for texts in (_texts_beside(ancestor.__module__), TEXTS):
                found = texts and _text(texts, f"problem.{ancestor.code}", language)
                if found:
                    return found
    raise KeyError(kind.code)


@cache
def _texts_beside(module: str) -> Texts | None:
    """The catalogue of the capability that a module belongs to."""
    package, _, rest = module.partition(".")
    capability = rest.partition(".")[0]
    folder = _SHARED / capability / "locales"
    return Texts(folder, capability) if package == "shared" and folder.is_dir() else None


def _text(texts: Texts, key: str, language: Language) -> str | None:
    try:
        return texts.get(key, language)
    except KeyError:
        return None


def _fields(error: ZetaError, language: Language) -> list[dict[str, str]]:
    if isinstance(error, Taken):
        broken: tuple[FieldError, ...] = (FieldError(error.field, "taken"),)
    elif isinstance(error, InvalidInput):
        broken = error.errors
    else:
        return []
    return [{"field": one.field, "code": one.code, "message": _message(one, language)} for one in broken]


def _message(error: FieldError, language: Language) -> str:
    try:
        return TEXTS.get(f"field.{error.code}", language, limit=error.limit)
    except KeyError:
        return TEXTS.get("field.invalid", language)
