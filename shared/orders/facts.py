"""Orders counted by analytics, in the transaction that makes or cancels them: once, whatever a turn comes to."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics import service as analytics
from shared.analytics.kinds import EventKind
from shared.orders.schemas import Order

__all__ = ["record_of"]


async def record_of(session: AsyncSession, kind: EventKind, order: Order) -> None:
    """Count an order that was placed or cancelled."""
    total = order.total
    properties = {"order_id": str(order.id), "total_minor": total.minor, "currency": total.currency}
    await analytics.record(session, kind, properties, dialog_id=order.dialog_id)
