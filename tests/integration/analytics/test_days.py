"""Days that are over are counted once; a report over them is the report over their events."""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr
from sqlalchemy import text

from shared.analytics import days, service
from shared.analytics.personal_data import AnalyticsRecords
from shared.analytics.schemas import AnalyticsReport, Breakdown, ReportFilter
from shared.bots import service as bots
from shared.bots.schemas import CredentialNames, NewBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import CityChanges, NewCity
from shared.composition import Worker
from shared.kernel.ids import new_id
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.queues import ANALYTICS
from tests.integration.conversation import Stage
from tests.integration.shops import Shop
from tests.stack import WorkerStack

PEOPLE = 6
KINDS = (
    "turn",
    "turn",
    "search",
    "search",
    "card_viewed",
    "cart_added",
    "order_placed",
    "order_cancelled",
    "escalated",
    "escalation_answered",
    "staff_replied",
    "alert_sent",
    "command",
    "leaflet_opened",
)


@dataclass
class Past:
    """A shop with two bots in cities of different clocks, and what happened at them."""

    database: Database
    company_id: UUID
    bots: tuple[UUID, UUID]
    cities: tuple[UUID, UUID]
    people: list[int]
    rows: psycopg.Connection
    today: datetime = field(default_factory=lambda: datetime.now(UTC))
    """The moment all reports are read at, also when a test runs at midnight."""

    def happened(
        self,
        kind: str,
        at: datetime,
        *,
        bot: int | None = 0,
        person: int | None = None,
        **properties: Any,
    ) -> None:
        self.rows.execute(
            "INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties, at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (
                self.company_id,
                None if person is None else self.people[person],
                None if bot is None else self.bots[bot],
                kind,
                Jsonb(properties),
                at,
            ),
        )

    async def count(self, limit: int = 1000) -> int:
        async with self.database.session_scope(self.company_id) as session:
            return await days.count_days(session, kept_days=366, limit=limit)

    async def report(self, **wanted: Any) -> AnalyticsReport:
        async with self.database.session_scope(self.company_id) as session:
            return await service.report(session, ReportFilter.model_validate(wanted), now=self.today)

    async def reports(self) -> list[AnalyticsReport]:
        wanted: list[dict[str, Any]] = [{"by": by} for by in Breakdown]
        wanted += [{"bot_id": self.bots[1]}, {"city_id": self.cities[0]}, {"platform": "telegram"}]
        return [await self.report(**one) for one in wanted]

    def kept(self) -> int:
        row = self.rows.execute("SELECT count(*) FROM analytics_days").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def past(worker_stack: WorkerStack, database: Database, keyring: KeyRing, shop: Shop) -> AsyncIterator[Past]:
    async with database.session_scope(shop.company_id) as session:
        new = NewCity(slug="moscow", name="Москва", timezone="Europe/Moscow")
        city = await companies.create_city(session, shop.company_id, new)
        names = CredentialNames(frozenset({"token"}))
        bot = await bots.create_bot(
            session,
            keyring,
            shop.company_id,
            NewBot(
                platform=Platform.VIBER, name="Второй", city_id=city.id, credentials={"token": SecretStr("2:x")}
            ),
            names,
        )
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as rows:
        people = [
            row[0]
            for n in range(PEOPLE)
            for row in rows.execute(
                "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id)"
                " VALUES (%s, %s, %s, %s) RETURNING id",
                (shop.company_id, (shop.bot_id, bot.id)[n % 2], f"c{n}", f"c{n}"),
            )
        ]
        yield Past(database, shop.company_id, (shop.bot_id, bot.id), (shop.city_id, city.id), people, rows)


def _properties(dice: random.Random, kind: str) -> dict[str, Any]:
    match kind:
        case "turn":
            waited = {} if dice.random() < 0.2 else {"ms": dice.randrange(5000)}
            return {"messages": dice.randrange(1, 4), "replies": dice.randrange(3), **waited}
        case "search":
            page = {} if dice.random() < 0.5 else {"offset": dice.choice([0, 5])}
            return {"query": dice.choice(["диван", "стол", "гамак", ""]), "found": dice.randrange(3), **page}
        case "order_placed" | "order_cancelled":
            return {"total_minor": dice.randrange(10**12), "currency": dice.choice(["KZT", "USD"])}
        case "escalation_answered":
            return {"seconds": dice.randrange(9000) / 10}
        case "leaflet_opened":
            return {"messages": "много", "ms": "x"}
    return {}


