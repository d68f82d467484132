"""A card with a picture and a button, as the shop says it unasked, and what the messenger makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from shared.channels.contract import Platform
from shared.channels.messages import Button, MediaSource, ProductCard, Reply, RichText, TemplateMessage, TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import Money
from tests.doubles.pictures import jpeg, price_tag
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = [
    "CARD_BUTTON",
    "DEAD_PICTURE",
    "card",
    "greeted",
    "let_time_pass",
    "notify",
    "pictures",
    "settle",
    "shown",
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
