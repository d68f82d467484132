"""``Idempotency-Key``: a POST that is sent again is answered as the first time, and done once.

A key belongs to its caller. Its row is inserted, and committed, before the handler runs, so that two copies at once
are one request; that the work is done is noted in the work's own transaction. A request that was refused leaves no
row. One whose worker died before the work was done is served anew after ``ABANDONED``; where it died after it, or
failed, the work is never done again: repeating it is refused, as where an answer holds secrets and is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.api.exchange import ApiAnswer, ApiRequest
from shared.identity.schemas import Caller
from shared.kernel.errors import Conflict, InProgress, InvalidInput, KeyReused, Rejected
from shared.runtime.database import Database, committing_with

__all__ = ["KEPT", "KEY_HEADER", "AlreadyServed", "Idempotency"]

KEY_HEADER = "idempotency-key"
KEPT = timedelta(hours=24)
"""How long an answer can be had again."""
ABANDONED = timedelta(minutes=11)
"""No function runs longer (host.json: ten minutes): who has not answered by then never will."""
_REPEATED = ("ETag", "Location")

_BEGIN = text("""
    INSERT INTO api_requests AS r (company_id, caller_id, key, fingerprint)
    VALUES (:company, :caller, :key, :fingerprint)
    ON CONFLICT (company_id, caller_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, created_at = now(), done_at = NULL, worked_at = NULL,
           status = NULL, body = NULL
     WHERE r.created_at < now() - CAST(:kept AS interval)
        OR (r.done_at IS NULL AND r.worked_at IS NULL AND r.created_at < now() - CAST(:abandoned AS interval))
    RETURNING 1
""")
_FIND = text("""
    SELECT fingerprint, done_at, status, media_type, headers, body,
           worked_at IS NOT NULL AND created_at < now() - CAST(:abandoned AS interval) AS left_behind
      FROM api_requests WHERE caller_id = :caller AND key = :key
""")
_FINISH = text("""
    UPDATE api_requests SET done_at = now(), status = :status, media_type = :media_type,
           headers = CAST(:headers AS jsonb), body = :body
     WHERE caller_id = :caller AND key = :key
""")
# a transaction that has written nothing has no number, and needs no note
_WORKED = text("""
    UPDATE api_requests SET worked_at = now()
     WHERE caller_id = :caller AND key = :key AND worked_at IS NULL AND pg_current_xact_id_if_assigned() IS NOT NULL
""")
_FAILED = text(
    "UPDATE api_requests SET done_at = now() WHERE caller_id = :caller AND key = :key AND worked_at IS NOT NULL"
)
_GIVE_BACK = text("DELETE FROM api_requests WHERE caller_id = :caller AND key = :key AND done_at IS NULL")
_FORGET = text("SELECT forget_api_requests(:kept, :limit)")
_FORGET_AT_ONCE = 5000


class AlreadyServed(Conflict):
    """A repeated request that was done, but whose answer was not kept: it held a secret, or the worker died."""

    code = "already_served"


@dataclass(frozen=True, slots=True)
class _Request:
    company: UUID
    caller: UUID
    key: str
    fingerprint: bytes

    @property
    def place(self) -> dict[str, Any]:
        return {"caller": self.caller, "key": self.key}


class Idempotency:
    """Serves a request once for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(
        self, caller: Caller, request: ApiRequest, serve: Callable[[], Awaitable[ApiAnswer]], *, stored: bool
    ) -> ApiAnswer:
        """Serve the request, or answer as its first copy was answered; without a key it is simply served.

        Args:
            caller: whose key it is.
            request: the request.
            serve: does the work.
            stored: whether the answer may be kept.

        Raises:
            InvalidInput: the key is empty, too long or not printable.
            KeyReused: the key came with another request before.
            InProgress: the first copy is being served at this moment.
            AlreadyServed: it was served, and its answer may not be kept.
        """
        key = request.headers.get(KEY_HEADER)
        owner = caller.user_id or caller.service_id
        if key is None or owner is None:
            return await serve()
        asked = _Request(caller.company_id, owner, _checked(key), _fingerprint(request))
        earlier = await self._begin(asked)
        if earlier is not None:
            return earlier

        async def note(session: AsyncSession) -> None:
            await session.execute(_WORKED, asked.place)

        try:
            with committing_with(note):
                answer = await serve()
        except Rejected:
            await self._write(asked, _GIVE_BACK, asked.place)
            raise
        except BaseException:
            # whether anything was done before it failed, the database alone knows
            await self._write(asked, _FAILED, asked.place)
            await self._write(asked, _GIVE_BACK, asked.place)
            raise
        headers = [[name, value] for name, value in answer.headers if name in _REPEATED]
        await self._write(
            asked,
            _FINISH,
            asked.place
            | {
                "status": answer.status,
                "media_type": answer.media_type,
                "headers": json.dumps(headers),
                "body": answer.body if stored else None,
            },
        )
        return answer

    async def forget(self) -> None:
        """Drop the answers that have been kept long enough, of all companies."""
        async with self._database.system_scope() as session:
            await session.execute(_FORGET, {"kept": KEPT, "limit": _FORGET_AT_ONCE})

    async def _begin(self, asked: _Request) -> ApiAnswer | None:
        """Take the key: ``None``; or the answer that stands under it."""
        async with self._database.session_scope(asked.company) as session:
            taken = await session.execute(
                _BEGIN,
                asked.place
                | {
                    "company": asked.company,
                    "fingerprint": asked.fingerprint,
                    "kept": KEPT,
                    "abandoned": ABANDONED,
                },
            )
            return None if taken.first() is not None else await _earlier(session, asked)

    async def _write(self, asked: _Request, statement: Any, values: dict[str, Any]) -> None:
        async with self._database.session_scope(asked.company) as session:
            await session.execute(statement, values)


async def _earlier(session: AsyncSession, asked: _Request) -> ApiAnswer:
    found = (await session.execute(_FIND, asked.place | {"abandoned": ABANDONED})).first()
    if found is None:  # given back between the two statements
        raise InProgress("try again", after=1.0)
    if bytes(found.fingerprint) != asked.fingerprint:
        raise KeyReused("another request came under this key")
    if found.done_at is None and not found.left_behind:
        raise InProgress("the first copy is being served", after=1.0)
    if found.body is None:
        raise AlreadyServed("the answer was not kept")
    headers = [(str(name), str(value)) for name, value in found.headers]
    headers.append(("Idempotency-Replayed", "true"))
    return ApiAnswer(found.status, bytes(found.body), found.media_type, headers)


def _checked(key: str) -> str:
    if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise InvalidInput("a key has 1 to 200 printable ASCII characters", field="Idempotency-Key")
    return key


def _fingerprint(request: ApiRequest) -> bytes:
    media_type = request.headers.get("content-type", "")
    head = json.dumps([request.method, request.path, sorted(request.query.items()), media_type])
    return hashlib.sha256(head.encode() + b"\n" + request.body).digest()
