"""A worker process's parts, built once, on first use."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property, partial
from types import FrameType
from typing import TYPE_CHECKING

from shared.alerts.personal_data import AlertRecords
from shared.alerts.run import AlertRunner
from shared.alerts.service import AlertService
from shared.alerts.watch import AlertWatch
from shared.analytics.service import AnalyticsOfPerson
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
from shared.channels.settings import ChannelSettings
from shared.customers.service import CustomerService
from shared.dialogs.bells import Bells
from shared.dialogs.contract import Responder
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.limits import MessageLimit
from shared.dialogs.memory import Memory
from shared.dialogs.notices import Notices
from shared.dialogs.outbox.claims import LaneClaims
from shared.dialogs.outbox.deliverer import Deliverer
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import SendLane
from shared.dialogs.outbox.throttle import Throttle
from shared.dialogs.personal_data import DialogHistory
from shared.dialogs.sweep import Sweep
from shared.dialogs.turns.claims import Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.drainer import Drainer
from shared.dialogs.turns.router import HANDOVER, STAFF, Router
from shared.dialogs.turns.run import TurnRunner
from shared.dialogs.webhooks import Webhooks
from shared.escalations.desk import EscalationDesk
from shared.escalations.handover import HandoverResponder
from shared.escalations.personal_data import EscalationRecords
from shared.escalations.staff.responder import StaffResponder
from shared.escalations.watch import EscalationWatch
from shared.media.service import MediaService
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.expiry import ReservationExpiry
from shared.orders.personal_data import OrderRecords
from shared.orders.service import OrderService
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
from shared.runtime.telemetry import configure_logging

if TYPE_CHECKING:  # a webhook's worker never loads the administrators' side
    from shared.api.edge import ApiEdge
    from shared.catalog.bulk.runner import ImportRunner
    from shared.catalog.images import ProductImageHandlers

__all__ = ["Worker", "worker"]


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
        self.channel_settings = _channel_settings(settings)
        self._channel_of = build_channels(self.channel_settings).channel_of
        self.notices = Notices(self._channel_of, self.bells)
        self._memory = Memory(self.cache, messages=settings.memory_messages, seconds=settings.memory_seconds)
        self.customers = CustomerService(
            DialogHistory(self._memory),
            [OrderRecords(), AlertRecords(), EscalationRecords(), AnalyticsOfPerson(), KeptAnswers()],
        )
        self._build_orders()
        self._build_alerts()
        finder = CatalogueFinder(self.catalog)
        self.model = ModelConnection(settings)
        self.media = MediaService(
            settings,
            channel_of=self._channel_of,
            access=self.directory.access,
            http=self.http,
            cache=self.cache,
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
        self._build_dialogs(built_in | (responders or {}))

    def _build_escalations(self, chat: ChatClient) -> None:
        settings = self.settings
        summaries = TalkSummaries(settings, self.database, chat)
        self.desk = EscalationDesk(
            self.notices,
            patience=timedelta(seconds=settings.handover_reply_seconds),
            handover=timedelta(seconds=settings.handover_seconds),
        )
        self.escalations = EscalationWatch(
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
        self.reservation_expiry = ReservationExpiry(self.database)

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

    def _build_dialogs(self, responders: dict[str, Responder]) -> None:
        settings, database, directory = self.settings, self.database, self.directory
        self.webhooks = Webhooks(
            directory=directory,
            channel_of=self._channel_of,
            intake=Intake(database, self.bells),
            settings=settings,
        )
        lane = SendLane(
            database=database,
            directory=directory,
            channel_of=self._channel_of,
            http=self.http,
            throttle=Throttle(self.cache, factor=settings.pace_factor),
            bells=self.bells,
            settings=settings,
        )
        claims, lanes = Claims(database, settings), LaneClaims(database, settings)
        courtesy = Courtesy(
            directory=directory,
            channel_of=self._channel_of,
            http=self.http,
            typing_after=settings.typing_after,
        )
        runner = TurnRunner(
            database=database,
            directory=directory,
            channel_of=self._channel_of,
            claims=claims,
            router=Router(responders),
            memory=self._memory,
            limit=MessageLimit(self.cache, per_minute=settings.messages_per_minute),
            lane=lane,
            courtesy=courtesy,
            bells=self.bells,
            settings=settings,
        )
        self.drainer = Drainer(
            claims=claims,
            runner=runner,
            bells=self.bells,
            cache=self.cache,
            courtesy=courtesy,
            lane=lane,
            settings=settings,
        )
        self.deliverer = Deliverer(
            lanes=lanes,
            lane=lane,
            statuses=DeliveryStatuses(database),
            bells=self.bells,
            settings=settings,
        )
        self.sweep = Sweep(database=database, claims=claims, lanes=lanes, bells=self.bells, settings=settings)

    @cached_property
    def product_images(self) -> ProductImageHandlers:
        """Photos of products; loaded with the first that is asked for."""
        from shared.catalog.images import ProductImageHandlers

        return ProductImageHandlers(self.database, self.blobs, public_url=self.settings.public_base_url)

    @cached_property
    def imports(self) -> ImportRunner:
        """Reads files of products; loaded with the first."""
        from shared.catalog.bulk.runner import ImportRunner

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


_worker: Worker | None = None


def worker() -> Worker:
    """This process's worker; built on the first call, inside the running loop."""
    global _worker  # noqa: PLW0603 - one per process is the point
    if _worker is None:
        settings = Settings()
        configure_logging(settings.log_level)
        _worker = Worker(settings)
        # what is loaded by now stays: a full garbage collection need not walk it while a messenger waits
        gc.freeze()
        _on_sigterm(_worker.stop)
    return _worker


def _on_sigterm(stop: Callable[[], None]) -> None:
    """Drain before the platform ends this process; its own handler runs after ours."""
    if threading.current_thread() is not threading.main_thread():
        return
    previous = signal.getsignal(signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        if callable(previous):
            previous(number, frame)
        elif previous is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            loop.call_soon_threadsafe(partial(signal.raise_signal, signal.SIGTERM))

    signal.signal(signal.SIGTERM, handle)


def _channel_settings(settings: Settings) -> ChannelSettings:
    return ChannelSettings(
        telegram_api_url=settings.telegram_api_url,
        whatsapp_api_url=settings.whatsapp_api_url,
        whatsapp_api_version=settings.whatsapp_api_version,
        viber_api_url=settings.viber_api_url,
        viber_button_api_version=settings.viber_button_api_version,
        whatsapp_media_hosts=_names(settings.whatsapp_media_hosts),
        viber_media_hosts=_names(settings.viber_media_hosts),
    )


def _names(setting: str) -> tuple[str, ...]:
    """A comma-separated setting."""
    return tuple(name.strip() for name in setting.split(",") if name.strip())
