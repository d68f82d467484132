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
