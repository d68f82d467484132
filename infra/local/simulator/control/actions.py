"""A person's action, asked for by name with its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.local.simulator import samples
from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.participant import Participant
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Bot

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["BadActionError", "act", "find_person"]

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "start": ("payload",),
    "send_text": ("text",),
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
}
_WITH_FILE = {"send_photo", "send_voice", "send_document"}
_MUST = {"send_text": "text", "press": "title_or_id", "edit": "text"}


class BadActionError(SimulatorError, ValueError):
    """A request that names no known bot, person or action, or lacks a parameter."""


def find_person(simulator: Simulator, wanted: Json) -> Participant:
    """The person ``user`` in the chat with ``bot_id`` (the newest bot where none is named) of ``platform``.

    ``group`` puts the person into that Telegram group. Raises ``BadActionError``.
    """
    platform, name = wanted.get("platform"), str(wanted.get("user") or "")
    if not name:
        raise BadActionError("user is missing")
    try:
        if platform == "telegram":
            telegram = _bot(simulator.telegram.bots, wanted)
            if wanted.get("group"):
                return simulator.telegram.group_member(name, group=str(wanted["group"]), bot=telegram)
            return simulator.telegram.user(name, bot=telegram)
        if platform == "whatsapp":
            return simulator.whatsapp.user(name, bot=_bot(simulator.whatsapp.bots, wanted))
        if platform == "viber":
            return simulator.viber.user(name, bot=_bot(simulator.viber.bots, wanted))
    except LookupError as error:
        raise BadActionError(str(error)) from error
    raise BadActionError(f"unknown platform {platform!r}")


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
    names = _PARAMETERS.get(action)
    if names is None:
        raise BadActionError(f"unknown action {action!r}; known: {', '.join(_PARAMETERS)}")
    person = find_person(simulator, wanted)
    if action in _MUST and not wanted.get(_MUST[action]):
        raise BadActionError(f"{_MUST[action]} is missing")
    parameters: Json = {name: wanted[name] for name in names if wanted.get(name) is not None}
    for degrees in ("latitude", "longitude"):
        if degrees in parameters:
            parameters[degrees] = float(parameters[degrees])
    if files and action in _WITH_FILE:
        parameters["file"] = next(iter(files.values()))
    elif action == "send_photo" and wanted.get("sample") in samples.PHOTOS:
        parameters["file"] = samples.photo(str(wanted["sample"]))
    elif files and action == "send_album":
        parameters["files"] = list(files.values())
    try:
        result = await getattr(person, action)(**parameters)
    except LookupError as error:
        raise BadActionError(str(error)) from error
    return result if isinstance(result, list) else [result]
