"""What a report counts, for whom, and on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from shared.analytics import service
from shared.analytics.schemas import AnalyticsReport, Breakdown, Funnel, NewEvent, ReportFilter
from shared.channels.contract import Platform
from shared.kernel.errors import InvalidInput
from shared.runtime.database import Database
from tests.doubles.echo import ECHO
from tests.integration.conversation import open_stage
from tests.integration.shops import Shop

NOON = datetime(2026, 11, 20, 7, tzinfo=UTC)
"""Noon in Almaty (UTC+5)."""


class Day:
    """Writes what happened and reads the report of it."""

    def __init__(self, database: Database, shop: Shop) -> None:
        self._database = database
        self.shop = shop

    async def happened(
        self, kind: str, *, at: datetime = NOON, dialog: int | None = 1, times: int = 1, **properties: Any
    ) -> None:
        async with self._database.session_scope(self.shop.company_id) as session:
            for _ in range(times):
                await service.record(session, kind, properties, bot_id=self.shop.bot_id)
            await session.execute(
                text("UPDATE analytics_events SET dialog_id = :dialog, at = :at WHERE at > '2026-11-20T12:00Z'"),
                {"dialog": dialog, "at": at},
            )

    async def report(self, *, now: datetime = NOON, **wanted: Any) -> AnalyticsReport:
        async with self._database.session_scope(self.shop.company_id) as session:
            return await service.report(session, ReportFilter.model_validate(wanted), now=now)


@pytest.fixture
def day(database: Database, shop: Shop) -> Day:
    return Day(database, shop)


async def test_a_shop_without_events_has_a_report_of_nothing(day: Day) -> None:
    report = await day.report()

    assert report.totals.messages == 0
    assert report.totals.response_ms.p50 is None
    assert report.totals.escalation_rate is None
    assert report.groups == ()


async def test_messages_people_and_waiting_are_counted(day: Day) -> None:
    for dialog, milliseconds in ((1, 100), (1, 200), (2, 300)):
        await day.happened("turn", dialog=dialog, messages=2, replies=1, ms=milliseconds)
    await day.happened("turn", dialog=3, messages=1, replies=0)

    totals = (await day.report()).totals

    assert (totals.messages, totals.replies, totals.active_people) == (7, 3, 3)
    assert totals.response_ms.p50 == 200
    assert totals.response_ms.p99 == pytest.approx(298)


async def test_a_search_counts_once_however_many_pages_were_read(day: Day) -> None:
    await day.happened("search", query="диван", found=5, offset=0)
    await day.happened("search", query="диван", found=2, offset=5)
    await day.happened("search", query="гамак", found=0, offset=0, times=2)

    report = await day.report()

    assert (report.totals.searches, report.totals.empty_searches) == (3, 2)
    assert [(found.query, found.times) for found in report.top_searches] == [("гамак", 2), ("диван", 1)]
    assert [(found.query, found.times) for found in report.empty_searches] == [("гамак", 2)]


async def test_the_funnel_counts_people_and_not_events(day: Day) -> None:
    for dialog, steps in ((1, ("search", "card_viewed", "cart_added", "order_placed")), (2, ("search", "search"))):
        for step in steps:
            await day.happened(step, dialog=dialog)

    assert (await day.report()).totals.funnel == Funnel(searched=2, viewed=1, carted=1, ordered=1)


async def test_revenue_is_told_by_currency(day: Day) -> None:
    await day.happened("order_placed", order_id="1", total_minor=100_00, currency="KZT")
    await day.happened("order_placed", order_id="2", total_minor=50_00, currency="KZT")
    await day.happened("order_placed", order_id="3", total_minor=7_00, currency="USD")
    await day.happened("order_cancelled", order_id="1", total_minor=100_00, currency="KZT")

    report = await day.report()

    money = [(one.currency, one.placed_minor, one.cancelled_minor) for one in report.totals.revenue]
    assert money == [("KZT", 150_00, 100_00), ("USD", 7_00, 0)]
    assert report.totals.orders == 3
    assert report.groups[0].metrics.revenue == report.totals.revenue


async def test_escalations_are_told_with_their_rate_and_the_time_to_an_answer(day: Day) -> None:
    for dialog in range(4):
        await day.happened("turn", dialog=dialog, messages=1, replies=1, ms=1)
    await day.happened("escalated", reason="asked")
    await day.happened("escalation_answered", seconds=90)

    totals = (await day.report()).totals

    assert (totals.escalations, totals.escalation_rate) == (1, 0.25)
    assert totals.time_to_answer_seconds.p50 == 90


async def test_days_are_the_company_s_own(day: Day) -> None:
    before_midnight = datetime(2026, 11, 19, 18, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 19, 19, 1, tzinfo=UTC)
    await day.happened("turn", at=before_midnight, messages=1, replies=0)
    await day.happened("turn", at=after_midnight, messages=2, replies=0)

    report = await day.report()

    assert report.timezone == "Asia/Almaty"
    assert [(group.key, group.metrics.messages) for group in report.groups] == [
        ("2026-11-19", 1),
        ("2026-11-20", 2),
    ]


async def test_only_the_wanted_days_are_counted(day: Day) -> None:
    await day.happened("turn", messages=1, replies=0)

    assert (await day.report(last_day=date(2026, 11, 19))).totals.messages == 0
    assert (await day.report(first_day=date(2026, 11, 20))).totals.messages == 1
    assert (await day.report(now=datetime(2026, 12, 25, tzinfo=UTC))).totals.messages == 0


@pytest.mark.parametrize("by", list(Breakdown))
async def test_a_report_is_split_by_what_was_asked(day: Day, by: Breakdown) -> None:
    await day.happened("turn", messages=1, replies=0)

    [group] = (await day.report(by=by)).groups

    keys = {
        Breakdown.DAY: "2026-11-20",
        Breakdown.CITY: str(day.shop.city_id),
        Breakdown.BOT: str(day.shop.bot_id),
        Breakdown.PLATFORM: "telegram",
    }
    assert (group.key, group.metrics.messages) == (keys[by], 1)


async def test_another_bot_s_city_s_or_messenger_s_events_are_left_out(day: Day, other_shop: Shop) -> None:
    await day.happened("turn", messages=1, replies=0)

    assert (await day.report(bot_id=day.shop.bot_id, platform="telegram")).totals.messages == 1
    assert (await day.report(bot_id=other_shop.bot_id)).totals.messages == 0
    assert (await day.report(city_id=other_shop.city_id)).totals.messages == 0
    assert (await day.report(platform="viber")).totals.messages == 0


async def test_another_company_s_events_do_not_exist(day: Day, database: Database, other_shop: Shop) -> None:
    await day.happened("turn", messages=1, replies=0)

    assert (await Day(database, other_shop).report()).totals.messages == 0


async def test_the_shop_s_own_events_are_counted_by_name(day: Day) -> None:
    await day.happened("leaflet_opened", times=2, page="sofas")

    assert (await day.report()).own_events == {"leaflet_opened": 2}


@pytest.mark.parametrize("kind", ["turn", "order_placed", "Bad Kind", "", "x" * 61])
def test_an_own_event_cannot_pass_for_one_of_zeta_s(kind: str) -> None:
    with pytest.raises(ValidationError):
        NewEvent(kind=kind)


def test_an_own_event_is_small_and_flat() -> None:
    for properties in ({"x": "y" * 201}, {f"p{number}": 1 for number in range(21)}, {"x": {"y": 1}}, {"X-Y": 1}):
        with pytest.raises(ValidationError):
            NewEvent.model_validate({"kind": "leaflet_opened", "properties": properties})


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 1, 2), date(2026, 1, 1)), (date(2025, 1, 1), date(2026, 1, 2))]
)
def test_a_period_has_an_end_and_a_greatest_length(first: date, last: date) -> None:
    with pytest.raises(ValidationError):
        ReportFilter(first_day=first, last_day=last)


async def test_a_period_without_an_end_is_held_to_the_same_length(day: Day) -> None:
    with pytest.raises(InvalidInput):
        await day.report(first_day=date(2024, 1, 1))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Красный   ДИВАН ", "красный диван"),
        ("звоните +7 701 123-45-67 скорее", "звоните +… скорее"),
        ("диван до 150000", "диван до 150000"),
    ],
)
def test_words_of_a_search_are_kept_short_and_without_phone_numbers(said: str, kept: str) -> None:
    assert service.searched_words(said) == kept
    assert len(service.searched_words("я" * 500)) == 80


async def test_a_real_conversation_is_counted(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, merge_window=1.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop, Platform.TELEGRAM)
        await aigul.says("раз", "два")
        await aigul.hears("раз")

        async with stage.worker.database.session_scope(shop.company_id) as session:
            report = await service.report(session, ReportFilter(by=Breakdown.PLATFORM), now=datetime.now(UTC))

        assert (report.totals.messages, report.totals.replies, report.totals.active_people) == (2, 1, 1)
        assert report.totals.response_ms.p50 is not None
        assert report.groups[0].key == "telegram"
