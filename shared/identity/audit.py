"""The audit log: who changed what, from what to what. Written in the transaction of the change itself.

Secrets never enter it: a field whose name says that it holds one is recorded as changed, without its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from pydantic import SecretStr
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import repository
from shared.identity.accounts import AuditEntry, AuditFilter
from shared.identity.models import AuditRow
from shared.identity.schemas import Caller, CallerKind
from shared.kernel.ids import new_id
from shared.kernel.json import storable
from shared.kernel.paging import Page

__all__ = ["HIDDEN", "page_entries", "record", "record_by_system", "record_gone", "record_made"]

HIDDEN = "•••"
"""What stands in the log in a secret's place."""
TEXT_LIMIT = 10_000
"""Characters of one text that are kept."""

_SECRET = re.compile(
    r"(?:^|_)(?:passwords?|passphrase|secrets?|tokens?|credentials?|hash|api_?keys?|private_?key|keys|authorization|"
    r"cookies?|csrf)(?:$|_)"
)
_NOT_SECRET = frozenset({"service_token_id", "tokens_used"})


class _Thing(Protocol):
    """A view that says which thing it shows."""

    @property
    def id(self) -> UUID: ...

    def model_dump(self) -> dict[str, Any]: ...


async def record(
    session: AsyncSession,
    caller: Caller,
    *,
    action: str,
    subject_type: str,
    subject_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record an administrative change; it is kept if and only if the session's transaction is committed.

    Args:
        session: of the caller's company.
        caller: who did it.
        action: what was done, ``<subject>.<verb in the past>``, e.g. ``product.updated``.
        subject_type: what it was done to, e.g. ``product``.
        subject_id: which one.
        before: its fields before, ``None`` where it did not exist; any values that pydantic can write as JSON.
        after: its fields afterwards, ``None`` where it is gone. Of two given states only what differs is kept.
    """
    name = await _name_of(session, caller)
    was, became = _difference(before, after)
    session.add(
        AuditRow(
            company_id=caller.company_id,
            id=new_id(),
            actor_kind=caller.kind.value,
            actor_id=caller.user_id or caller.service_id,
            actor_name=name,
            address=caller.address[:64],
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            before=was,
            after=became,
        )
    )
    await session.flush()


async def record_made(session: AsyncSession, caller: Caller, kind: str, made: _Thing) -> None:
    """Record ``<kind>.created`` with all that the new thing's view shows."""
    await record(
        session,
        caller,
        action=f"{kind}.created",
        subject_type=kind,
        subject_id=str(made.id),
        before=None,
        after=made.model_dump(),
    )


async def record_gone(session: AsyncSession, caller: Caller, kind: str, gone: _Thing, *, verb: str) -> None:
    """Record ``<kind>.<verb>`` with all that the view of the thing showed that is no more."""
    await record(
        session,
        caller,
        action=f"{kind}.{verb}",
        subject_type=kind,
        subject_id=str(gone.id),
        before=gone.model_dump(),
        after=None,
    )


async def record_by_system(
    session: AsyncSession,
    company_id: UUID,
    *,
    action: str,
    subject_type: str,
    subject_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    actor_name: str = "",
    address: str = "",
) -> None:
    """Record a change that no caller of the API made: by the command line, a timer, or a link in an e-mail."""
    was, became = _difference(before, after)
    session.add(
        AuditRow(
            company_id=company_id,
            id=new_id(),
            actor_kind="system",
            actor_id=None,
            actor_name=actor_name,
            address=address[:64],
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            before=was,
            after=became,
        )
    )
    await session.flush()


async def page_entries(session: AsyncSession, filters: AuditFilter) -> Page[AuditEntry]:
    """One page of the log.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.audit_page(session, filters)
    return Page(items=[AuditEntry.model_validate(row) for row in rows], next=following)


async def _name_of(session: AsyncSession, caller: Caller) -> str:
    """The name by which the log is still readable when the user or the token is gone."""
    if caller.kind is CallerKind.USER and caller.user_id is not None:
        user = await repository.user(session, caller.user_id)
        return (user.name or user.email) if user else ""
    if caller.service_id is not None:
        token = await repository.service_token(session, caller.service_id)
        return token.name if token else ""
    return ""


def _difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both states as JSON without secrets; of fields that both have, those that differ."""
    if before is None or after is None:
        return _told(before), _told(after)
    # compared before hiding: that a secret was changed is told, its values are not
    same = {name for name in before.keys() & after.keys() if _opened(before[name]) == _opened(after[name])}
    return (
        _told({name: value for name, value in before.items() if name not in same}),
        _told({name: value for name, value in after.items() if name not in same}),
    )


def _opened(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _told(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if state is None:
        return None
    told: dict[str, Any] = _hide(storable(to_jsonable_python(dict(state), fallback=str)))
    return told


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if item is not None and _is_secret(name, item) else _hide(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_hide(item) for item in value]
    return value[:TEXT_LIMIT] if isinstance(value, str) else value


def _is_secret(name: str, value: Any) -> bool:
    """By its name; a flag or a number (``has_password``, ``max_tokens``) tells no secret."""
    if isinstance(value, bool | int | float) or name in _NOT_SECRET:
        return False
    return _SECRET.search(name.lower()) is not None
