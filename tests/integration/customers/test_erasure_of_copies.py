"""Forgetting a person reaches the copies: in the staff's own chats, in kept answers, in delivery statuses."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import psycopg
import pytest

from shared.channels.contract import Platform
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens
from tests.integration.conversation import Stage
from tests.integration.escalations.staff import Counter
from tests.stack import WorkerStack

NAME = "Зейнеп Ерасылова"
TRACES = (NAME, "подъезд у фонтана", "бабушке привет")


@pytest.fixture
async def counter(stage: Stage) -> Counter:
    return await Counter.open(stage)


def tables_with(stack: WorkerStack, words: Sequence[str]) -> set[str]:
    """The tables in which any of these words stand, as text or as bytes."""
    found = set()
    with psycopg.connect(stack.superuser_url, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall():
            columns = connection.execute(
                "SELECT string_agg(CASE WHEN data_type = 'bytea' THEN"
                " format('coalesce(convert_from(%%I, %%L), %%L)', column_name, 'UTF8', '') ELSE"
                " format('coalesce(%%I::text, %%L)', column_name, '') END, ' || ')"
                " FROM information_schema.columns WHERE table_name = %s AND NOT (data_type = 'bytea'"
                " AND column_name NOT IN ('raw', 'body'))",
                [name],
            ).fetchone()
            assert columns is not None
            rows = connection.execute(f"SELECT {columns[0]} FROM {name}").fetchall()
            stored = "".join(str(row) for (row,) in rows)
            escaped = [word.encode("unicode_escape").decode().replace("\\\\", "\\") for word in words]
            if any(word in stored for word in [*words, *escaped]):
                found.add(str(name))
    return found


async def test_copies_of_what_was_said_are_forgotten_too(counter: Counter, worker_stack: WorkerStack) -> None:
    stage, shop = counter.stage, counter.shop
    anna = await counter.member("Анна")
    zeinep = await counter.shopper_waits(NAME)
    await anna.hears("Новое обращение")
    await anna.presses("Ответить")
    await anna.hears("Пишите")
    await anna.says("Привезём: подъезд у фонтана, верно?")
    await anna.hears("Отправлено")
    await zeinep.listens()
    await zeinep.says("Верно, бабушке привет")
    await anna.hears("бабушке привет")
    escalation_id = (await counter.escalation())["id"]
    tokens = KnownTokens()
    owner = ApiClient(build_edge(stage.worker, tokens), tokens.user(shop.company_id, Role.OWNER))
    reply = {"text": "Передадим: бабушке привет"}
    key = {"Idempotency-Key": "1"}
    answered = await owner.post(f"escalations/{escalation_id}/reply", reply, headers=key)
    assert answered.status == 200, answered.body
    await stage.work()
    before = tables_with(worker_stack, TRACES)
    assert before >= {"messages", "inbox", "outbox", "dialogs", "api_requests"}

    [dialog] = await stage.sql(shop, "SELECT id FROM dialogs WHERE customer_name = :name", name=NAME)
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customer = await stage.worker.services.customers.ensure(session, dialog["id"])
    assert (await owner.delete(f"customers/{customer.id}")).status == 204

    assert tables_with(worker_stack, TRACES) == set()
    again = await owner.post(f"escalations/{escalation_id}/reply", reply, headers=key)
    assert (again.status, again.json["code"]) == (409, "already_served")


async def test_an_id_of_a_message_that_holds_a_number_is_not_kept_with_its_statuses(
    stage: Stage, worker_stack: WorkerStack
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, Platform.WHATSAPP, "Айгуль Ким")
    await aigul.says("красный диван")
    await aigul.hears()
    await stage.simulator.delivery.settle()
    await stage.work()
    statuses = await stage.sql(shop, "SELECT event_id, platform_message_id, applied FROM delivery_events")
    assert statuses
    assert {status["applied"] for status in statuses} == {True}

    wamid = base64.b64encode(b"HBgL").decode()[:4]
    assert not any(wamid in status["event_id"] + status["platform_message_id"] for status in statuses)
