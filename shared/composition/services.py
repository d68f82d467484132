"""The services put together that shoppers' talks, timers and the administrators' API have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.personal_data import AlertRecords
from shared.alerts.service import AlertService
from shared.analytics.personal_data import AnalyticsRecords
from shared.api.personal_data import KeptAnswers
from shared.catalog.service import CatalogService
from shared.customers.service import CustomerService
from shared.dialogs.contract import DialogFollower
from shared.dialogs.memory import Memory
from shared.dialogs.notices import Notices
from shared.dialogs.personal_data import DialogCopies, DialogHistory
from shared.escalations.desk import EscalationDesk
from shared.escalations.personal_data import EscalationRecords
from shared.media.findings import Findings
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.personal_data import OrderRecords
from shared.orders.service import OrderService

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["Services", "build_services"]


@dataclass(frozen=True)
class Services:
    """One of each in a worker."""

    catalog: CatalogService
    memory: Memory
    notices: Notices
    customers: CustomerService
    carts: CartService
    checkout: CheckoutService
    orders: OrderService
    alerts: AlertService
    desk: EscalationDesk
    followers: tuple[DialogFollower, ...]
    """Who follows when a chat's names change, in the order in which they lock."""


def build_services(parts: Worker) -> Services:
    """Build them from a worker's parts."""
    settings = parts.settings
    catalog = CatalogService()
    memory = Memory(parts.cache, messages=settings.memory_messages, seconds=settings.memory_seconds)
    copies = DialogCopies(memory, Findings(parts.cache, seconds=settings.recognition_kept))
    notices = Notices(parts.channel_of, parts.bells)
    records = OrderRecords(), AlertRecords(), EscalationRecords()
    customers = CustomerService(DialogHistory(copies), [*records, AnalyticsRecords(), KeptAnswers()])
    return Services(
        catalog=catalog,
        memory=memory,
        notices=notices,
        customers=customers,
        followers=(customers, *records),
        carts=CartService(catalog),
        checkout=CheckoutService(catalog, reserved_for=timedelta(seconds=settings.reservation_seconds)),
        orders=OrderService(catalog, notices),
        alerts=AlertService(settings, catalog),
        desk=EscalationDesk(
            notices,
            patience=timedelta(seconds=settings.handover_reply_seconds),
            handover=timedelta(seconds=settings.handover_seconds),
        ),
    )
