"""What each platform refuses, written from its documentation and apart from the rendering code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from shared.channels.contract import Call, Platform


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _TelegramHtml(HTMLParser):
    """Keeps the words of a text, and refuses what Telegram's parser would."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.open: list[str] = []
        self.styled: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i", "s", "code", "a"}, f"unknown tag {tag}"
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags must nest"

    def handle_data(self, data: str) -> None:
        self.words += data
        self.styled += [(tag, data) for tag in self.open]

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def telegram_html(text: str) -> _TelegramHtml:
    parser = _TelegramHtml()
    parser.feed(text)
    parser.close()
    assert not parser.open
    return parser


def check(platform: Platform, call: Call) -> None:
    """Raise AssertionError where the platform would refuse the call; its fallbacks too."""
    each: Call | None = call
    while each is not None:
        _CHECKS[platform](each.payload)
        each = each.fallback


def _telegram(payload: dict[str, Any]) -> None:
    texts = [(payload.get("text"), 4096), (payload.get("caption"), 1024)]
    texts += [(item.get("caption"), 1024) for item in payload.get("media", ())]
    for text, limit in texts:
        if text is not None:
            marked = payload.get("parse_mode") or any("parse_mode" in item for item in payload.get("media", ()))
            words = telegram_html(text).words if marked else text
            assert words.strip()
            assert units(words) <= limit
    if "media" in payload:
        assert 2 <= len(payload["media"]) <= 10
        assert "reply_markup" not in payload
    markup = payload.get("reply_markup", {})
    if "keyboard" in markup:
        assert not payload["chat_id"].startswith("-"), "contact and location are asked for in private chats only"
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    assert len(buttons) <= 100
    for row in markup.get("inline_keyboard", ()):
        assert 1 <= len(row) <= 8
    for button in buttons:
        assert button["text"]
        assert len({"callback_data", "url"} & button.keys()) == 1
        assert 1 <= len(button.get("callback_data", "x").encode()) <= 64


def _whatsapp(payload: dict[str, Any]) -> None:
    assert payload["messaging_product"] == "whatsapp"
    assert ("to" in payload) != ("recipient" in payload)
    kind = payload["type"]
    content = payload[kind]
    if kind == "text":
        assert content["body"].strip()
        assert units(content["body"]) <= 4096
    elif kind in {"image", "document"}:
        assert ("id" in content) != ("link" in content)
        assert units(content.get("caption", "")) <= 1024
    elif kind == "interactive":
        assert content["body"]["text"].strip()
        assert units(content["body"]["text"]) <= 1024
        _whatsapp_action(content)


def _whatsapp_action(content: dict[str, Any]) -> None:
    action = content["action"]
    match content["type"]:
        case "button":
            replies = [button["reply"] for button in action["buttons"]]
            assert 1 <= len(replies) <= 3
            assert len({reply["id"] for reply in replies}) == len(replies)
            assert len({reply["title"] for reply in replies}) == len(replies)
            assert all(0 < units(reply["title"]) <= 20 for reply in replies)
        case "list":
            assert 0 < units(action["button"]) <= 20
            rows = [row for section in action["sections"] for row in section["rows"]]
            assert 1 <= len(rows) <= 10
            assert len({row["id"] for row in rows}) == len(rows)
            assert all(0 < units(row["title"]) <= 24 for row in rows)
            assert all(0 < units(row.get("description", "x")) <= 72 for row in rows)
            assert "header" not in content
        case "cta_url":
            assert 0 < units(action["parameters"]["display_text"]) <= 20
            assert action["parameters"]["url"].startswith(("http://", "https://"))
        case other:
            assert other == "location_request_message"


def _viber(payload: dict[str, Any]) -> None:
    whole = {**payload, "sender": {"name": "ш" * 28}}
    assert len(json.dumps(whole, ensure_ascii=False).encode()) <= 30_000
    match payload["type"]:
        case "text":
            assert payload["text"].strip()
            assert units(payload["text"]) <= 7000
        case "picture":
            assert payload["media"].startswith(("http://", "https://"))
            assert units(payload["text"]) <= 512
        case "file":
            assert payload["size"] >= 0
            assert units(payload["file_name"]) <= 256
        case "rich_media":
            assert units(payload["alt_text"]) <= 7000
            _viber_carousel(payload["rich_media"])
    if "keyboard" in payload:
        _viber_keyboard(payload)


def _viber_keyboard(payload: dict[str, Any]) -> None:
    buttons = payload["keyboard"]["Buttons"]
    assert buttons
    assert len(list(_lines(buttons))) <= 12
    for button in buttons:
        _viber_button(button)
        if button["ActionType"] in {"share-phone", "location-picker"}:
            assert payload["min_api_version"] >= 3


def _viber_carousel(rich_media: dict[str, Any]) -> None:
    area, cards = 0, 0
    for button in rich_media["Buttons"]:
        _viber_button(button)
        area += button["Columns"] * button["Rows"]
        if area == rich_media["ButtonsGroupColumns"] * rich_media["ButtonsGroupRows"]:
            area, cards = 0, cards + 1
    assert area == 0, "each card fills its group"
    assert 1 <= cards <= 6


def _viber_button(button: dict[str, Any]) -> None:
    assert 1 <= button["Columns"] <= 6
    assert 1 <= button["Rows"] <= 7
    assert units(button["Text"]) <= 250
    if button["ActionType"] == "reply":
        assert units(button["ActionBody"]) <= 250


def _lines(buttons: list[dict[str, Any]]) -> Iterator[int]:
    width = 0
    for button in buttons:
        width += button["Columns"]
        assert width <= 6, "a button runs over the grid's edge"
        if width == 6:
            yield width
            width = 0
    assert width == 0, "a row is not filled: the next would slip up"


_CHECKS = {Platform.TELEGRAM: _telegram, Platform.WHATSAPP: _whatsapp, Platform.VIBER: _viber}
