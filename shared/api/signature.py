"""What a handler's method takes and gives, read from its type hints: the one source for binding and document."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from shared.identity.schemas import Caller
from shared.kernel.answers import Accepted, Created, Download, WithCookies
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.kernel.requests import Client, Upload

__all__ = ["AnswerKind", "Signature", "SignatureMismatch", "signature_of"]

_RAISED = re.compile(r"^ {4}([\w, ]+):", re.MULTILINE)
_PATH_KINDS = (UUID, int, str)
_SUPPLIED: Mapping[str, type] = {"caller": Caller, "client": Client, "if_match": IfMatch, "upload": Upload}


class SignatureMismatch(TypeError):
    """A handler does not fit its endpoint: a defect, found by the test that reads every endpoint."""


class AnswerKind(StrEnum):
    """What a handler gives back."""

    ITEM = "item"
    CREATED = "created"
    ACCEPTED = "accepted"
    DOWNLOAD = "download"
    EMPTY = "empty"

    @property
    def status(self) -> int:
        """The status of success."""
        return _STATUSES.get(self, 200)


_STATUSES = {AnswerKind.CREATED: 201, AnswerKind.ACCEPTED: 202, AnswerKind.EMPTY: 204}


@dataclass(frozen=True, slots=True)
class Signature:
    """One handler's method, understood."""

    summary: str
    description: str
    path: Mapping[str, type]
    supplied: frozenset[str]
    """Which of caller, client, if_match and upload it takes."""
    filters: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: AnswerKind
    model: Any
    """The type of the answer's body (a model); ``None`` for a file and for nothing."""
    cookies: bool
    raises: frozenset[str]
    """The errors that the docstring names under ``Raises:``."""

    @property
    def tagged(self) -> bool:
        """Whether the answer carries an ``ETag``: a single thing does, a page of a list does not."""
        single = self.answer in {AnswerKind.ITEM, AnswerKind.CREATED}
        return single and not issubclass(self.model, Page)


@lru_cache(maxsize=512)
def signature_of(function: Callable[..., Any], parameters: tuple[str, ...]) -> Signature:
    """Read a handler's method (unbound), whose route has these parameters.

    Raises:
        SignatureMismatch: a parameter is neither in the route nor one that the API supplies, or a model that
            comes from outside lets unknown fields pass.
    """
    hints = get_type_hints(function, include_extras=True)
    answer = hints.pop("return")
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    path = {name: hints[name] for name in names if name in parameters}
    supplied = frozenset(name for name in names if name in _SUPPLIED)
    unknown = set(names) - set(path) - supplied - {"filters", "body"}
    wrong = [name for name in supplied if hints[name] is not _SUPPLIED[name]]
    if unknown or wrong or set(parameters) != set(path) or not all(kind in _PATH_KINDS for kind in path.values()):
        raise SignatureMismatch(f"{function.__qualname__}: {names} do not fit the route's {parameters}")
    for name in {"filters", "body"} & set(names):
        if getattr(hints[name], "model_config", {}).get("extra") != "forbid":
            raise SignatureMismatch(f"{function.__qualname__}: {name} must be a model with extra='forbid'")
    cookies = get_origin(answer) is WithCookies
    if cookies:
        (answer,) = get_args(answer)
    kind, model = _answer(answer, function)
    documentation = inspect.getdoc(function) or ""
    summary, _, description = documentation.partition("\n\n")
    return Signature(
        summary=" ".join(summary.split()),
        description=_without_sections(description),
        path=path,
        supplied=supplied,
        filters=hints.get("filters"),
        body=hints.get("body"),
        answer=kind,
        model=model,
        cookies=cookies,
        raises=_raised(documentation),
    )


def _answer(answer: Any, function: Callable[..., Any]) -> tuple[AnswerKind, Any]:
    if answer is type(None) or answer is None:
        return AnswerKind.EMPTY, None
    if answer is Download:
        return AnswerKind.DOWNLOAD, None
    origin = get_origin(answer)
    if origin is Created or origin is Accepted:
        return AnswerKind.CREATED if origin is Created else AnswerKind.ACCEPTED, get_args(answer)[0]
    if inspect.isclass(answer) and issubclass(answer, BaseModel):
        return AnswerKind.ITEM, answer
    raise SignatureMismatch(f"{function.__qualname__} returns {answer}, which the API cannot write")


def _without_sections(description: str) -> str:
    """The prose of a docstring: not what it tells engineers under Args, Returns and Raises."""
    kept = []
    for line in description.splitlines():
        if line.strip() in {"Args:", "Returns:", "Raises:"}:
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _raised(documentation: str) -> frozenset[str]:
    lines = _RAISED.findall(documentation.partition("Raises:")[2])
    return frozenset(name.strip() for line in lines for name in line.split(","))
