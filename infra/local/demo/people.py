"""People who know the demo shop already.

They are accounts of the messenger simulator, so that what the shop writes to them is seen in its windows.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.channels.contract import Platform
from shared.kernel.languages import Language

__all__ = ["MANAGER", "DemoPerson", "acquaintances", "demo_people"]

MANAGER = "Гульнара Ахметова"
"""The member of the staff whose own Telegram is linked."""
_DATA = Path(__file__).parent / "data" / "people.json"


class DemoPerson(BaseModel):
    """A person as ``people.json`` tells of them."""

    model_config = ConfigDict(frozen=True)

    name: str
    platform: Platform
    language: Language


def demo_people() -> list[DemoPerson]:
    """Everybody who bought at the demo shop or wrote to it."""
    return [DemoPerson.model_validate(entry) for entry in json.loads(_DATA.read_text(encoding="utf-8"))]


def acquaintances(platform: Platform) -> list[str]:
    """The names of those to whom the bot of that platform may write."""
    names = [person.name for person in demo_people() if person.platform is platform]
    return [*names, MANAGER] if platform is Platform.TELEGRAM else names
