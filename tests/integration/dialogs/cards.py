"""A card with a picture and a button, as the shop says it unasked, and what the messenger makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import Platform
from shared.channels.messages import Button, MediaSource, ProductCard, Reply, RichText, TemplateMessage, TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import Money
from tests.doubles.echo import ECHO
from tests.doubles.pictures import jpeg, price_tag
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = [
    "CARD_BUTTON",
    "DEAD_PICTURE",
    "card",
    "codes_of_failures",
    "fails_later",
    "greeted",
    "let_time_pass",
    "notify",
    "outbox",
    "pictures",
    "sent_card",
    "settle",
    "shown",
    "status",
    "words_of",
]

DEAD_PICTURE = "http://127.0.0.1:9/gone.png"
CARD_BUTTON = "В корзину"


@asynccontextmanager
async def pictures() -> AsyncIterator[str]:
    """The address of a picture that is there."""

    picture = jpeg(price_tag())

    async def show(_: web.Request) -> web.Response:
        return web.Response(body=picture, content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/sofa.jpg", show)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/sofa.jpg"
    finally:
        await runner.cleanup()


def card(picture: str, name: str = "Диван «Алма»") -> Reply:
    """One product with its picture and one button."""
    product = ProductCard(
        sku="ALM-1",
        name=name,
        price=Money(minor=14_000_000, currency="KZT"),
        photo=MediaSource(url=picture),
        buttons=((Button(id="cart:ALM-1", title=CARD_BUTTON),),),
        language=Language.RU,
    )
    return Reply(messages=(product,))


def words_of(words: str) -> Reply:
    """A text without a fallback."""
    return Reply(messages=(TextMessage(text=RichText.of(words)),))


async def notify(
    stage: Stage,
    shop: Shop,
    *replies: Reply,
    template: str | None = None,
    about: list[int] | None = None,
    dialog_id: int | None = None,
) -> int:
    """Say something in the dialog (the newest, unless named), and let it be sent; the dialog's id."""
    [dialog] = await stage.sql(shop, "SELECT max(id) AS id FROM dialogs")
    to = int(dialog["id"]) if dialog_id is None else dialog_id
    instead = None if template is None else _template(template)
    async with stage.worker.database.session_scope(shop.company_id) as session:
        for reply in replies:
            await stage.worker.services.notices.say(session, to, _always(reply), template=instead, about=about)
    await settle(stage)
    return to


def _always(reply: Reply) -> Callable[[Language], Reply]:
    return lambda _: reply


def _template(name: str) -> Callable[[Language], TemplateMessage]:
    return lambda language: TemplateMessage(name=name, language=language, text=RichText.of("Мы ответили"))


async def settle(stage: Stage) -> None:
    """Send what waits, take the statuses that follow, and do what they ask for."""
    for _ in range(3):
        await stage.work()
        messengers = stage.simulator
        later = messengers.whatsapp.api.sending._later | messengers.viber.api._later
        await asyncio.gather(*later)
        await messengers.delivery.settle()


async def let_time_pass(stage: Stage, shop: Shop) -> None:
    """Whatever rests is due now."""
    await stage.sql(shop, "UPDATE dialogs SET send_at = now()")
    await stage.sql(shop, "UPDATE bots SET send_after = NULL")
    await settle(stage)


def shown(shopper: Shopper) -> list[str]:
    """The kinds of the messages that reached the shopper's screen."""
    return [message.kind for message in shopper.person.received if message.status != "failed"]


async def greeted(stage: Stage, shop: Shop, platform: Platform, name: str = "Айгуль Ким") -> Shopper:
    """A shopper who has written and was answered."""
    shopper = stage.shopper(shop, platform, name)
    await shopper.says("привет")
    await shopper.hears("привет")
    await settle(stage)
    return shopper


def fails_later(stage: Stage, code: int, platform: Platform = Platform.WHATSAPP, *, count: int = 1) -> None:
    """Have the next messages taken, and reported as failed afterwards."""
    method = "messages" if platform is Platform.WHATSAPP else "send_message"
    stage.simulator.faults.add(
        Fault(FaultKind.FAIL_LATER, platform=platform.value, method=method, count=count, code=code)
    )


async def outbox(stage: Stage, shop: Shop) -> list[dict[str, object]]:
    """All rows after the greeting's answer."""
    return await stage.sql(
        shop,
        "SELECT o.seq, o.status, o.delivery, o.error_code, o.attempts, o.repeated, o.template_only, o.call,"
        " r.seq AS replaces"
        " FROM outbox o LEFT JOIN outbox r ON r.id = o.replaces WHERE o.seq > 1 ORDER BY o.dialog_id, o.seq",
    )


async def codes_of_failures(stage: Stage, shop: Shop) -> list[str]:
    """What was recorded for an administrator."""
    return [row["code"] for row in await stage.sql(shop, "SELECT code FROM failures ORDER BY created_at")]


async def status(
    stage: Stage, shop: Shop, state: str, *, code: str | None = None, message: str = "", key: str = "", seq: int = 2
) -> None:
    """A status of a message as the intake records it; the first after the greeting, unless told otherwise."""
    [row] = await stage.sql(shop, "SELECT id, platform_message_id AS wamid FROM outbox WHERE seq = :seq", seq=seq)
    record = {
        "place": 0,
        "bot_id": str(shop.bots[Platform.WHATSAPP]),
        "kind": "delivery",
        "event_id": key or f"{message or row['wamid']}:{state}",
        "order_key": 1,
        "occurred_at": "2026-01-01T00:00:00Z",
        "platform_message_id": message or row["wamid"],
        "reference": row["id"],
        "state": state,
        "error_code": code,
    }
    await stage.worker.webhooks._intake.record([record], b"{}")


async def sent_card(stage: Stage, *, reply: Reply | None = None, **settings: Any) -> tuple[Shop, Shopper]:
    """A shop whose card was taken by WhatsApp, which has told nothing of it yet."""
    shop = await stage.open_shop(mode=ECHO, **settings)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    aigul = await greeted(stage, shop, Platform.WHATSAPP)
    async with pictures() as url:
        await notify(stage, shop, reply or card(url))
    return shop, aigul
