"""A group that shops together: its members, each with a private chat of their own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from infra.local.simulator.telegram.bots import TelegramBot
from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = ["Member", "Party"]


class Member(Shopper):
    """A person in a group, and in a private chat with the same bot (``private``)."""

    def __init__(self, stage: Stage, shop: Shop, name: str, group: str) -> None:
        bot = shop.simulated[Platform.TELEGRAM]
        assert isinstance(bot, TelegramBot)
        super().__init__(stage, shop, stage.simulator.telegram.group_member(name, group=group, bot=bot))
        self.bot = bot
        self.private = stage.shopper(shop, Platform.TELEGRAM, name)
        self._name = f"@{shop.slug}_bot"

    async def asks(self, *texts: str) -> None:
        """Say something to the bot in the group."""
        await self.says(*(f"{self._name} {words}" for words in texts))

    async def follows(self, title: str) -> None:
        """Press a link of that title: Telegram opens the private chat and sends ``/start`` with its parameter."""
        await self.follows_to(title, self)

    async def follows_to(self, title: str, seen_by: Shopper) -> None:
        """Press a link that stands under a message which somebody else in the group was sent."""
        found = links(seen_by, title)
        assert found, f"no link {title!r}"
        assert await self.private.person.start(self._parameter(found[-1])) == 200

    async def follows_own(self, title: str) -> None:
        """Press the link that answers one's own last words, wherever it stands in the group's talk."""
        own = [message.id for message in self.person.chat.messages if message.sender == self.person.name][-1]
        [url] = [url for url in links(self, title) if url.endswith(f"_{own}")]
        assert await self.private.person.start(self._parameter(url)) == 200

    def _parameter(self, url: str) -> str:
        link = urlsplit(url)
        assert (link.netloc, link.path) == ("t.me", f"/{self.shop.slug}_bot")
        [parameter] = parse_qs(link.query)["start"]
        return parameter


def links(shopper: Shopper, title: str) -> list[str]:
    """The addresses of all links of that title that a chat shows, the newest last."""
    buttons = [button for message in shopper.person.received for button in message.buttons]
    return [button.payload for button in buttons if button.title == title]


class Party:
    """A shop's bot in a group."""

    def __init__(self, stage: Stage, shop: Shop, title: str = "Семья") -> None:
        self.stage = stage
        self.shop = shop
        self.title = title

    def member(self, name: str) -> Member:
        """A person who has said nothing yet."""
        return Member(self.stage, self.shop, name, self.title)
