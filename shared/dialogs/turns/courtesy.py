"""Small signs while a turn runs: the pressed button's spinner stops, "typing…" shows. Best effort, never kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.bots.directory import BotDirectory
from shared.bots.schemas import BotSnapshot
from shared.channels.contract import Call, ChannelAddress, InboundMessage, MembershipChange
from shared.dialogs.contract import is_echo
from shared.dialogs.outbox.lane import ChannelOf
from shared.dialogs.turns.address import answer_address
from shared.dialogs.turns.rows import DialogRow
from shared.kernel.errors import ZetaError
from shared.runtime.http import HttpTransport

__all__ = ["Courtesy"]

_log = logging.getLogger(__name__)
_TYPING_REPEATS = 4.0
"""Telegram shows a chat action for five seconds."""


class Courtesy:
    """Sends acknowledgements and typing signs beside a turn."""

    def __init__(
        self, *, directory: BotDirectory, channel_of: ChannelOf, http: HttpTransport, typing_after: float
    ) -> None:
        self._directory = directory
        self._channel_of = channel_of
        self._http = http
        self._typing_after = typing_after
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def during(
        self, bot: BotSnapshot, dialog: DialogRow, events: Sequence[InboundMessage | MembershipChange]
    ) -> AsyncIterator[None]:
        """Acknowledge what was pressed; show "typing…" until the block ends. The block never waits for it."""
        messages = [event for event in events if isinstance(event, InboundMessage) and not is_echo(event)]
        acknowledging = asyncio.create_task(self._acknowledge(bot, messages))
        self._running.add(acknowledging)
        acknowledging.add_done_callback(self._running.discard)
        address = answer_address(dialog, dialog.language or bot.language, events)
        typing = asyncio.create_task(self._type(bot, address, messages[-1] if messages else None))
        try:
            yield
        finally:
            typing.cancel()

    async def settle(self) -> None:
        """Wait for acknowledgements under way: a worker must not be frozen with a spinner left turning."""
        if self._running:
            await asyncio.wait(self._running)

    async def _acknowledge(self, bot: BotSnapshot, messages: Sequence[InboundMessage]) -> None:
        channel = self._channel_of(bot.platform)
        for message in messages:
            call = channel.acknowledge(message)
            if call is not None:
                await self._send(bot, call)

    async def _type(self, bot: BotSnapshot, address: ChannelAddress, message: InboundMessage | None) -> None:
        channel = self._channel_of(bot.platform)
        await asyncio.sleep(self._typing_after)
        while (call := channel.typing(address, message)) is not None:
            await self._send(bot, call)
            await asyncio.sleep(_TYPING_REPEATS)

    async def _send(self, bot: BotSnapshot, call: Call) -> None:
        try:
            access = await self._directory.access(bot.bot_id)
            await self._channel_of(bot.platform).send(
                call,
                reference="",
                credentials=access.credentials,
                http=self._http,
                bot=access.identity,
            )
        except ZetaError as error:
            _log.info("a courtesy was not sent", extra={"bot": str(bot.bot_id), "error": error.code})
