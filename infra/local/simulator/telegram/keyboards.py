"""Reply markup: what the Bot API accepts, and the buttons a person then sees."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from infra.local.simulator.telegram.refusals import bad_request
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Button, Chat, ChatKind

__all__ = ["check_markup", "check_place", "markup_buttons"]

_INLINE_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_MAX_BUTTONS = 100
_MAX_CALLBACK_BYTES = 64


def check_markup(markup: Any) -> Json | None:
    """The markup if the server would take it; raises a 400 otherwise.

    Exactly one action per inline button; ``callback_data`` 1 to 64 bytes (Bot API,
    InlineKeyboardButton); placeholder 1 to 64 characters (ReplyKeyboardMarkup).
    """
    if markup in (None, "", {}):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_rows(markup["inline_keyboard"], "InlineKeyboardButton", _check_inline_button)
    elif "keyboard" in markup:
        _check_rows(markup["keyboard"], "KeyboardButton", _check_reply_button)
        placeholder = markup.get("input_field_placeholder")
        if placeholder is not None and not 1 <= len(placeholder) <= 64:
            raise bad_request("input field placeholder must be 1-64 characters long")
    elif not (markup.get("remove_keyboard") is True or markup.get("force_reply") is True):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return markup


def check_place(chat: Chat, markup: Json | None) -> None:
    """A contact and a place are asked for in private chats only; raises the 400 of any other chat."""
    if chat.kind is ChatKind.PRIVATE or not markup:
        return
    buttons = [button for row in markup.get("keyboard", []) for button in row if isinstance(button, dict)]
    for asked, name in (("request_contact", "phone number"), ("request_location", "location")):
        if any(button.get(asked) for button in buttons):
            raise bad_request(f"{name} can be requested in private chats only")


def _check_rows(rows: Any, kind: str, check: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse keyboard: Field "keyboard" must be of type Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        if kind == "InlineKeyboardButton" and not isinstance(button, dict):
            raise bad_request(f"can't parse {kind}: expected an Object")
        check(button)


def _check_inline_button(button: Json) -> None:
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _INLINE_ACTIONS if name in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is expected")
    data = button.get("callback_data")
    if data is not None and not (isinstance(data, str) and 1 <= len(data.encode()) <= _MAX_CALLBACK_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and (urlsplit(str(url)).scheme not in ("http", "https", "tg") or " " in str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_reply_button(button: Any) -> None:
    text = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")


def markup_buttons(markup: Json | None) -> list[Button]:
    """The buttons of an accepted markup, in reading order."""
    if not markup:
        return []
    inline = [_inline(button) for row in markup.get("inline_keyboard", []) for button in row]
    return inline + [_reply(button) for row in markup.get("keyboard", []) for button in row]


def _inline(button: Json) -> Button:
    if "callback_data" in button:
        return Button(button["text"], "callback", button["callback_data"])
    if "url" in button:
        return Button(button["text"], "url", button["url"])
    return Button(button["text"], "none")


def _reply(button: Any) -> Button:
    if isinstance(button, str):
        return Button(button, "text", button)
    action = "text"
    if button.get("request_contact"):
        action = "contact"
    elif button.get("request_location"):
        action = "location"
    return Button(button["text"], action, button["text"])
