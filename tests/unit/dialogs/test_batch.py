"""Issue 7, number 2: which waiting messages are one thought; the platform's times tell, not those of receipt."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.channels.contract import InboundMessage, Membership, MembershipChange, Person
from shared.channels.messages import ChoiceContent, InboundContent, MediaContent, MediaKind, TextContent
from shared.dialogs.turns.batch import (
    Answered,
    Batch,
    MergeRule,
    WaitingRow,
    form_batch,
    in_order,
    with_edits_judged,
)
from shared.dialogs.turns.history import words_of
from tests.doubles.skills import skills_of_a_shop

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
AIGUL, MARAT = Person(id="1", name="Айгуль"), Person(id="2", name="Марат")
WINDOW = 0.3
SHOP = skills_of_a_shop()
_NUMBERS = count(1)


def is_whole(message: InboundMessage) -> bool:
    text = words_of(message.content)
    return text.startswith("/") or SHOP.is_whole_request(text)


RULE = MergeRule(timedelta(seconds=WINDOW), is_whole)


def row(
    said: str | InboundContent,
    *,
    at: float,
    received: float | None = None,
    number: int | None = None,
    key: int | None = None,
    wait: float = WINDOW,
    **changes: object,
) -> WaitingRow:
    """A row written ``at`` seconds after noon and received then too, where nothing else is told."""
    written = NOON + timedelta(seconds=at)
    came = NOON + timedelta(seconds=at if received is None else received)
    number = next(_NUMBERS) if number is None else number
    event = InboundMessage(
        event_id=str(number),
        occurred_at=written,
        order_key=round(written.timestamp() * 1000) if key is None else key,
        chat_id="1",
        sender=AIGUL,
        content=TextContent(text=said) if isinstance(said, str) else said,
        message_id=str(number),
    )
    return WaitingRow(number, came + timedelta(seconds=wait), event.model_copy(update=changes), came)


def turns(*rows: WaitingRow, after: float = 3600.0, rule: MergeRule | None = RULE) -> list[list[str]]:
    """The words of each turn, formed one after another until nothing is left that is due."""
    left = in_order(sorted(rows, key=lambda one: (one.event.order_key, one.id)))
    said = []
    while (batch := form_batch(left, now=NOON + timedelta(seconds=after), rule=rule)).row_ids:
        said.append([words_of(event.content) for event in batch.events if isinstance(event, InboundMessage)])
        left = [one for one in left if one.id not in batch.row_ids]
    return said


WHOLE = [
    "корзина",
    "мои заказы",
    "добавь RUG-001",
    "добавь RUG-001 в корзину",
    "/help",
    "Оформить заказ",
    "Позвать менеджера",
    "Без комментария",
    "есть доставка?",
    "сколько стоит",
    "каталог",
    "отмените заказ 12",
    "мои уведомления",
    "забудь меня",
    "позовите менеджера",
    "менің тапсырыстарым",
    "себет",
    "my cart",
    "add RUG-001 to my cart",
    "where is my order",
]
FRAGMENTS = ["хочу красный диван", "до 150 000", "красный", "диван", "Абая 10", "кв. 5", "привет", "в корзину"]
OUTAGE = 7200.0


@pytest.mark.parametrize("first", WHOLE)
@pytest.mark.parametrize("second", ["мои заказы", "добавь RUG-002 в корзину", "красный"])
def test_a_whole_request_is_a_turn_of_its_own(first: str, second: str) -> None:
    assert turns(row(first, at=0), row(second, at=0.1)) == [[first], [second]]
    assert turns(row(second, at=0), row(first, at=0.1)) == [[second], [first]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("корзина", "мои заказы"),
        ("добавь RUG-001", "добавь RUG-002"),
        ("красный диван", "синий диван"),
        ("красный диван", "дешевле"),
        ("Абая 10", "мои заказы"),
        ("да", "корзина"),
        ("диван", "диван"),
        ("/start", "диван"),
        ("сколько стоит доставка", "до 150 000"),
        ("привет", "хочу диван"),
    ],
)
def test_what_was_written_ten_minutes_apart_and_came_together_is_two_turns(first: str, second: str) -> None:
    rows = row(first, at=0, received=OUTAGE), row(second, at=600, received=OUTAGE)
    assert turns(*rows, after=OUTAGE + 5) == [[first], [second]]


@pytest.mark.parametrize(
    "typed",
    [
        ["хочу красный диван", "до 150 000"],
        ["красный", "диван"],
        ["Абая 10", "кв. 5"],
        ["привет", "хочу диван"],
        ["беру", "второй"],
        ["добавь в корзину", "второй"],
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_fragments_typed_in_one_breath_are_one_turn(typed: list[str], late: bool) -> None:
    received = OUTAGE if late else None
    rows = [row(words, at=number * 0.25, received=received) for number, words in enumerate(typed)]
    assert turns(*rows, after=OUTAGE + 5) == [typed]


@pytest.mark.parametrize(
    ("apart", "received_apart", "delay", "merged"),
    [
        (0, 0.1, 0, True),
        (1, 0.2, 0, True),  # whole seconds: so far apart at most
        (1, 0.4, 0, False),  # came after the window
        (2, 0.1, 0, False),  # one delivery, but too far apart
        (0, 4.0, 1, False),
        (1, 90.0, 600, True),  # late: its receipt says nothing
        (1, 0.0, 600, True),
        (2, 0.0, 600, False),
        (1, 0.1, -3600, True),  # the platform's clock is ahead of ours
        (2, 0.1, -3600, False),
    ],
)
def test_neighbours_are_judged_by_both_clocks_and_late_ones_by_the_platforms_alone(
    apart: float, received_apart: float, delay: float, merged: bool
) -> None:
    rows = (
        row("красный", at=0, received=delay),
        row("диван", at=apart, received=delay + received_apart),
    )
    assert turns(*rows) == ([["красный", "диван"]] if merged else [["красный"], ["диван"]])


def test_a_late_row_beside_one_in_time_is_judged_by_the_platforms_times() -> None:
    rows = row("красный", at=0, received=5.5), row("диван", at=1, received=1.1)
    assert turns(*rows) == [["красный", "диван"]]


def test_several_messages_of_one_whatsapp_body_are_answered_in_their_order() -> None:
    second = round(NOON.timestamp()) * 1000
    said = ["красный", "диван", "корзина", "мои заказы", "до 150 000"]
    rows = [row(words, at=0, number=number, key=second + number) for number, words in enumerate(said)]
    assert turns(*rows) == [["красный", "диван"], ["корзина"], ["мои заказы"], ["до 150 000"]]


def test_of_one_second_in_different_bodies_the_order_of_receipt_decides() -> None:
    second = round(NOON.timestamp()) * 1000
    rows = [
        row("корзина", at=0, number=1, key=second),
        row("мои заказы", at=0, number=2, key=second + 1),
        row("каталог", at=0, number=3, key=second, received=0.2),
    ]
    assert turns(*rows) == [["корзина"], ["мои заказы"], ["каталог"]]


def test_telegrams_own_order_decides_within_a_second_whatever_came_first() -> None:
    rows = [
        row("корзина", at=0, number=9, key=70_001, received=OUTAGE),
        row("мои заказы", at=0, number=8, key=70_002, received=OUTAGE),
        row("каталог", at=0, number=7, key=70_003, received=OUTAGE),
    ]
    assert turns(*rows, after=OUTAGE + 5) == [["корзина"], ["мои заказы"], ["каталог"]]


def test_words_of_two_people_of_a_group_are_never_one_thought() -> None:
    rows = row("красный", at=0, group=True), row("диван", at=0.1, group=True, sender=MARAT)
    assert turns(*rows) == [["красный"], ["диван"]]


def test_a_private_chat_is_one_person_whatever_names_it_is_told_under() -> None:
    assert turns(row("красный", at=0), row("диван", at=0.1, sender=MARAT)) == [["красный", "диван"]]


def test_words_in_two_topics_are_never_one_thought() -> None:
    rows = row("красный", at=0, thread_id="17"), row("диван", at=0.1, thread_id="18")
    assert turns(*rows) == [["красный"], ["диван"]]


def press(button: str, *, at: float, received: float | None = None) -> WaitingRow:
    return row(ChoiceContent(id=button, title=button), at=at, received=received, wait=0, message_id="77")


def test_a_press_is_a_turn_of_its_own_and_a_double_tap_is_one() -> None:
    rows = row("красный", at=0), press("more", at=0.1), press("more", at=0.4), row("диван", at=0.5)
    assert turns(*rows) == [["красный"], ["more", "more"], ["диван"]]


def test_a_button_pressed_again_minutes_later_is_pressed_twice() -> None:
    rows = press("buy:1", at=0, received=OUTAGE), press("buy:1", at=120, received=OUTAGE)
    assert turns(*rows, after=OUTAGE + 5) == [["buy:1"], ["buy:1"]]


def test_an_album_is_one_turn_also_when_it_comes_late() -> None:
    photo = MediaContent(media=MediaKind.PHOTO, file_id="f")
    rows = [row(photo, at=number * 2, received=OUTAGE + number, album_id="a") for number in range(3)]
    assert turns(*rows, after=OUTAGE + 9) == [["[photo]"] * 3]


def test_an_album_that_still_arrives_is_waited_for() -> None:
    photo = MediaContent(media=MediaKind.PHOTO, file_id="f")
    rows = row("смотрите", at=0), row(photo, at=0.2, wait=1.0, album_id="a")
    assert turns(*rows, after=0.4) == [["смотрите"]]


def test_nothing_begins_before_the_first_row_is_due() -> None:
    late, newer = row("корзина", at=0, received=100, wait=1.0), row("каталог", at=99, received=99)
    batch = form_batch([late, newer], now=NOON + timedelta(seconds=100.5), rule=RULE)
    assert (batch.row_ids, batch.due_at) == ((), late.due_at)


def test_after_a_failed_attempt_only_the_first_row_is_taken() -> None:
    rows = row("красный", at=0), row("диван", at=0.1)
    assert turns(*rows, rule=None) == [["красный"], ["диван"]]


def test_a_membership_beside_words_disturbs_nothing() -> None:
    joined = MembershipChange(
        event_id="m", occurred_at=NOON, order_key=0, chat_id="1", sender=AIGUL, change=Membership.STARTED
    )
    first = WaitingRow(1, NOON, joined, NOON)
    batch = form_batch([first, row("диван", at=0.2)], now=NOON + timedelta(seconds=5), rule=RULE)
    assert len(batch.row_ids) == 2


# ---- edits ------------------------------------------------------------------------------------------------


def edit(said: str, of: WaitingRow, *, at: float, **more: object) -> WaitingRow:
    assert isinstance(of.event, InboundMessage)
    return row(said, at=at, edited=True, message_id=of.event.message_id, **more)  # type: ignore[arg-type]


def test_an_edit_of_what_still_waits_replaces_it_wherever_the_edit_stands() -> None:
    cart, catalogue = row("корзина", at=0), row("каталог", at=300)
    rows = cart, catalogue, edit("мои заказы", cart, at=600), edit("мой заказ", cart, at=601)
    assert turns(*rows, after=OUTAGE) == [["мой заказ"], ["каталог"]]


def test_what_was_edited_before_it_was_answered_is_no_edit_any_more() -> None:
    cart = row("корзина", at=0)
    batch = form_batch([cart, edit("мои заказы", cart, at=5)], now=NOON + timedelta(minutes=1), rule=RULE)
    assert batch.edited_ids == []
    assert len(batch.row_ids) == 2


def test_an_edit_of_what_was_answered_is_a_turn_of_its_own() -> None:
    gone = row("кресло", at=-60)
    rows = row("синий", at=0), edit("зелёный", gone, at=0.1), row("диван", at=0.2)
    assert turns(*rows) == [["синий"], ["зелёный"], ["диван"]]


@pytest.mark.parametrize(
    ("known", "kept", "repeats"),
    [
        ({"7": Answered("диван", changed=True)}, False, False),
        ({"7": Answered("кресло", changed=True)}, True, True),
        ({"7": Answered("кресло", changed=False)}, True, False),
        ({}, True, True),
    ],
)
def test_an_edit_repeats_what_changed_something_or_is_not_known(
    known: dict[str, Answered], kept: bool, repeats: bool
) -> None:
    edited = edit("диван", row("кресло", at=-60, number=7), at=0)
    batch = form_batch([edited], now=NOON + timedelta(minutes=1), rule=RULE)
    judged = with_edits_judged(batch, known)
    assert (len(judged.events) == 1, judged.repeats) == (kept, repeats)
    assert judged.row_ids == batch.row_ids


# ---- any backlog ------------------------------------------------------------------------------------------


@st.composite
def backlogs(draw: st.DrawFn) -> list[WaitingRow]:
    """Messages of one dialog, written over two hours and delivered after it, each at some moment of ten seconds."""
    times = sorted(draw(st.lists(st.integers(0, 7200), min_size=1, max_size=25)))
    said = draw(st.lists(st.sampled_from(WHOLE + FRAGMENTS), min_size=len(times), max_size=len(times)))
    came = draw(st.lists(st.integers(0, 10_000), min_size=len(times), max_size=len(times)))
    return [
        row(words, at=at, received=7206 + ms / 1000, number=number, key=50_000 + number)
        for number, (at, words, ms) in enumerate(zip(times, said, came, strict=True))
    ]


def batches(rows: list[WaitingRow]) -> list[Batch]:
    left, formed = rows, []
    while (batch := form_batch(left, now=NOON + timedelta(hours=3), rule=RULE)).row_ids:
        formed.append(batch)
        left = [one for one in left if one.id not in batch.row_ids]
    return formed


@given(backlogs())
def test_nothing_of_a_backlog_is_lost_doubled_or_out_of_order(rows: list[WaitingRow]) -> None:
    assert [identity for batch in batches(rows) for identity in batch.row_ids] == [one.id for one in rows]


@given(backlogs())
def test_each_whole_request_of_a_backlog_is_its_own_turn(rows: list[WaitingRow]) -> None:
    for batch in batches(rows):
        said = [event for event in batch.events if isinstance(event, InboundMessage)]
        assert len(said) == 1 or not any(is_whole(one) for one in said)
        times = [one.occurred_at for one in said]
        assert all(later - earlier <= timedelta(seconds=1) for earlier, later in pairwise(times))


@given(backlogs(), st.randoms(use_true_random=False))
def test_when_a_backlog_was_delivered_changes_no_turn(rows: list[WaitingRow], dice: random.Random) -> None:
    again = [
        replace(one, received_at=NOON + timedelta(hours=2, seconds=dice.uniform(6, 500)), due_at=NOON)
        for one in rows
    ]
    assert [batch.row_ids for batch in batches(again)] == [batch.row_ids for batch in batches(rows)]
