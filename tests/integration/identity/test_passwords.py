"""Passwords: changed by who knows them, reset by a link that is good once; "forgot" tells nobody anything."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator

import psycopg
import pytest

from shared.identity.permissions import Role
from tests.doubles.api_client import Answer
from tests.doubles.mail_server import MailServer, open_mail_server
from tests.host import PATIENCE
from tests.integration.identity.conftest import PASSWORD, Office, OpenOffice, Person
from tests.stack import WorkerStack

NEW = "another-long-one"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with open_mail_server() as opened:
        yield opened


@pytest.fixture
async def mailing(open_office: OpenOffice, server: MailServer) -> Office:
    """An office that can send mail."""
    return await open_office(
        smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", mail_from="no-reply@zeta.example"
    )


async def opens(office: Office, email: str, password: str) -> bool:
    return (await office.anybody.post("auth/login", {"email": email, "password": password})).status == 200


async def reset(office: Office, token: str, password: str = NEW) -> Answer:
    return await office.anybody.post("auth/password/reset", {"token": token, "password": password})


async def forgot(office: Office, email: str) -> tuple[int, float]:
    started = time.perf_counter()
    answer = await office.anybody.post("auth/password/forgot", {"email": email})
    assert answer.body == b""
    return answer.status, time.perf_counter() - started


async def token_in(server: MailServer) -> str:
    """The token of the link that is mailed: "forgot" may be answered before its mail is there."""
    await asyncio.wait_for(server.arrived.wait(), PATIENCE)
    found = re.search(r"https://panel\.example/reset#token=(\S+)", server.text())
    assert found is not None
    return found[1]


# ---- change -----------------------------------------------------------------------------------------


async def test_a_changed_password_ends_all_sessions_but_this_one(office: Office) -> None:
    owner = await office.register()
    elsewhere = await office.log_in(owner.email)

    answer = await owner.client.post("auth/password/change", {"current": PASSWORD, "new": NEW})

    assert answer.status == 204
    assert await office.welcome(owner)
    assert not await office.welcome(elsewhere)
    refused = await office.anybody.post("auth/refresh", {"refresh_token": elsewhere.refresh_token})
    assert refused.status == 401
    assert (await opens(office, owner.email, PASSWORD), await opens(office, owner.email, NEW)) == (False, True)


@pytest.mark.usefixtures("long_waits")
async def test_who_does_not_know_the_password_does_not_change_it_and_waits(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=3)
    owner = await office.register()

    answers = [
        await owner.client.post("auth/password/change", {"current": f"guess-{n}", "new": NEW}) for n in range(4)
    ]

    assert [answer.status for answer in answers] == [400, 400, 400, 429]
    assert answers[0].json["errors"][0]["field"] == "current"


@pytest.mark.parametrize("new", ["short", "x" * 201, "", None])
async def test_a_new_password_has_a_length(office: Office, new: object) -> None:
    owner = await office.register()

    assert (await owner.client.post("auth/password/change", {"current": PASSWORD, "new": new})).status == 400


async def test_a_password_is_the_same_however_a_keyboard_composes_it(office: Office) -> None:
    composed, decomposed = "пароль-йё-123", "пароль-и\u0306е\u0308-123"
    owner = await office.register()
    await owner.client.post("auth/password/change", {"current": PASSWORD, "new": composed})

    assert await opens(office, owner.email, decomposed)


# ---- forgot and reset by mail -----------------------------------------------------------------------


async def test_the_mailed_link_sets_a_new_password_once_and_ends_all_sessions(
    mailing: Office, server: MailServer
) -> None:
    owner = await mailing.register(language="kk")

    assert (await forgot(mailing, "Owner@uyut.kz"))[0] == 204
    token = await token_in(server)
    assert server.mails[0]["To"] == owner.email
    assert "құпиясөз" in server.text()

    assert (await reset(mailing, token)).status == 204
    assert not await mailing.welcome(owner)
    assert await opens(mailing, owner.email, NEW)
    again = await reset(mailing, token, "a-third-password")
    assert (again.status, again.json["code"]) == (400, "reset_invalid")
    assert await opens(mailing, owner.email, NEW)


async def test_forgot_says_the_same_in_the_same_time_whether_the_account_exists(
    mailing: Office, server: MailServer
) -> None:
    """The mail server takes nothing until all are answered: who waited for it would wait for ever."""
    server.takes.clear()
    owner = await mailing.register()
    viewer = await mailing.hire(owner, Role.VIEWER)
    await owner.client.patch(f"users/{viewer.id}", {"active": False})

    told = [await forgot(mailing, email) for email in (owner.email, "nobody@uyut.kz", viewer.email, "no address")]

    assert {status for status, _ in told} == {204}
    assert min(taken for _, taken in told) >= 0.3
    server.takes.set()
    await token_in(server)
    assert [mail["To"] for mail in server.mails] == [owner.email]


async def test_forgot_is_not_a_way_to_flood_a_mailbox(mailing: Office, server: MailServer) -> None:
    owner = await mailing.register()

    await asyncio.gather(*(forgot(mailing, owner.email) for _ in range(4)))

    await token_in(server)
    assert len(server.mails) == 1


async def test_forgot_answers_though_the_mail_server_is_gone(open_office: OpenOffice) -> None:
    office = await open_office(
        smtp_host="127.0.0.1", smtp_port=9, smtp_security="none", mail_from="no-reply@zeta.example"
    )
    owner = await office.register()

    assert (await forgot(office, owner.email))[0] == 204


async def test_a_link_holds_for_its_time(mailing: Office, server: MailServer, worker_stack: WorkerStack) -> None:
    owner = await mailing.register()
    await forgot(mailing, owner.email)
    token = await token_in(server)
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE password_resets SET expires_at = now() - interval '1 second'")

    assert (await reset(mailing, token)).status == 400
    assert await opens(mailing, owner.email, PASSWORD)


async def test_many_at_once_with_one_link_set_one_password(mailing: Office, server: MailServer) -> None:
    owner = await mailing.register()
    await forgot(mailing, owner.email)
    token = await token_in(server)

    answers = await asyncio.gather(*(reset(mailing, token, f"password-number-{n}") for n in range(4)))

    assert sorted(answer.status for answer in answers) == [204, 400, 400, 400]


@pytest.mark.usefixtures("long_waits")
async def test_a_reset_lets_in_who_was_made_to_wait(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=2)
    owner = await office.register()
    manager = await office.hire(owner, Role.MANAGER)
    for _ in range(3):
        await opens(office, manager.email, "wrong-password")
    assert not await opens(office, manager.email, PASSWORD)

    issued = (await owner.client.post(f"users/{manager.id}/reset-link")).json
    await reset(office, issued["token"])

    assert await opens(office, manager.email, NEW)


@pytest.mark.parametrize("token", ["zpr_never", "x", "zpr_\x00", "' OR 1=1 --"])
async def test_a_link_that_never_was_sets_nothing(office: Office, token: str) -> None:
    assert (await reset(office, token)).status == 400


# ---- links that an administrator issues -------------------------------------------------------------


async def test_an_issued_link_is_shown_once_and_voids_earlier_ones(office: Office) -> None:
    owner = await office.register()
    created = await owner.client.post("users", {"email": "new@uyut.kz", "name": "Х", "role": "viewer"})
    path = f"users/{created.json['id']}/reset-link"
    assert not await opens(office, "new@uyut.kz", PASSWORD)

    first, second = (await owner.client.post(path)).json, (await owner.client.post(path)).json

    assert second["link"] == f"https://panel.example/reset#token={second['token']}"
    assert (await reset(office, first["token"])).status == 400
    assert (await reset(office, second["token"])).status == 204
    assert await opens(office, "new@uyut.kz", NEW)


async def test_a_link_is_issued_downwards_alone(office: Office) -> None:
    owner = await office.register()
    admin = await office.hire(owner, Role.ADMIN)
    peer = await office.hire(owner, Role.ADMIN, "peer@uyut.kz")
    manager = await office.hire(owner, Role.MANAGER)

    async def issues(boss: Person, whose: Person) -> int:
        return (await boss.client.post(f"users/{whose.id}/reset-link")).status

    assert await issues(admin, manager) == 201
    assert await issues(owner, admin) == 201
    assert await issues(admin, peer) == 403
    assert await issues(admin, admin) == 403
    assert await issues(owner, owner) == 403
    assert await issues(manager, admin) == 403


async def test_a_deactivated_user_s_link_is_void(office: Office) -> None:
    owner = await office.register()
    manager = await office.hire(owner, Role.MANAGER)
    issued = (await owner.client.post(f"users/{manager.id}/reset-link")).json

    await owner.client.patch(f"users/{manager.id}", {"active": False})

    assert (await reset(office, issued["token"])).status == 400
    assert (await owner.client.post(f"users/{manager.id}/reset-link")).status == 400
