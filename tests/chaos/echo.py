"""A responder whose answers and state show what was answered, how often, and in which order."""

from __future__ import annotations

import asyncio
import os
import signal

from shared.channels.contract import InboundMessage
from shared.channels.messages import Reply, RichText, TextContent, TextMessage
from shared.dialogs.contract import Turn, TurnResult

__all__ = ["DIES", "HANGS", "RAISES", "EchoResponder"]

RAISES = "raise"
HANGS = "hang"
DIES = "die"


class EchoResponder:
    """Answers a turn with the words it was asked, in two messages, and adds those words to the dialog's state.

    Words that begin with one of the constants above make the turn raise, hang, or kill its process.
    """

    def __init__(self, *, seconds: float = 0.0) -> None:
        self._seconds = seconds

    async def respond(self, turn: Turn) -> TurnResult:
        words = [
            event.content.text
            for event in turn.events
            if isinstance(event, InboundMessage) and isinstance(event.content, TextContent)
        ]
        await self._misbehave(words)
        if self._seconds:
            await asyncio.sleep(self._seconds)
        seen = [*turn.state.get("seen", []), *words]
        said = ",".join(words)
        messages = tuple(TextMessage(text=RichText.of(f"{part} {said}")) for part in ("first", "second"))
        return TurnResult(reply=Reply(messages=messages), state={"seen": seen})

    async def _misbehave(self, words: list[str]) -> None:
        for word in words:
            if word.startswith(RAISES):
                raise RuntimeError("a defect of the responder")
            if word.startswith(HANGS):
                await asyncio.sleep(3600)
            if word.startswith(DIES):
                os.kill(os.getpid(), signal.SIGKILL)
