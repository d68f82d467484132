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
    FormContent,
    InboundContent,
    ListMessage,
    ListRow,
    LocationContent,
    MediaContent,
    OrderContent,
    OutboundMessage,
    Reply,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextContent,
    TextMessage,
)
from shared.dialogs.contract import Role
from shared.dialogs.notices import Recipient
from shared.escalations.replies import TEXTS
from shared.escalations.schemas import Escalation
from shared.escalations.staff.cases import Case, CaseList
from shared.kernel.languages import Language

__all__ = [
    "CLOSE",
    "DONE",
    "DROP",
    "LIST_LIMIT",
    "PAGE",
    "REPLY",
    "SEIZE",
    "SEND",
    "SHOW",
    "TAKE",
    "about",
    "ask_whom",
    "card",
    "describe",
    "forwarded",
    "listed",
    "offer",
    "say",
    "taken_by",
    "template",
    "while_answering",
]

TAKE: Final = "staff:take:"
REPLY: Final = "staff:reply:"
CLOSE: Final = "staff:close:"
SHOW: Final = "staff:show:"
SEIZE: Final = "staff:seize:"
SEND: Final = "staff:send:"
PAGE: Final = "staff:page:"
DONE: Final = "staff:done"
DROP: Final = "staff:drop"
LIST_LIMIT = 9
"""Rows of a list that fit one message everywhere, with a button for more."""

_PLATFORMS = {Platform.TELEGRAM: "Telegram", Platform.WHATSAPP: "WhatsApp", Platform.VIBER: "Viber"}
_WORDS_SHOWN = 700
"""Characters of summary and talk: with heading and name it stays under WhatsApp's 1024 of a text over buttons."""
_LATEST_SHOWN = 400
"""Of these, what was said since the announcement."""
_TITLE_LIMIT = 24
"""Characters of a list row's title (WhatsApp)."""
_BUTTON_LIMIT = 20
_HOURS_FROM = 120
"""Minutes from which a wait is told in hours."""


def card(heading: str, case: Case, language: Language, *, now: datetime) -> Reply:
    """An escalation with its buttons; ``heading`` is the key of a text that takes ``{reason}``."""
    escalation = case.escalation
    lines = [f"\n{_name(case.shopper, language)}, {_PLATFORMS[case.shopper.platform]}"]
    if case.holder:
        lines.append(TEXTS.get("staff.held_by", language, name=case.holder))
    if escalation.active and (waits := _waits(escalation, language, now)):
        lines.append(waits)
    latest = _shortened(_talk(case), _LATEST_SHOWN)
    if escalation.summary:
        lines.append(f"\n{_shortened(escalation.summary, _WORDS_SHOWN - len(latest))}")
    if latest:
        lines.append(f"\n{latest}")
    text = RichText.of(
        Span(text=TEXTS.get(heading, language, reason=_reason(escalation, language)), style=Style.BOLD)
    )
    text = RichText.of(*text.spans, "\n".join(lines))
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


def listed(
    found: CaseList, language: Language, *, now: datetime, user_id: UUID, offset: int = 0, writing_to: str = ""
) -> Reply:
    """A page of the escalations that last, as a list to choose from.

    Args:
        found: the page.
        language: of whoever reads it.
        now: the moment that waits are counted to.
        user_id: whoever reads it.
        offset: how many come before.
        writing_to: the name of the shopper whom their words go to; empty: nobody's.
    """
    if not found.cases:
        return say("staff.nobody", language)
    rows = tuple(
        ListRow(
            id=f"{SHOW}{case.escalation.id}",
            title=_clipped(_name(case.shopper, language), _TITLE_LIMIT),
            description=_state(case, language, now, user_id),
        )
        for case in found.cases
    )
    lines = [TEXTS.count("staff.list", found.total, language, waiting=found.waiting)]
    if writing_to:
        lines.append(TEXTS.get("staff.writing_to", language, name=writing_to))
    left = found.total - offset - len(rows)
    more = Button(id=f"{PAGE}{offset + len(rows)}", title=TEXTS.get("button.more", language))
    message: OutboundMessage = ListMessage(
        text=RichText.of("\n".join(lines)),
        button=TEXTS.get("button.list", language),
        rows=rows,
        buttons=((more,),) if left > 0 else (),
    )
    return Reply(messages=(message,))


def while_answering(key: str, case: Case, language: Language, *, show_talk: bool = False) -> Reply:
    """A text to a member whose words go to the shopper, with the ways out; ``show_talk``: what they wait with."""
    done = Button(id=DONE, title=TEXTS.get("button.done", language))
    close = _close_button(case.escalation.id, language)
    return _with_row(key, case, language, done, close, show_talk=show_talk)


