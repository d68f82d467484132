"""A worker's parts: what a webhook needs is there from the start, every other ``part`` is loaded when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from shared.bots.directory import BotDirectory
from shared.channels.registry import build_channels
from shared.composition.intake import build_webhooks, channel_settings
from shared.dialogs.bells import Bells
from shared.kernel.loading import loading
from shared.runtime.blobs import Blobs
from shared.runtime.cache import Cache
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.health import Check, configured
from shared.runtime.http import HttpTransport
from shared.runtime.model.connection import ModelConnection
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

if TYPE_CHECKING:  # what parts are, for the type checker: each imports its own when it is built
    from shared.alerts.run import AlertRunner
    from shared.alerts.watch import AlertWatch
    from shared.analytics.run import AnalyticsRunner
    from shared.analytics.watch import AnalyticsWatch
    from shared.api.edge import ApiEdge
    from shared.catalog.bulk.run import ImportRunner
    from shared.catalog.bulk.watch import ImportWatch
    from shared.catalog.images import ProductImageHandlers
    from shared.composition.services import Services
    from shared.dialogs.contract import Responder
    from shared.dialogs.outbox.deliverer import Deliverer
    from shared.dialogs.sweep import Sweep
    from shared.dialogs.turns.drainer import Drainer
    from shared.escalations.run import EscalationRunner
    from shared.escalations.watch import EscalationWatch
    from shared.media.service import MediaService
    from shared.orders.run import ReservationRunner
    from shared.orders.watch import ReservationWatch

__all__ = ["Worker"]

_Part = TypeVar("_Part")


@runtime_checkable
class _Stoppable(Protocol):
    def stop(self) -> None:
        """Begin nothing new from now on."""


def part(build: Callable[[Worker], _Part]) -> cached_property[_Part]:
    """A part that is loaded and built with its first use, and kept."""

    @wraps(build)
    def built(worker: Worker) -> _Part:
        with loading(worker.on_loaded):
            made = build(worker)
        worker.stop_with(made)
        return made

    return cached_property(built)


class Worker:
    """All parts of one process.

    Args:
        responders: replace the built-in ones by mode (tests, benchmarks).
        on_loaded: called when a part was loaded and built.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        responders: dict[str, Responder] | None = None,
        on_loaded: Callable[[], object] = lambda: None,
    ) -> None:
        self._responders = responders or {}
        self.on_loaded = on_loaded
        self._stoppable: list[_Stoppable] = []
        self._stopped = False
        self.settings = settings
        self.database = Database(settings)
        self.cache = Cache(settings)
        self.queues = Queues(settings)
        self.blobs = Blobs(settings)
        self.http = HttpTransport(timeout=settings.send_timeout)
        self.model = ModelConnection(settings)
        self._closing = [
            self.database.aclose,
            self.cache.aclose,
            self.blobs.aclose,
            self.queues.aclose,
            self.http.aclose,
            self.model.aclose,
        ]
        self.keyring = KeyRing.from_setting(settings.credential_keys.get_secret_value())
        self.directory = BotDirectory(self.database, self.keyring)
        self.bells = Bells(self.queues, self.cache, marker_seconds=settings.ring_marker_seconds)
        self.channel_settings = channel_settings(settings)
        self.channel_of = build_channels(self.channel_settings).channel_of
        self.webhooks = build_webhooks(self)

    @part
    def services(self) -> Services:
        """What shoppers' talks, timers and the administrators' API have in common."""
        from shared.composition.services import build_services

        return build_services(self)

    @part
    def media(self) -> MediaService:
        """Photos and voice notes as words."""
        from shared.media.findings import Findings
        from shared.media.service import MediaService

        media = MediaService(
            self.settings,
            channel_of=self.channel_of,
            access=self.directory.access,
            http=self.http,
            findings=Findings(self.cache, seconds=self.settings.recognition_kept),
            model=self.model,
        )
        self._closing.append(media.aclose)
        return media

    @part
    def drainer(self) -> Drainer:
        """Answers dialogs: the whole shop."""
        from shared.composition.assistant import build_answering
        from shared.composition.dialogs import build_drainer

        answering = build_answering(self)
        return build_drainer(self, answering.responders | self._responders, answering.whole)

    @part
    def deliverer(self) -> Deliverer:
        """Sends what had to wait."""
        from shared.composition.dialogs import build_deliverer

        return build_deliverer(self)

    @part
    def sweep(self) -> Sweep:
        """Rings for what is recorded but not done."""
        from shared.composition.dialogs import build_sweep

        return build_sweep(self)

    @part
    def alert_watch(self) -> AlertWatch:
        """Rings for alerts that are due and products that changed."""
        from shared.alerts.watch import AlertWatch

        return AlertWatch(database=self.database, bells=self.bells, settings=self.settings)

    @part
    def alert_runner(self) -> AlertRunner:
        """Checks alerts and tells whom they concern."""
        from shared.alerts.run import AlertRunner
        from shared.assistant.skills.registry import product_buttons

        return AlertRunner(
            database=self.database,
            notices=self.services.notices,
            bells=self.bells,
            settings=self.settings,
            product_buttons=product_buttons,
        )

    @part
    def escalation_watch(self) -> EscalationWatch:
        """Rings where the staff has to be told or reminded."""
        from shared.escalations.watch import EscalationWatch

        return EscalationWatch(database=self.database, bells=self.bells)

    @part
    def escalation_runner(self) -> EscalationRunner:
        """Tells and reminds the staff."""
        from shared.assistant.summaries import TalkSummaries
        from shared.escalations.run import EscalationRunner
        from shared.runtime.model.client import ChatClient

        return EscalationRunner(
            database=self.database,
            desk=self.services.desk,
            summariser=TalkSummaries(self.settings, self.database, ChatClient(self.settings, self.model)),
            bells=self.bells,
            reminders=self.settings.handover_reminders,
        )

    @part
    def reservation_watch(self) -> ReservationWatch:
        """Rings where reservations ran out."""
        from shared.orders.watch import ReservationWatch

        return ReservationWatch(database=self.database, bells=self.bells)

    @part
    def reservation_runner(self) -> ReservationRunner:
        """Ends reservations that ran out."""
        from shared.orders.run import ReservationRunner

        return ReservationRunner(database=self.database, bells=self.bells)

    @part
    def product_images(self) -> ProductImageHandlers:
        """Photos of products."""
        from shared.catalog.images import ProductImageHandlers

        return ProductImageHandlers(self.database, self.blobs, public_url=self.settings.public_base_url)

    @part
    def import_watch(self) -> ImportWatch:
        """Rings for files of products."""
        from shared.catalog.bulk.watch import ImportWatch

        return ImportWatch(database=self.database, queues=self.queues)

    @part
    def import_runner(self) -> ImportRunner:
        """Reads files of products."""
        from shared.catalog.bulk.run import ImportRunner

        return ImportRunner(self.database, self.blobs, self.queues, self.settings, changed=self.products_changed)

    @part
    def analytics_watch(self) -> AnalyticsWatch:
        """Rings for days to count."""
        from shared.analytics.watch import AnalyticsWatch

        return AnalyticsWatch(database=self.database, queues=self.queues, settings=self.settings)

    @part
    def analytics_runner(self) -> AnalyticsRunner:
        """Counts days that are over."""
        from shared.analytics.run import AnalyticsRunner

        return AnalyticsRunner(database=self.database, queues=self.queues, settings=self.settings)

    @part
    def edge(self) -> ApiEdge:
        """The administrators' API."""
        from shared.composition.api import build_edge

        return build_edge(self)

    async def products_changed(self) -> None:
        """Have alerts checked at once; should the ring fail, the watch rings."""
        await self.bells.ring("alerts")

    def health_checks(self) -> Sequence[Check]:
        """What ``/api/health`` asks."""
        from shared.runtime.health_checks import dependency_checks

        return [
            *dependency_checks(self.settings, database=self.database, cache=self.cache, queues=self.queues),
            configured("label_reading", self.media.reads_labels),
        ]

    def stop_with(self, made: object) -> None:
        """Stop a part, if it is one that can, when this worker stops; at once if it has."""
        if isinstance(made, _Stoppable):
            self._stoppable.append(made)
            if self._stopped:
                made.stop()

    def stop(self) -> None:
        """Claim nothing new from now on; what is under way ends or is given back."""
        self._stopped = True
        for stoppable in self._stoppable:
            stoppable.stop()

    async def aclose(self) -> None:
        """Close all connections, the newest first."""
        for close in reversed(self._closing):
            await close()
