"""The database and its roles, made by a login that may create roles.

    zeta_migrator   LOGIN, owns the database and its tables; runs the migrations
    zeta_app        LOGIN, owns nothing: the functions, under row level security
    zeta_system     LOGIN, owns nothing: claims, sweeps and timers
    zeta_definer    NOLOGIN, owns the SECURITY DEFINER functions; zeta_migrator may hand functions to it

None is a superuser and none bypasses row level security. What each may read and write is granted by the
migrations.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

__all__ = ["DatabaseUrls", "Passwords", "create_database", "create_roles", "database_urls", "provision"]

LOGIN_ROLES = ("zeta_migrator", "zeta_app", "zeta_system")
DEFINER_ROLE = "zeta_definer"
ROLE_OPTIONS = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")


@dataclass(frozen=True)
class Passwords:
    """The passwords of the login roles, by role name."""

    by_role: dict[str, str]

    @classmethod
    def kept_in(cls, path: Path) -> Passwords:
        """Those of the file, or new ones written to it with mode 0600."""
        if path.exists():
            return cls(json.loads(path.read_text()))
        made = {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=2))
        return cls(made)


@dataclass(frozen=True)
class DatabaseUrls:
    """One database as each of its login roles reaches it (``postgresql://…``)."""

    app: str
    system: str
    migrator: str


def provision(admin_url: str, *, database: str, passwords: Passwords) -> DatabaseUrls:
    """Make the roles and the database where they are missing; set the passwords; return the addresses."""
    create_roles(admin_url, passwords)
    create_database(admin_url, database)
    return database_urls(admin_url, database=database, passwords=passwords)


def create_roles(admin_url: str, passwords: Passwords) -> None:
    """Make the four roles, or bring those that exist into shape."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in LOGIN_ROLES:
            _ensure_role(connection, role, sql.SQL("LOGIN"), passwords.by_role[role])
        _ensure_role(connection, DEFINER_ROLE, sql.SQL("NOLOGIN"), None)
        migrator, definer = sql.Identifier("zeta_migrator"), sql.Identifier(DEFINER_ROLE)
        connection.execute(sql.SQL("GRANT {} TO {}").format(definer, migrator))
        if not _is_superuser(connection):
            # Making a database for another owner takes membership in that owner.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(migrator))


def create_database(admin_url: str, database: str, *, template: str = "template0") -> None:
    """Make the database owned by zeta_migrator, unless it exists; only our login roles may connect."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        name = sql.Identifier(database)
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER zeta_migrator TEMPLATE {}").format(name, sql.Identifier(template))
            )
        # A clone does not inherit its template's grants on the database itself.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO zeta_app, zeta_system").format(name))
        superuser = _is_superuser(connection)
    if template == "template0":
        with psycopg.connect(_with_path(admin_url, database), autocommit=True) as connection:
            _prepare_schema(connection, superuser=superuser)


def database_urls(admin_url: str, *, database: str, passwords: Passwords) -> DatabaseUrls:
    """The addresses of ``database`` on the server that ``admin_url`` names."""

    def as_role(role: str) -> str:
        parts = urlsplit(admin_url)
        host = parts.netloc.rpartition("@")[2]
        login = f"{role}:{quote(passwords.by_role[role], safe='')}"
        return urlunsplit(parts._replace(netloc=f"{login}@{host}", path=f"/{database}"))

    return DatabaseUrls(app=as_role("zeta_app"), system=as_role("zeta_system"), migrator=as_role("zeta_migrator"))


def _prepare_schema(connection: psycopg.Connection, *, superuser: bool) -> None:
    """What only the administrator can do inside the new database."""
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    # A function can be handed only to a role that may create in its schema.
    connection.execute("GRANT USAGE, CREATE ON SCHEMA public TO zeta_definer")
    available = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    if superuser and available is not None:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _ensure_role(connection: psycopg.Connection, role: str, login: sql.SQL, password: str | None) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("CREATE ROLE {} {} {}") if found is None else sql.SQL("ALTER ROLE {} {} {}")
    options = ROLE_OPTIONS if found is None or _is_superuser(connection) else sql.SQL("")
    statement = verb.format(sql.Identifier(role), login, options)
    if password is not None:
        statement = statement + sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    connection.execute(statement)


def _is_superuser(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])


def _with_path(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
