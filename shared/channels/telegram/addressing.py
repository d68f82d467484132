"""Whether a message in a group is meant for the bot, and its text without the bot's name.

Groups are left alone unless the bot is addressed: by ``@username``, by ``/command@username`` or by a reply to one
of its messages. Entity offsets are UTF-16 code units (Telegram Bot API, MessageEntity).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.channels.contract import BotIdentity
from shared.channels.telegram.wire import Entity, Message

__all__ = ["Addressed", "address"]

_INNER_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class Addressed:
    """``text`` is what was said to the bot; the rest tells who was meant."""

    text: str
    by_name: bool
    """The bot was named."""
    by_reply: bool
    """One of its messages was replied to."""
    to_other_bot: bool
    """A command for another bot."""

    @property
    def to_bot(self) -> bool:
        """Whether the bot was meant."""
        return self.by_name or self.by_reply


def address(message: Message, bot: BotIdentity) -> Addressed:
    """Find out whom a message names, and strip the bot's name from its text (or caption)."""
    text, entities = (
        (message.text, message.entities) if message.text else (message.caption, message.caption_entities)
    )
    username = (bot.username or "").removeprefix("@").lower()
    replied_to = message.reply_to_message.sender if message.reply_to_message else None
    by_reply = bool(
        username and replied_to and replied_to.is_bot and (replied_to.username or "").lower() == username
    )
    units = text.encode("utf-16-le")
    by_name = to_other_bot = False
    for entity, name in reversed(_names(units, entities)):
        if username and name.lower() == username:
            by_name = True
            end = 2 * (entity.offset + entity.length)
            units = units[: end - 2 * (len(name) + 1)] + units[end:]
        elif entity.type == "bot_command":
            to_other_bot = True
    words = units.decode("utf-16-le", "replace")
    stripped = _INNER_SPACES.sub(" ", words).strip() if words != text else text
    return Addressed(text=stripped, by_name=by_name, by_reply=by_reply, to_other_bot=to_other_bot)


def _names(units: bytes, entities: Sequence[Entity]) -> list[tuple[Entity, str]]:
    """The names that mentions and commands carry, in the order of the text; entities outside it are left out."""
    found: list[tuple[Entity, str]] = []
    end_of_last = 0
    for entity in sorted(entities, key=lambda entity: entity.offset):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        if entity.type not in {"mention", "bot_command"} or not end_of_last <= start < end <= len(units):
            continue
        words = units[start:end].decode("utf-16-le", "replace")
        _, sign, name = words.partition("@")
        if sign and name.isascii():
            found.append((entity, name))
            end_of_last = end
    return found
