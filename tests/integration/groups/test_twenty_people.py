"""Issue 7: twenty people shop at once in one group, and each gets what they asked for, and nothing of another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from tests.integration.conversation import Stage, Wares, open_stage
from tests.integration.groups.party import Member, Party

PEOPLE = 20
WARES: Wares = tuple((f"SF-{n:02}", f"Диван «Модель {n:02}»", "красный", 100_000 + n * 1000) for n in range(PEOPLE))


async def all_do(party: Party, *what: Awaitable[None]) -> None:
    """Let everybody act at the same moment, and the shop work until all is answered."""
    await asyncio.gather(*what)
    await party.stage.work()


@pytest.fixture
async def stage(settings_env: dict[str, str]) -> AsyncIterator[Stage]:
    """Nothing is held back for the pace of one chat, which Telegram sets for all of a group together."""
    async with open_stage(settings_env, pace_factor=1000.0) as opened:
        yield opened


async def test_twenty_people_shop_at_once(stage: Stage) -> None:
    party = Party(stage, await stage.open_shop(wares=WARES))
    members = [party.member(f"Покупатель {n:02}") for n in range(PEOPLE)]

    await all_do(party, *(member.asks(WARES[n][0]) for n, member in enumerate(members)))
    await all_do(party, *(member.asks("добавь в корзину") for member in members))
    await all_do(party, *(member.follows_own("Открыть личный чат") for member in members))
    await all_do(party, *(member.private.says("корзина") for member in members))

    for n, member in enumerate(members):
        await sees_only_their_own(member, n)
    lines = await stage.sql(party.shop, "SELECT sku, count(*) AS carts FROM cart_lines GROUP BY sku ORDER BY sku")
    assert lines == [{"sku": ware[0], "carts": 1} for ware in WARES]
    shown = "\n".join(message.text for message in members[0].person.received)
    assert "корзине" not in shown
    assert all(member.person.name not in shown for member in members)


async def sees_only_their_own(member: Member, number: int) -> None:
    told = "\n".join(message.text for message in member.private.person.received)
    for n, ware in enumerate(WARES):
        assert (ware[1] in told) == (n == number), f"{member.person.name}: {told!r}"
