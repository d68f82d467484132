"""By what WhatsApp lets a shop know a person: the number, the business-scoped user id, or both.

Since 2026 every person has a user id (BSUID) and may take a username; whoever did can be written to without their
number being told (WhatsApp Cloud API, business-scoped user IDs).
"""

from __future__ import annotations

from enum import StrEnum

from infra.local.simulator.wire import Json
from infra.local.simulator.world import Person, World

__all__ = [
    "KnownBy",
    "change_identity",
    "contact_object",
    "find_by_identity",
    "first_number",
    "recipient_fields",
    "sender_fields",
]


class KnownBy(StrEnum):
    """What the webhooks tell of a person."""

    NUMBER = "number"
    """As before 2026: ``wa_id`` and ``from``."""
    BOTH = "both"
    """As today: ``user_id`` and ``from_user_id`` beside them."""
    USER_ID = "user_id"
    """A person with a username: the number is not told."""

    @property
    def tells_number(self) -> bool:
        """Whether the number is told."""
        return self is not KnownBy.USER_ID

    @property
    def tells_user_id(self) -> bool:
        """Whether the user id is told."""
        return self is not KnownBy.NUMBER


def sender_fields(person: Person) -> Json:
    """``from`` and ``from_user_id`` of a message."""
    known_by, fields = KnownBy(person.details["known_by"]), {}
    if known_by.tells_number:
        fields["from"] = person.phone
    if known_by.tells_user_id:
        fields["from_user_id"] = str(person.details["user_id"])
    return fields


def contact_object(person: Person) -> Json:
    """The entry of ``contacts``: profile with the username, ``wa_id``, ``user_id``."""
    known_by = KnownBy(person.details["known_by"])
    profile: Json = {"name": person.name}
    if person.details.get("username"):
        profile["username"] = person.details["username"]
    contact: Json = {"profile": profile}
    if known_by.tells_number:
        contact["wa_id"] = person.phone
    if known_by.tells_user_id:
        contact["user_id"] = person.details["user_id"]
    return contact


def recipient_fields(person: Person | None, written_to: str) -> Json:
    """``recipient_id`` and ``recipient_user_id`` of a status; a number that was written to is no secret."""
    if person is None:
        return {"recipient_id": written_to}
    known_by, fields = KnownBy(person.details["known_by"]), {}
    if known_by.tells_number or written_to == person.phone:
        fields["recipient_id"] = person.phone
    if known_by.tells_user_id:
        fields["recipient_user_id"] = str(person.details["user_id"])
    return fields


def first_number(phone: str) -> str:
    """What finds the person who began with the number of their name, whoever has it now."""
    return f"first:{phone}" if phone else ""


def find_by_identity(world: World, person: Person) -> None:
    """Let a person be found by number and user id."""
    details = person.details
    world.find_by(person, person.phone, str(details["user_id"]), first_number(str(details["first_number"])))


def change_identity(world: World, person: Person, *, phone: str, user_id: str) -> None:
    """Give a person another number or user id; the old ones find nobody until somebody else gets them."""
    old_phone, old_user_id = person.phone, person.details["user_id"]
    person.phone, person.details["user_id"] = phone, user_id
    if person.id in (old_phone, old_user_id):
        world.rename(person, phone if person.id == old_phone else user_id)
    find_by_identity(world, person)
