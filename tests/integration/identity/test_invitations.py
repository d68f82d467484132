"""Invitations: a link that is good for one registration, mailed where the platform can, else shown once."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import psycopg
import pytest

from shared.identity.permissions import Role
from tests.doubles.api_client import Answer
from tests.doubles.mail_server import open_mail_server
from tests.integration.identity.conftest import PASSWORD, Office, OpenOffice, Person
from tests.stack import WorkerStack


@pytest.fixture
async def owner(office: Office) -> Person:
    return await office.register()


async def invited(person: Person, email: str = "new@uyut.kz", role: str = "manager", **more: Any) -> dict[str, Any]:
    answer = await person.client.post("invitations", {"email": email, "role": role, **more})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    return found


async def accepted(office: Office, token: str) -> Answer:
    return await office.anybody.post("auth/register", {"invitation": token, "name": "Ерлан", "password": PASSWORD})


async def test_without_mail_the_link_is_shown_once_and_lets_one_person_in(office: Office, owner: Person) -> None:
    shown = await invited(owner, "New@Uyut.kz", "manager", language="kk")

    assert (shown["sent"], shown["not_sent"]) == (False, "mail_failed")
    assert shown["link"] == f"https://panel.example/join#invitation={shown['token']}"
    [listed] = (await owner.client.get("invitations")).json["items"]
    assert "token" not in listed
    assert listed["email"] == "new@uyut.kz"

    joined = await accepted(office, shown["token"])
    user = joined.json["me"]["user"]
    assert (user["email"], user["role"], user["language"]) == ("new@uyut.kz", "manager", "kk")
    assert joined.json["me"]["company"]["id"] == str(owner.company_id)
    assert (await owner.client.get("invitations")).json["items"] == []
    assert (await accepted(office, shown["token"])).json["code"] == "invitation_invalid"


async def test_many_at_once_with_one_link_make_one_user(office: Office, owner: Person) -> None:
    shown = await invited(owner)

    answers = await asyncio.gather(*(accepted(office, shown["token"]) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [201, 400, 400, 400, 400]


async def test_a_second_invitation_voids_the_first(office: Office, owner: Person) -> None:
    first, second = await invited(owner), await invited(owner, role="viewer")

    assert (await accepted(office, first["token"])).status == 400
    assert (await accepted(office, second["token"])).json["me"]["user"]["role"] == "viewer"


async def test_an_invitation_that_was_revoked_or_ran_out_lets_nobody_in(
    office: Office, owner: Person, worker_stack: WorkerStack
) -> None:
    revoked, old = await invited(owner, "a@uyut.kz"), await invited(owner, "b@uyut.kz")
    assert (await owner.client.delete(f"invitations/{revoked['invitation']['id']}")).status == 204
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE invitations SET expires_at = now() - interval '1 second'")

    for token in (revoked["token"], old["token"], "zin_never", "x\x00"):
        answer = await accepted(office, token)
        assert (answer.status, answer.json["code"]) == (400, "invitation_invalid")


async def test_who_is_a_user_already_is_not_invited(office: Office, owner: Person) -> None:
    manager = await office.hire(owner, Role.MANAGER)

    answer = await owner.client.post("invitations", {"email": manager.email, "role": "viewer"})

    assert answer.status == 409


async def test_a_user_of_another_company_can_be_invited_and_cannot_join(office: Office, owner: Person) -> None:
    await office.register("boss@sklad.kz", company="Склад")

    shown = await invited(owner, "boss@sklad.kz")
    answer = await accepted(office, shown["token"])

    assert answer.status == 409
    assert len((await owner.client.get("users")).json["items"]) == 1


async def test_one_cannot_invite_and_register_a_company_in_one_request(office: Office, owner: Person) -> None:
    shown = await invited(owner)
    body = {"invitation": shown["token"], "name": "Х", "password": PASSWORD, "email": "other@uyut.kz"}

    assert (await office.anybody.post("auth/register", body)).status == 400
    assert (await office.anybody.post("auth/register", {"name": "Х", "password": PASSWORD})).status == 400


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "приглашает вас"), ("kk", "шақырады"), ("en", "invites you")]
)
async def test_with_mail_the_link_goes_to_the_person_alone(
    open_office: OpenOffice, language: str, words: str
) -> None:
    async with open_mail_server() as server:
        office = await open_office(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            mail_from="Zeta <no-reply@zeta.example>",
        )
        owner = await office.register_verified(server)
        answer = await invited(owner, "new@uyut.kz", language=language)

        assert (answer["sent"], answer["link"], answer["token"]) == (True, None, None)
        [mail] = server.mails
        assert (mail["To"], mail["From"]) == ("new@uyut.kz", "Zeta <no-reply@zeta.example>")
        assert "Мебель Уют" in mail["Subject"]
        assert words in server.text()
        found = re.search(r"https://panel\.example/join#invitation=(\S+)", server.text())
        assert found is not None
        assert (await accepted(office, found[1])).status == 201


async def test_a_mail_that_is_refused_leaves_the_link_to_the_inviter(open_office: OpenOffice) -> None:
    async with open_mail_server() as server:
        office = await open_office(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", mail_from="no-reply@zeta.example"
        )
        owner = await office.register_verified(server)
        server.refuses = True

        answer = await invited(owner)

    assert (answer["sent"], answer["not_sent"]) == (False, "mail_failed")
    assert (await accepted(office, answer["token"])).status == 201


async def test_a_company_s_name_cannot_add_headers_to_the_mail(open_office: OpenOffice) -> None:
    async with open_mail_server() as server:
        office = await open_office(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", mail_from="no-reply@zeta.example"
        )
        body = {"email": "o@uyut.kz", "name": "Х", "password": PASSWORD, "company": "Уют\r\nBcc: all@uyut.kz"}
        assert (await office.anybody.post("auth/register", body)).status == 400
        owner = await office.register_verified(server, company="{link} %s Уют {0}")

        assert (await invited(owner))["sent"] is True
        assert "{link} %s Уют {0}" in server.mails[0]["Subject"]


@pytest.mark.parametrize("ending", ["deactivated", "demoted", "deleted"])
async def test_who_is_shut_out_leaves_no_invitation_behind(office: Office, owner: Person, ending: str) -> None:
    """An invitation to an own second address would be a way back in."""
    admin = await office.hire(owner, Role.ADMIN)
    back_door = await invited(admin, "second@uyut.kz", "admin")
    other = await invited(owner, "third@uyut.kz")

    if ending == "deleted":
        assert (await owner.client.delete(f"users/{admin.id}")).status == 204
    else:
        change = {"active": False} if ending == "deactivated" else {"role": "viewer"}
        assert (await owner.client.patch(f"users/{admin.id}", change)).status == 200

    assert (await accepted(office, back_door["token"])).json["code"] == "invitation_invalid"
    assert (await accepted(office, other["token"])).status == 201
    logged = (await owner.client.get("audit?action=invitation.revoked")).json["items"]
    assert [entry["before"]["email"] for entry in logged] == ["second@uyut.kz"]
