"""Alerts as customers and staff make, change and end them. Nothing here commits.

The checks that follow are in ``checks.py``; what a drop is stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts import repository
from shared.alerts.errors import AlertLimitReached, AlertsRefused, AlreadySo, CostsNothing
from shared.alerts.schemas import (
    Alert,
    AlertChange,
    AlertCondition,
    AlertFilter,
    AlertState,
    AlertWish,
)
from shared.catalog.schemas import Availability, ProductView
from shared.catalog.service import CatalogService
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.runtime.settings import Settings

__all__ = ["AlertService"]

_HIGHEST_LIMIT = 10**15
"""Minor units above which a limit is no price."""


class AlertService:
    """Makes, changes, lists and ends alerts of the session's company. One per worker."""

    def __init__(self, settings: Settings, catalog: CatalogService) -> None:
        self._settings = settings
        self._catalog = catalog

    async def product(self, session: AsyncSession, product_id: UUID) -> ProductView:
        """A product on sale.

        Raises:
            NotFound: there is no such product on sale.
        """
        return await self._catalog.get_product(session, product_id)

    async def product_of(self, session: AsyncSession, wish: AlertWish) -> ProductView:
        """The product of a wish that can be granted.

        Raises:
            NotFound: there is no such product on sale.
            AlreadySo: what is wished for is so already.
            CostsNothing: a lower price is wished for, and there is none.
            AlertsRefused: the limit is in another currency than the product's price.
            InvalidInput: a limit is missing, too much, or not positive.
        """
        product = await self.product(session, wish.product_id)
        _refuse_nonsense(wish, product)
        return product

    async def make(
        self,
        session: AsyncSession,
        *,
        customer_id: UUID,
        dialog_id: int,
        wish: AlertWish,
        check_hours: float | None = None,
        expires_at: datetime | None = None,
    ) -> Alert:
        """Make an alert; asking again for the same product and condition begins the one there is anew.

        Args:
            session: of the company.
            customer_id: whose it is.
            dialog_id: one of the customer's dialogs: where to tell.
            wish: what is asked for.
            check_hours: between two checks; the setting where ``None``.
            expires_at: the setting's days from now where ``None``.

        Raises:
            AlertLimitReached: the customer has as many as may be.
            NotFound, AlreadySo, CostsNothing, AlertsRefused, InvalidInput: as ``product_of``.
        """
        product = await self.product_of(session, wish)
        now = utc_now()
        until = expires_at or now + timedelta(days=self._settings.alert_days)
        _refuse_past(until, now)
        await repository.lock_customer(session, customer_id)
        same = await repository.find_same(
            session, customer_id=customer_id, product_id=wish.product_id, condition=wish.condition
        )
        if same is None and await self.is_full(session, customer_id):
            raise AlertLimitReached(self._settings.alerts_per_customer)
        limit = wish.limit.minor if wish.limit is not None else None
        every = timedelta(hours=check_hours or self._settings.alert_check_hours)
        return await repository.upsert(
            session,
            customer_id=customer_id,
            dialog_id=dialog_id,
            product_id=product.id,
            condition=wish.condition,
            currency=product.price.currency,
            seen_minor=product.price.minor,
            limit_minor=limit,
            mark_minor=product.price.minor if limit is None else limit + 1,
            check_every=every,
            due_at=now,  # a price that changed while the customer asked is seen at once
            expires_at=until,
        )

    async def is_full(self, session: AsyncSession, customer_id: UUID) -> bool:
        """Whether the customer has as many active alerts as may be."""
        return await repository.count_active(session, customer_id) >= self._settings.alerts_per_customer

    async def get(self, session: AsyncSession, alert_id: UUID, *, lock: bool = False) -> Alert:
        """The alert of that id; ``lock`` holds it until the transaction ends.

        Raises:
            NotFound: the company has none.
        """
        found = await (repository.lock if lock else repository.find)(session, alert_id)
        if found is None:
            raise NotFound("alert", alert_id)
        return found

    async def of_customer(self, session: AsyncSession, customer_id: UUID) -> Sequence[Alert]:
        """The customer's active alerts, oldest first."""
        return await repository.of_customer(session, customer_id, active_only=True)

    async def listed(self, session: AsyncSession, customer_id: UUID) -> Sequence[tuple[Alert, ProductView]]:
        """The customer's active alerts with their products as they are now, the newest first."""
        alerts = await repository.of_customer(session, customer_id, active_only=True)
        products = await self._catalog.products_by_ids(session, [alert.product_id for alert in alerts])
        known = {product.id: product for product in products}
        return [(alert, known[alert.product_id]) for alert in reversed(alerts) if alert.product_id in known]

    async def page(self, session: AsyncSession, wanted: AlertFilter) -> tuple[Sequence[Alert], str | None]:
        """One page of the company's alerts, and the cursor of the next."""
        return await repository.page(session, wanted)

    async def change(
        self, session: AsyncSession, alert_id: UUID, change: AlertChange, *, customer_id: UUID | None = None
    ) -> Alert:
        """Change an active alert; a new limit begins its drops anew.

        Args:
            session: of the company.
            alert_id: the alert.
            change: what to change; fields left out stay.
            customer_id: whose it must be, where a customer asks.

        Raises:
            NotFound: there is no such alert (of that customer).
            AlertsRefused: it is over.
            AlreadySo, CostsNothing, InvalidInput: as ``product_of``.
        """
        alert = await self._lock(session, alert_id, customer_id)
        if alert.state is not AlertState.ACTIVE:
            raise AlertsRefused(f"the alert is {alert.state.value}")
        now = utc_now()
        changes: dict[str, object] = {}
        if change.limit is not None:
            if alert.condition is not AlertCondition.BELOW:
                raise InvalidInput("only an alert of the condition below has a limit", field="limit")
            wish = AlertWish(product_id=alert.product_id, condition=alert.condition, limit=change.limit)
            await self.product_of(session, wish)
            changes |= {"limit_minor": change.limit.minor, "mark_minor": change.limit.minor + 1}
        hours = change.check_hours or alert.check_hours
        if change.expires_at is not None:
            _refuse_past(change.expires_at, now)
            changes["expires_at"] = change.expires_at
        if change.check_hours is not None:
            changes["check_every"] = timedelta(hours=hours)
        soonest = min(alert.due_at, now + timedelta(hours=hours), change.expires_at or alert.expires_at)
        changes["due_at"] = now if change.limit is not None else soonest
        return await repository.save(session, alert.id, **changes)

    async def cancel(self, session: AsyncSession, alert_id: UUID, *, customer_id: UUID | None = None) -> Alert:
        """End an alert; one that is over stays as it is.

        Raises:
            NotFound: there is no such alert (of that customer).
        """
        alert = await self._lock(session, alert_id, customer_id)
        if alert.state is not AlertState.ACTIVE:
            return alert
        return await repository.save(session, alert.id, state=AlertState.CANCELLED.value)

    async def renew(self, session: AsyncSession, alert_id: UUID, *, customer_id: UUID) -> Alert:
        """Let the customer's alert go on whose time ran out; its mark stays. Twice is once.

        Raises:
            NotFound: this customer has no such alert, or the product is no longer sold.
            AlertsRefused: it was cancelled, or told what it was for; or the product costs nothing by now.
            AlertLimitReached: the customer has as many as may be.
        """
        await repository.lock_customer(session, customer_id)
        alert = await self._lock(session, alert_id, customer_id)
        same = await repository.find_same(
            session, customer_id=customer_id, product_id=alert.product_id, condition=alert.condition
        )
        if same is not None:
            return same
        if alert.state is not AlertState.EXPIRED:
            raise AlertsRefused(f"the alert is {alert.state.value}")
        if await self.is_full(session, customer_id):
            raise AlertLimitReached(self._settings.alerts_per_customer)
        _refuse_free(alert.condition, await self.product(session, alert.product_id))
        now = utc_now()
        until = now + timedelta(days=self._settings.alert_days)
        return await repository.save(session, alert.id, state=AlertState.ACTIVE.value, due_at=now, expires_at=until)

    async def _lock(self, session: AsyncSession, alert_id: UUID, customer_id: UUID | None) -> Alert:
        alert = await repository.lock(session, alert_id)
        if alert is None or customer_id not in (None, alert.customer_id):
            raise NotFound("alert", alert_id)
        return alert


def _refuse_past(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise InvalidInput("an alert must expire in the future", field="expires_at")


def _refuse_free(condition: AlertCondition, product: ProductView) -> None:
    if condition is not AlertCondition.RESTOCK and product.price.minor == 0:
        raise CostsNothing


def _refuse_nonsense(wish: AlertWish, product: ProductView) -> None:
    if (wish.limit is not None) != (wish.condition is AlertCondition.BELOW):
        raise InvalidInput("a limit belongs to the condition below, and to it alone", field="limit")
    _refuse_free(wish.condition, product)
    if wish.limit is not None:
        if not 0 < wish.limit.minor <= _HIGHEST_LIMIT:
            raise InvalidInput("a limit must be a price", field="limit")
        if wish.limit.currency != product.price.currency:
            raise AlertsRefused(f"the product is sold in {product.price.currency}")
        if product.price.minor <= wish.limit.minor and product.availability is not Availability.OUT_OF_STOCK:
            raise AlreadySo(wish.condition)
    if wish.condition is AlertCondition.RESTOCK and product.availability is not Availability.OUT_OF_STOCK:
        raise AlreadySo(wish.condition)
