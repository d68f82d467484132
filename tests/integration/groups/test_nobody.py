"""Issue 7, number 1: anonymous administrators, posts in the name of a chat and other bots are nobody.

They may search and ask. Nothing is kept of them, and nothing personal is begun.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.integration.customers.archive import Archive
from tests.integration.groups.party import Member, Party

_NUMBERS = count(880_001)
GROUP = {"title": "Семья", "type": "supergroup"}
SPEAKERS: dict[str, dict[str, Any]] = {
    "an anonymous administrator": {
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
        "sender_chat": "the group",
    },
    "a channel in its discussion group": {
        "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
        "sender_chat": {"id": -1001777000111, "type": "channel", "title": "Тайный канал"},
    },
    "another bot": {"from": {"id": 5550001, "is_bot": True, "first_name": "Робот", "username": "other_bot"}},
}


async def say(party: Party, member: Member, speaker: str, words: str, **more: Any) -> None:
    """Let somebody say something to the bot in the member's group."""
    chat = GROUP | {"id": int(member.person.chat.id)}
    name = f"@{party.shop.slug}_bot"
    text = f"{name} {words}"
    sender = SPEAKERS[speaker]
    message = {
        "message_id": next(_NUMBERS),
        "date": int(party.stage.simulator.clock.now()),
        "chat": chat,
        "text": text,
        "entities": [{"type": "mention", "offset": 0, "length": len(name)}],
        **sender,
        **more,
    }
    if message.get("sender_chat") == "the group":
        message["sender_chat"] = chat
    update = {"update_id": next(_NUMBERS), "message": message}
    assert await party.stage.simulator.telegram.inject(update, bot=member.bot) == 200


@pytest.fixture(params=SPEAKERS)
def nobody(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_nobody_may_search_and_nothing_is_kept(
    party: Party, aigul: Member, nobody: str, archive: Archive
) -> None:
    await say(party, aigul, nobody, "красный диван с секретиком")
    await aigul.hears("Алма")
    sql = party.stage.sql
    assert await sql(party.shop, "SELECT 1 FROM messages") == []
    assert await sql(party.shop, "SELECT 1 FROM group_people") == []
    # what is searched for is counted, without whoever searched
    assert archive.places_with(["секретик"]) == {"analytics_events"}
    assert archive.places_with(["Тайный", "Робот", "GroupAnonymous"]) == set()


async def test_what_nobody_said_before_is_not_referred_to(party: Party, aigul: Member, nobody: str) -> None:
    await say(party, aigul, nobody, "красный диван")
    await aigul.hears("Алма")
    await say(party, aigul, nobody, "второй")
    assert "Алма" not in await aigul.hears()


async def test_nobody_gets_a_plain_link_for_what_is_personal(party: Party, aigul: Member, nobody: str) -> None:
    await say(party, aigul, nobody, "забудь меня")
    await aigul.hears("только между нами")
    [button] = aigul.person.last.buttons
    assert button.payload == "https://t.me/uyut_bot?start=group"


async def test_another_bots_reply_is_no_question(party: Party, aigul: Member) -> None:
    await aigul.asks("ALM-1")
    await aigul.hears("140 000")
    ours = {
        "message_id": int(aigul.person.last.id),
        "from": {"id": 1, "is_bot": True, "first_name": "Uyut", "username": "uyut_bot"},
    }
    await say(party, aigul, "another bot", "спасибо", text="спасибо", entities=[], reply_to_message=ours)
    await aigul.hears_nothing()


async def test_the_groups_own_talk_is_not_kept(party: Party, aigul: Member, archive: Archive) -> None:
    await aigul.says("бабушка болеет, никому не говорите")
    await aigul.hears_nothing()
    assert archive.places_with(["бабушка"]) == set()
