"""Conversations as tests tell them: shoppers write through the simulated messengers, shops answer.

    aigul = stage.shopper("telegram")
    await aigul.says("хочу красный диван")
    await aigul.hears("ALM-1")

Everything between is real: HTTP with the platform's proof, Postgres, Redis, queues, the platform's own API.
Only *when* work is done is the test's: ``hears`` drains what waits, so nothing depends on timing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import CursorResult, text

from infra.local.simulator.demo_state import add_bot
from infra.local.simulator.participant import Participant
from infra.local.simulator.simulator import Simulator
from infra.local.simulator.wire import UploadedFile
from infra.local.simulator.world import Bot, Message
from shared.bots import service as bots
from shared.bots.schemas import CredentialNames, NewBot
from shared.catalog.imports import upsert_categories, upsert_products
from shared.catalog.schemas import CategoryInput, LocalizedText, ProductInput
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import NewCity, NewCompany
from shared.composition import Worker
from shared.kernel.ids import new_id
from shared.kernel.money import Money
from shared.runtime.settings import Settings
from tests.doubles.echo import ECHO, EchoResponder
from tests.doubles.webhook_edge import webhook_edge

__all__ = ["SOFAS", "Shop", "Shopper", "Stage", "Wares", "credentials_of", "open_stage", "run_worker"]

Wares = Sequence[tuple[str, str, str, int]]
"""Article number, name, colour, price in whole tenge."""

SOFAS: Wares = (
    ("ALM-1", "Диван «Алма»", "красный", 140_000),
    ("ALM-2", "Диван «Алма» угловой", "красный", 290_000),
    ("NOM-1", "Диван «Номад»", "синий", 120_000),
)


def credentials_of(platform: Platform, slug: str) -> dict[str, str]:
    """Secrets that no other shop has, in the platform's shape."""
    number = str(7_000_000_000 + int.from_bytes(slug.encode()[-4:]) % 999_999_999)
    match platform:
        case Platform.TELEGRAM:
            return {"token": f"{number}:AA-token-of-{slug}", "secret_token": f"telegram-secret-of-{slug}"}
        case Platform.WHATSAPP:
            return {
                "access_token": f"EAA-token-of-{slug}",
                "phone_number_id": f"1{number}",
                "app_secret": f"app-secret-of-{slug}",
                "verify_token": f"verify-token-of-{slug}",
                "waba_id": f"2{number}",
            }
        case Platform.VIBER:
            return {"auth_token": f"viber-token-of-{slug}"}


@dataclass(frozen=True)
class Shop:
    """A company with a city, products, and one bot per messenger."""

    slug: str
    company_id: UUID
    city_id: UUID
    bots: Mapping[Platform, UUID]
    simulated: Mapping[Platform, Bot]


class Shopper:
    """A person in a chat with a shop's bot; ``hears`` remembers what was heard already."""

    def __init__(self, stage: Stage, shop: Shop, person: Participant) -> None:
        self.person = person
        self.shop = shop
        self._stage = stage
        self._heard = 0

    @property
    def platform(self) -> Platform:
        """The messenger."""
        return Platform(self.person.bot.platform.value)

    async def says(self, *texts: str) -> None:
        """Send texts one after another; the bot takes each with a 200."""
        for words in texts:
            assert await self.person.send_text(words) == 200

    async def shows(self, picture: bytes, caption: str = "") -> None:
        """Send a photo."""
        file = UploadedFile("photo.jpg", "image/jpeg", picture)
        assert await self.person.send_photo(file, caption=caption) == 200

    async def records(self, sound: UploadedFile | None = None) -> None:
        """Send a voice note: two seconds of OGG/Opus where none is given."""
        assert await self.person.send_voice(sound) == 200

    async def presses(self, title_or_id: str) -> None:
        """Press a button."""
        assert await self.person.press(title_or_id) == 200

    async def corrects(self, words: str) -> None:
        """Edit the last own message."""
        assert await self.person.edit(words) == 200

    async def hears(self, *fragments: str) -> str:
        """Let the shop work; all that is new, which must hold every fragment and be something."""
        new = await self.listens()
        assert new, f"{self.person.name} heard nothing"
        for fragment in fragments:
            assert fragment in new, f"{fragment!r} is not in {new!r}"
        return new

    async def hears_nothing(self) -> None:
        """Let the shop work; nothing new came."""
        new = await self.listens()
        assert not new, f"{self.person.name} heard {new!r}"

    async def listens(self) -> str:
        """Let the shop work; the texts of all new messages, one per line."""
        await self._stage.work()
        new = self.person.received[self._heard :]
        self._heard = len(self.person.received)
        return "\n".join(_words(message) for message in new)

    @property
    def buttons(self) -> list[str]:
        """The titles of the buttons under the last message that has any."""
        return next(
            (
                [button.title for button in message.buttons]
                for message in reversed(self.person.received)
                if message.buttons
            ),
            [],
        )


