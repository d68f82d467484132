"""The statements that every tenant table needs, so that no migration forgets one.

Tenancy is enforced by Postgres: row level security is forced (owners too), a row is visible while
``app.company_id`` names its company, and a session that names none sees nothing.
"""

from __future__ import annotations

__all__ = ["MigrationAddressMissing", "tenant_table"]

CURRENT_COMPANY = "nullif(current_setting('app.company_id', true), '')::uuid"
"""SQL of the company that this transaction may see; NULL when none was set."""


class MigrationAddressMissing(RuntimeError):
    """``MIGRATOR_DATABASE_URL`` is not set: point it at the database, as the role that owns it."""

    def __init__(self) -> None:
        super().__init__(
            "MIGRATOR_DATABASE_URL is not set; use postgresql+psycopg://zeta_migrator:<password>@<host>/<database>"
        )


def tenant_table(
    table: str,
    *,
    column: str = "company_id",
    app: str,
    system_select: str = "",
    system_update: str = "",
    definer: str = "",
) -> list[str]:
    """Return the statements that close ``table`` to all but its company.

    Args:
        table: the table's name.
        column: the column that names the company.
        app: privileges of ``zeta_app`` on the table, e.g. ``"SELECT, INSERT, UPDATE"``.
        system_select: columns that ``zeta_system`` may read over all companies (scheduling only).
        system_update: columns that ``zeta_system`` may change.
        definer: privileges of ``zeta_definer``, the owner of our SECURITY DEFINER functions.
    """
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} TO zeta_app USING ({column} = {CURRENT_COMPANY}) "
        f"WITH CHECK ({column} = {CURRENT_COMPANY})",
        f"GRANT {app} ON {table} TO zeta_app",
    ]
    if system_select or system_update:
        statements.append(f"CREATE POLICY scheduling ON {table} TO zeta_system USING (true) WITH CHECK (true)")
    if system_select:
        statements.append(f"GRANT SELECT ({system_select}) ON {table} TO zeta_system")
    if system_update:
        statements.append(f"GRANT UPDATE ({system_update}) ON {table} TO zeta_system")
    if definer:
        statements.append(f"CREATE POLICY definer ON {table} TO zeta_definer USING (true) WITH CHECK (true)")
        statements.append(f"GRANT {definer} ON {table} TO zeta_definer")
    return statements
