"""The demo company after two weeks of trade: customers, orders, a linked manager, past hand-overs, a report.

Written once, into a company without orders. What happens next (an alert, an open hand-over) is said by
shoppers in real conversations: ``talks.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.demo.dialogs import Acquaintance, open_dialog, open_dialogs
from infra.local.demo.loader import DemoState
from infra.local.demo.people import MANAGER, DemoPerson
from infra.local.demo.trade import demo_orders, order_of_the_past, order_of_today
from infra.local.demo.weeks import DAYS, record_order, record_past_event, record_weeks
from shared.analytics.kinds import EventKind
from shared.catalog.service import CatalogService
from shared.channels.contract import Platform
from shared.channels.registry import build_channels
from shared.composition.worker import Worker
from shared.dialogs.notices import Notices
from shared.escalations.schemas import EscalationReason
from shared.escalations.staff import links
from shared.identity.permissions import Role
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.orders.service import OrderService
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["load_life"]

_CITIES = {Platform.TELEGRAM: "almaty", Platform.WHATSAPP: "astana", Platform.VIBER: "almaty"}
_HANDOVERS = (
    ("Тимур Ахметов", 11, EscalationReason.ASKED, "Спрашивает о рассрочке на 12 месяцев для рабочего места.", 190),
    ("Сергей Ли", 7, EscalationReason.ORDER_PROBLEM, "Просит отменить заказ: шкаф не помещается в нишу.", 420),
    ("Асель Жумабаева", 5, EscalationReason.ASKED, "Тұсқағазға сай кілем таңдап беруді сұрайды.", 260),
)
"""Who, days ago, why, the summary, seconds until a person answered."""

_RESOLVED = text("""
INSERT INTO escalations (company_id, id, dialog_id, reason, summary, status, city_id, assignee_id, opened_at,
                         expires_at, assigned_at, answered_at, waiting_since, announced_at, due_at, resolved_at,
                         resolved_by, updated_at)
VALUES (:company_id, :id, :dialog_id, :reason, :summary, 'resolved', :city_id, :staff, :opened,
        :expires, :answered, :answered, NULL, :opened, :ended, :ended, CAST(:staff AS text), :ended)
""")


class _SaidBefore(Notices):
    """Says nothing: what the shop told these customers, they have read."""

    async def say(self, *_: Any, **__: Any) -> bool:
        """As if it was said."""
        return True


async def load_life(database: Database, settings: Settings, state: DemoState, users: Mapping[Role, UUID]) -> None:
    """Write two weeks of trade."""
    now = utc_now()
    worker = Worker(settings)
    try:
        async with database.session_scope(state.company_id) as session:
            bots = {bot.platform: bot.bot_id for bot in state.bots}
            since = now - timedelta(days=DAYS)
            people = await open_dialogs(session, state.company_id, worker.services.customers, bots, since=since)
            await _trade(session, worker, state, people, staff=users[Role.MANAGER], now=now)
            products = await _bought(session, worker.services.catalog, state)
            await record_weeks(session, state.company_id, people, products, now=now)
            await _past_handovers(session, state, people, users[Role.MANAGER], now=now)
            await _link_manager(session, state.company_id, bots[Platform.TELEGRAM], users[Role.MANAGER], now=now)
    finally:
        await worker.aclose()


async def _trade(
    session: AsyncSession,
    worker: Worker,
    state: DemoState,
    people: Sequence[Acquaintance],
    *,
    staff: UUID,
    now: datetime,
) -> None:
    by_name = {known.person.name: known for known in people}
    catalog = worker.services.catalog
    silent = OrderService(catalog, _SaidBefore(build_channels(worker.channel_settings).channel_of, worker.bells))
    for told in demo_orders():
        buyer = by_name[told.who]
        city_id = state.cities[_CITIES[buyer.person.platform]]
        if told.days_ago == 0:
            order = await order_of_today(session, catalog, silent, told, buyer, city_id=city_id, staff=staff)
            await record_order(session, state.company_id, order, buyer.bot_id, counted=True)
            continue
        order = await order_of_the_past(
            session,
            catalog,
            silent,
            told,
            buyer,
            company_id=state.company_id,
            city_id=city_id,
            at=now - timedelta(days=told.days_ago),
            staff=staff,
        )
        await record_order(session, state.company_id, order, buyer.bot_id, counted=False)


async def _bought(session: AsyncSession, catalog: CatalogService, state: DemoState) -> list[Any]:
    """The products that orders name: what people look at."""
    skus = sorted({sku for told in demo_orders() for sku in told.skus})
    return [await catalog.get_product(session, sku, city_id=state.cities["almaty"]) for sku in skus]


async def _past_handovers(
    session: AsyncSession, state: DemoState, people: Sequence[Acquaintance], staff: UUID, *, now: datetime
) -> None:
    by_name = {known.person.name: known for known in people}
    for name, days_ago, reason, summary, seconds in _HANDOVERS:
        who, opened = by_name[name], now - timedelta(days=days_ago)
        answered, ended = opened + timedelta(seconds=seconds), opened + timedelta(seconds=4 * seconds)
        row = {
            "company_id": state.company_id,
            "id": new_id(),
            "dialog_id": who.dialog_id,
            "reason": reason.value,
            "summary": summary,
            "city_id": state.cities[_CITIES[who.person.platform]],
            "staff": staff,
            "opened": opened,
            "expires": opened + timedelta(hours=12),
            "answered": answered,
            "ended": ended,
        }
        await session.execute(_RESOLVED, row)
        took: list[tuple[EventKind, datetime, dict[str, object]]] = [
            (EventKind.ESCALATED, opened, {"reason": reason.value}),
            (EventKind.ESCALATION_ANSWERED, answered, {"seconds": seconds}),
            (
                EventKind.ESCALATION_RESOLVED,
                ended,
                {"seconds": 4 * seconds, "outcome": "resolved", "answered": True},
            ),
        ]
        for kind, at, properties in took:
            await record_past_event(session, state.company_id, kind, at, who, properties)


async def _link_manager(
    session: AsyncSession, company_id: UUID, bot_id: UUID, user_id: UUID, *, now: datetime
) -> None:
    """The manager's own Telegram, linked by a code as people link it."""
    manager = DemoPerson(name=MANAGER, platform=Platform.TELEGRAM, language=Language.RU)
    dialog_id = await open_dialog(session, company_id, bot_id, manager, since=now)
    issued = await links.issue_code(session, user_id)
    code = links.normal_code(issued.code)
    assert code is not None
    await links.link(session, code, dialog_id)
