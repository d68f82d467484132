"""The audit log holds who changed what, in the change's own transaction, and no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from shared.identity import audit
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller, CallerKind
from shared.runtime.database import Database
from tests.integration.identity.conftest import PASSWORD, Office
from tests.integration.shops import Shop
from tests.stack import WorkerStack


@pytest.fixture
def caller(shop: Shop) -> Caller:
    return Caller(
        company_id=shop.company_id,
        user_id=uuid4(),
        kind=CallerKind.USER,
        role=Role.OWNER,
        permissions=ROLE_PERMISSIONS[Role.OWNER],
        language="ru",
        address="203.0.113.7",
    )


async def logged(database: Database, company_id: UUID) -> list[dict[str, object]]:
    async with database.session_scope(company_id) as session:
        rows = await session.execute(text("SELECT * FROM audit_log ORDER BY id"))
        return [dict(row) for row in rows.mappings()]


async def test_a_change_is_told_with_who_made_it_and_only_what_differs(
    database: Database, shop: Shop, caller: Caller
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await audit.record(
            session,
            caller,
            action="product.updated",
            subject_type="product",
            subject_id="SOFA-001",
            before={"name": "Диван", "price": 250000, "at": datetime(2026, 1, 1, tzinfo=UTC)},
            after={"name": "Диван", "price": 199000, "at": datetime(2026, 1, 1, tzinfo=UTC)},
        )

    [row] = await logged(database, shop.company_id)
    assert (row["actor_kind"], row["actor_id"], row["address"]) == ("user", caller.user_id, "203.0.113.7")
    assert (row["action"], row["subject_type"], row["subject_id"]) == ("product.updated", "product", "SOFA-001")
    assert (row["before"], row["after"]) == ({"price": 250000}, {"price": 199000})


async def test_a_rolled_back_change_leaves_no_entry(database: Database, shop: Shop, caller: Caller) -> None:
    async def fail_after_recording() -> None:
        async with database.session_scope(shop.company_id) as session:
            await audit.record(
                session, caller, action="a.b", subject_type="a", subject_id="1", before=None, after={}
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_recording()

    assert await logged(database, shop.company_id) == []


async def test_secrets_are_told_as_changed_and_never_shown(database: Database, shop: Shop, caller: Caller) -> None:
    before = {"password": "hunter2-old", "credentials": {"token": "1:AAA-old"}, "name": "Бот", "max_tokens": 3}
    after = {
        "password": "hunter2-new",
        "credentials": {"token": "1:AAA-new"},
        "app_secret": SecretStr("s3cret-value"),
        "nested": [{"refresh_token": "zrt_value", "has_password": True}],
        "name": "Бот\x00 \ud800",
        "max_tokens": 4,
    }

    async with database.session_scope(shop.company_id) as session:
        await audit.record(
            session, caller, action="bot.updated", subject_type="bot", subject_id="1", before=before, after=after
        )

    [row] = await logged(database, shop.company_id)
    told = f"{row['before']} {row['after']}"
    assert not any(part in told for part in ("hunter2", "AAA", "s3cret", "zrt_"))
    assert row["before"] == {"password": "•••", "credentials": "•••", "name": "Бот", "max_tokens": 3}
    assert row["after"] == {
        "password": "•••",
        "credentials": "•••",
        "app_secret": "•••",
        "nested": [{"refresh_token": "•••", "has_password": True}],
        "name": "Бот\ufffd \ufffd",
        "max_tokens": 4,
    }


async def test_an_entry_can_be_neither_changed_nor_deleted(
    database: Database, shop: Shop, caller: Caller, settings_env: dict[str, str]
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await audit.record(session, caller, action="a.b", subject_type="a", subject_id="1", before=None, after={})

    for statement in ("UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with psycopg.connect(settings_env["DATABASE_URL"]) as connection:
            connection.execute("SELECT set_config('app.company_id', %s, false)", (str(shop.company_id),))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


async def test_a_company_sees_its_own_entries_alone(
    database: Database, shop: Shop, other_shop: Shop, caller: Caller, worker_stack: WorkerStack
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await audit.record(session, caller, action="a.b", subject_type="a", subject_id="1", before=None, after={})

    assert await logged(database, other_shop.company_id) == []
    assert len(await logged(database, shop.company_id)) == 1


async def test_every_change_of_identity_is_told_and_no_secret(office: Office, worker_stack: WorkerStack) -> None:
    owner = await office.register()
    manager = await office.hire(owner, Role.MANAGER)
    invited = (await owner.client.post("invitations", {"email": "i@uyut.kz", "role": "viewer"})).json
    joining = {"invitation": invited["token"], "name": "Х", "password": PASSWORD}
    joined = (await office.anybody.post("auth/register", joining)).json
    second = (await owner.client.post("invitations", {"email": "j@uyut.kz", "role": "viewer"})).json
    await owner.client.delete(f"invitations/{second['invitation']['id']}")
    link = (await owner.client.post(f"users/{manager.id}/reset-link")).json
    await office.anybody.post("auth/password/reset", {"token": link["token"], "password": "second-password"})
    await owner.client.post("auth/password/change", {"current": PASSWORD, "new": "third-password"})
    machine = (await owner.client.post("service-tokens", {"name": "1C", "permissions": ["users:read"]})).json
    await owner.client.patch(f"users/{manager.id}", {"role": "viewer"})
    await owner.client.delete(f"users/{manager.id}")
    await owner.client.delete(f"service-tokens/{machine['service_token']['id']}")

    entries = (await owner.client.get("audit?limit=100")).json["items"]

    assert [entry["action"] for entry in reversed(entries)] == [
        "company.registered",
        "user.created",
        "user.created",
        "invitation.created",
        "invitation.accepted",
        "invitation.created",
        "invitation.revoked",
        "user.reset_link_issued",
        "user.password_changed",
        "user.password_changed",
        "service_token.created",
        "user.updated",
        "user.deleted",
        "service_token.revoked",
    ]
    assert (entries[2]["before"], entries[2]["after"]) == ({"role": "manager"}, {"role": "viewer"})
    assert (entries[2]["actor_id"], entries[2]["actor_name"]) == (owner.id, "Айгуль")
    with psycopg.connect(worker_stack.superuser_url) as connection:
        told = str(connection.execute("SELECT a::text FROM audit_log a").fetchall())
    secrets = [PASSWORD, "second-password", "third-password", "argon2", "zin_", "zpr_", "zst_", "zrt_"]
    secrets += [invited["token"][4:], link["token"][4:], machine["token"][4:], joined["refresh_token"][4:]]
    assert [secret for secret in secrets if secret in told] == []


async def test_the_log_is_read_by_who_what_where_and_when_in_pages(office: Office) -> None:
    owner = await office.register()
    admin = await office.hire(owner, Role.ADMIN)
    for number in range(5):
        await admin.client.patch("auth/me", {"name": f"Имя {number}"})

    async def actions(query: str) -> list[str]:
        answer = await owner.client.get(f"audit?{query}")
        assert answer.status == 200, answer.body
        return [f"{entry['action']} {(entry['after'] or {}).get('name', '')}" for entry in answer.json["items"]]

    newest = [f"user.updated Имя {number}" for number in (4, 3, 2, 1, 0)]
    assert await actions(f"actor_id={admin.id}") == newest
    assert await actions("action=user.updated") == newest
    assert len(await actions(f"subject_type=user&subject_id={admin.id}")) == 6
    assert await actions("action=user.updated&at_from=2999-01-01T00:00:00Z") == []
    assert await actions("action=user.updated&at_before=2999-01-01T00:00:00Z&limit=2") == newest[:2]
    first = (await owner.client.get("audit?action=user.updated&limit=2")).json
    assert await actions(f"action=user.updated&limit=2&cursor={first['next']}") == newest[2:4]
    moments = ("at_from=yesterday", "at_from=2026-01-01T00:00:00")
    for hostile in (*moments, "cursor=x", "limit=0", "limit=1000", "who=x"):
        assert (await owner.client.get(f"audit?{hostile}")).status == 400
    assert await actions("action=%00%27%20OR%201=1") == []
