"""A run of checks: what the queue ``alerts`` starts. The queue is a doorbell; what is due stands in Postgres.

A transaction checks one batch of one company: the alerts are moved on and what is to be told joins the send lanes,
both or neither. So a run that is killed loses and repeats nothing, and two runs at once share the work. Companies
take turns, a batch each, in an order of chance: a hundred thousand alerts of one do not hold up another's.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from shared.alerts import checks, replies
from shared.alerts.checks import Ending, Telling, Work
from shared.analytics import service as analytics
from shared.analytics.kinds import EventKind
from shared.channels.messages import TemplateMessage
from shared.dialogs.bells import Bells
from shared.dialogs.notices import Notice, Notices
from shared.kernel.errors import Unavailable
from shared.kernel.languages import Language
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["AlertRun", "AlertRunner"]

_log = logging.getLogger(__name__)

_CHANGES = 2000
"""Changes of products dealt with in one transaction."""


@dataclass(frozen=True, slots=True)
class AlertRun:
    """What a run did: alerts looked at, and customers told."""

    looked: int
    told: int


class AlertRunner:
    """Checks what is due and tells whom it concerns. One per worker."""

    def __init__(
        self,
        *,
        database: Database,
        notices: Notices,
        bells: Bells,
        settings: Settings,
        product_buttons: replies.ProductButtons,
    ) -> None:
        self._database = database
        self._notices = notices
        self._bells = bells
        self._settings = settings
        self._product_buttons = product_buttons
        self._stopping = False

    def stop(self) -> None:
        """Begin no further batch (SIGTERM)."""
        self._stopping = True

    async def run(self) -> AlertRun:
        """Check until nothing is due, or the budget is used up; then ring for another run.

        Raises:
            Unavailable: Postgres went away; what was committed is done, the rest stays due.
        """
        await self._bells.answered("alerts")
        until = time.monotonic() + self._settings.alert_budget
        looked = told = 0
        while not self._stopping and time.monotonic() < until:
            in_round = 0
            for work in await self._companies():
                followed, batch = await self._batch(work)
                looked, told = looked + batch.looked, told + batch.told
                in_round += followed + batch.looked
            if in_round == 0:  # nothing is due, or others have it in hand
                return _ended(looked, told)
        await self._bells.ring_more("alerts")
        return _ended(looked, told)

    async def _batch(self, work: Work) -> tuple[int, AlertRun]:
        """One company's share of a round: changes dealt with, and alerts checked; none once we are to stop."""
        if self._stopping:
            return 0, AlertRun(0, 0)
        try:
            followed = await self._follow(work)
            return followed, await self._check(work.company_id) if work.due or followed else AlertRun(0, 0)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a company's trouble is not the others'; its alerts stay due
            _log.exception("a batch of alerts failed", extra={"company": str(work.company_id)})
            return 0, AlertRun(0, 0)

    async def _companies(self) -> list[Work]:
        async with self._database.system_statements() as system:
            waiting = await checks.companies_with_work(system)
        random.shuffle(waiting)
        return waiting

    async def _follow(self, work: Work) -> int:
        """Wake the alerts of products that changed; how many changes."""
        if not work.changed:
            return 0
        async with self._database.company_statements(work.company_id) as session:
            return await checks.follow_changes(session, limit=_CHANGES)

    async def _check(self, company_id: UUID) -> AlertRun:
        """Check a batch of one company's alerts."""
        said: Sequence[Notice] = ()
        told: list[int] = []
        async with self._database.company_statements(company_id) as session:
            checked = await checks.check_due(session, limit=self._settings.alert_batch)
            news, ends = [self._notice(each) for each in checked.tellings], _ends(checked.endings)
            if news or ends:
                said = await self._notices.say_all(session, [*news, *ends])
                told = [notice.dialog_id for notice in said if not notice.in_window_only]
            if told:
                await analytics.record_in_dialogs(session, EventKind.ALERT_SENT, told)
        if said:
            await self._notices.ring()
        return AlertRun(checked.looked, len(told))

    def _notice(self, telling: Telling) -> Notice:
        compose = partial(replies.notice, telling, product_buttons=self._product_buttons)
        return Notice(telling.dialog_id, compose, template=_template(telling))


def _ends(endings: Sequence[Ending]) -> list[Notice]:
    """One notice for each dialog, however many of its alerts ended; none that would cost a template."""
    return [
        Notice(dialog_id, partial(replies.ended, list(of_dialog)), in_window_only=True)
        for dialog_id, of_dialog in groupby(endings, key=attrgetter("dialog_id"))
    ]


def _template(telling: Telling) -> Callable[[Language], TemplateMessage] | None:
    return partial(replies.template_of, telling, telling.template) if telling.template else None


def _ended(looked: int, told: int) -> AlertRun:
    if looked:
        _log.info("alerts were checked", extra={"looked": looked, "told": told})
    return AlertRun(looked, told)
