"""The demo company's owner: an account to try the administrators' side with. For this machine alone."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from shared.companies import service as companies
from shared.identity import service as identity
from shared.identity.passwords import Passwords
from shared.identity.permissions import Role
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["OWNER_EMAIL", "DemoOwner", "kept_password", "load_owner"]

OWNER_EMAIL = "owner@kerege.example"
_OWNER_NAME = "Demo"


@dataclass(frozen=True, slots=True)
class DemoOwner:
    """Who logs in at the demo company, and with what."""

    email: str
    password: str


def kept_password(state: Path) -> str:
    """The password that the state file of an earlier load holds, else a new one."""
    try:
        return str(json.loads(state.read_text(encoding="utf-8"))["owner"]["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(12)


async def load_owner(database: Database, settings: Settings, company_id: UUID, password: str) -> DemoOwner:
    """Make the owner if it is missing; where it has another password, give it this one."""
    passwords = Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    given = SecretStr(password)
    async with database.session_scope(company_id) as session:
        found = await identity.find_row(session, OWNER_EMAIL)
        stored = found.password_hash if found is not None else None
    if found is None or not (await passwords.verify(stored, given)).right:
        password_hash = await passwords.hash(given)
        async with database.session_scope(company_id) as session:
            row = await identity.find_row(session, OWNER_EMAIL)
            if row is not None:
                row.password_hash = password_hash
                row.active = True
            else:
                company = await companies.current_company(session)
                await identity.insert_user(
                    session,
                    company_id,
                    email=OWNER_EMAIL,
                    name=_OWNER_NAME,
                    role=Role.OWNER,
                    language=company.language,
                    password_hash=password_hash,
                )
    return DemoOwner(OWNER_EMAIL, password)
