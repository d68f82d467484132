"""Parsing is total: whatever JSON comes, there are events and no exception, and they can be stored."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.channels.contract import InboundEvent, InboundMessage, Platform
from shared.channels.messages import TextContent
from tests.channels.recorded import BOT, channel_of, every_recording, recorded

EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))

# Half of a surrogate pair, NUL and friends: json.loads makes them of "\ud800" and "\u0000".
_texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["\ud800", "\0", "a\ud83d", "\udc00\ud800", "8" * 300]
)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _texts
    | st.sampled_from([10**4000, -(2**63), 2**63, 1e308, float("nan"), 253_402_300_800])
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


def parse(platform: Platform, body: dict[str, Any]) -> list[InboundEvent]:
    events = list(channel_of(platform).parse(body, bot=BOT))
    assert events
    for event in events:
        stored = event.model_dump_json()
        assert "\\u0000" not in stored
        stored.encode()
        assert -(2**63) <= event.order_key < 2**63
    return events


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a payload."""
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def with_value(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    damaged = copy.deepcopy(body)
    inner: Any = damaged
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return damaged


@EVERYWHERE
@given(body=st.dictionaries(_texts, _values, max_size=4))
@settings(max_examples=60)
def test_any_object_yields_events(platform: Platform, body: dict[str, Any]) -> None:
    parse(platform, body)


@given(data=st.data())
@settings(max_examples=300)
def test_any_value_in_any_place_of_a_real_payload_yields_events(data: st.DataObject) -> None:
    platform, name = data.draw(st.sampled_from(every_recording()))
    body = recorded(platform, name)
    path = data.draw(st.sampled_from(list(places(body))))
    parse(platform, with_value(body, path, data.draw(_values)))


@pytest.mark.parametrize(("platform", "name"), every_recording())
def test_a_payload_survives_the_loss_of_any_field(platform: Platform, name: str) -> None:
    body = recorded(platform, name)
    for path in places(body):
        parse(platform, with_value(body, path, None))


def _nested(depth: int) -> Any:
    return json.loads('{"message":' * depth + "1" + "}" * depth)


@EVERYWHERE
@pytest.mark.parametrize("key", ["message", "edited_message", "entry", "event", "callback_query", "sender"])
def test_deep_nesting_is_no_trouble(platform: Platform, key: str) -> None:
    parse(platform, {key: _nested(900), "event": "message"})
    by_hand: Any = 1
    for _ in range(100_000):
        by_hand = [by_hand]
    parse(platform, {"x": by_hand})
    while isinstance(by_hand, list):
        # Let go from outside in: freeing it at once would recurse.
        by_hand = by_hand.pop()


_TEXT_AT: dict[Platform, tuple[Any, ...]] = {
    Platform.TELEGRAM: ("message", "text"),
    Platform.WHATSAPP: ("entry", 0, "changes", 0, "value", "messages", 0, "text", "body"),
    Platform.VIBER: ("message", "text"),
}


@EVERYWHERE
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\udecb", "🛋"),
        ("x" * 100_000, "x" * 100_000),
        ("<b>&amp;</b> '; DROP TABLE", "<b>&amp;</b> '; DROP TABLE"),
    ],
)
def test_what_a_person_said_is_kept_and_can_be_stored(platform: Platform, sent: str, kept: str) -> None:
    (event,) = parse(platform, with_value(recorded(platform, "text"), _TEXT_AT[platform], sent))
    assert isinstance(event, InboundMessage)
    assert event.content == TextContent(text=kept)


def test_a_broken_entity_costs_the_entity_and_not_the_message() -> None:
    body = recorded(Platform.TELEGRAM, "group_mention")
    entities = [{"type": "mention", "offset": -5, "length": 10**30}, "x", {"type": 7}, *body["message"]["entities"]]
    body["message"]["entities"] = entities
    (event,) = parse(Platform.TELEGRAM, body)
    assert isinstance(event, InboundMessage)
    assert event.content == TextContent(text="👋 есть диван?")


def test_one_broken_whatsapp_message_does_not_cost_the_others() -> None:
    body = recorded(Platform.WHATSAPP, "several_messages")
    body["entry"][0]["changes"][0]["value"]["messages"].insert(1, {"type": ["text"], "id": 1.5})
    texts = [event for event in parse(Platform.WHATSAPP, body) if isinstance(event, InboundMessage)]
    assert [event.content for event in texts] == [TextContent(text="раз"), TextContent(text="два")]


@EVERYWHERE
def test_a_time_that_no_calendar_has_becomes_the_present(platform: Platform) -> None:
    path: dict[Platform, tuple[Any, ...]] = {
        Platform.TELEGRAM: ("message", "date"),
        Platform.WHATSAPP: ("entry", 0, "changes", 0, "value", "messages", 0, "timestamp"),
        Platform.VIBER: ("timestamp",),
    }
    for nonsense in (2**62, -1, float("inf"), "soon", 10**400):
        (event,) = parse(platform, with_value(recorded(platform, "text"), path[platform], nonsense))
        assert 2020 < event.occurred_at.year < 2100
