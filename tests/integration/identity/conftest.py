"""The API with the platform's own authenticator, and people at it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from shared.composition import Worker
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from shared.runtime.settings import Settings
from tests.doubles.api_client import ApiClient
from tests.doubles.mail_server import MailServer
from tests.stack import WorkerStack

PASSWORD = "sofa-lamp-window"
CHEAP = {
    "password_memory_kib": 8192,
    "password_passes": 1,
    "caller_cache_seconds": 0.0,
    "mail_answer_seconds": 0.3,
    "panel_url": "https://panel.example",
}
"""Cheap hashes, no copies of who may come in, and a quick "forgot password"."""


@dataclass(frozen=True)
class Person:
    """Somebody with a session: what the API answered, and a client with the access token."""

    client: ApiClient
    tokens: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.tokens["me"]["user"]["id"])

    @property
    def email(self) -> str:
        return str(self.tokens["me"]["user"]["email"])

    @property
    def company_id(self) -> UUID:
        return UUID(self.tokens["me"]["company"]["id"])

    @property
    def refresh_token(self) -> str:
        return str(self.tokens["refresh_token"])


class Office:
    """A worker's API, and ways for people to get in."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.edge = build_edge(worker)
        self.anybody = ApiClient(self.edge)

    def with_token(self, token: str) -> ApiClient:
        """A client that shows that token."""
        return ApiClient(self.edge, token)

    def person(self, tokens: dict[str, Any]) -> Person:
        """Somebody with those tokens."""
        return Person(self.with_token(tokens["access_token"]), tokens)

    async def register(self, email: str = "owner@uyut.kz", company: str = "Мебель Уют", **more: Any) -> Person:
        """A new company's owner."""
        body = {"email": email, "name": "Айгуль", "password": PASSWORD, "company": company, **more}
        answer = await self.anybody.post("auth/register", body)
        assert answer.status == 201, answer.body
        return self.person(answer.json)

    async def register_verified(self, server: MailServer, **more: Any) -> Person:
        """A new company's owner who used the mailed link; the server's mails are thrown away."""
        owner = await self.register(**more)
        await asyncio.wait_for(server.arrived.wait(), 5)
        answer = await self.anybody.post("auth/email/verify", {"token": verification_in(server)})
        assert answer.status == 204, answer.body
        server.mails.clear()
        server.arrived.clear()
        return owner

    async def hire(self, boss: Person, role: Role, email: str | None = None) -> Person:
        """A user whom somebody of the company created, logged in."""
        email = email or f"{role.value}@uyut.kz"
        body = {"email": email, "name": role.value, "role": role.value, "password": PASSWORD}
        answer = await boss.client.post("users", body)
        assert answer.status == 201, answer.body
        return await self.log_in(email)

    async def log_in(self, email: str, password: str = PASSWORD) -> Person:
        """A new session."""
        answer = await self.anybody.post("auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer.body
        return self.person(answer.json)

    async def welcome(self, person: Person) -> bool:
        """Whether the person's access token still opens the door."""
        return (await person.client.get("auth/me")).status == 200


def verification_in(server: MailServer) -> str:
    """The token of the link in the newest mail."""
    found = re.search(r"https://panel\.example/verify#token=(\S+)", server.text())
    assert found is not None
    return found[1]


OpenOffice = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(settings: Settings) -> AsyncIterator[OpenOffice]:
    """``await open_office(registration_open=False)``: an office with other settings."""
    async with AsyncExitStack() as stack:

        async def opened(**changes: Any) -> Office:
            worker = Worker(settings.model_copy(update={**CHEAP, **changes}))
            stack.push_async_callback(worker.aclose)
            return Office(worker)

        yield opened


@pytest.fixture
async def office(open_office: OpenOffice) -> Office:
    return await open_office()


_LONGER = """
CREATE FUNCTION wait_longer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF isfinite(NEW.blocked_until) THEN NEW.blocked_until := NEW.blocked_until + interval '1 hour'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wait_longer BEFORE UPDATE ON login_attempts FOR EACH ROW EXECUTE FUNCTION wait_longer();
"""


@pytest.fixture
def long_waits(worker_stack: WorkerStack) -> Iterator[None]:
    """What failed log-ins cause is no wait of a second, which is over before a busy machine has looked again."""
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute(_LONGER)
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION wait_longer() CASCADE")
