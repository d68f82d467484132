"""What may stand in a message: shapes and limits of each type (Cloud API, messages)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.whatsapp.refusals import (
    GraphError,
    invalid_parameter,
    missing_parameter,
    wrong_value,
)
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Button, Message

__all__ = ["read_message"]

_MEDIA = ("image", "document", "audio", "video", "sticker")
_CAPTIONED = ("image", "document", "video")
_MAX_TEXT = 4096
_MAX_CAPTION = 1024


def read_message(number: WhatsAppNumber, body: Json) -> Message:
    """The message a call describes, media still unresolved; raises ``GraphError``."""
    kind = body.get("type", "text")
    reader = _READERS.get(kind)
    if kind == "template" and isinstance(body.get(kind), dict):
        return _template(number, body[kind])
    if reader is None:
        raise invalid_parameter(f"Param type must be one of {{{', '.join(_READERS).upper()}}}")
    part = body.get(kind)
    if not isinstance(part, list if kind == "contacts" else dict):
        raise missing_parameter(f"Parameter '{kind}' is required when type is '{kind}'")
    return reader(kind, part)


def _string(part: Json, path: str, name: str, limit: int, *, required: bool = True) -> str:
    value = part.get(name)
    if value is None or value == "":
        if required:
            raise missing_parameter(f"{path}['{name}'] is required")
        return ""
    if not isinstance(value, str):
        raise invalid_parameter(f"Param {path}['{name}'] must be a string")
    if len(value) > limit:
        raise wrong_value(f"Param {path}['{name}'] must be at most {limit} characters long")
    return value


def _text(_kind: str, part: Json) -> Message:
    return Message("", True, "text", 0.0, _string(part, "text", "body", _MAX_TEXT))


def _media(kind: str, part: Json) -> Message:
    if bool(part.get("id")) == bool(part.get("link")):
        raise invalid_parameter(f"Exactly one of {kind}['id'] and {kind}['link'] is expected")
    if part.get("caption") and kind not in _CAPTIONED:
        raise invalid_parameter(f'Unexpected key "caption" on param "{kind}"')
    caption = _string(part, kind, "caption", _MAX_CAPTION, required=False)
    shown = {"image": "photo", "audio": "voice"}.get(kind, kind)
    return Message("", True, shown, 0.0, caption, content={"file": {"name": part.get("filename", "")}})


def _location(_kind: str, part: Json) -> Message:
    try:
        location: Json = {"latitude": float(part["latitude"]), "longitude": float(part["longitude"])}
    except (KeyError, TypeError, ValueError) as error:
        raise missing_parameter("location['latitude'] and location['longitude'] are required") from error
    location |= {name: str(part[name]) for name in ("name", "address") if part.get(name)}
    return Message("", True, "location", 0.0, content={"location": location})


def _contacts(_kind: str, part: Any) -> Message:
    first = part[0] if isinstance(part, list) and part else {}
    name = first.get("name", {}).get("formatted_name") if isinstance(first, dict) else None
    if not name:
        raise missing_parameter("contacts[0]['name']['formatted_name'] is required")
    phones = first.get("phones") or [{}]
    contact = {"first_name": name, "phone_number": str(phones[0].get("phone", ""))}
    return Message("", True, "contact", 0.0, content={"contact": contact})


def _reaction(_kind: str, part: Json) -> Message:
    target = _string(part, "reaction", "message_id", 256)
    emoji = _string(part, "reaction", "emoji", 16, required=False)
    return Message("", True, "reaction", 0.0, emoji, content={"quoted": target})


def _interactive(_kind: str, part: Json) -> Message:
    form = part.get("type")
    reader = _INTERACTIVE.get(str(form))
    if reader is None:
        raise invalid_parameter(f"interactive['type'] '{form}' is not supported")
    action = part.get("action")
    if not isinstance(action, dict):
        raise missing_parameter("interactive['action'] is required")
    body = part.get("body")
    limit = 4096 if form == "list" else 1024
    text = _string(body if isinstance(body, dict) else {}, "interactive['body']", "text", limit)
    if isinstance(part.get("footer"), dict):
        _string(part["footer"], "interactive['footer']", "text", 60)
    if isinstance(part.get("header"), dict):
        _check_header(part["header"], str(form))
    message = Message("", True, "interactive", 0.0, text, markup=part)
    message.buttons = reader(action)
    return message


def _check_header(header: Json, form: str) -> None:
    kind = header.get("type")
    if kind == "text":
        _string(header, "interactive['header']", "text", 60)
    elif kind not in ("image", "video", "document") or form == "list":
        raise wrong_value("interactive['header']['type'] is not valid for this message")
    elif not isinstance(header.get(kind), dict) or not (header[kind].get("id") or header[kind].get("link")):
        raise missing_parameter(f"interactive['header']['{kind}'] needs an id or a link")


def _reply_buttons(action: Json) -> list[Button]:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise wrong_value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    found = []
    for button in buttons:
        reply = button.get("reply") if isinstance(button, dict) else None
        if not isinstance(reply, dict) or button.get("type") != "reply":
            raise wrong_value("interactive['action']['buttons'] must be of type 'reply'")
        title = _string(reply, "buttons['reply']", "title", 20)
        found.append(Button(title, "callback", _string(reply, "buttons['reply']", "id", 256)))
    if len({button.payload for button in found}) < len(found):
        raise wrong_value("Duplicated button ids")
    if len({button.title for button in found}) < len(found):
        raise wrong_value("Duplicated button titles")
    return found


def _list_rows(action: Json) -> list[Button]:
    _string(action, "interactive['action']", "button", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise wrong_value("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    found = []
    for section in sections:
        _string(section, "sections", "title", 24, required=len(sections) > 1)
        for row in section.get("rows") or []:
            title = _string(row, "rows", "title", 24)
            description = _string(row, "rows", "description", 72, required=False)
            found.append(Button(title, "choice", _string(row, "rows", "id", 200), description))
    if not 1 <= len(found) <= 10:
        raise wrong_value("Total row count exceed max allowed count: 10" if found else "rows are required")
    if len({row.payload for row in found}) < len(found):
        raise wrong_value("Duplicated row ids")
    return found


def _url_button(action: Json) -> list[Button]:
    parameters = action.get("parameters")
    if action.get("name") != "cta_url" or not isinstance(parameters, dict):
        raise wrong_value("interactive['action'] must be named 'cta_url' and have parameters")
    url = _string(parameters, "parameters", "url", 2000)
    if not re.match(r"https?://", url):
        raise wrong_value("parameters['url'] is not a valid URL")
    return [Button(_string(parameters, "parameters", "display_text", 20), "url", url)]


def _location_request(action: Json) -> list[Button]:
    if action.get("name") != "send_location":
        raise wrong_value("interactive['action']['name'] must be 'send_location'")
    return [Button("Отправить местоположение", "location")]


def _template(number: WhatsAppNumber, part: Json) -> Message:
    name = _string(part, "template", "name", 512)
    language = part.get("language")
    code = str(language.get("code", "")) if isinstance(language, dict) else ""
    if not code:
        raise missing_parameter("template['language']['code'] is required")
    components = part.get("components") or []
    values = _body_values(components)
    text, labels = f"[{name}] {' · '.join(values)}".strip(), []
    if number.templates is not None:
        template = number.templates.get(name)
        if template is None or code not in template.bodies:
            details = f"template name ({name}) does not exist in {code}"
            raise GraphError(
                132001, "(#132001) Template name does not exist in the translation", details, status=404
            )
        text = _fill(template.bodies[code], values)
        labels = template.buttons
    message = Message("", True, "template", 0.0, text, markup=part)
    message.buttons = _template_buttons(components, labels)
    return message


def _body_values(components: list[Json]) -> list[str]:
    values = []
    for component in components:
        if component.get("type") == "body":
            for parameter in component.get("parameters") or []:
                value = parameter.get(parameter.get("type", "text"), "")
                values.append(str(value.get("fallback_value", "")) if isinstance(value, dict) else str(value))
    return values


def _fill(body: str, values: list[str]) -> str:
    expected = len(set(re.findall(r"\{\{(\w+)\}\}", body)))
    if expected != len(values):
        details = f"body: number of localizable_params ({len(values)}) does not match the expected {expected}"
        raise GraphError(
            132000, "(#132000) Number of parameters does not match the expected number of params", details
        )
    remaining = iter(values)
    return re.sub(r"\{\{\w+\}\}", lambda _: next(remaining), body)


def _template_buttons(components: list[Json], labels: list[str]) -> list[Button]:
    payloads = {
        int(component.get("index", 0)): str((component.get("parameters") or [{}])[0].get("payload", ""))
        for component in components
        if component.get("type") == "button" and component.get("sub_type") == "quick_reply"
    }
    shown = labels or [f"{index + 1}" for index in sorted(payloads)]
    return [Button(label, "quick_reply", payloads.get(index, label)) for index, label in enumerate(shown)]


_Reader = Callable[[str, Any], Message]
_READERS: dict[str, _Reader] = {
    "text": _text,
    **dict.fromkeys(_MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "reaction": _reaction,
}
_INTERACTIVE: dict[str, Callable[[Json], list[Button]]] = {
    "button": _reply_buttons,
    "list": _list_rows,
    "cta_url": _url_button,
    "location_request_message": _location_request,
}
