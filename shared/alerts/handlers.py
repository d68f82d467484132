"""What administrators do with the alerts of the company's customers; each method is one endpoint."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts.errors import AlertsRefused
from shared.alerts.schemas import Alert, AlertChange, AlertFilter, AlertView, AlertWish, NewAlert
from shared.alerts.service import AlertService
from shared.customers.schemas import CustomerDetail
from shared.customers.service import CustomerService
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.errors import NotFound
from shared.kernel.etags import IfMatch
from shared.kernel.money import Money
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["AlertHandlers"]


class AlertHandlers:
    """Price and restock alerts."""

    def __init__(self, database: Database, alerts: AlertService, customers: CustomerService) -> None:
        self._database = database
        self._alerts = alerts
        self._customers = customers

    async def list(self, caller: Caller, filters: AlertFilter) -> Page[AlertView]:
        """List the alerts of the company's customers, the newest first."""
        async with self._database.session_scope(caller.company_id) as session:
            found, cursor = await self._alerts.page(session, filters)
        return Page(items=[_view(alert) for alert in found], next=cursor)

    async def get(self, caller: Caller, alert_id: UUID) -> AlertView:
        """Show one alert."""
        async with self._database.session_scope(caller.company_id) as session:
            return _view(await self._alerts.get(session, alert_id))

    async def create(self, caller: Caller, body: NewAlert) -> Created[AlertView]:
        """Make an alert for a customer.

        The customer is told in the messenger when it comes true. Where the customer waits for the same already,
        that alert begins anew. Refused with 409 where what is waited for is so already, or the customer has too
        many.
        """
        wish = AlertWish(product_id=body.product_id, condition=body.condition, limit=body.limit)
        async with self._database.session_scope(caller.company_id) as session:
            customer = await self._customers.get(session, body.customer_id)
            alert = await self._alerts.make(
                session,
                customer_id=customer.id,
                dialog_id=_dialog_of(customer, body.dialog_id),
                wish=wish,
                check_hours=body.check_hours,
                expires_at=body.expires_at,
            )
            view = _view(alert)
            await _record(session, caller, "alert.created", None, view)
        return Created(view, f"alerts/{view.id}")

    async def update(self, caller: Caller, alert_id: UUID, body: AlertChange, if_match: IfMatch) -> AlertView:
        """Change an active alert: its limit, how often it is checked, when it ends.

        Fields that are left out stay. An alert that is over is refused with 409.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = _view(await self._alerts.get(session, alert_id, lock=True))
            if_match.check(before)
            after = _view(await self._alerts.change(session, alert_id, body))
            await _record(session, caller, "alert.updated", before, after)
            return after

    async def delete(self, caller: Caller, alert_id: UUID, if_match: IfMatch) -> None:
        """Cancel an alert: the customer is told nothing more.

        It stays in the list as cancelled; one that is over stays as it is.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = _view(await self._alerts.get(session, alert_id, lock=True))
            if_match.check(before)
            after = _view(await self._alerts.cancel(session, alert_id))
            if after != before:
                await _record(session, caller, "alert.cancelled", before, after)


def _dialog_of(customer: CustomerDetail, wanted: int | None) -> int:
    """Where to tell: the dialog asked for, else the one where the customer wrote last."""
    if wanted is not None:
        if wanted not in {dialog.dialog_id for dialog in customer.dialogs}:
            raise NotFound("dialog", wanted)
        return wanted
    spoken = {dialog.last_inbound_at: dialog.dialog_id for dialog in customer.dialogs if dialog.last_inbound_at}
    if not spoken:
        raise AlertsRefused("the customer has no dialog to be told in")
    return spoken[max(spoken)]


async def _record(
    session: AsyncSession, caller: Caller, action: str, before: AlertView | None, after: AlertView
) -> None:
    await audit.record(
        session,
        caller,
        action=action,
        subject_type="alert",
        subject_id=str(after.id),
        before=before.model_dump() if before is not None else None,
        after=after.model_dump(),
    )


def _view(alert: Alert) -> AlertView:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor=minor, currency=alert.currency)

    return AlertView(
        **alert.model_dump(
            include={
                "id",
                "customer_id",
                "dialog_id",
                "product_id",
                "condition",
                "told_at",
                "times_told",
                "check_hours",
                "expires_at",
                "version",
                "created_at",
                "updated_at",
            }
        ),
        status=alert.state,
        seen=Money(minor=alert.seen_minor, currency=alert.currency),
        limit=money(alert.limit_minor),
        told=money(alert.told_minor),
    )
