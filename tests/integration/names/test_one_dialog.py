"""An identity that changes: one person has one dialog under all names, in whatever order the news arrives."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.dialogs.inbox.events import NO_WINDOWS, inbox_row
from shared.runtime.database import Database
from tests.integration.names.book import Book, Event, change, moved, said
from tests.integration.shops import Shop

N, N2 = "77011111111", "77022222222"
U, U2 = "KZ.1", "KZ.2"


def test_who_was_known_by_number_stays_when_a_user_id_comes_and_the_number_goes(book: Book) -> None:
    first, both, alone = said(1, number=N), said(2, user=U, number=N), said(3, user=U)

    book.receive(first, both, alone)

    [(dialog, row)] = book.dialogs.items()
    assert {book.dialog_of(event) for event in (first, both, alone)} == {dialog}
    assert (row["chat_id"], row["phone"]) == (f"bsuid:{U}", f"+{N}")


def test_a_new_person_with_both_names_has_one_dialog(book: Book) -> None:
    book.receive(said(1, user=U, number=N))

    [row] = book.dialogs.values()
    assert (row["chat_id"], row["phone"], row["received_seq"]) == (f"bsuid:{U}", f"+{N}", 1)
    assert book.holder_of(N) == book.holder_of(f"bsuid:{U}") == row["id"]


def test_two_dialogs_of_one_person_become_one_when_they_prove_to_be(book: Book) -> None:
    by_number, by_id, both = said(1, number=N), said(2, user=U), said(3, user=U, number=N)

    book.receive(by_number, by_id, both)

    [(dialog, row)] = book.dialogs.items()
    assert {book.dialog_of(event) for event in (by_number, by_id, both)} == {dialog}
    assert row["received_seq"] == 4  # with the news that both are one
    assert book.is_sound()


def test_a_changed_number_takes_its_dialog_along(book: Book) -> None:
    before, after = said(1, number=N), said(9, number=N2)

    book.receive(before, change(5, formerly=(N,), number=N2), after)

    [(dialog, row)] = book.dialogs.items()
    assert book.dialog_of(after) == dialog
    assert (row["chat_id"], row["phone"], row["former_phone"]) == (N2, f"+{N2}", f"+{N}")
    assert book.holder_of(N) is None


def test_what_was_written_before_the_change_and_comes_after_it_is_the_same_person_s(book: Book) -> None:
    first, late, of_another = said(1, number=N), said(4, number=N), said(6, number=N)

    book.receive(first, change(5, formerly=(N,), number=N2), late, of_another)

    assert book.dialog_of(late) == book.dialog_of(first)
    assert book.dialog_of(of_another) != book.dialog_of(first)
    assert book.holder_of(N) == book.dialog_of(of_another)
    assert book.dialogs[book.dialog_of(first)]["phone"] == f"+{N2}"


def test_a_new_user_id_without_a_number_leaves_the_number_behind(book: Book) -> None:
    book.receive(said(1, user=U, number=N), change(5, formerly=(f"bsuid:{U}",), user=U2))

    [row] = book.dialogs.values()
    assert (row["chat_id"], row["phone"], row["former_phone"]) == (f"bsuid:{U2}", None, f"+{N}")
    assert book.holder_of(N) is None


def test_a_number_with_another_user_id_is_another_person_s_from_then_on(book: Book) -> None:
    old, new = said(1, user=U, number=N), said(5, user=U2, number=N)

    book.receive(old, new)

    loser, winner = book.dialogs[book.dialog_of(old)], book.dialogs[book.dialog_of(new)]
    assert (loser["chat_id"], loser["phone"], loser["former_phone"]) == (f"bsuid:{U}", None, f"+{N}")
    assert (winner["chat_id"], winner["phone"]) == (f"bsuid:{U2}", f"+{N}")
    assert loser["received_seq"] == 2  # its customer hears of it in its own order


def test_who_was_known_by_a_number_alone_is_not_written_to_once_it_is_another_person_s(book: Book) -> None:
    """The new number of one person had a dialog before it was theirs."""
    stranger, person = said(1, number=N2), said(1, number=N)

    book.receive(stranger, person, change(5, formerly=(N,), number=N2))

    gone = book.dialogs[book.dialog_of(stranger)]
    assert gone["blocked"]
    assert N2 not in (gone["chat_id"], gone["phone"])
    assert book.dialogs[book.dialog_of(person)]["chat_id"] == N2
    assert book.is_sound()


def test_an_old_message_takes_no_number_back(book: Book) -> None:
    book.receive(said(1, user=U, number=N), said(5, user=U2, number=N))

    book.receive(said(3, user=U, number=N))

    holder = book.holder_of(N)
    assert holder == book.holder_of(f"bsuid:{U2}")
    assert book.dialogs[holder or 0]["phone"] == f"+{N}"
    assert book.dialogs[book.holder_of(f"bsuid:{U}") or 0]["phone"] is None


def test_a_copy_of_an_old_change_changes_nothing(book: Book) -> None:
    first = change(5, formerly=(N,), number=N2)
    book.receive(said(1, number=N), first, change(7, formerly=(N2,), number="77033333333"))
    before = book.dialogs

    book.receive(first)

    assert book.dialogs == before


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 1, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_a_group_that_became_a_supergroup_is_one_dialog_in_any_order(book: Book, order: tuple[int, ...]) -> None:
    events: list[Event] = [
        said(1, chat="-42"),
        moved(2, old="-42", new="-10042"),
        said(3, chat="-10042"),
        moved(2, old="-42", new="-10042"),
    ]

    book.receive(*(events[place] for place in order))

    [(dialog, row)] = book.dialogs.items()
    assert {book.dialog_of(event) for event in events} == {dialog}
    assert row["chat_id"] == "-10042"
    assert book.is_sound()


def test_one_group_commit_settles_what_two_would(book: Book) -> None:
    book.receive_together(
        said(1, number=N),
        said(2, user=U, number=N),
        said(3, user=U2, number=N2),
        said(4, user=U),
        said(5, number=N2),
    )

    assert len(book.dialogs) == 2
    assert book.is_sound()


def test_a_joined_dialog_hands_over_what_waits_its_lease_and_the_manager(book: Book) -> None:
    book.receive(said(1, number=N), said(2, user=U))
    young = book.holder_of(f"bsuid:{U}")
    book.connection.execute(
        "UPDATE dialogs SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 minute',"
        " attempts = 1, handover_until = now() + interval '1 hour' WHERE id = %s",
        (young,),
    )

    book.receive(said(3, user=U, number=N))

    [row] = book.dialogs.values()
    [retired] = book.rows("SELECT * FROM dialogs WHERE bot_id = %(bot)s AND moved_to IS NOT NULL")
    assert retired["id"] == young
    assert (retired["lease_token"], retired["attempts"], retired["moved_to"]) == (None, 0, row["id"])
    assert row["handover_until"] is not None
    assert book.is_sound()


# ---- any order --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """What one person sends in phases: each has a user id and a number, and news leads from one to the next."""

    events: tuple[Event, ...]
    names: tuple[str, ...]


_PEOPLE = iter(range(1, 10_000_000))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    person, phases = next(_PEOPLE), draw(st.integers(1, 3))
    events: list[Event] = []
    names: list[str] = []
    for phase in range(phases):
        user, number = f"KZ.{person}.{phase}", f"7{person:08d}{phase}"
        at = phase * 100
        if phase:
            old = (f"bsuid:KZ.{person}.{phase - 1}", f"7{person:08d}{phase - 1}")
            formerly = draw(st.sampled_from([old, old[:1], old[1:]]))
            events.append(change(at, formerly=formerly, user=user, number=number))
        events.append(said(at + 50, user=user, number=number))
        for form in draw(st.lists(st.sampled_from("nub"), max_size=3)):
            moment = at + draw(st.integers(1, 99))
            match form:
                case "n":
                    events.append(said(moment, number=number))
                case "u":
                    events.append(said(moment, user=user))
                case _:
                    events.append(said(moment, user=user, number=number))
        names += [f"bsuid:{user}", number]
    return Life(tuple(draw(st.permutations(events))), tuple(names))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=lives())
def test_one_person_comes_to_one_dialog_whatever_the_order(book: Book, life: Life) -> None:
    before = set(book.dialogs)

    book.receive(*life.events)

    [dialog] = set(book.dialogs) - before
    assert {book.dialog_of(event) for event in life.events} == {dialog}
    row = book.dialogs[dialog]
    assert (row["chat_id"], row["phone"]) == (life.names[-2], f"+{life.names[-1]}")
    assert book.is_sound()


@st.composite
def successions(draw: st.DrawFn) -> tuple[list[Event], str, str, str]:
    """The number of one person is another's later; each comes with a user id of their own."""
    person = next(_PEOPLE)
    number, old, new = f"7{person:08d}0", f"KZ.{person}.old", f"KZ.{person}.new"
    events: list[Event] = [said(10, user=old, number=number), said(60, user=new, number=number)]
    before, after = st.lists(st.integers(1, 49), max_size=3), st.lists(st.integers(61, 99), max_size=3)
    events += [said(at, user=old, number=draw(st.sampled_from([number, None]))) for at in draw(before)]
    events += [said(at, user=draw(st.sampled_from([old, new]))) for at in draw(after)]
    if draw(st.booleans()):
        events.append(change(50, formerly=(f"bsuid:{old}", number), user=f"{old}.now", number=f"{number}1"))
    return draw(st.permutations(events)), old, new, number


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(succession=successions())
def test_two_persons_never_share_a_dialog(book: Book, succession: tuple[list[Event], str, str, str]) -> None:
    events, old, new, number = succession

    book.receive(*events)

    theirs, ours = book.holder_of(f"bsuid:{old}"), book.holder_of(f"bsuid:{new}")
    assert theirs is not None
    assert ours is not None
    assert theirs != ours
    for event in events:
        assert book.dialog_of(event) == (theirs if event.chat_id.startswith(f"bsuid:{old}") else ours)
    assert book.holder_of(number) == ours
    assert book.dialogs[theirs]["phone"] in {None, f"+{number}1"}
    assert book.dialogs[ours]["phone"] == f"+{number}"
    assert book.is_sound()


