"""Escalations and the hand-over, on real Postgres: opened once, silent meanwhile, given back in every way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.channels.contract import InboundMessage
from shared.channels.messages import Button, TextMessage
from shared.dialogs.contract import Effect, TurnResult
from shared.escalations import service
from shared.escalations.desk import EscalationDesk
from shared.escalations.errors import EscalationEnded
from shared.escalations.handover import HandoverResponder
from shared.escalations.replies import TEXTS
from shared.escalations.schemas import RETURN_TO_BOT, Escalation, EscalationReason
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.doubles.echo import EchoResponder
from tests.doubles.turns import pressed, turn, words
from tests.integration.conversation import run_worker
from tests.integration.shops import Shop


class Desk:
    """One company's dialogs and escalations."""

    def __init__(self, database: Database, shop: Shop, staff: EscalationDesk) -> None:
        self.database = database
        self.shop = shop
        self.staff = staff

    def session(self) -> Any:
        return self.database.session_scope(self.shop.company_id)

    async def dialog(self, chat: str = "7") -> int:
        async with self.session() as session:
            inserted = await session.execute(
                text(
                    "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id)"
                    " VALUES (:company, :bot, :chat, :chat) RETURNING id"
                ),
                {"company": self.shop.company_id, "bot": self.shop.bot_id, "chat": chat},
            )
            return int(inserted.scalar_one())

    async def open(self, dialog_id: int, *, hours: float = 12, summary: str = "хочу диван") -> bool:
        async with self.session() as session:
            return await service.open_escalation(
                session,
                dialog_id=dialog_id,
                reason=EscalationReason.ASKED,
                summary=summary,
                expires_at=utc_now() + timedelta(hours=hours),
            )

    async def listed(self) -> Sequence[Escalation]:
        async with self.session() as session:
            return await service.list_open(session)

    async def silent_until(self, dialog_id: int) -> datetime | None:
        async with self.session() as session:
            found = await session.execute(
                text("SELECT handover_until FROM dialogs WHERE id = :id"), {"id": dialog_id}
            )
            until: datetime | None = found.scalar_one()
            return until

    async def apply(self, effects: Sequence[Effect]) -> None:
        async with self.session() as session:
            for effect in effects:
                await effect(session)

    async def hear(
        self, dialog_id: int, *said: str | InboundMessage, after: TurnResult | None = None
    ) -> TurnResult:
        heard = turn(*said, session=self.session, dialog_id=dialog_id, after=after)
        object.__setattr__(heard, "started_at", utc_now())
        return await HandoverResponder(self.staff).respond(heard)


@pytest.fixture
async def staff(settings: Settings) -> AsyncIterator[EscalationDesk]:
    async with run_worker(settings, EchoResponder()) as worker:
        yield worker.services.desk


@pytest.fixture
def desk(database: Database, shop: Shop, staff: EscalationDesk) -> Desk:
    return Desk(database, shop, staff)


@pytest.fixture
def other_desk(database: Database, other_shop: Shop, staff: EscalationDesk) -> Desk:
    return Desk(database, other_shop, staff)


async def test_an_escalation_silences_its_dialog_until_it_expires(desk: Desk) -> None:
    dialog = await desk.dialog()
    assert await desk.open(dialog) is True
    (found,) = await desk.listed()
    assert (found.dialog_id, found.reason, found.summary) == (dialog, EscalationReason.ASKED, "хочу диван")
    assert await desk.silent_until(dialog) == found.expires_at


