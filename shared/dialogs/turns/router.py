"""Who answers a turn: the staff's desk, the hand-over's keeper, a command, or the responder of the bot's mode; and
which messages are whole requests for them.

What the shop wrote in the chat by other means is a hand-over of its own making: the keeper's too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from shared.channels.contract import InboundMessage
from shared.dialogs.contract import Effect, Responder, Turn, TurnResult
from shared.dialogs.turns.commands import answer_command, command_of, is_command
from shared.dialogs.turns.history import spoken
from shared.kernel.errors import Misconfigured

__all__ = ["HANDOVER", "STAFF", "Router", "WholeRequests"]

HANDOVER = "handover"
"""The responder that keeps a dialog in which people talk."""
STAFF = "staff"
"""The responder that is asked first: it answers what members of staff want in their own messengers."""


WholeRequests = Mapping[str, Callable[[str], bool]]
"""By a bot's mode: whether its responder takes a text for all of a request, to which nothing is to be added."""


class Router:
    """Picks the responder of a turn.

    Args:
        responders: by a bot's mode, ``handover`` and ``staff``.
        whole: what the responders know of whole requests; a mode that is not in there knows of none.
    """

    def __init__(self, responders: Mapping[str, Responder], whole: WholeRequests | None = None) -> None:
        self._responders = responders
        self._whole = whole or {}

    def is_whole(self, mode: str, message: InboundMessage) -> bool:
        """Whether a message says all of a request: a command, or what the responder of ``mode`` knows as one."""
        text = spoken(message.content).strip()
        if not text:
            return False
        known = self._whole.get(mode)
        return is_command(text) or (known is not None and known(text))

    async def respond(self, turn: Turn, *, handover_until: datetime | None) -> TurnResult:
        """Answer a turn.

        Raises:
            Misconfigured: the bot's mode names no responder.
        """
        if not any(isinstance(event, InboundMessage) for event in turn.events):
            return TurnResult()
        effects: list[Effect] = []
        if STAFF in self._responders and not turn.echoes:
            result = await self._responders[STAFF].respond(turn)
            if not result.pass_on:
                return result
            effects += result.effects
        if turn.echoes or (handover_until is not None and handover_until > turn.started_at):
            result = await self._responder(HANDOVER).respond(turn)
            if not result.pass_on:
                return replace(result, effects=[*effects, *result.effects]) if effects else result
            effects += result.effects
        command = command_of(turn)
        result = (
            answer_command(turn, *command)
            if command is not None
            else await self._responder(turn.bot.mode).respond(turn)
        )
        return replace(result, effects=[*effects, *result.effects]) if effects else result

    def _responder(self, mode: str) -> Responder:
        responder = self._responders.get(mode)
        if responder is None:
            raise Misconfigured("bots.mode", f"no responder for {mode!r}")
        return responder
