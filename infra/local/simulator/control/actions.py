"""A person's action, asked for by name with its parameters."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from infra.local.simulator import samples
from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.participant import Participant
from infra.local.simulator.telegram.person import TelegramPerson
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Bot

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["BadActionError", "act", "find_person"]

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "start": ("payload",),
    "send_text": ("text", "about"),
    "send_photo": ("caption",),
    "send_album": ("caption",),
    "send_voice": (),
    "send_document": ("caption",),
    "send_location": ("latitude", "longitude"),
    "send_contact": ("phone", "name"),
    "press": ("title_or_id", "message_id"),
    "edit": ("text", "message_id"),
    "read": (),
    "block": (),
    "unblock": (),
    "open_link": ("url",),
    "upgrade_group": (),
    "send_order": ("items", "text"),
    "submit_flow": ("answers", "message_id"),
    "send_reaction": ("emoji", "message_id"),
    "hears_owner": ("text",),
    "change_number": ("phone", "user_id"),
    "becomes_known_by": ("known_by", "username"),
}
_WITH_FILE = {"send_photo", "send_voice", "send_document"}
_MUST = {
    "send_text": "text",
    "press": "title_or_id",
    "edit": "text",
    "open_link": "url",
    "upgrade_group": "group",
    "send_order": "items",
    "submit_flow": "answers",
    "send_reaction": "emoji",
    "hears_owner": "text",
    "change_number": "phone",
    "becomes_known_by": "known_by",
}


class BadActionError(SimulatorError, ValueError):
    """A request that names no known bot, person or action, or lacks a parameter."""


def find_person(simulator: Simulator, wanted: Json) -> Participant:
    """The person ``user`` in the chat with ``bot_id`` (the newest bot where none is named) of ``platform``.

    On Telegram ``group`` puts the person into that group, ``as`` (anonymous_admin, channel, linked_channel,
    another_bot) makes the group's messages come from that, and ``topic`` is where they are written.
    Raises ``BadActionError``.
    """
    platform, name = wanted.get("platform"), str(wanted.get("user") or "")
    if not name:
        raise BadActionError("user is missing")
    try:
        if platform == "telegram":
            return _on_telegram(simulator, name, wanted)
        if platform == "whatsapp":
            return simulator.whatsapp.user(name, bot=_bot(simulator.whatsapp.bots, wanted))
        if platform == "viber":
            return simulator.viber.user(name, bot=_bot(simulator.viber.bots, wanted))
    except LookupError as error:
        raise BadActionError(str(error)) from error
    raise BadActionError(f"unknown platform {platform!r}")


def _on_telegram(simulator: Simulator, name: str, wanted: Json) -> TelegramPerson:
    bot = _bot(simulator.telegram.bots, wanted)
    if not wanted.get("group"):
        person = simulator.telegram.user(name, bot=bot)
    else:
        group = simulator.telegram.group(str(wanted["group"]), bot=bot)
        seats: dict[str, Callable[[str], TelegramPerson]] = {
            "": group.member,
            "anonymous_admin": group.anonymous_admin,
            "channel": group.channel,
            "linked_channel": group.linked_channel,
            "another_bot": group.another_bot,
        }
        seat = seats.get(str(wanted.get("as") or ""))
        if seat is None:
            raise BadActionError(f"as must be one of {', '.join(filter(None, seats))}")
        person = seat(name)
    return person.in_topic(str(wanted["topic"])) if wanted.get("topic") else person


def _bot(bots: list[Any], wanted: Json) -> Any:
    bot_id = wanted.get("bot_id")
    if not bot_id:
        return None
    found: list[Bot] = [bot for bot in bots if bot.bot_id == bot_id]
    if not found:
        raise BadActionError(f"no bot {bot_id!r}")
    return found[-1]


async def act(simulator: Simulator, wanted: Json, files: dict[str, UploadedFile]) -> list[int]:
    """Carry out ``action``; the statuses the bot answered. Raises ``BadActionError``."""
    action = str(wanted.get("action") or "")
    if action not in _PARAMETERS:
        raise BadActionError(f"unknown action {action!r}; known: {', '.join(_PARAMETERS)}")
    person = find_person(simulator, wanted)
    if action in _MUST and not wanted.get(_MUST[action]):
        raise BadActionError(f"{_MUST[action]} is missing")
    if action == "upgrade_group" and isinstance(person, TelegramPerson):
        await simulator.telegram.group(str(wanted["group"]), bot=person.telegram_bot).upgrade(by=person)
        return [NO_ANSWER]
    return await _do(person, action, _parameters(action, wanted, files))


def _parameters(action: str, wanted: Json, files: dict[str, UploadedFile]) -> Json:
    parameters: Json = {name: wanted[name] for name in _PARAMETERS[action] if wanted.get(name) is not None}
    for degrees in ("latitude", "longitude"):
        if degrees in parameters:
            parameters[degrees] = float(parameters[degrees])
    if files and action in _WITH_FILE:
        parameters["file"] = next(iter(files.values()))
    elif action == "send_photo" and wanted.get("sample") in samples.PHOTOS:
        parameters["file"] = samples.photo(str(wanted["sample"]))
    elif files and action == "send_album":
        parameters["files"] = list(files.values())
    return parameters


async def _do(person: Participant, action: str, parameters: Json) -> list[int]:
    doing = getattr(person, action, None)
    if doing is None:
        raise BadActionError(f"{person.bot.platform} knows no {action}")
    try:
        result = doing(**parameters)
        result = await result if isawaitable(result) else NO_ANSWER
    except (LookupError, ValueError, TypeError) as error:
        raise BadActionError(str(error)) from error
    return result if isinstance(result, list) else [result]