async def test_a_dialog_has_one_open_escalation(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    until = await desk.silent_until(dialog)
    assert await desk.open(dialog, hours=48) is False
    assert len(await desk.listed()) == 1
    assert await desk.silent_until(dialog) == until


async def test_an_expired_escalation_gives_way_to_a_new_one(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog, hours=-1)
    assert await desk.listed() == []
    assert await desk.open(dialog) is True
    assert len(await desk.listed()) == 1


async def test_resolving_by_id_lets_the_bot_speak(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    (found,) = await desk.listed()
    async with desk.session() as session:
        await service.resolve(session, by="staff", escalation_id=found.id)
    assert await desk.listed() == []
    assert await desk.silent_until(dialog) is None
    with pytest.raises(EscalationEnded):
        async with desk.session() as session:
            await service.resolve(session, by="staff", escalation_id=found.id)


async def test_resolving_needs_one_of_escalation_and_dialog(desk: Desk) -> None:
    async with desk.session() as session:
        with pytest.raises(InvalidInput):
            await service.resolve(session, by="staff")
        with pytest.raises(InvalidInput):
            await service.resolve(session, by="staff", escalation_id=new_id(), dialog_id=1)


@pytest.mark.parametrize("summary", ["\x00", "\ud800", "я" * 10_000])
async def test_a_summary_of_any_characters_is_kept(desk: Desk, summary: str) -> None:
    await desk.open(await desk.dialog(), summary=summary)
    (found,) = await desk.listed()
    assert len(found.summary) <= service.SUMMARY_LIMIT


async def test_another_company_neither_sees_nor_ends_it(desk: Desk, other_desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    (found,) = await desk.listed()
    assert await other_desk.listed() == []
    with pytest.raises(NotFound):
        async with other_desk.session() as session:
            await service.resolve(session, by="staff", escalation_id=found.id)
    async with other_desk.session() as session:
        await service.resolve(session, by="staff", dialog_id=dialog)
    assert len(await desk.listed()) == 1
    assert await desk.silent_until(dialog) is not None


async def test_another_company_cannot_escalate_a_dialog(desk: Desk, other_desk: Desk) -> None:
    dialog = await desk.dialog()
    with pytest.raises(NotFound):
        await other_desk.open(dialog)
    assert await desk.silent_until(dialog) is None


async def test_no_company_sees_nothing(database: Database, desk: Desk) -> None:
    await desk.open(await desk.dialog())
    async with database.anonymous_scope() as session:
        assert await session.scalar(text("SELECT count(*) FROM escalations")) == 0


async def test_the_sweep_sees_when_and_not_what(database: Database, desk: Desk) -> None:
    await desk.open(await desk.dialog())
    async with database.system_scope() as session:
        assert await session.scalar(text("SELECT count(expires_at) FROM escalations WHERE status = 'open'")) == 1
    with pytest.raises(DBAPIError):
        async with database.system_scope() as session:
            await session.execute(text("SELECT summary FROM escalations"))


async def test_the_shopper_is_reminded_once_and_then_left_to_the_staff(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    first = await desk.hear(dialog, "вы где?")
    assert words(first) == TEXTS.get("waiting", Language.RU)
    assert (await desk.hear(dialog, "ау", after=first)).reply.messages == ()


async def test_a_new_escalation_may_be_reminded_of_again(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    first = await desk.hear(dialog, "вы где?")
    async with desk.session() as session:
        await service.resolve(session, by="staff", dialog_id=dialog)
    await desk.open(dialog)
    assert words(await desk.hear(dialog, "вы где?", after=first)) == TEXTS.get("waiting", Language.RU)


async def test_an_old_hand_over_is_silent(desk: Desk) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    async with desk.session() as session:
        await session.execute(text("UPDATE escalations SET opened_at = now() - interval '11 minutes'"))
    assert (await desk.hear(dialog, "вы где?")).reply.messages == ()


@pytest.mark.parametrize(
    "said", [pressed(RETURN_TO_BOT), "Вернуться к боту", "ботқа оралу", "/start", "/start@shop_bot"]
)
async def test_the_shopper_may_return_to_the_bot(desk: Desk, said: str | InboundMessage) -> None:
    dialog = await desk.dialog()
    await desk.open(dialog)
    result = await desk.hear(dialog, said)
    passes_on = isinstance(said, str) and said.startswith("/")
    assert result.pass_on is passes_on
    assert words(result) == ("" if passes_on else TEXTS.get("returned", Language.RU))
    await desk.apply(result.effects)
    assert await desk.listed() == []
    assert await desk.silent_until(dialog) is None


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("reason", list(EscalationReason))
def test_every_reason_has_its_words_and_the_way_back(reason: EscalationReason, language: Language) -> None:
    from shared.escalations.replies import announcement

    (said,) = announcement(reason, language).messages
    assert isinstance(said, TextMessage)
    (button,) = said.buttons[0]
    assert isinstance(button, Button)
    assert (button.id, len(button.title) <= 20) == (RETURN_TO_BOT, True)


async def test_the_sweep_marks_what_expired_and_leaves_the_rest(desk: Desk) -> None:
    late, waiting = await desk.dialog("1"), await desk.dialog("2")
    await desk.open(late, hours=-1)
    await desk.open(waiting)
    async with desk.session() as session:
        ids = (await session.execute(text("SELECT id FROM escalations"))).scalars().all()
        for escalation_id in ids:
            await service.expire(session, escalation_id)
        found = await session.execute(text("SELECT dialog_id, status FROM escalations ORDER BY dialog_id"))
        assert [tuple(row) for row in found] == [(late, "expired"), (waiting, "open")]
