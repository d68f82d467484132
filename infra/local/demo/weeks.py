"""Two weeks of the demo shop as analytics saw them: what people wrote, looked for, looked at and bought.

Made with a fixed seed, so that every machine shows one report. Events are dated to their days, which the service
does not do: it counts what happens now.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.demo.dialogs import Acquaintance
from shared.analytics.kinds import EventKind
from shared.catalog.schemas import ProductView
from shared.orders.schemas import Order, OrderStatus

__all__ = ["DAYS", "record_order", "record_past_event", "record_weeks"]

DAYS = 14
_SEED = 20
_TALKS_A_DAY = 7
_SEARCHES = (
    ("красный диван", "sofas", 3),
    ("угловой диван", "sofas", 5),
    ("сұр диван", "sofas", 5),
    ("офисное кресло", "armchairs", 5),
    ("grey armchair", "armchairs", 4),
    ("кровать 160", "beds", 5),
    ("письменный стол", "tables", 5),
    ("desk for two", "tables", 4),
    ("шкаф-купе белый", "wardrobes", 4),
    ("ковёр в гостиную", "rugs", 5),
    ("люстра", "lamps", 4),
    ("матрас 180х200", "mattresses", 3),
    ("гамак", None, 0),
    ("кухонный гарнитур", None, 0),
)
_INSERT = text("""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties, at)
VALUES (:company_id, :dialog_id, :bot_id, :kind, CAST(:properties AS jsonb), :at)
""")
_EVENT = dict[str, Any]


async def record_weeks(
    session: AsyncSession,
    company_id: UUID,
    people: Sequence[Acquaintance],
    products: Sequence[ProductView],
    *,
    now: datetime,
) -> None:
    """Record the talks of the last ``DAYS`` days before today."""
    chance = random.Random(_SEED)  # noqa: S311 - a report to look at, no secret
    events = []
    for days_ago in range(DAYS, 0, -1):
        morning = (now - timedelta(days=days_ago)).replace(hour=5, minute=0, second=0, microsecond=0)
        for _ in range(_TALKS_A_DAY + chance.randrange(6)):
            who = chance.choice(people)
            begins = morning + timedelta(minutes=chance.randrange(12 * 60))
            events += list(_talk(chance, who, products, begins))
    await session.execute(_INSERT, [{"company_id": company_id, **event} for event in events])


async def record_order(
    session: AsyncSession, company_id: UUID, order: Order, bot_id: UUID, *, counted: bool
) -> None:
    """Record the way to an order, and the order itself unless the checkout ``counted`` it."""
    total = {"order_id": str(order.id), "total_minor": order.total.minor, "currency": order.total.currency}
    seen = {"sku": order.lines[0].sku, "price_minor": order.lines[0].price.minor}
    steps: list[tuple[EventKind, dict[str, object]]] = [
        (EventKind.CARD_VIEWED, seen),
        (EventKind.CART_ADDED, seen | {"quantity": 1}),
        (EventKind.CHECKOUT_STARTED, {}),
    ]
    if not counted:
        steps.append((EventKind.ORDER_PLACED, total))
        if order.status is OrderStatus.CANCELLED:
            steps.append((EventKind.ORDER_CANCELLED, total))
    for kind, properties in steps:
        event = _event(kind, order.created_at, order.dialog_id, bot_id, properties)
        await session.execute(_INSERT, {"company_id": company_id, **event})


async def record_past_event(
    session: AsyncSession,
    company_id: UUID,
    kind: EventKind,
    at: datetime,
    who: Acquaintance,
    properties: dict[str, object],
) -> None:
    """Record one event of the past."""
    await session.execute(_INSERT, {"company_id": company_id, **_of(who, kind, at, properties)})


def _talk(
    chance: random.Random, who: Acquaintance, products: Sequence[ProductView], at: datetime
) -> Iterator[_EVENT]:
    """One visit: some searches, perhaps a card, perhaps the cart; each with the turn that answered it."""
    for _ in range(1 + chance.randrange(3)):
        query, category, found = chance.choice(_SEARCHES)
        properties = {"query": query, "found": found, "shown": found, "offset": 0}
        yield _of(who, EventKind.SEARCH, at, properties | ({"category": category} if category else {}))
        yield _turn(chance, who, at)
        at += timedelta(seconds=20 + chance.randrange(60))
        if not found or chance.random() < 0.35:
            continue
        product = chance.choice([product for product in products if product.category == category])
        seen = {"sku": product.sku, "category": product.category, "price_minor": product.price.minor}
        yield _of(who, EventKind.CARD_VIEWED, at, seen)
        yield _turn(chance, who, at)
        at += timedelta(seconds=15 + chance.randrange(40))
        if chance.random() < 0.3:
            yield _of(who, EventKind.CART_ADDED, at, seen | {"quantity": 1})
            yield _turn(chance, who, at)
            at += timedelta(seconds=30)


def _turn(chance: random.Random, who: Acquaintance, at: datetime) -> _EVENT:
    milliseconds = round(min(6000.0, chance.lognormvariate(6.2, 0.5)))
    return _of(who, EventKind.TURN, at, {"messages": 1, "replies": 1, "ms": milliseconds})


def _of(who: Acquaintance, kind: EventKind, at: datetime, properties: dict[str, object]) -> _EVENT:
    return _event(kind, at, who.dialog_id, who.bot_id, properties)


def _event(
    kind: EventKind, at: datetime, dialog_id: int | None, bot_id: UUID, properties: dict[str, object]
) -> _EVENT:
    return {
        "dialog_id": dialog_id,
        "bot_id": bot_id,
        "kind": kind.value,
        "properties": json.dumps(properties, ensure_ascii=False),
        "at": at,
    }