class Stage:
    """A worker, the messengers, and the shops that a test opens. ``echo`` answers bots in the mode ``ECHO``."""

    def __init__(self, worker: Worker, simulator: Simulator, echo: EchoResponder, url: str) -> None:
        self.worker = worker
        self.simulator = simulator
        self.echo = echo
        self.url = url
        """Where webhooks are received."""

    async def work(self) -> None:
        """Do all that can be done now, and what falls due within a second."""
        await self.worker.drainer.run()
        await self.worker.deliverer.run()

    async def open_shop(
        self, slug: str = "uyut", *, mode: str = "assistant", wares: Wares = SOFAS, **settings: Any
    ) -> Shop:
        """Create a company with a bot on every messenger; ``settings`` are those of the bots."""
        company_id = new_id()
        async with self.worker.database.session_scope(company_id) as session:
            await companies.create_company(session, company_id, NewCompany(slug=slug, name=slug.title()))
            city = await companies.create_city(session, company_id, NewCity(slug="almaty", name="Алматы"))
            if wares:
                await upsert_categories(session, [_SOFA_CATEGORY])
                await upsert_products(session, [_product(*ware) for ware in wares])
        opened = {}
        for platform in Platform:
            new = NewBot(
                platform=platform,
                name=slug.title(),
                username=f"{slug}_bot" if platform is Platform.TELEGRAM else None,
                mode=mode,
                city_id=city.id,
                settings=settings,
                credentials={name: SecretStr(value) for name, value in credentials_of(platform, slug).items()},
            )
            opened[platform] = await self._open_bot(company_id, new)
        return Shop(
            slug,
            company_id,
            city.id,
            {platform: identity for platform, (identity, _) in opened.items()},
            {platform: bot for platform, (_, bot) in opened.items()},
        )

    async def _open_bot(self, company_id: UUID, new: NewBot) -> tuple[UUID, Bot]:
        """Create a bot here and at its messenger."""
        names = CredentialNames(frozenset(new.credentials))
        async with self.worker.database.session_scope(company_id) as session:
            bot = await bots.create_bot(session, self.worker.keyring, company_id, new, names)
        credentials = {name: value.get_secret_value() for name, value in new.credentials.items()}
        entry = {
            "platform": new.platform.value,
            "bot_id": str(bot.id),
            "webhook_url": bots.webhook_url(self.url, new.platform, bot.id),
            "name": new.name,
            "credentials": credentials | ({"username": new.username} if new.username else {}),
        }
        add_bot(self.simulator, entry)
        return bot.id, self.simulator.world.bots[f"{new.platform.value}/{bot.id}"]

    def shopper(
        self, shop: Shop, platform: Platform = Platform.TELEGRAM, name: str = "Айгуль Ким", language: str = "ru"
    ) -> Shopper:
        """A person who has not written yet."""
        messenger: Any = getattr(self.simulator, platform.value)
        return Shopper(self, shop, messenger.user(name, bot=shop.simulated[platform], language=language))

    async def sql(self, shop: Shop, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Run SQL as the app role in the shop's company; the rows."""
        async with self.worker.database.session_scope(shop.company_id) as session:
            result = await session.execute(text(statement), values)
            if not isinstance(result, CursorResult) or not result.returns_rows:
                return []
            return [dict(row) for row in result.mappings()]

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        """Exchanges in which we called a messenger, oldest first."""
        return [
            {"method": found.method, "status": found.status, "body": found.request_body}
            for found in self.simulator.traffic.list(direction="call")
            if method in (None, found.method)
        ]


_SOFA_CATEGORY = CategoryInput(
    code="sofas", name=LocalizedText(ru="Диваны", kk="Дивандар", en="Sofas"), synonyms=("диван", "sofa")
)


def _product(sku: str, name: str, colour: str, price: int) -> ProductInput:
    return ProductInput(
        sku=sku,
        name=LocalizedText(ru=name),
        category="sofas",
        price=Money(minor=price * 100, currency="KZT"),
        attributes={"colour": colour},
    )


@asynccontextmanager
async def run_worker(settings: Settings, echo: EchoResponder) -> AsyncIterator[Worker]:
    """A worker of this process, closed at the end."""
    worker = Worker(settings, responders={ECHO: echo})
    try:
        yield worker
    finally:
        await worker.aclose()


@asynccontextmanager
async def open_stage(settings_env: Mapping[str, str], **changes: Any) -> AsyncIterator[Stage]:
    """Messengers and a worker that talks to them; ``changes`` are settings by field name.

    Shoppers may write as fast as tests do.
    """
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator.start(speed=50))
        settings = Settings.model_validate(
            {
                **{name.lower(): value for name, value in settings_env.items()},
                "telegram_api_url": simulator.telegram_api_url,
                "whatsapp_api_url": simulator.whatsapp_api_url,
                "viber_api_url": simulator.viber_api_url,
                "merge_window": 0.05,
                "send_timeout": 2.0,
                "typing_after": 60.0,
                "messages_per_minute": 600,
                **changes,
            }
        )
        echo = EchoResponder()
        worker = await stack.enter_async_context(run_worker(settings, echo))
        url = await stack.enter_async_context(webhook_edge(worker))
        yield Stage(worker, simulator, echo, url)


def _words(message: Message) -> str:
    """What a person reads of a message; no-break spaces are spaces."""
    return (message.text or str(message.content or f"[{message.kind}]")).replace("\N{NO-BREAK SPACE}", " ")
