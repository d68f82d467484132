"""A worker's parts, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from shared.alerts.personal_data import AlertRecords
from shared.alerts.run import AlertRunner
from shared.alerts.service import AlertService
from shared.alerts.watch import AlertWatch
from shared.analytics.personal_data import AnalyticsRecords
from shared.api.personal_data import KeptAnswers
from shared.assistant.catalogue import CatalogueFinder, CompanyCities
from shared.assistant.service import AssistantResponder
from shared.assistant.skills.registry import Parts, built_in_skills, product_buttons
from shared.assistant.skills.shop import Shop
from shared.assistant.skillset import Skills
from shared.assistant.summaries import TalkSummaries
from shared.bots.directory import BotDirectory
from shared.catalog.service import CatalogService
from shared.channels.registry import build_channels
from shared.composition.dialogs import build_dialogs, channel_settings
from shared.customers.service import CustomerService
from shared.dialogs.bells import Bells
from shared.dialogs.contract import Responder
from shared.dialogs.memory import Memory
from shared.dialogs.notices import Notices
from shared.dialogs.personal_data import DialogCopies, DialogHistory
from shared.dialogs.turns.router import HANDOVER, STAFF
from shared.escalations.desk import EscalationDesk
from shared.escalations.handover import HandoverResponder
from shared.escalations.personal_data import EscalationRecords
from shared.escalations.run import EscalationRunner
from shared.escalations.staff.responder import StaffResponder
from shared.escalations.watch import EscalationWatch
from shared.media.findings import Findings
from shared.media.service import MediaService
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.personal_data import OrderRecords
from shared.orders.run import ReservationRunner
from shared.orders.service import OrderService
from shared.orders.watch import ReservationWatch
from shared.recommendations.service import RecommendationService
from shared.runtime.blobs import Blobs
from shared.runtime.cache import Cache
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.health import Check, configured
from shared.runtime.health_checks import dependency_checks
from shared.runtime.http import HttpTransport
from shared.runtime.model.client import ChatClient
from shared.runtime.model.connection import ModelConnection
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

if TYPE_CHECKING:  # a webhook's worker never loads the administrators' side
    from shared.api.edge import ApiEdge
    from shared.catalog.bulk.run import ImportRunner
    from shared.catalog.bulk.watch import ImportWatch
    from shared.catalog.images import ProductImageHandlers

__all__ = ["Worker"]


class Worker:
    """All parts of one process. ``responders`` replaces the built-in ones by mode (tests, benchmarks)."""

    def __init__(self, settings: Settings, *, responders: dict[str, Responder] | None = None) -> None:
        self.settings = settings
        self.database = Database(settings)
        self.cache = Cache(settings)
        self.queues = Queues(settings)
        self.blobs = Blobs(settings)
        self.http = HttpTransport(timeout=settings.send_timeout)
        self.keyring = KeyRing.from_setting(settings.credential_keys.get_secret_value())
        self.directory = BotDirectory(self.database, self.keyring)
        self.bells = Bells(self.queues, self.cache, marker_seconds=settings.ring_marker_seconds)
        self.catalog = CatalogService()
        self.channel_settings = channel_settings(settings)
        self.channel_of = build_channels(self.channel_settings).channel_of
        self.notices = Notices(self.channel_of, self.bells)
        self.memory = Memory(self.cache, messages=settings.memory_messages, seconds=settings.memory_seconds)
        findings = Findings(self.cache, seconds=settings.recognition_kept)
        copies = DialogCopies(self.memory, findings)
        self.customers = CustomerService(
            DialogHistory(copies),
            [OrderRecords(), AlertRecords(), EscalationRecords(copies), AnalyticsRecords(), KeptAnswers()],
        )
        self._build_orders()
        self._build_alerts()
        finder = CatalogueFinder(self.catalog)
        self.model = ModelConnection(settings)
        self.media = MediaService(
            settings,
            channel_of=self.channel_of,
            access=self.directory.access,
            http=self.http,
            findings=findings,
            model=self.model,
        )
        chat = ChatClient(settings, self.model)
        self._assistant = AssistantResponder(settings, self._skills(finder), finder, client=chat, media=self.media)
        self._build_escalations(chat)
        built_in: dict[str, Responder] = {
            "assistant": self._assistant,
            HANDOVER: HandoverResponder(self.desk),
            STAFF: StaffResponder(self.desk),
        }
        dialogs = build_dialogs(self, built_in | (responders or {}))
        self.webhooks, self.sweep = dialogs.webhooks, dialogs.sweep
        self.drainer, self.deliverer = dialogs.drainer, dialogs.deliverer

    def _build_escalations(self, chat: ChatClient) -> None:
        settings = self.settings
        summaries = TalkSummaries(settings, self.database, chat)
        self.desk = EscalationDesk(
            self.notices,
            patience=timedelta(seconds=settings.handover_reply_seconds),
            handover=timedelta(seconds=settings.handover_seconds),
        )
        self.escalation_watch = EscalationWatch(database=self.database, bells=self.bells)
        self.escalation_runner = EscalationRunner(
            database=self.database,
            desk=self.desk,
            summariser=summaries,
            bells=self.bells,
            reminders=settings.handover_reminders,
        )

    def _build_orders(self) -> None:
        self.carts = CartService(self.catalog)
        reserved_for = timedelta(seconds=self.settings.reservation_seconds)
        self.checkout = CheckoutService(self.catalog, reserved_for=reserved_for)
        self.orders = OrderService(self.catalog, self.notices)
        self.reservation_runner = ReservationRunner(database=self.database, bells=self.bells)
        self.reservation_watch = ReservationWatch(database=self.database, bells=self.bells)

    def _build_alerts(self) -> None:
        self.alerts = AlertService(self.settings, self.catalog)
        self.alert_runner = AlertRunner(
            database=self.database,
            notices=self.notices,
            bells=self.bells,
            settings=self.settings,
            product_buttons=product_buttons,
        )
        self.alert_watch = AlertWatch(database=self.database, bells=self.bells, settings=self.settings)

    def _skills(self, finder: CatalogueFinder) -> Skills:
        return built_in_skills(
            Parts(
                finder=finder,
                cities=CompanyCities(),
                handover_seconds=self.settings.handover_seconds,
                alerts=self.alerts,
                shop=Shop(
                    finder=finder,
                    customers=self.customers,
                    carts=self.carts,
                    checkout=self.checkout,
                    orders=self.orders,
                ),
                catalog=self.catalog,
                recommendations=RecommendationService(self.catalog),
            )
        )

    @cached_property
    def product_images(self) -> ProductImageHandlers:
        """Photos of products; loaded with the first that is asked for."""
        from shared.catalog.images import ProductImageHandlers

        return ProductImageHandlers(self.database, self.blobs, public_url=self.settings.public_base_url)

    @cached_property
    def import_watch(self) -> ImportWatch:
        """Rings for files of products; loaded with the first look."""
        from shared.catalog.bulk.watch import ImportWatch

        return ImportWatch(database=self.database, queues=self.queues)

    @cached_property
    def import_runner(self) -> ImportRunner:
        """Reads files of products; loaded with the first."""
        from shared.catalog.bulk.run import ImportRunner

        return ImportRunner(self.database, self.blobs, self.queues, self.settings)

    @cached_property
    def edge(self) -> ApiEdge:
        """The administrators' API; loaded with its first request."""
        from shared.composition.api import build_edge

        return build_edge(self)

    def health_checks(self) -> Sequence[Check]:
        """What ``/api/health`` asks."""
        return [
            *dependency_checks(self.settings, database=self.database, cache=self.cache, queues=self.queues),
            configured("label_reading", self.media.reads_labels),
        ]

    def stop(self) -> None:
        """Claim nothing new from now on; what is under way ends or is given back."""
        self.drainer.stop()
        self.deliverer.stop()
        self.alert_runner.stop()

    async def aclose(self) -> None:
        """Close all connections."""
        await self.media.aclose()
        await self.model.aclose()
        await self.http.aclose()
        await self.queues.aclose()
        await self.blobs.aclose()
        await self.cache.aclose()
        await self.database.aclose()
