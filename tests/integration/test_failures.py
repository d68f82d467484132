"""What was given up can be done again exactly once, or let be; only in its own company."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs import failures
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import new_id
from shared.runtime.database import Database
from tests.integration.shops import Shop


def _message(shop: Shop) -> dict[str, Any]:
    """A message as the intake records it."""
    return {
        "place": 0,
        "bot_id": str(shop.bot_id),
        "chat_id": "7",
        "kind": "message",
        "event_id": "e1",
        "order_key": 1,
        "customer_id": "7",
        "event": {},
    }


async def _one(session: AsyncSession, query: str, **values: Any) -> Any:
    return (await session.execute(text(query), values)).mappings().one()


async def _failed_turn(database: Database, shop: Shop) -> UUID:
    """A message whose attempts ran out; the dialog has gone on."""
    failure = new_id()
    async with database.session_scope(shop.company_id) as session:
        await session.execute(
            text("SELECT receive_events(CAST(:events AS jsonb), '{}')"), {"events": json.dumps([_message(shop)])}
        )
        await session.execute(text("UPDATE inbox SET status = 'failed', done_at = now()"))
        await session.execute(text("UPDATE dialogs SET done_seq = received_seq"))
        row = await _one(session, "SELECT id, dialog_id FROM inbox")
        await session.execute(
            text(
                "INSERT INTO failures (company_id, id, kind, dialog_id, inbox_id, code, attempts) "
                "VALUES (:company, :id, 'turn', :dialog, :inbox, 'boom', 4)"
            ),
            {"company": shop.company_id, "id": failure, "dialog": row["dialog_id"], "inbox": row["id"]},
        )
    return failure


async def _failed_send(database: Database, shop: Shop) -> UUID:
    """A call that the platform refused for good, and one after it that went out."""
    await _failed_turn(database, shop)
    failure = new_id()
    async with database.session_scope(shop.company_id) as session:
        dialog = (await _one(session, "UPDATE dialogs SET outbox_seq = 2, sent_seq = 2 RETURNING id"))["id"]
        for seq, status in ((1, "failed"), (2, "sent")):
            await session.execute(
                text(
                    "INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status, attempts) VALUES "
                    "(:company, :bot, :dialog, :seq, jsonb_build_object('method', :seq), :status, 1)"
                ),
                {
                    "company": shop.company_id,
                    "bot": shop.bot_id,
                    "dialog": dialog,
                    "seq": seq,
                    "status": status,
                },
            )
        await session.execute(
            text(
                "INSERT INTO failures (company_id, id, kind, dialog_id, outbox_id, code) "
                "SELECT company_id, :id, 'send', dialog_id, id, 'rejected' FROM outbox WHERE status = 'failed'"
            ),
            {"id": failure},
        )
    return failure


async def test_a_replayed_message_waits_to_be_answered_again(database: Database, shop: Shop) -> None:
    failure = await _failed_turn(database, shop)
    async with database.session_scope(shop.company_id) as session:
        assert await failures.replay(session, failure) == "turn"
    async with database.session_scope(shop.company_id) as session:
        waiting = await _one(session, "SELECT received_seq - done_seq AS n, due_at <= now() AS due FROM dialogs")
        row = await _one(session, "SELECT status, done_at, due_at <= now() AS due FROM inbox")
        assert (waiting["n"], waiting["due"]) == (1, True)
        assert (row["status"], row["done_at"], row["due"]) == ("received", None, True)
        assert await failures.list_failures(session) == []
        [resolved] = await failures.list_failures(session, resolved=True)
        assert (resolved.resolution, resolved.resolved_at is not None) == ("replayed", True)


async def test_a_dialog_that_waits_after_a_failed_attempt_keeps_its_delay(database: Database, shop: Shop) -> None:
    failure = await _failed_turn(database, shop)
    async with database.session_scope(shop.company_id) as session:
        await session.execute(
            text("UPDATE dialogs SET received_seq = done_seq + 1, attempts = 2, due_at = now() + interval '1 min'")
        )
        await failures.replay(session, failure)
    async with database.session_scope(shop.company_id) as session:
        dialog = await _one(session, "SELECT received_seq - done_seq AS n, due_at > now() AS later FROM dialogs")
    assert (dialog["n"], dialog["later"]) == (2, True)


async def test_a_replayed_send_goes_to_the_end_of_its_dialogs_outbox(database: Database, shop: Shop) -> None:
    failure = await _failed_send(database, shop)
    async with database.session_scope(shop.company_id) as session:
        assert await failures.replay(session, failure) == "send"
    async with database.session_scope(shop.company_id) as session:
        rows = (await session.execute(text("SELECT seq, status, call, attempts FROM outbox ORDER BY seq"))).all()
        dialog = await _one(session, "SELECT outbox_seq, sent_seq, send_at <= now() AS due FROM dialogs")
    assert [tuple(row) for row in rows] == [
        (1, "failed", {"method": 1}, 1),
        (2, "sent", {"method": 2}, 1),
        (3, "waiting", {"method": 1}, 0),
    ]
    assert (dialog["outbox_seq"], dialog["sent_seq"], dialog["due"]) == (3, 2, True)


async def test_a_discarded_failure_changes_nothing_else(database: Database, shop: Shop) -> None:
    failure = await _failed_turn(database, shop)
    async with database.session_scope(shop.company_id) as session:
        await failures.discard(session, failure)
    async with database.session_scope(shop.company_id) as session:
        assert (await _one(session, "SELECT status FROM inbox"))["status"] == "failed"
        [discarded] = await failures.list_failures(session, resolved=True)
    assert discarded.resolution == "discarded"


@pytest.mark.parametrize("first", ["replay", "discard"])
@pytest.mark.parametrize("second", ["replay", "discard"])
async def test_what_was_dealt_with_is_refused(database: Database, shop: Shop, first: str, second: str) -> None:
    failure = await _failed_turn(database, shop)
    async with database.session_scope(shop.company_id) as session:
        await getattr(failures, first)(session, failure)
    with pytest.raises(Conflict, match="already"):
        async with database.session_scope(shop.company_id) as session:
            await getattr(failures, second)(session, failure)


async def test_two_administrators_at_once_replay_a_send_once(database: Database, shop: Shop) -> None:
    failure = await _failed_send(database, shop)

    async def press() -> str:
        try:
            async with database.session_scope(shop.company_id) as session:
                return await failures.replay(session, failure)
        except Conflict:
            return "refused"

    assert sorted(await asyncio.gather(press(), press())) == ["refused", "send"]
    async with database.session_scope(shop.company_id) as session:
        assert (await _one(session, "SELECT count(*) AS n FROM outbox WHERE status = 'waiting'"))["n"] == 1


@pytest.mark.parametrize("change", ["UPDATE inbox SET status = 'done'", "UPDATE failures SET inbox_id = NULL"])
async def test_what_is_no_longer_failed_cannot_be_replayed_and_stays_open(
    database: Database, shop: Shop, change: str
) -> None:
    failure = await _failed_turn(database, shop)
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text(change))
    with pytest.raises(Conflict, match="only be discarded"):
        async with database.session_scope(shop.company_id) as session:
            await failures.replay(session, failure)
    async with database.session_scope(shop.company_id) as session:
        assert [found.id for found in await failures.list_failures(session)] == [failure]
        dialog = await _one(session, "SELECT received_seq - done_seq AS n FROM dialogs")
    assert dialog["n"] == 0


async def test_a_failure_of_another_company_does_not_exist(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    failure = await _failed_turn(database, shop)
    for act in (failures.replay, failures.discard):
        with pytest.raises(NotFound):
            async with database.session_scope(other_shop.company_id) as session:
                await act(session, failure)
    async with database.session_scope(other_shop.company_id) as session:
        assert await failures.list_failures(session, resolved=True) == []
