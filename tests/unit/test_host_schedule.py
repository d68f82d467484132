"""When a timer is due: NCRONTAB in UTC, in the local functions host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from infra.local.errors import StackError
from infra.local.host.ncrontab import Schedule

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("*/10 * * * * *", "2026-11-21 12:00:10"),
        ("0 */5 * * * *", "2026-11-21 12:05:00"),
        ("30 0 12 * * *", "2026-11-21 12:00:30"),
        ("0 0 12 * * *", "2026-11-22 12:00:00"),
        ("0 0 0 * * MON-FRI", "2026-11-23 00:00:00"),
        ("0 0 0 * * 0", "2026-11-22 00:00:00"),
        ("0 15,45 9-17/4 * * *", "2026-11-21 13:15:00"),
        ("0 0 0 1 JAN *", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 13 * FRI", "2027-08-13 00:00:00"),
        ("5 4 * * *", "2026-11-22 04:05:00"),
    ],
)
def test_the_next_due_time(expression: str, due: str) -> None:
    assert Schedule(expression).next_after(NOON) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_hour_is_utc_wherever_the_caller_is() -> None:
    almaty = NOON.astimezone(timezone(timedelta(hours=5)))

    assert Schedule("0 0 13 * * *").next_after(almaty) == NOON + timedelta(hours=1)


@pytest.mark.parametrize("expression", ["", "* * * *", "60 * * * * *", "0 0 0 0 * *", "a * * * * *", "00:00:10"])
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(StackError, match="cannot be used"):
        Schedule(expression)


def test_a_schedule_that_is_never_due_is_refused() -> None:
    with pytest.raises(StackError, match="never due"):
        Schedule("0 0 0 30 2 *").next_after(NOON)
