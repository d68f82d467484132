"""The administrators' API put together: the handlers of every capability, and the edge in front of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.handlers import AlertHandlers
from shared.analytics.handlers import AnalyticsHandlers
from shared.api.cors import Cors
from shared.api.edge import ApiEdge
from shared.api.gate import Gate
from shared.api.idempotency import Idempotency
from shared.api.limits import RequestLimit
from shared.bots.city_handlers import CityConfigurationHandlers, PromptHandlers
from shared.bots.handlers import BotHandlers
from shared.catalog.bulk.handlers import ProductFileHandlers
from shared.catalog.handlers import CategoryHandlers, ProductHandlers
from shared.catalog.images import ProductImageHandlers
from shared.companies.handlers import CityHandlers, CompanyHandlers
from shared.composition.identity import build_authenticator, build_identity
from shared.customers.handlers import CustomerHandlers
from shared.dialogs.handlers import DialogHandlers, FailureHandlers
from shared.escalations.handlers import EscalationHandlers, MessengerLinkHandlers
from shared.identity.handlers.audit_log import AuditHandlers
from shared.identity.handlers.passwords import PasswordHandlers
from shared.identity.handlers.service_tokens import ServiceTokenHandlers
from shared.identity.handlers.sessions import SessionHandlers
from shared.identity.handlers.users import InvitationHandlers, UserHandlers
from shared.identity.schemas import Authenticator
from shared.orders.handlers import OrderHandlers

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["Api", "build_api", "build_edge"]


@dataclass(frozen=True)
class Api:
    """Every handlers' class, by the name that endpoints use: ``handler="cities.list"``."""

    analytics: AnalyticsHandlers
    bots: BotHandlers
    alerts: AlertHandlers
    cities: CityHandlers
    products: ProductHandlers
    categories: CategoryHandlers
    product_files: ProductFileHandlers
    product_images: ProductImageHandlers
    city_configurations: CityConfigurationHandlers
    company: CompanyHandlers
    dialogs: DialogHandlers
    failures: FailureHandlers
    prompts: PromptHandlers
    sessions: SessionHandlers
    passwords: PasswordHandlers
    users: UserHandlers
    invitations: InvitationHandlers
    service_tokens: ServiceTokenHandlers
    audit: AuditHandlers
    customers: CustomerHandlers
    orders: OrderHandlers
    escalations: EscalationHandlers
    messenger_links: MessengerLinkHandlers


def build_api(parts: Worker) -> Api:
    """Build all handlers from a worker's parts."""
    identity = build_identity(parts)
    database = parts.database
    return Api(
        alerts=AlertHandlers(database, parts.services.alerts, parts.services.customers),
        analytics=AnalyticsHandlers(database),
        bots=BotHandlers(
            database,
            parts.keyring,
            http=parts.http,
            channels=parts.channel_settings,
            public_base_url=parts.settings.public_base_url,
        ),
        cities=CityHandlers(database),
        products=ProductHandlers(database, parts.services.catalog, changed=parts.products_changed),
        categories=CategoryHandlers(database),
        product_files=ProductFileHandlers(database, parts.blobs, parts.queues),
        product_images=parts.product_images,
        city_configurations=CityConfigurationHandlers(database),
        company=CompanyHandlers(database),
        dialogs=DialogHandlers(database),
        failures=FailureHandlers(database, parts.bells),
        prompts=PromptHandlers(database),
        sessions=identity.sessions,
        passwords=identity.passwords,
        users=identity.users,
        invitations=identity.invitations,
        service_tokens=identity.service_tokens,
        audit=identity.audit,
        customers=CustomerHandlers(database, parts.services.customers),
        orders=OrderHandlers(database, parts.services.orders, parts.services.notices, parts.bells),
        escalations=EscalationHandlers(
            database, parts.services.desk, parts.bells, handover=timedelta(seconds=parts.settings.handover_seconds)
        ),
        messenger_links=MessengerLinkHandlers(database),
    )


def build_edge(parts: Worker, authenticator: Authenticator | None = None) -> ApiEdge:
    """Build the edge; ``authenticator`` replaces the platform's own (tests)."""
    api, settings = build_api(parts), parts.settings
    return ApiEdge(
        handlers=lambda: api,
        gate=Gate(authenticator or build_authenticator(parts)),
        limit=RequestLimit(parts.cache, per_minute=settings.api_requests_per_minute),
        idempotency=Idempotency(parts.database),
        cors=Cors(settings.cors_origins),
        trusted_hops=settings.trusted_proxy_hops,
        server=settings.public_base_url,
    )
