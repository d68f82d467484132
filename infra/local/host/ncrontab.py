"""When a timer is next due: NCRONTAB, six fields, UTC.

``{second} {minute} {hour} {day} {month} {day of week}``; each ``*``, a number, a name (JAN, MON), a range
``a-b``, a list ``a,b`` or a step ``*/n``, ``a-b/n``. Day and weekday must both fit. Five fields mean
second 0. (Azure Functions, timer trigger, NCRONTAB expressions.)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.local.errors import StackError

__all__ = ["Schedule"]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (0, 6, WEEKDAYS),
)
FARTHEST = timedelta(days=366 * 8)


class Schedule:
    """A parsed expression.

    Raises:
        StackError: the expression is not NCRONTAB.
    """

    def __init__(self, expression: str) -> None:
        parts = expression.split()
        if len(parts) == len(FIELDS) - 1:
            parts.insert(0, "0")
        try:
            sets = [_values(part, *limits) for part, limits in zip(parts, FIELDS, strict=True)]
        except ValueError as error:
            raise StackError(
                f"the schedule «{expression}» cannot be used: {error}",
                remedy="write {second} {minute} {hour} {day} {month} {day of week}, such as 0 */5 * * * *",
            ) from error
        self._seconds, self._minutes, self._hours, self._days, self._months, self._weekdays = sets

    def next_after(self, moment: datetime) -> datetime:
        """The first due time later than ``moment`` (aware).

        Raises:
            StackError: there is none within eight years (such as 30 February).
        """
        due = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        end = due + FARTHEST
        while due < end:
            if due.month not in self._months or not self._day_fits(due):
                due = due.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif due.hour not in self._hours:
                due = due.replace(minute=0, second=0) + timedelta(hours=1)
            elif due.minute not in self._minutes:
                due = due.replace(second=0) + timedelta(minutes=1)
            elif due.second not in self._seconds:
                due += timedelta(seconds=1)
            else:
                return due
        raise StackError("a schedule is never due", remedy="check its day and month")

    def _day_fits(self, due: datetime) -> bool:
        return due.day in self._days and due.isoweekday() % 7 in self._weekdays


def _values(part: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, low, names)
            end = _number(last, low, names) if dash else high if step else start
        if not low <= start <= end <= high:
            raise ValueError(f"{item} is outside {low}-{high}")
        found.update(range(start, end + 1, int(step) if step else 1))
    return frozenset(found)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    if text.upper()[:3] in names and text.isalpha():
        return names.index(text.upper()[:3]) + low
    return int(text)
