"""Hostile requests over real HTTP: no 5xx, what is authentic is recorded, what is forged changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from shared.channels.contract import Platform
from tests.functions.app_host import RunningApp, run_app
from tests.integration.conversation import Shop

SLOWEST_SECONDS = 10.0
"""Of a request that says nothing useful; a quiet machine takes a few milliseconds, a busy one has its pauses."""

_DEEP = 100_000
_MANY = 10_000


def _telegram(text: str = '"диван"', more: str = "", update_id: str = "7") -> str:
    person = '{"id": 5, "is_bot": false, "first_name": "А"}'
    chat = '{"id": 5, "type": "private"}'
    return (
        f'{{"update_id": {update_id}, "message": {{"message_id": 1, "date": 1767225600, "chat": {chat},'
        f' "from": {person}, "text": {text}{more}}}}}'
    )


def _whatsapp(text: str = '"диван"', more: str = "", identity: str = '"wamid.7"') -> str:
    head = f'"id": {identity}, "from": "77010000000", "timestamp": "1767225600", "type": "text"'
    message = f'{{{head}, "text": {{"body": {text}}}{more}}}'
    value = f'{{"messaging_product": "whatsapp", "metadata": {{}}, "contacts": [], "messages": [{message}]}}'
    changes = f'[{{"field": "messages", "value": {value}}}]'
    return f'{{"object": "whatsapp_business_account", "entry": [{{"id": "1", "changes": {changes}}}]}}'


def _viber(text: str = '"диван"', more: str = "", token: str = "7") -> str:
    sender = '{"id": "01234567890A=", "name": "А"}'
    return (
        f'{{"event": "message", "timestamp": 1767225600000, "message_token": {token}, "sender": {sender},'
        f' "message": {{"type": "text", "text": {text}}}{more}}}'
    )


Body = Callable[..., str]
BODIES: dict[Platform, Body] = {
    Platform.TELEGRAM: _telegram,
    Platform.WHATSAPP: _whatsapp,
    Platform.VIBER: _viber,
}

NOT_JSON = {
    "empty": b"",
    "blank": b" \n",
    "a word": b"hello",
    "cut off": b'{"update_id": 1, "mess',
    "bad UTF-8": b'{"update_id": 1, "x": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "a form": b"a=1&b=2",
    "NaN": b'{"update_id": 1, "x": NaN}',
    "infinity": b'{"update_id": 1, "x": -Infinity}',
}


def odd_but_authentic(body: Body) -> dict[str, bytes]:
    """JSON objects that no honest messenger sends, from nearly right to hopeless."""
    texts = {
        "NUL": '"a\\u0000b"',
        "a lone surrogate": '"\\ud83d"',
        "a reversed pair": '"\\ude00\\ud83d"',
        "a text that is a number": "5",
        "a text that is null": "null",
        "a text that is a list": "[1, 2]",
        "a very long text": json.dumps("диван " * 50_000),
        "only combining marks": json.dumps("\u0301" * 3000),
    }
    odd = {name: body(text) for name, text in texts.items()}
    deep = "[" * _DEEP + "]" * _DEEP
    odd |= {
        "depth 100,000": body(more=f', "x": {deep}'),
        "a huge number": body(more=f', "x": 1{"0" * 5000}, "y": 1e999999'),
        "duplicate keys": body(more=', "text": "другое", "text": "третье"'),
        "an array of 10,000": body(more=f', "x": {json.dumps([{"a": 1}] * _MANY)}'),
        "an array of 10,000 entities": body(
            more=f', "entities": {json.dumps([{"type": "bold", "offset": 0, "length": 1}] * _MANY)}'
        ),
        "an empty object": "{}",
        "unknown keys only": '{"hello": {"world": []}}',
        "every part of a wrong type": '{"update_id": "x", "message": [], "entry": {"a": 1}, "event": 7}',
    }
    return {name: text.encode("utf-8", "surrogatepass") for name, text in odd.items()}


def huge_numbers(platform: Platform) -> dict[str, bytes]:
    """Identities beyond every integer that a database keeps."""
    huge = "9" * 400
    match platform:
        case Platform.TELEGRAM:
            odd = {"a huge id": huge, "a negative id": "-1"}
            return {name: _telegram(update_id=number).encode() for name, number in odd.items()}
        case Platform.WHATSAPP:
            return {"a long id": _whatsapp(identity=f'"{"x" * 5000}"').encode()}
        case Platform.VIBER:
            return {"a huge id": _viber(token=huge).encode(), "a real number": _viber(token="1.5e300").encode()}


async def rows(app: RunningApp, shop: Shop) -> int:
    return len(await app.stage.sql(shop, "SELECT id FROM inbox"))


async def _timed(times: list[float], request: Awaitable[httpx.Response]) -> httpx.Response:
    began = time.monotonic()
    response = await request
    times.append(time.monotonic() - began)
    return response


@pytest.mark.parametrize("platform", list(Platform))
async def test_hostile_requests_break_nothing(app_env: dict[str, str], tmp_path: Path, platform: Platform) -> None:
    times: list[float] = []
    async with run_app(app_env, tmp_path, queues=False) as app:
        shop = await app.stage.open_shop()
        await app.post(shop, platform, b"{}", {})  # a cold worker's first request is another matter

        for name, body in NOT_JSON.items():
            answer = await _timed(times, app.post(shop, platform, body))
            assert answer.status_code in {400, 401}, name
        assert await rows(app, shop) == 0

        bodies = odd_but_authentic(BODIES[platform]) | huge_numbers(platform)
        for name, body in bodies.items():
            forged = await _timed(times, app.post(shop, platform, body, FORGED[platform]))
            assert forged.status_code == 403, name
        assert await rows(app, shop) == 0

        for name, body in bodies.items():
            before = await rows(app, shop)
            await app.stage.sql(shop, "UPDATE inbox SET event_id = 'kept' || id")  # ids of their own for each
            answer = await _timed(times, app.post(shop, platform, body))
            assert answer.status_code == 200, (name, answer.text)
            assert await rows(app, shop) > before, f"{name} was not recorded"

        oversized = await app.post(shop, platform, b"{" + b" " * (50 << 20) + b"}")
        after = await app.post(shop, platform, BODIES[platform]().encode())
        printed = app.printed()

    assert oversized.status_code == 413
    assert after.status_code == 200
    assert "function failed" not in printed
    assert max(times) < SLOWEST_SECONDS


FORGED = {
    Platform.TELEGRAM: {"X-Telegram-Bot-Api-Secret-Token": "guessed"},
    Platform.WHATSAPP: {"X-Hub-Signature-256": "sha256=" + "0" * 64},
    Platform.VIBER: {"X-Viber-Content-Signature": "0" * 64},
}


async def test_what_hostile_requests_left_is_worked_off_and_others_are_answered(
    app_env: dict[str, str], tmp_path: Path
) -> None:
    async with run_app(app_env, tmp_path, queues=False) as app:
        shop = await app.stage.open_shop()
        for platform, body in BODIES.items():
            for hostile in (odd_but_authentic(body) | huge_numbers(platform)).values():
                assert (await app.post(shop, platform, hostile)).status_code == 200
        aigul = app.stage.shopper(shop, Platform.VIBER, "Айгуль")
        await aigul.says("красный диван")

        await aigul.hears("Диван «Алма»")
        left = await app.stage.sql(shop, "SELECT id FROM inbox WHERE status NOT IN ('done', 'limited')")
        failures = await app.stage.sql(shop, "SELECT kind, code FROM failures WHERE kind = 'turn'")

    assert (left, failures) == ([], [])
