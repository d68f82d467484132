"""The files of a turn, and the turn without them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from shared.channels.contract import InboundMessage
from shared.channels.messages import MediaContent, MediaKind, TextContent
from shared.dialogs.contract import Turn
from shared.media.schemas import FileOrigin

__all__ = ["SentFile", "files_of", "is_photo", "is_voice", "origin_of", "with_words"]

SentFile = tuple[InboundMessage, MediaContent]
_VOICE_FILE_SECONDS = 600.0
_PICTURES = frozenset(["image/jpeg", "image/png", "image/webp"])
_PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")


def is_photo(content: MediaContent) -> bool:
    """A photo, or a picture that was sent as a file to keep it sharp."""
    if content.media is MediaKind.PHOTO:
        return True
    named = (content.file_name or "").lower().endswith(_PICTURE_ENDINGS)
    return content.media is MediaKind.DOCUMENT and (content.mime_type in _PICTURES or named)


def is_voice(content: MediaContent) -> bool:
    """A voice note; on Viber, and from other recorders, it is an audio file."""
    if content.media is MediaKind.VOICE:
        return True
    return content.media is MediaKind.AUDIO and (content.duration or 0.0) <= _VOICE_FILE_SECONDS


def files_of(turn: Turn, wanted: Callable[[MediaContent], bool]) -> list[SentFile]:
    """The turn's files of one kind, in order."""
    return [
        (event, event.content)
        for event in turn.events
        if isinstance(event, InboundMessage) and isinstance(event.content, MediaContent) and wanted(event.content)
    ]


def origin_of(turn: Turn, event: InboundMessage) -> FileOrigin:
    """Whence to fetch a file, and what its findings are remembered by."""
    return FileOrigin(
        bot_id=turn.bot.bot_id,
        platform=turn.bot.platform,
        dialog_id=turn.dialog_id,
        event_id=event.event_id,
    )


def with_words(turn: Turn, words: dict[str, str], settled: Collection[str]) -> Turn:
    """The turn as if the files of the events ``settled`` had been ``words``; without any, they are left out."""
    events = []
    for event in turn.events:
        if not isinstance(event, InboundMessage) or event.event_id not in settled:
            events.append(event)
        elif text := words.get(event.event_id, "").strip():
            events.append(event.model_copy(update={"content": TextContent(text=text)}))
    return replace(turn, events=tuple(events))
