"""Where a turn's answer goes: the dialog's chat, the topic in which the person wrote last; in a group, to whom."""

from __future__ import annotations

from collections.abc import Sequence

from shared.channels.contract import ChannelAddress, InboundMessage, MembershipChange
from shared.channels.messages import ChoiceContent
from shared.dialogs.turns.rows import DialogRow
from shared.kernel.languages import Language

__all__ = ["answer_address"]


def answer_address(
    dialog: DialogRow, language: Language, events: Sequence[InboundMessage | MembershipChange]
) -> ChannelAddress:
    """The address of the answer to ``events``."""
    said = [event for event in events if isinstance(event, InboundMessage)]
    return ChannelAddress(
        chat_id=dialog.chat_id,
        language=language,
        phone=dialog.phone,
        thread_id=said[-1].thread_id if said else None,
        quotes=_typed(said) if dialog.is_group else None,
    )


def _typed(said: Sequence[InboundMessage]) -> str | None:
    """The last message of the person's own; a pressed button is under one of ours."""
    return next((one.message_id for one in reversed(said) if not isinstance(one.content, ChoiceContent)), None)
