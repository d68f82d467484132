"""Deep links out of a group: what they carry, and what is no such link."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.channels.contract import InboundMessage, Person
from shared.channels.messages import TextContent
from shared.dialogs.openings import Press, Say, button_parameter, kept_words, opening_of, words_parameter


def started(text: str, *, group: bool = False) -> InboundMessage:
    return InboundMessage(
        event_id="1",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        order_key=1,
        chat_id="7",
        sender=Person(id="7"),
        content=TextContent(text=text),
        message_id="5",
        group=group,
    )


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=46))
def test_a_button_comes_back_as_it_was(button_id: str) -> None:
    parameter = button_parameter(button_id)
    assert parameter is not None
    assert len(parameter) <= 64
    assert opening_of(started(f"/start {parameter}")) == Press(button_id)


def test_a_button_that_finds_no_room_has_no_parameter() -> None:
    assert button_parameter("x" * 47) is None


def test_words_are_named_by_their_group_and_message() -> None:
    parameter = words_parameter(17, "409")
    assert parameter == "w_17_409"
    assert opening_of(started(f"/start {parameter}")) == Say(17, "409")


@pytest.mark.parametrize(
    "text",
    [
        "/start",
        "/start link_K7QF2M9D",
        "/start w_17",
        "/start w_17_x",
        "/start w_17_4_9",
        "/start b_",
        "/start b_%%%",
        "/start b_AA",
        "/start b_0LTQsA",
        "b_Y2FydA",
        "/help b_Y2FydA",
        "/start b_Y2FydA и ещё",
    ],
)
def test_anything_else_opens_nothing(text: str) -> None:
    assert opening_of(started(text)) is None


def test_a_link_followed_inside_a_group_opens_nothing() -> None:
    assert opening_of(started("/start b_Y2FydA", group=True)) is None


def test_only_the_words_of_that_message_are_kept() -> None:
    state = {"private": {"message_id": "409", "words": "добавь второй"}}
    assert kept_words(state, "409") == "добавь второй"
    assert kept_words(state, "410") is None
    assert kept_words({"private": "?"}, "409") is None
