"""What a person is called by each messenger: made of the name alone, so that everybody finds the same person."""

from __future__ import annotations

import base64
import hashlib

__all__ = ["telegram_id", "viber_id", "whatsapp_phone", "whatsapp_user_id"]


def telegram_id(name: str) -> int:
    """A stable id between one and two billion for a name."""
    return 1_000_000_000 + _number(name) % 1_000_000_000


def whatsapp_phone(name: str) -> str:
    """A stable Kazakhstan mobile number for a name, without a plus."""
    return f"7702{_number(name) % 10_000_000:07d}"


def whatsapp_user_id(name: str, phone: str = "") -> str:
    """A stable business-scoped user id for a name with a number (the name's own where none is given)."""
    return f"KZ.{10**15 + _number(f'{name} {phone or whatsapp_phone(name)}') % (9 * 10**15)}"


def viber_id(name: str) -> str:
    """A stable id in Viber's shape for a name."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()[:15]).decode() + "=="


def _number(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:12], 16)
