"""Machine clients: tokens with a part of their maker's permissions, shown once, revoked at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from shared.identity.permissions import Role
from shared.kernel.clock import utc_now
from tests.integration.identity.conftest import Office, OpenOffice, Person
from tests.stack import WorkerStack


@pytest.fixture
async def owner(office: Office) -> Person:
    return await office.register()


async def made(owner: Person, *permissions: str, **more: Any) -> dict[str, Any]:
    answer = await owner.client.post("service-tokens", {"name": "1C", "permissions": list(permissions), **more})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    return found


async def test_a_service_token_does_what_it_names_and_nothing_else(office: Office, owner: Person) -> None:
    shown = await made(owner, "cities:read", "users:read")
    client = office.with_token(shown["token"])

    assert shown["token"].startswith("zst_")
    assert (await client.get("cities")).status == 200
    assert (await client.get("users")).status == 200
    assert (await client.post("cities", {"slug": "almaty", "name": "Алматы"})).status == 403
    assert (await client.get("audit")).status == 403
    me = (await client.get("auth/me")).json
    assert (me["kind"], me["user"], me["service"]["name"]) == ("service", None, "1C")
    assert me["permissions"] == ["users:read", "cities:read"]


async def test_the_token_is_shown_once_and_kept_as_a_hash(
    office: Office, owner: Person, worker_stack: WorkerStack
) -> None:
    shown = await made(owner, "cities:read")

    [listed] = (await owner.client.get("service-tokens")).json["items"]
    assert listed == shown["service_token"]
    with psycopg.connect(worker_stack.superuser_url) as connection:
        rows = connection.execute("SELECT t::text FROM service_tokens t").fetchall()
    assert shown["token"].removeprefix("zst_") not in str(rows)


async def test_a_revoked_token_opens_nothing(office: Office, owner: Person) -> None:
    shown = await made(owner, "cities:read")
    client = office.with_token(shown["token"])
    assert (await client.get("cities")).status == 200

    assert (await owner.client.delete(f"service-tokens/{shown['service_token']['id']}")).status == 204

    assert (await client.get("cities")).status == 401


async def test_a_token_ends_when_it_said_even_where_a_copy_is_kept(
    open_office: OpenOffice, worker_stack: WorkerStack
) -> None:
    office = await open_office(caller_cache_seconds=15.0)
    owner = await office.register()
    end = utc_now() + timedelta(seconds=4)
    shown = await made(owner, "cities:read", expires_at=end.isoformat())
    client = office.with_token(shown["token"])

    assert (await client.get("cities")).status == 200
    await asyncio.sleep((end - utc_now()).total_seconds() + 0.1)
    assert (await client.get("cities")).status == 401


async def test_its_last_use_is_noted(office: Office, owner: Person) -> None:
    shown = await made(owner, "cities:read")
    assert shown["service_token"]["last_used_at"] is None

    await office.with_token(shown["token"]).get("cities")

    [listed] = (await owner.client.get("service-tokens")).json["items"]
    assert listed["last_used_at"] is not None


async def test_nobody_gives_a_machine_more_than_they_have(office: Office, owner: Person) -> None:
    admin = await office.hire(owner, Role.ADMIN)
    body = {"name": "х", "permissions": ["cities:read"]}
    assert (await admin.client.post("service-tokens", body)).status == 403

    maker = office.with_token((await made(owner, "service_tokens:write", "cities:read"))["token"])
    assert (await maker.post("service-tokens", body)).status == 201
    assert (await maker.post("service-tokens", {"name": "х", "permissions": ["cities:write"]})).status == 403


async def test_a_machine_makes_no_user_that_may_do_more_than_itself(office: Office, owner: Person) -> None:
    viewer = await office.hire(owner, Role.VIEWER)
    machine = office.with_token((await made(owner, "users:write", "users:read"))["token"])
    new = {"email": "new@uyut.kz", "name": "Х", "role": "admin"}

    assert (await machine.post("users", new)).status == 403
    assert (await machine.post("users", {**new, "role": "viewer"})).status == 403
    assert (await machine.post("invitations", {"email": "new@uyut.kz", "role": "admin"})).status == 403
    assert (await machine.patch(f"users/{viewer.id}", {"role": "admin"})).status == 403
    assert (await machine.delete(f"users/{owner.id}")).status == 403
    assert (await machine.post(f"users/{owner.id}/reset-link")).status == 403


async def test_a_machine_has_no_account_of_its_own(office: Office, owner: Person) -> None:
    machine = office.with_token((await made(owner, "users:write"))["token"])
    change = {"current": "x", "new": "long-enough-one"}

    assert (await machine.patch("auth/me", {"name": "Х"})).status == 403
    assert (await machine.post("auth/password/change", change)).status == 403
    assert (await machine.post("auth/logout")).status == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"permissions": []},
        {"permissions": ["everything"]},
        {"name": ""},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00"},
        {"expires_at": "never"},
    ],
)
async def test_a_token_that_breaks_a_rule_is_not_made(owner: Person, changes: dict[str, object]) -> None:
    body = {"name": "1C", "permissions": ["cities:read"], **changes}

    assert (await owner.client.post("service-tokens", body)).status == 400


@pytest.mark.parametrize("token", ["zst_", "zst_" + "a" * 43, "zst_' OR 1=1 --", "ZST_x"])
async def test_a_token_that_never_was_opens_nothing(office: Office, token: str) -> None:
    assert (await office.with_token(token).get("auth/me")).status == 401
