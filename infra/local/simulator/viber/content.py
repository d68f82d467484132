"""What may stand in a Viber message: shapes and limits of each type, keyboards, rich media."""

from __future__ import annotations

import re
from typing import Any

from infra.local.simulator.viber.accounts import ViberError
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Button, Message

__all__ = ["check_keyboard", "keyboard_buttons", "read_message"]

_MAX_TEXT = 7000
_ACTIONS = {"reply", "open-url", "share-phone", "location-picker", "none"}
_SIZES = {"small", "medium", "regular", "large"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SHARE_VERSION = 3
_RICH_MEDIA_VERSION = 2
_BUTTON_ACTIONS = {
    "reply": "callback",
    "open-url": "url",
    "share-phone": "contact",
    "location-picker": "location",
}


def read_message(body: Json) -> Message:
    """The message a call describes; raises ``ViberError`` 3 (bad data) or 4 (missing data)."""
    kind = body.get("type")
    # a keyboard may be sent on its own
    reader = _READERS.get(str(kind)) or (_keyboard if kind is None and body.get("keyboard") else None)
    if reader is None:
        raise ViberError(3, f"type: unknown message type {kind}" if kind else "type is missing")
    message: Message = reader(body)
    version = _version(body)
    keyboard = check_keyboard(body.get("keyboard"), "keyboard", version)
    if keyboard is not None:
        message.markup = keyboard
        message.buttons = message.buttons + keyboard_buttons(keyboard)
    return message


def _version(body: Json) -> int:
    version = body.get("min_api_version", 1)
    if not isinstance(version, int) or version < 1:
        raise ViberError(3, "min_api_version must be a positive integer")
    return version


def _string(body: Json, name: str, limit: int, *, required: bool = True) -> str:
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise ViberError(4, f"{name} is missing")
        return ""
    if not isinstance(value, str):
        raise ViberError(3, f"{name} must be a string")
    if len(value) > limit:
        raise ViberError(3, f"{name} is longer than {limit} characters")
    return value


def _address(body: Json, limit: int = 2000) -> str:
    url = _string(body, "media", limit)
    if not re.match(r"https?://\S+$", url):
        raise ViberError(3, "media is not a valid URL")
    return url


def _text(body: Json) -> Message:
    return Message("", True, "text", 0.0, _string(body, "text", _MAX_TEXT))


def _keyboard(_body: Json) -> Message:
    return Message("", True, "keyboard", 0.0)


def _picture(body: Json) -> Message:
    url = _address(body)
    return Message("", True, "photo", 0.0, _string(body, "text", 512, required=False), content={"url": url})


def _video(body: Json) -> Message:
    size = body.get("size")
    if not isinstance(size, int) or size <= 0:
        raise ViberError(4, "size is missing")
    return Message(
        "",
        True,
        "document",
        0.0,
        content={"url": _address(body), "file": {"name": "video.mp4", "size": size}},
    )


def _file(body: Json) -> Message:
    name, size = _string(body, "file_name", 256), body.get("size")
    if not isinstance(size, int) or not 0 < size <= 50 * 1024 * 1024:
        raise ViberError(3 if isinstance(size, int) else 4, "size must be 1 to 52428800 bytes")
    return Message("", True, "document", 0.0, content={"url": _address(body), "file": {"name": name, "size": size}})


def _url(body: Json) -> Message:
    return Message("", True, "text", 0.0, _address(body))


def _location(body: Json) -> Message:
    place = body.get("location")
    if not isinstance(place, dict):
        raise ViberError(4, "location is missing")
    try:
        latitude, longitude = float(place["lat"]), float(place["lon"])
    except (KeyError, TypeError, ValueError) as error:
        raise ViberError(4, "location.lat and location.lon are missing") from error
    return Message("", True, "location", 0.0, content={"location": {"latitude": latitude, "longitude": longitude}})


def _contact(body: Json) -> Message:
    contact = body.get("contact")
    if not isinstance(contact, dict):
        raise ViberError(4, "contact is missing")
    shown = {"first_name": _string(contact, "name", 28), "phone_number": _string(contact, "phone_number", 18)}
    return Message("", True, "contact", 0.0, content={"contact": shown})


def _sticker(body: Json) -> Message:
    if not isinstance(body.get("sticker_id"), int):
        raise ViberError(4, "sticker_id is missing")
    return Message("", True, "sticker", 0.0, content={"sticker_id": body["sticker_id"]})


def _rich_media(body: Json) -> Message:
    if _version(body) < _RICH_MEDIA_VERSION:
        raise ViberError(14, "rich_media needs min_api_version 2 or higher")
    carousel = body.get("rich_media")
    if not isinstance(carousel, dict) or carousel.get("Type") != "rich_media":
        raise ViberError(3, 'rich_media is not valid: "Type" must be "rich_media"')
    columns, rows = carousel.get("ButtonsGroupColumns", 6), carousel.get("ButtonsGroupRows", 7)
    if not _within(columns, 1, 6) or not _within(rows, 1, 7):
        raise ViberError(3, "rich_media is not valid: ButtonsGroupColumns must be 1-6, ButtonsGroupRows 1-7")
    check_buttons(carousel.get("Buttons"), "rich_media", _version(body), max_rows=7)
    if len(carousel["Buttons"]) > 6 * int(columns) * int(rows):
        raise ViberError(3, "rich_media is not valid: more than 6 groups of buttons")
    text = _string(body, "alt_text", _MAX_TEXT, required=False)
    message = Message("", True, "rich_media", 0.0, text, content={"rich_media": carousel})
    message.buttons = keyboard_buttons(carousel)
    return message


def check_keyboard(keyboard: Any, name: str, version: int) -> Json | None:
    """The keyboard if the server would take it; raises ``ViberError`` 3 otherwise."""
    if keyboard is None:
        return None
    if not isinstance(keyboard, dict) or keyboard.get("Type") != "keyboard":
        raise ViberError(3, f'{name} is not valid: "Type" must be "keyboard"')
    if "BgColor" in keyboard and not _COLOUR.fullmatch(str(keyboard["BgColor"])):
        raise ViberError(3, f"{name} is not valid: BgColor must be #RRGGBB")
    check_buttons(keyboard.get("Buttons"), name, version, max_rows=2)
    return keyboard


def check_buttons(buttons: Any, name: str, version: int, *, max_rows: int) -> None:
    """Columns 1-6, rows 1-``max_rows``, a known ActionType, an ActionBody; sharing needs API level 3."""
    if not isinstance(buttons, list) or not buttons:
        raise ViberError(3, f"{name} is not valid: Buttons are missing")
    for button in buttons:
        problem = _button_problem(button, max_rows) if isinstance(button, dict) else "a button must be an object"
        if problem:
            raise ViberError(3, f"{name} is not valid: {problem}")
        if button.get("ActionType") in ("share-phone", "location-picker") and version < _SHARE_VERSION:
            raise ViberError(14, f"{button['ActionType']} needs min_api_version 3 or higher")


def _button_problem(button: Json, max_rows: int) -> str:
    action = button.get("ActionType", "reply")
    body = button.get("ActionBody")
    if action not in _ACTIONS:
        return f"unknown ActionType {action}"
    if action != "none" and (not isinstance(body, str) or not body):
        return 'object has missing required properties (["ActionBody"])'
    if not _within(button.get("Columns", 6), 1, 6) or not _within(button.get("Rows", 1), 1, max_rows):
        return f"Columns must be 1-6 and Rows 1-{max_rows}"
    if action == "open-url" and not re.match(r"https?://\S+$", str(body)):
        return "ActionBody is not a valid URL"
    if button.get("TextSize", "regular") not in _SIZES:
        return "unknown TextSize"
    if len(str(button.get("Text", ""))) > 250:
        return "Text is longer than 250 characters"
    return ""


def _within(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and low <= value <= high


def keyboard_buttons(keyboard: Json) -> list[Button]:
    """What a person can press, in reading order; titles without Viber's HTML."""
    found = []
    for button in keyboard["Buttons"]:
        title = re.sub(r"<[^>]*>", "", str(button.get("Text", ""))).strip()
        action = _BUTTON_ACTIONS.get(button.get("ActionType", "reply"), "none")
        found.append(Button(title or str(button.get("ActionBody", "")), action, str(button.get("ActionBody", ""))))
    return found


_READERS = {
    "text": _text,
    "picture": _picture,
    "video": _video,
    "file": _file,
    "url": _url,
    "location": _location,
    "contact": _contact,
    "sticker": _sticker,
    "rich_media": _rich_media,
}