# ---- at the same moment -----------------------------------------------------------------------------------


async def test_webhooks_under_all_names_at_the_same_moment_come_to_one_dialog(
    database: Database, shop: Shop, book: Book
) -> None:
    chance = random.Random(4)

    async def receive(event: Event) -> None:
        rows = [inbox_row(event, bot_id=shop.bot_id, place=0, windows=NO_WINDOWS)]
        async with database.anonymous_statement() as session:
            await session.execute(text("SELECT receive_events(CAST(:e AS jsonb), '{}')"), {"e": json.dumps(rows)})

    for person in range(25):
        user, number = f"KZ.{person}", f"7702000{person:04d}"
        before = set(book.dialogs)
        events = [
            said(1, number=number),
            said(1, user=user, number=number),
            said(2, user=user),
            said(2, number=number),
        ]
        chance.shuffle(events)

        await asyncio.gather(*(receive(event) for event in events))

        [dialog] = set(book.dialogs) - before
        assert {book.dialog_of(event) for event in events} == {dialog}
    assert book.is_sound()


async def test_words_and_news_of_many_people_at_once_neither_wait_for_each_other_nor_mix(
    database: Database, shop: Shop, book: Book
) -> None:
    chance = random.Random(7)
    people = {f"KZ.{person}": [f"7703{phase}0{person:05d}" for phase in range(2)] for person in range(12)}
    events: list[Event] = []
    for user, (before, after) in people.items():
        events += [said(1, number=before), said(2, user=user), said(3, user=user, number=before)]
        events += [
            change(5, formerly=(before,), user=user, number=after),
            said(9, number=after),
            said(9, user=user),
        ]
    chance.shuffle(events)
    commits = [events[at : at + 3] for at in range(0, len(events), 3)]

    async def receive(together: list[Event]) -> None:
        rows = [inbox_row(event, bot_id=shop.bot_id, place=0, windows=NO_WINDOWS) for event in together]
        async with database.anonymous_statement() as session:
            await session.execute(text("SELECT receive_events(CAST(:e AS jsonb), '{}')"), {"e": json.dumps(rows)})

    await asyncio.gather(*(receive(together) for together in commits))

    assert len(book.dialogs) == len(people)
    for user, (_, after) in people.items():
        dialog = book.holder_of(f"bsuid:{user}")
        assert book.holder_of(after) == dialog
        assert {book.dialog_of(event) for event in events if event.chat_id == f"bsuid:{user}"} == {dialog}
    assert book.is_sound()