@pytest.mark.parametrize("seed", range(4))
async def test_a_report_is_the_same_whichever_days_are_counted_beforehand(past: Past, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(250):
        kind = dice.choice(KINDS)
        past.happened(
            kind,
            datetime.now(UTC) - timedelta(hours=dice.random() * 24 * 9),
            bot=dice.choice([0, 1, None]),
            person=dice.choice([None, *range(PEOPLE)]),
            **_properties(dice, kind),
        )
    of_events = await past.reports()
    assert of_events[0].totals.messages > 0

    assert await past.count(limit=3) > 0
    assert await past.reports() == of_events
    past.rows.execute("DELETE FROM analytics_days WHERE hashtext(bot_id::text || day::text) % 2 = 0")
    assert await past.reports() == of_events
    await past.count()
    assert await past.count() == 0
    assert await past.reports() == of_events


async def test_a_day_is_counted_only_when_it_is_over_for_a_while(past: Past) -> None:
    now = datetime.now(UTC)
    past.happened("turn", now, messages=1, replies=1)
    past.happened("turn", now - timedelta(hours=1), messages=1, replies=1)
    await past.count()

    last = past.rows.execute(
        "SELECT max((day + 1)::timestamp AT TIME ZONE timezone) FROM analytics_days"
    ).fetchone()
    assert last is not None
    assert last[0] is None or last[0] <= now - days.SETTLED
    assert (await past.report()).totals.messages == 2


async def test_an_event_belongs_to_the_day_of_its_bot_s_city(past: Past) -> None:
    late = datetime(2026, 3, 9, 20, 30, tzinfo=UTC)  # half past one in Almaty, half to midnight in Moscow
    past.happened("turn", late, bot=0, messages=1, replies=0)
    past.happened("turn", late, bot=1, messages=2, replies=0)

    for _ in ("of events", "counted"):
        found = await past.report(first_day="2026-03-09", last_day="2026-03-10")
        assert [(group.key, group.metrics.messages) for group in found.groups] == [
            ("2026-03-09", 2),
            ("2026-03-10", 1),
        ]
        only = await past.report(first_day="2026-03-09", last_day="2026-03-09", city_id=past.cities[0])
        assert (only.totals.messages, only.timezone) == (0, "Asia/Almaty")
        only = await past.report(first_day="2026-03-09", last_day="2026-03-09", city_id=past.cities[1])
        assert (only.totals.messages, only.timezone) == (2, "Europe/Moscow")
        await past.count()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
async def test_a_day_is_as_long_as_the_clocks_of_its_city_make_it(past: Past, day: str, hours: int) -> None:
    async with past.database.session_scope(past.company_id) as session:
        await companies.update_city(session, past.cities[1], CityChanges(timezone="Europe/Berlin"))
    begins = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=3)
    for hour in range(31):
        past.happened("alert_sent", begins + timedelta(hours=hour), bot=1)

    for _ in ("of events", "counted"):
        assert (await past.report(first_day=day, last_day=day)).totals.alerts_sent == hours
        await past.count()


async def test_a_city_that_moves_to_another_zone_is_counted_anew(past: Past) -> None:
    past.happened("turn", datetime(2026, 3, 9, 20, 30, tzinfo=UTC), bot=1, messages=1, replies=0)
    await past.count()
    async with past.database.session_scope(past.company_id) as session:
        await companies.update_city(session, past.cities[1], CityChanges(timezone="Asia/Almaty"))

    for _ in ("of events", "counted"):
        found = await past.report(first_day="2026-03-09", last_day="2026-03-10")
        assert [group.key for group in found.groups] == ["2026-03-10"]
        assert await past.count() >= 0
    assert await past.count() == 0


