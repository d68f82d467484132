"""An invitation's link is written to the inviter's own messenger, where nobody else finds it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.channels.contract import Platform
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from tests.integration.escalations.conftest import SignIn
from tests.integration.escalations.staff import Counter

NEW = {"email": "new@uyut.kz", "role": "manager", "send_to": "messenger"}


async def invitations(counter: Counter) -> list[dict[str, Any]]:
    return await counter.stage.sql(counter.shop, "SELECT email FROM invitations")


async def test_the_link_comes_to_the_inviter_s_messenger_and_stands_nowhere(
    counter: Counter, sign_in: SignIn, platform: Platform
) -> None:
    owner = await counter.member("Оля", platform, role="owner")
    client = sign_in(counter.shop, owner.user_id, Role.OWNER)

    answer = await client.post("invitations", NEW)

    assert (answer.status, answer.json["sent"]) == (201, True)
    assert (answer.json["link"], answer.json["token"]) == (None, None)
    told = await owner.hears("new@uyut.kz", "7 дней")
    link = re.search(r"\S+/join#invitation=\S+", told)
    assert link is not None
    assert await counter.kept("invitation=") == []
    said = await client.get("dialogs/search?q=new%40uyut.kz")
    assert said.json["items"] == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
async def test_the_link_is_in_no_dialog_that_the_api_shows(counter: Counter, sign_in: SignIn, role: Role) -> None:
    owner = await counter.member("Оля", role="owner")
    await sign_in(counter.shop, owner.user_id, Role.OWNER).post("invitations", NEW)
    await owner.hears("new@uyut.kz")
    reader = sign_in(counter.shop, await counter.user("Читатель", role=role.value), role)

    [dialog] = (await reader.get("dialogs")).json["items"]
    history = (await reader.get(f"dialogs/{dialog['id']}/messages")).json["items"]

    assert "dialogs:read" in ROLE_PERMISSIONS[role]
    assert history
    assert all("new@uyut.kz" not in str(message) for message in history)


async def test_without_a_linked_messenger_nobody_is_invited(counter: Counter, sign_in: SignIn) -> None:
    owner = sign_in(counter.shop, await counter.user("Оля", role="owner"), Role.OWNER)

    answer = await owner.post("invitations", NEW)

    assert (answer.status, answer.json["code"]) == (409, "messenger_not_linked")
    assert "не подключён мессенджер" in answer.json["title"]
    assert await invitations(counter) == []


@pytest.mark.parametrize("trouble", ["blocked = true", "last_inbound_at = now() - interval '25 hours'"])
async def test_where_the_bot_may_not_write_now_nobody_is_invited(
    counter: Counter, sign_in: SignIn, trouble: str
) -> None:
    owner = await counter.member("Оля", Platform.WHATSAPP, role="owner")
    await counter.stage.sql(counter.shop, f"UPDATE dialogs SET {trouble}")

    answer = await sign_in(counter.shop, owner.user_id, Role.OWNER).post("invitations", NEW)

    assert (answer.status, answer.json["code"]) == (409, "messenger_closed")
    assert await invitations(counter) == []


async def test_who_asks_for_the_link_alone_gets_it_in_the_answer(counter: Counter, sign_in: SignIn) -> None:
    owner = await counter.member("Оля", role="owner")
    client = sign_in(counter.shop, owner.user_id, Role.OWNER)

    answer = await client.post("invitations", {**NEW, "send_to": "none"})

    assert answer.json["sent"] is False
    assert answer.json["link"].endswith(answer.json["token"])
    await owner.hears_nothing()
