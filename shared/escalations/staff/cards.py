"""What a member of staff reads in their own messenger, and the ids of the buttons under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.channels.contract import Platform
from shared.channels.messages import (
    Button,
    ContactContent,
    InboundContent,
    ListMessage,
    ListRow,
    LocationContent,
    MediaContent,
    OutboundMessage,
    Reply,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextContent,
    TextMessage,
)
from shared.dialogs.notices import Recipient
from shared.escalations.replies import TEXTS
from shared.escalations.schemas import Escalation
from shared.kernel.languages import Language

__all__ = [
    "CLOSE",
    "DONE",
    "LIST_LIMIT",
    "REPLY",
    "SHOW",
    "TAKE",
    "about",
    "card",
    "describe",
    "forwarded",
    "listed",
    "offer",
    "say",
    "template",
    "while_answering",
]

TAKE: Final = "staff:take:"
REPLY: Final = "staff:reply:"
CLOSE: Final = "staff:close:"
SHOW: Final = "staff:show:"
DONE: Final = "staff:done"
LIST_LIMIT = 10
"""Rows of a list that fit one message everywhere."""

_PLATFORMS = {Platform.TELEGRAM: "Telegram", Platform.WHATSAPP: "WhatsApp", Platform.VIBER: "Viber"}
_SUMMARY_SHOWN = 700
"""Characters: with heading and name it stays under WhatsApp's 1024 of a text over buttons."""
_TITLE_LIMIT = 24
"""Characters of a list row's title (WhatsApp)."""


def card(heading: str, escalation: Escalation, shopper: Recipient, language: Language, *, now: datetime) -> Reply:
    """An escalation with its buttons; ``heading`` is the key of a text that takes ``{reason}``."""
    reason = TEXTS.get(f"reason.{escalation.reason.value}", language)
    lines = [f"\n{_name(shopper, language)}, {_PLATFORMS[shopper.platform]}"]
    if escalation.active:
        minutes = int((now - (escalation.waiting_since or now)).total_seconds() // 60)
        if minutes > 0:
            lines.append(TEXTS.count("staff.waits", minutes, language))
    if escalation.summary:
        lines.append(f"\n{_shortened(escalation.summary)}")
    text = RichText.of(Span(text=TEXTS.get(heading, language, reason=reason), style=Style.BOLD), "\n".join(lines))
    buttons = _buttons(escalation, language) if escalation.active else ()
    return Reply(messages=(TextMessage(text=text, buttons=buttons),))


def forwarded(
    escalation: Escalation, shopper: Recipient, words: Sequence[InboundContent], language: Language
) -> Reply:
    """What the shopper wrote, for the member who has the dialog."""
    name = Span(text=f"{_name(shopper, language)}:", style=Style.BOLD)
    said = "\n".join(describe(content, language) for content in words)
    reply = Button(id=f"{REPLY}{escalation.id}", title=TEXTS.get("button.reply", language))
    return Reply(
        messages=(
            TextMessage(
                text=RichText.of(name, f"\n{said}"), buttons=((reply, _close_button(escalation.id, language)),)
            ),
        )
    )


def listed(found: Sequence[tuple[Escalation, Recipient]], language: Language) -> Reply:
    """The escalations that wait, as a list to choose from."""
    if not found:
        return say("staff.nobody", language)
    rows = tuple(
        ListRow(
            id=f"{SHOW}{escalation.id}",
            title=_name(shopper, language)[:_TITLE_LIMIT],
            description=TEXTS.get(f"reason.{escalation.reason.value}", language),
        )
        for escalation, shopper in found
    )
    message: OutboundMessage = ListMessage(
        text=RichText.of(TEXTS.count("staff.list", len(rows), language)),
        button=TEXTS.get("button.list", language),
        rows=rows,
    )
    return Reply(messages=(message,))


def while_answering(key: str, escalation_id: UUID, shopper: Recipient, language: Language) -> Reply:
    """A text to a member whose words go to the shopper, with the ways out."""
    done = Button(id=DONE, title=TEXTS.get("button.done", language))
    return _with_row(key, shopper, language, done, _close_button(escalation_id, language))


def offer(key: str, escalation_id: UUID, shopper: Recipient, language: Language) -> Reply:
    """A text about an escalation that the member has, with what can be done next."""
    reply = Button(id=f"{REPLY}{escalation_id}", title=TEXTS.get("button.reply", language))
    return _with_row(key, shopper, language, reply, _close_button(escalation_id, language))


def _with_row(key: str, shopper: Recipient, language: Language, *buttons: Button) -> Reply:
    text = RichText.of(TEXTS.get(key, language, name=_name(shopper, language)))
    return Reply(messages=(TextMessage(text=text, buttons=(buttons,)),))


def about(key: str, shopper: Recipient, language: Language) -> Reply:
    """A text that names the shopper."""
    return say(key, language, name=_name(shopper, language))


def say(key: str, language: Language, **values: object) -> Reply:
    """A text without buttons."""
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get(key, language, **values))),))


def template(name: str, shopper: Recipient, language: Language) -> TemplateMessage:
    """What reaches a member on WhatsApp who has not written for a day: an approved template with the name."""
    shown = _name(shopper, language)
    return TemplateMessage(name=name, language=language, parameters=(shown,), text=RichText.of(shown))


def describe(content: InboundContent, language: Language) -> str:
    """The words of a message, or a note of what it was."""
    match content:
        case TextContent():
            return content.text
        case MediaContent():
            return f"{TEXTS.get(f'attachment.{content.media.value}', language)} {content.caption}".strip()
        case LocationContent():
            note = TEXTS.get("attachment.location", language)
            place = " ".join(filter(None, (content.name, content.address)))
            return f"{note} {place or f'{content.latitude:.5f}, {content.longitude:.5f}'}"
        case ContactContent():
            return f"{TEXTS.get('attachment.contact', language)} {content.name} {content.phone}".strip()
        case _:
            return getattr(content, "title", "") or TEXTS.get("attachment.other", language)


def _buttons(escalation: Escalation, language: Language) -> tuple[tuple[Button, ...], ...]:
    reply = Button(id=f"{REPLY}{escalation.id}", title=TEXTS.get("button.reply", language))
    row = [reply, _close_button(escalation.id, language)]
    if escalation.assignee_id is None:
        row.insert(0, Button(id=f"{TAKE}{escalation.id}", title=TEXTS.get("button.take", language)))
    return (tuple(row),)


def _close_button(escalation_id: UUID, language: Language) -> Button:
    return Button(id=f"{CLOSE}{escalation_id}", title=TEXTS.get("button.close", language))


def _name(shopper: Recipient, language: Language) -> str:
    return shopper.name or TEXTS.get("staff.nameless", language)


def _shortened(words: str) -> str:
    """The end of a long text: the newest of a talk comes last."""
    return words if len(words) <= _SUMMARY_SHOWN else f"…{words[-_SUMMARY_SHOWN:]}"
