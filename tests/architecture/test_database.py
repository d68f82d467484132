"""What Postgres itself enforces, read from its catalogue: tenancy, privileges, the functions that step over it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.stack import WorkerStack

OWN_COMPANY = "(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"
SCHEDULE_ONLY = {"company_turns"}
"""Tables of no tenant's data that the app role may not touch at all."""

NO_TENANT = {"alembic_version", "login_attempts"}
"""Log-in attempts name accounts that may not exist: hashes, behind functions of the definer alone."""

ALL = "DELETE INSERT SELECT UPDATE"
APP = {
    "analytics_days": ALL,
    "analytics_events": "INSERT SELECT UPDATE",
    "api_requests": ALL,
    "audit_log": "INSERT SELECT",
    "bot_configurations": ALL,
    "bots": ALL,
    "cart_lines": ALL,
    "carts": ALL,
    "catalog_state": ALL,
    "catalog_words": ALL,
    "cities": ALL,
    "companies": "INSERT SELECT UPDATE",
    "customer_dialogs": ALL,
    "customers": ALL,
    "delivery_events": "SELECT UPDATE",
    "dialog_addresses": "DELETE SELECT",
    "dialogs": "INSERT SELECT UPDATE",
    "email_verifications": "DELETE INSERT SELECT",
    "escalations": "INSERT SELECT UPDATE",
    "failures": "INSERT SELECT UPDATE",
    "group_people": ALL,
    "inbox": "SELECT UPDATE",
    "invitations": ALL,
    "messages": "DELETE INSERT SELECT",
    "model_usage": "INSERT SELECT UPDATE",
    "order_changes": "INSERT SELECT UPDATE",
    "order_counters": "INSERT SELECT UPDATE",
    "order_lines": "INSERT SELECT",
    "orders": "INSERT SELECT UPDATE",
    "outbox": "INSERT SELECT UPDATE",
    "password_resets": ALL,
    "price_alerts": ALL,
    "product_categories": ALL,
    "product_changes": "DELETE SELECT",
    "product_import_errors": "DELETE INSERT SELECT",
    "product_imports": ALL,
    "products": ALL,
    "prompts": ALL,
    "staff_link_codes": ALL,
    "staff_link_tries": "DELETE INSERT SELECT",
    "refresh_tokens": ALL,
    "service_tokens": ALL,
    "sessions": ALL,
    "stock_reservations": ALL,
    "users": ALL,
}
DEFINER = {
    "analytics_days": "DELETE SELECT",
    "analytics_events": "DELETE SELECT",
    "api_requests": "DELETE SELECT",
    "bots": "SELECT",
    "cities": "SELECT",
    "companies": "SELECT UPDATE",
    "delivery_events": "INSERT SELECT",
    "dialog_addresses": ALL,
    "dialogs": "INSERT SELECT UPDATE",
    "dialogs_id_seq": "USAGE",
    "email_verifications": "SELECT",
    "inbox": "INSERT SELECT UPDATE",
    "messages": "SELECT",
    "outbox": "SELECT UPDATE",
    "invitations": "SELECT",
    "login_attempts": ALL,
    "password_resets": "SELECT",
    "product_changes": "INSERT",
    "products": "SELECT",
    "refresh_tokens": "SELECT",
    "service_tokens": "SELECT",
    "users": "SELECT",
}
SYSTEM = {"company_turns": "INSERT SELECT UPDATE"}

SYSTEM_READS = {
    "bots": "company_id id platform active misconfigured send_after",
    "companies": "id slug name active config_version",
    "delivery_events": "id company_id bot_id received_at applied",
    "dialogs": "id company_id bot_id history_seq blocked received_seq done_seq due_at lease_token lease_until "
    "attempts outbox_seq sent_seq send_at send_token send_until",
    "escalations": "company_id id dialog_id status expires_at due_at resolved_at",
    "inbox": "id company_id dialog_id status due_at received_at",
    "outbox": "id company_id dialog_id seq status",
    "price_alerts": "company_id state due_at",
    "product_changes": "company_id id product_id at",
    "product_imports": "company_id id status lease_until",
    "stock_reservations": "company_id order_id expires_at",
}
SYSTEM_WRITES = {
    "dialogs": "due_at lease_token lease_until attempts send_at send_token send_until",
    "product_imports": "status lease_until",
}