async def test_somebody_known_on_two_messengers_is_one_person(past: Past) -> None:
    customer = new_id()
    past.rows.execute(
        "INSERT INTO customers (company_id, id, name) VALUES (%s, %s, '')", (past.company_id, customer)
    )
    for dialog in past.people[:2]:
        past.rows.execute(
            "INSERT INTO customer_dialogs (company_id, dialog_id, customer_id) VALUES (%s, %s, %s)",
            (past.company_id, dialog, customer),
        )
    for person in range(3):
        past.happened(
            "turn", datetime(2026, 3, 9, 6, tzinfo=UTC), bot=person % 2, person=person, messages=1, replies=1
        )

    for _ in ("of events", "counted"):
        found = await past.report(first_day="2026-03-09", last_day="2026-03-09", by="platform")
        assert found.totals.active_people == 2
        assert [(one.key, one.metrics.active_people) for one in found.groups] == [("telegram", 2), ("viber", 1)]
        await past.count()


async def test_what_is_erased_is_gone_from_counted_days_too(past: Past) -> None:
    customer = new_id()
    past.rows.execute(
        "INSERT INTO customers (company_id, id, name) VALUES (%s, %s, '')", (past.company_id, customer)
    )
    past.rows.execute(
        "INSERT INTO customer_dialogs (company_id, dialog_id, customer_id) VALUES (%s, %s, %s)",
        (past.company_id, past.people[0], customer),
    )
    noon = datetime(2026, 3, 9, 7, tzinfo=UTC)
    past.happened("search", noon, person=0, query="для айгуль", found=1)
    past.happened("search", noon + timedelta(days=1), person=1, bot=1, query="диван", found=1)
    await past.count()
    before = past.kept()
    async with past.database.session_scope(past.company_id) as session:
        await AnalyticsRecords().erase(session, customer)

    assert past.kept() == before - 1
    for _ in ("of events", "counted"):
        found = await past.report(first_day="2026-03-09", last_day="2026-03-10")
        assert [search.query for search in found.top_searches] == ["диван"]
        assert (found.totals.searches, found.totals.funnel.searched) == (2, 1)
        await past.count()
    stored = past.rows.execute("SELECT string_agg(words::text, '') FROM analytics_days").fetchone()
    assert stored is not None
    assert "айгуль" not in stored[0]


async def test_days_are_forgotten_with_their_events(past: Past) -> None:
    now = datetime.now(UTC)
    for back in (5, 50):
        past.happened("turn", now - timedelta(days=back), messages=1, replies=1)
    await past.count()
    async with past.database.system_scope() as session:
        await session.execute(text("SELECT forget_analytics('30 days', 500)"))

    oldest = past.rows.execute("SELECT min(day) FROM analytics_days").fetchone()
    assert oldest is not None
    assert oldest[0] > (now - timedelta(days=30)).date()
    assert (await past.report(first_day=(now - timedelta(days=60)).date())).totals.messages == 1


async def test_the_watch_finds_days_to_count_and_the_run_counts_them(past: Past, stage: Stage) -> None:
    worker = stage.worker
    assert await worker.analytics_watch.run() == 0
    past.happened("turn", datetime.now(UTC) - timedelta(days=8), messages=1, replies=1)

    assert [await worker.analytics_watch.run() for _ in range(2)] == [1, 1]
    client = worker.queues._client(ANALYTICS)
    rings = [b64decode(message.content).decode() async for message in client.receive_messages(max_messages=32)]
    assert [await worker.analytics_runner.run(ring) > 0 for ring in rings] == [True, False]
    assert await worker.analytics_watch.run() == 0

    past.rows.execute("DELETE FROM analytics_days WHERE bot_id = %s AND day = current_date - 4", (past.bots[1],))
    assert await worker.analytics_watch.run() == 1


async def test_a_worker_that_stops_counts_no_further_days_and_rings_for_the_rest(past: Past, stage: Stage) -> None:
    past.happened("turn", datetime.now(UTC) - timedelta(days=8), messages=1, replies=1)
    stopping = Worker(stage.worker.settings)
    try:
        stopping.stop()
        assert await stopping.analytics_runner.run(json.dumps({"company_id": str(past.company_id)})) == 0
    finally:
        await stopping.aclose()

    client = stage.worker.queues._client(ANALYTICS)
    [ring] = [b64decode(message.content).decode() async for message in client.receive_messages()]
    assert await stage.worker.analytics_runner.run(ring) > 0
