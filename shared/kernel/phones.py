"""Telephone numbers in one form: E.164 (``+77011234567``), as every capability stores and compares them."""

from __future__ import annotations

import re

__all__ = ["format_phone", "normalise_phone"]

_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015]+")


def normalise_phone(text: str) -> str | None:
    """Write a number in E.164, or return ``None`` where it is none.

    People in Kazakhstan and Russia write the trunk prefix 8 for +7 (``8 701 …``), and messengers leave out the
    plus; both are mended, and so is 00 for the plus. A number that starts with a plus is taken as it stands.
    No country's code begins with 0 (ITU-T E.164), so what does is a number without its country.
    """
    compact = re.sub(r"^00(?=[1-9])", "+", _SEPARATORS.sub("", text))
    digits = compact.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 15) or digits[0] == "0":
        return None
    if compact.startswith("+"):
        return compact
    if len(digits) == 11 and digits[0] == "8" and digits[1] in "79":
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] == "7":
        return f"+7{digits}"
    return f"+{digits}"


def format_phone(phone: str) -> str:
    """An E.164 number as people read it, in one unbroken line: ``+7 701 123 45 67``; other countries' as it is."""
    if not (phone.startswith("+7") and len(phone) == 12):
        return phone
    return "\u00a0".join((phone[:2], phone[2:5], phone[5:8], phone[8:10], phone[10:]))
