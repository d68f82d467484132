"""A bot's working hours and promises, as administrators write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.escalations.rules import HandoverRules, rules_of
from tests.doubles.turns import bot

ALMATY = "Asia/Almaty"
"""UTC+5 since March 2024."""


def rules(**given: Any) -> HandoverRules:
    return rules_of(bot(settings={"handover": given}, timezone=ALMATY))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in Almaty in November 2026; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(16, 8, 59), False), (at(16, 9), True), (at(16, 17, 59), True), (at(16, 18), False), (at(21, 12), False)],
)
def test_working_hours_are_the_city_s(moment: datetime, is_open: bool) -> None:
    assert rules(opens="09:00", closes="18:00", days=[1, 2, 3, 4, 5]).is_open(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(16, 21), False), (at(16, 22), True), (at(17, 1), True), (at(17, 3), False), (at(16, 1), False)],
)
def test_hours_past_midnight_belong_to_the_day_they_began(moment: datetime, is_open: bool) -> None:
    assert rules(opens="22:00", closes="02:00", days=[1]).is_open(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at(16, 10), at(16, 10)),
        (at(16, 7), at(16, 9)),
        (at(16, 20), at(17, 9)),
        (at(20, 20), at(23, 9)),
    ],
)
def test_the_next_opening_skips_days_off(moment: datetime, opening: datetime) -> None:
    assert rules(opens="09:00", closes="18:00", days=[1, 2, 3, 4, 5]).next_open(moment) == opening


def test_without_hours_people_are_always_at_work() -> None:
    assert rules(reply_minutes=5).is_open(at(21, 3))
    assert rules(opens="09:00", closes="09:00").is_open(at(21, 3))


def test_the_promise_is_the_reply_timer() -> None:
    assert rules(reply_minutes=5).patience(timedelta(minutes=10)) == timedelta(minutes=5)
    assert rules().patience(timedelta(minutes=10)) == timedelta(minutes=10)


@pytest.mark.parametrize(
    "broken",
    [None, "often", {"opens": "nine"}, {"days": []}, {"days": [8]}, {"reply_minutes": 0}, {"template": ""}],
)
def test_rules_that_cannot_be_read_are_no_rules(broken: Any) -> None:
    assert rules_of(bot(settings={"handover": broken}, timezone=ALMATY)) == HandoverRules(timezone=ALMATY)


def test_an_unknown_time_zone_reads_as_utc() -> None:
    found = rules_of(bot(settings={"handover": {"opens": "09:00", "closes": "18:00"}}, timezone="Asia/Nowhere"))
    assert found.is_open(datetime(2026, 11, 16, 9, tzinfo=UTC))