def offer(key: str, case: Case, language: Language, *, show_talk: bool = False) -> Reply:
    """A text about an escalation that the member has, with what can be done next."""
    reply = Button(id=f"{REPLY}{case.escalation.id}", title=TEXTS.get("button.reply", language))
    return _with_row(key, case, language, reply, _close_button(case.escalation.id, language), show_talk=show_talk)


def taken_by(case: Case, language: Language) -> Reply:
    """A colleague has it; the member may take it over."""
    seize = Button(id=f"{SEIZE}{case.escalation.id}", title=TEXTS.get("button.seize", language))
    text = TEXTS.get("staff.taken_by", language, name=case.holder)
    return Reply(messages=(TextMessage(text=RichText.of(text), buttons=((seize,),)),))


def ask_whom(meant: Case, other: Case, language: Language) -> Reply:
    """For whom words are that may be for either shopper; nothing was sent yet."""
    titles = [_clipped(_name(case.shopper, language), _BUTTON_LIMIT) for case in (other, meant)]
    if titles[0] == titles[1]:
        titles = [f"{place}. {_clipped(title, _BUTTON_LIMIT - 3)}" for place, title in enumerate(titles, start=1)]
    choices = tuple(
        Button(id=f"{SEND}{case.escalation.id}", title=title)
        for case, title in zip((other, meant), titles, strict=True)
    )
    drop = Button(id=DROP, title=TEXTS.get("button.drop", language))
    text = TEXTS.get(
        "staff.whom", language, name=_name(meant.shopper, language), other=_name(other.shopper, language)
    )
    return Reply(messages=(TextMessage(text=RichText.of(text), buttons=((*choices, drop),)),))


def _with_row(key: str, case: Case, language: Language, *buttons: Button, show_talk: bool) -> Reply:
    words = TEXTS.get(key, language, name=_name(case.shopper, language))
    talk = _shortened(_talk(case), _WORDS_SHOWN) if show_talk else ""
    text = "\n\n".join(filter(None, (talk, words)))
    return Reply(messages=(TextMessage(text=RichText.of(text), buttons=(buttons,)),))


def about(key: str, shopper: Recipient, language: Language, **values: object) -> Reply:
    """A text that names the shopper."""
    return say(key, language, name=_name(shopper, language), **values)


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
        case OrderContent() | FormContent():
            return "\n".join((TEXTS.get(f"attachment.{content.kind}", language), *content.lines))
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


def _reason(escalation: Escalation, language: Language) -> str:
    return TEXTS.get(f"reason.{escalation.reason.value}", language)


def _waits(escalation: Escalation, language: Language, now: datetime) -> str:
    """How long the shopper waits for the staff's next words; empty where they do not, or since now."""
    minutes = _minutes(escalation, now)
    if minutes >= _HOURS_FROM:
        return TEXTS.count("staff.waits_hours", minutes // 60, language)
    return TEXTS.count("staff.waits", minutes, language) if minutes > 0 else ""


def _minutes(escalation: Escalation, now: datetime) -> int:
    since = escalation.waiting_since
    return 0 if since is None else int((now - since).total_seconds() // 60)


def _state(case: Case, language: Language, now: datetime, user_id: UUID) -> str:
    """Why, whose, and how long it waits: a list row's second line."""
    escalation = case.escalation
    parts = [_reason(escalation, language)]
    if escalation.assignee_id == user_id:
        parts.append(TEXTS.get("staff.yours", language))
    elif case.holder:
        parts.append(TEXTS.get("staff.colleague_s", language, name=case.holder))
    minutes = _minutes(escalation, now)
    if escalation.waiting_since is None:
        parts.append(TEXTS.get("staff.answered", language))
    elif minutes >= _HOURS_FROM:
        parts.append(TEXTS.get("staff.row_hours", language, n=minutes // 60))
    elif minutes > 0:
        parts.append(TEXTS.get("staff.row_minutes", language, n=minutes))
    return " · ".join(parts)


def _talk(case: Case) -> str:
    """What was said since the announcement, a line each."""
    marks = {Role.SHOPPER: "→", Role.STAFF: "⇐"}
    return "\n".join(f"{marks[said.role]} {said.text}" for said in case.latest)


def _shortened(words: str, limit: int) -> str:
    """The end of a long text: the newest of a talk comes last."""
    return words if len(words) <= limit else f"…{words[-limit:]}"


def _clipped(words: str, limit: int) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"
