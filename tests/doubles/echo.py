"""A responder that says back what it was asked, and remembers every turn: for tests of all around the answer."""

from __future__ import annotations

from shared.channels.contract import InboundMessage
from shared.channels.messages import ChoiceContent, MediaContent, Reply, RichText, TextContent, TextMessage
from shared.dialogs.contract import Settlement, Turn, TurnResult

__all__ = ["ECHO", "EchoResponder"]

ECHO = "echo"
"""The bot mode that it answers."""


class EchoResponder:
    """Answers «words» with the words of every event, joined with `` + ``."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.settle: Settlement | None = None
        """What decides the answers instead, while they are committed."""

    async def respond(self, turn: Turn) -> TurnResult:
        """Say back what came."""
        self.turns.append(turn)
        words = " + ".join(_words(event) for event in turn.events if isinstance(event, InboundMessage))
        return TurnResult(reply=Reply(messages=(TextMessage(text=RichText.of(f"«{words}»")),)), settle=self.settle)


def _words(event: InboundMessage) -> str:
    match event.content:
        case TextContent(text=text):
            return text
        case MediaContent() as media:
            return f"{media.media} {media.caption}".strip()
        case ChoiceContent(id=chosen):
            return f"[{chosen}]"
        case other:
            return f"<{other.kind}>"