FUNCTIONS = {
    "companies_with_uncounted_days": {"zeta_system"},
    "begin_login": {"zeta_app"},
    "end_login": {"zeta_app"},
    "find_bot": {"zeta_app"},
    "find_email_verification": {"zeta_app"},
    "forget_analytics": {"zeta_system"},
    "find_invitation": {"zeta_app"},
    "find_password_reset": {"zeta_app"},
    "find_refresh_token": {"zeta_app"},
    "find_service_token": {"zeta_app"},
    "find_user_by_email": {"zeta_app"},
    "forget_api_requests": {"zeta_system"},
    "forget_private_calls": {"zeta_system"},
    "forget_raw_bodies": {"zeta_system"},
    "list_products": {"zeta_app"},
    "raise_config_version": set[str](),
    "receive_events": {"zeta_app"},
    "record_product_changes": set[str](),
    "search_messages": {"zeta_app"},
    "search_products": {"zeta_app"},
    "walk_products": {"zeta_app"},
    "products_by_barcode": {"zeta_app"},
}
"""The SECURITY DEFINER functions and who may call them; a trigger's function is called by nobody."""

BEFORE_THE_COMPANY = {
    "begin_login",
    "end_login",
    "find_bot",
    "find_email_verification",
    "find_invitation",
    "find_password_reset",
    "find_refresh_token",
    "find_service_token",
    "find_user_by_email",
    "receive_events",
}
"""What the app asks before it knows the company: answered by ids, or (log-ins, webhooks) with nobody's rows."""


