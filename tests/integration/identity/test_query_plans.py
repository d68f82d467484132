"""What requests and pages of the audit log ask uses an index, as the app role, under row level security."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from shared.identity.accounts import AuditFilter
from shared.identity.handlers.audit_log import AuditHandlers
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller, CallerKind
from shared.runtime.database import Database
from tests.integration.shops import Shop
from tests.stack import WorkerStack

ENTRIES = 20_000
_FILL = f"""
INSERT INTO users (company_id, id, email, role, language)
SELECT %(company)s, gen_random_uuid(), 'u' || n || '@uyut.kz', 'viewer', 'ru' FROM generate_series(1, 5000) n;
INSERT INTO sessions (company_id, id, user_id, expires_at)
SELECT company_id, gen_random_uuid(), id, now() + interval '1 day' FROM users;
INSERT INTO refresh_tokens (company_id, id, session_id, token_hash, expires_at)
SELECT company_id, gen_random_uuid(), id, uuid_send(id), expires_at FROM sessions;
INSERT INTO audit_log (company_id, id, at, actor_kind, actor_id, action, subject_type, subject_id)
SELECT %(company)s, gen_random_uuid(), now() - n * interval '1 minute', 'user',
       ('00000000-0000-0000-0000-0000000000' || lpad((n %% 90 + 10)::text, 2, '0'))::uuid,
       'product.' || n %% 50, 'product', (n %% 4000)::text FROM generate_series(1, {ENTRIES}) n
"""
_SCANNED = text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
BIG = {"users", "sessions", "refresh_tokens", "audit_log"}


@pytest.fixture
def filled(worker_stack: WorkerStack, shop: Shop) -> Shop:
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        for statement in _FILL.split(";\n"):
            connection.execute(statement, {"company": shop.company_id})
        connection.execute("ANALYZE")
    return shop


@pytest.mark.parametrize(
    "look_up",
    [
        "SELECT * FROM find_user_by_email('u77@uyut.kz')",
        "SELECT * FROM find_refresh_token('\\x00'::bytea)",
        "SELECT * FROM find_service_token('\\x00'::bytea)",
    ],
)
async def test_what_is_found_before_the_company_is_known_reads_no_table_from_end_to_end(
    database: Database, filled: Shop, look_up: str
) -> None:
    async with database.anonymous_scope() as session:
        await session.execute(text(look_up))
        scanned = {row.relname for row in await session.execute(_SCANNED)}

    assert scanned & BIG == set()


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"actor_id": "00000000-0000-0000-0000-000000000042"},
        {"action": "product.7"},
        {"subject_type": "product", "subject_id": "77"},
        {"at_from": "2020-01-01T00:00:00Z", "at_before": "2999-01-01T00:00:00Z"},
    ],
)
async def test_a_page_of_the_audit_log_is_read_by_an_index(
    database: Database, filled: Shop, filters: dict[str, Any]
) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM audit_log" in statement:
            statements.append((statement, parameters))

    caller = Caller(
        company_id=filled.company_id,
        user_id=None,
        kind=CallerKind.SERVICE,
        role=None,
        permissions=ROLE_PERMISSIONS[Role.OWNER],
        language="ru",
    )
    engine = database._app.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    page = await AuditHandlers(database).list(caller, AuditFilter.model_validate_strings(filters))
    event.remove(engine, "before_cursor_execute", note)

    assert page.items
    [(statement, parameters)] = statements
    async with database.session_scope(filled.company_id) as session:
        connection = await session.connection()
        explained = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        plan = json.dumps(explained.scalar_one())
    assert "ix_audit_log" in plan
    assert "Seq Scan" not in plan
    assert '"Sort"' not in plan
