"""An address is verified by a mailed link, once; until then nothing is refused, but no mail goes to strangers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from shared.identity.permissions import Role
from tests.doubles.mail_server import MailServer, open_mail_server
from tests.integration.identity.conftest import Office, OpenOffice, Person, verification_in
from tests.stack import WorkerStack


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


async def verified(person: Person) -> bool:
    return bool((await person.client.get("auth/me")).json["user"]["email_verified"])


async def test_who_registers_is_mailed_a_link_that_verifies_the_address_once(
    mailing: Office, server: MailServer
) -> None:
    owner = await mailing.register(language="kk")
    await asyncio.wait_for(server.arrived.wait(), 5)
    [mail] = server.mails
    assert mail["To"] == owner.email
    assert "растау" in server.text()
    token = verification_in(server)
    assert not await verified(owner)

    first = await mailing.anybody.post("auth/email/verify", {"token": token})
    again = await mailing.anybody.post("auth/email/verify", {"token": token})

    assert first.status == 204
    assert (again.status, again.json["code"]) == (400, "verification_invalid")
    assert await verified(owner)
    [entry] = (await owner.client.get("audit?action=user.email_verified")).json["items"]
    assert (entry["subject_id"], entry["actor_id"]) == (owner.id, owner.id)
    assert (entry["before"], entry["after"]) == ({"email_verified": False}, {"email_verified": True})


async def test_a_link_is_sent_again_once_a_minute_and_voids_the_first(
    mailing: Office, server: MailServer, worker_stack: WorkerStack
) -> None:
    owner = await mailing.register()
    await asyncio.wait_for(server.arrived.wait(), 5)
    old = verification_in(server)
    assert (await owner.client.post("auth/email/resend")).status == 204
    assert len(server.mails) == 1
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE email_verifications SET created_at = now() - interval '2 minutes'")
    server.arrived.clear()

    assert (await owner.client.post("auth/email/resend")).status == 204
    await asyncio.wait_for(server.arrived.wait(), 5)

    assert (await mailing.anybody.post("auth/email/verify", {"token": old})).status == 400
    assert (await mailing.anybody.post("auth/email/verify", {"token": verification_in(server)})).status == 204
    assert await verified(owner)


async def test_a_link_holds_for_its_time_and_is_kept_as_a_hash(
    mailing: Office, server: MailServer, worker_stack: WorkerStack
) -> None:
    owner = await mailing.register()
    await asyncio.wait_for(server.arrived.wait(), 5)
    token = verification_in(server)
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        [row] = connection.execute("SELECT v::text FROM email_verifications v").fetchall()
        assert token not in str(row)
        connection.execute("UPDATE email_verifications SET expires_at = now() - interval '1 second'")

    assert (await mailing.anybody.post("auth/email/verify", {"token": token})).status == 400
    assert not await verified(owner)


async def test_strangers_are_mailed_only_for_a_company_whose_owner_can_be_reached(
    mailing: Office, server: MailServer
) -> None:
    owner = await mailing.register()
    await asyncio.wait_for(server.arrived.wait(), 5)
    body = {"email": "new@uyut.kz", "role": "viewer"}

    before = (await owner.client.post("invitations", body)).json
    assert [mail["To"] for mail in server.mails] == [owner.email]
    await mailing.anybody.post("auth/email/verify", {"token": verification_in(server)})
    admin = await mailing.hire(owner, Role.ADMIN)
    after = (await admin.client.post("invitations", body)).json

    assert (before["sent"], before["not_sent"], before["link"] is not None) == (False, "owner_unverified", True)
    assert (after["sent"], after["not_sent"], after["link"]) == (True, None, None)
    assert server.mails[-1]["To"] == "new@uyut.kz"


async def test_who_cannot_be_sent_a_link_is_told_so(mailing: Office) -> None:
    owner = await mailing.register()
    body = {"name": "1C", "permissions": ["users:read"]}
    machine = mailing.with_token((await owner.client.post("service-tokens", body)).json["token"])

    assert (await machine.post("auth/email/resend")).status == 403


async def test_without_mail_nothing_is_made(office: Office, worker_stack: WorkerStack) -> None:
    owner = await office.register()

    assert (await owner.client.post("auth/email/resend")).status == 204
    assert not await verified(owner)
    with psycopg.connect(worker_stack.superuser_url) as connection:
        assert connection.execute("SELECT FROM email_verifications").fetchall() == []


@pytest.mark.parametrize("token", ["zev_never-was", "x", "\x00"])
async def test_a_link_that_never_was_verifies_nothing(office: Office, token: str) -> None:
    assert (await office.anybody.post("auth/email/verify", {"token": token})).status == 400