@pytest.fixture
def catalogue(worker_stack: WorkerStack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(worker_stack.superuser_url) as connection:
        yield connection


def tenant_tables(catalogue: psycopg.Connection) -> dict[str, str]:
    """Every table that names a company, with the column that does."""
    rows = catalogue.execute(
        """
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND (a.attname = 'company_id' OR (c.relname = 'companies' AND a.attname = 'id'))
        """
    ).fetchall()
    return {str(table): str(column) for table, column in rows}


def test_every_table_is_a_tenant_s_or_a_known_exception(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    ).fetchall()

    assert {name for (name,) in rows} - set(tenant_tables(catalogue)) == NO_TENANT


def test_row_level_security_is_forced_on_every_tenant_table(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity").fetchall()

    assert set(tenant_tables(catalogue)) - {name for (name,) in rows} == set()


def test_the_app_role_sees_and_writes_its_company_alone(catalogue: psycopg.Connection) -> None:
    policies = catalogue.execute(
        """
        SELECT tablename, cmd, qual, with_check FROM pg_policies
         WHERE schemaname = 'public' AND permissive = 'PERMISSIVE'
           AND roles && ARRAY['zeta_app', 'public']::name[]
        """
    ).fetchall()
    own = {table: f"({column} = {OWN_COMPANY})" for table, column in tenant_tables(catalogue).items()}

    assert {table for table, *_ in policies} == set(own) - SCHEDULE_ONLY
    for table, command, visible, writable in policies:
        assert (command, visible, writable) == ("ALL", own[table], own[table]), table


def test_policies_without_a_company_are_for_the_scheduler_and_the_definer(
    catalogue: psycopg.Connection,
) -> None:
    rows = catalogue.execute(
        "SELECT DISTINCT unnest(roles) FROM pg_policies WHERE schemaname = 'public' AND qual = 'true'"
    ).fetchall()

    assert {role for (role,) in rows} == {"zeta_system", "zeta_definer"}


def test_foreign_keys_between_tenant_tables_carry_the_company(catalogue: psycopg.Connection) -> None:
    """Checks of foreign keys bypass row level security: a plain id would reach into another company."""
    rows = catalogue.execute(
        """
        SELECT c.conrelid::regclass::text, c.conname, c.confrelid::regclass::text,
               ARRAY(SELECT attname::text FROM unnest(c.conkey) k
                       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k)
          FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
        """
    ).fetchall()
    tenants = tenant_tables(catalogue)

    without = [name for table, name, _, columns in rows if table in tenants and "company_id" not in columns]
    assert len(rows) >= len(tenants) - 1
    assert without == []


@pytest.mark.parametrize(
    ("role", "expected"), [("zeta_app", APP), ("zeta_definer", DEFINER), ("zeta_system", SYSTEM)]
)
def test_a_role_has_these_privileges_on_tables_and_no_others(
    catalogue: psycopg.Connection, role: str, expected: dict[str, str]
) -> None:
    rows = catalogue.execute(
        """
        SELECT c.relname, string_agg(x.privilege_type, ' ' ORDER BY x.privilege_type)
          FROM pg_class c, aclexplode(c.relacl) x
         WHERE c.relnamespace = 'public'::regnamespace AND x.grantee IN (0, %s::regrole)
         GROUP BY 1
        """,
        (role,),
    ).fetchall()

    assert {str(table): granted for table, granted in rows} == expected


@pytest.mark.parametrize(("privilege", "expected"), [("SELECT", SYSTEM_READS), ("UPDATE", SYSTEM_WRITES)])
def test_the_scheduler_reaches_scheduling_columns_alone(
    catalogue: psycopg.Connection, privilege: str, expected: dict[str, str]
) -> None:
    rows = catalogue.execute(
        """
        SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum)
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
         WHERE x.grantee = 'zeta_system'::regrole AND x.privilege_type = %s GROUP BY 1
        """,
        (privilege,),
    ).fetchall()
    granted = {str(table): set(str(columns).split()) for table, columns in rows}

    assert granted == {table: set(columns.split()) for table, columns in expected.items()}


def test_no_role_has_column_privileges_but_the_scheduler(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        """
        SELECT DISTINCT x.grantee::regrole::text, x.privilege_type FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
         WHERE c.relnamespace = 'public'::regnamespace
        """
    ).fetchall()

    assert set(rows) == {("zeta_system", "SELECT"), ("zeta_system", "UPDATE")}


def test_definer_functions_are_these_and_only_their_role_may_call_them(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        """
        SELECT p.proname, p.proowner::regrole::text,
               ARRAY(SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END
                       FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
                      WHERE x.grantee <> p.proowner)
          FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        """
    ).fetchall()

    assert {owner for _, owner, _ in rows} == {"zeta_definer"}
    assert {name: set(callers) for name, _, callers in rows} == FUNCTIONS


def test_definer_functions_search_fixed_schemas_and_temporary_objects_last(
    catalogue: psycopg.Connection,
) -> None:
    rows = catalogue.execute(
        "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()

    for name, configuration in rows:
        assert "search_path=pg_catalog, public, pg_temp" in (configuration or []), name


def test_definer_functions_of_the_app_take_the_company_from_the_transaction(
    catalogue: psycopg.Connection,
) -> None:
    """Row level security does not hold their owner: each must hold itself to the company that was set."""
    rows = catalogue.execute(
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    of_the_app = {name for name, callers in FUNCTIONS.items() if "zeta_app" in callers} - BEFORE_THE_COMPANY

    held = {str(name) for name, definition in rows if "current_setting('app.company_id'" in definition}
    assert of_the_app - held == set()
    for name, definition in rows:
        signature = definition.partition("RETURNS")[0]
        assert name not in of_the_app or "company" not in signature, name


def test_what_is_found_before_the_company_is_known_is_ids(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "SELECT proname, pg_get_function_result(oid) FROM pg_proc WHERE proname = ANY (%s)",
        [sorted(name for name in BEFORE_THE_COMPANY if name.startswith("find_"))],
    ).fetchall()

    assert len(rows) >= 6
    for name, result in rows:
        assert result in {"TABLE(company_id uuid, id uuid)", "TABLE(company_id uuid, platform text)"}, name


def test_login_roles_can_neither_bypass_security_nor_create_anything(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        """
        SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication,
               has_schema_privilege(rolname, 'public', 'CREATE'),
               (SELECT count(*) FROM pg_class WHERE relowner = r.oid),
               (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)
          FROM pg_roles r WHERE rolname IN ('zeta_app', 'zeta_system') ORDER BY 1
        """
    ).fetchall()

    assert rows == [("zeta_app", False, False, 0, 0), ("zeta_system", False, False, 0, 0)]
