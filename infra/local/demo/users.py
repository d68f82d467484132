"""Who works at the demo company: accounts to try the administrators' side with. For this machine alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from infra.local.demo.people import MANAGER
from shared.companies import service as companies
from shared.identity import service as identity
from shared.identity.passwords import Passwords
from shared.identity.permissions import Role
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["DEMO_USERS", "DemoUser", "kept_password", "load_users"]


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Who logs in at the demo company; all with one password."""

    email: str
    name: str
    role: Role


DEMO_USERS = (
    DemoUser("owner@kerege.example", "Ержан Сериков", Role.OWNER),
    DemoUser("manager@kerege.example", MANAGER, Role.MANAGER),
    DemoUser("viewer@kerege.example", "Алина Ким", Role.VIEWER),
)


def kept_password(state: Path) -> str:
    """The password that the state file of an earlier load holds, else a new one."""
    try:
        return str(json.loads(state.read_text(encoding="utf-8"))["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(12)


async def load_users(
    database: Database, settings: Settings, company_id: UUID, password: str
) -> Mapping[Role, UUID]:
    """Make the users that are missing; those with another password are given this one. Their ids."""
    passwords = Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    given = SecretStr(password)
    async with database.session_scope(company_id) as session:
        found = [await identity.find_row(session, user.email) for user in DEMO_USERS]
        # one write gave all of them one hash: there is mostly one to verify
        stored = {row.password_hash if row is not None else None for row in found}
    right = [(await passwords.verify(password_hash, given)).right for password_hash in stored]
    if not all(right):
        await _write(database, company_id, await passwords.hash(given))
    async with database.session_scope(company_id) as session:
        rows = [await identity.find_row(session, user.email) for user in DEMO_USERS]
        return {user.role: row.id for user, row in zip(DEMO_USERS, rows, strict=True) if row is not None}


async def _write(database: Database, company_id: UUID, password_hash: str) -> None:
    async with database.session_scope(company_id) as session:
        company = await companies.current_company(session)
        for user in DEMO_USERS:
            row = await identity.find_row(session, user.email)
            if row is not None:
                row.password_hash = password_hash
                row.active = True
                continue
            await identity.insert_user(
                session,
                company_id,
                email=user.email,
                name=user.name,
                role=user.role,
                language=company.language,
                password_hash=password_hash,
            )
