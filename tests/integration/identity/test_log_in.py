"""Logging in: who fails is told nothing, and waits longer each time."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from pydantic import SecretStr

from shared.composition.identity import build_identity
from shared.identity.accounts import Login
from shared.identity.attempts import AttemptLimits, LoginAttempts
from shared.identity.permissions import Role
from shared.kernel.errors import RateLimited, Unauthenticated
from shared.kernel.requests import Client
from tests.doubles.api_client import Answer
from tests.integration.identity.conftest import PASSWORD, Office, OpenOffice
from tests.stack import WorkerStack


async def tried(office: Office, email: str, password: str = "wrong-password") -> Answer:
    return await office.anybody.post("auth/login", {"email": email, "password": password})


def without_instance(answer: Answer) -> dict[str, object]:
    return {name: value for name, value in answer.json.items() if name != "instance"}


async def test_address_and_password_open_a_session(office: Office) -> None:
    owner = await office.register()

    again = await office.log_in("Owner@uyut.kz")

    assert again.id == owner.id
    assert again.tokens["expires_in"] == 900
    assert again.tokens["token_type"] == "Bearer"
    assert again.tokens["me"]["user"]["last_login_at"] is not None


async def test_whatever_is_wrong_the_answer_is_the_same(office: Office) -> None:
    owner = await office.register()
    await office.hire(owner, Role.VIEWER)
    viewer = await office.log_in("viewer@uyut.kz")
    await owner.client.patch(f"users/{viewer.id}", {"active": False})

    answers = [
        await tried(office, "owner@uyut.kz"),
        await tried(office, "nobody@uyut.kz"),
        await tried(office, "viewer@uyut.kz", PASSWORD),
        await tried(office, "not an address"),
        await tried(office, "owner@uyut.kz\x00"),
        await tried(office, "owner@uyut.kz' OR '1'='1"),
        await tried(office, "owner@uyut.kz", "x" * 1000),
        await tried(office, "owner@uyut.kz", ""),
    ]

    assert {answer.status for answer in answers} == {401}
    told = [without_instance(answer) for answer in answers]
    assert all(one == told[0] for one in told)
    assert told[0]["code"] == "log_in_failed"


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(open_office: OpenOffice) -> None:
    office = await open_office(
        password_memory_kib=19456, password_passes=2, login_free_attempts=1000, login_free_attempts_of_address=1000
    )
    await office.register()
    times: dict[str, list[float]] = {"owner@uyut.kz": [], "nobody@uyut.kz": []}

    for _ in range(12):
        for email, taken in times.items():
            started = time.process_time()
            await tried(office, email)
            taken.append(time.process_time() - started)

    known, unknown = (statistics.median(taken) for taken in times.values())
    assert 0.6 < known / unknown < 1.6


@pytest.mark.usefixtures("long_waits")
async def test_failures_make_the_account_wait_longer_each_time_known_or_not(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=3, login_free_attempts_of_address=1000)
    await office.register()

    for email in ("owner@uyut.kz", "nobody@uyut.kz"):
        statuses = [(await tried(office, email)).status for _ in range(3)]
        blocked = await tried(office, email, PASSWORD)

        assert statuses == [401, 401, 401]
        assert (blocked.status, blocked.json["code"]) == (429, "too_many_attempts")
        assert int(blocked.headers["retry-after"]) >= 1
    assert (await tried(office, "other@uyut.kz")).status == 401


async def test_the_wait_doubles_up_to_its_limit(open_office: OpenOffice, worker_stack: WorkerStack) -> None:
    office = await open_office(login_free_attempts=2, login_longest_wait=6.0, login_free_attempts_of_address=1000)
    waits = []
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        for _ in range(6):
            await tried(office, "owner@uyut.kz")
            [row] = connection.execute(
                "SELECT max(greatest(extract(epoch FROM blocked_until - last_at), 0)) FROM login_attempts"
            ).fetchall()
            waits.append(float(row[0]))
            connection.execute("UPDATE login_attempts SET blocked_until = now() - interval '1 second'")

    assert waits == [0, 1, 2, 4, 6, 6]


async def test_a_right_password_clears_the_account(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=3)
    await office.register()

    for _ in range(3):
        assert [(await tried(office, "owner@uyut.kz")).status for _ in range(2)] == [401, 401]
        await office.log_in("owner@uyut.kz")


async def test_many_log_ins_of_one_person_at_once_do_not_wait_for_each_other(
    open_office: OpenOffice, worker_stack: WorkerStack
) -> None:
    """Who begins and who succeeded take the counters in one order: all go on as these are freed."""
    limits = AttemptLimits(of_account_here=1000, of_account=1000, of_address=1000, longest_wait=1.0)
    attempts, database = LoginAttempts(limits), (await open_office(database_pool_size=16)).worker.database

    async def begin(address: str) -> None:
        async with database.anonymous_scope() as session:
            await attempts.begin(session, account="owner@uyut.kz", address=address)

    async def succeed(address: str) -> None:
        async with database.anonymous_scope() as session:
            await attempts.succeeded(session, account="owner@uyut.kz", address=address)

    # what is locked first depends on hashes of account and address
    for address in (f"203.0.113.{number}" for number in range(5)):
        await begin(address)
        with psycopg.connect(worker_stack.superuser_url) as holding:
            holding.execute("SELECT FROM login_attempts FOR UPDATE")
            log_ins = asyncio.gather(*(step(address) for _ in range(10) for step in (begin, succeed)))
            await _until_some_wait(worker_stack)
            holding.commit()
        await log_ins


async def _until_some_wait(worker_stack: WorkerStack) -> None:
    """Until many transactions wait for a counter."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        for _ in range(200):
            [(waiting,)] = connection.execute(query).fetchall()
            if waiting > 8:
                return
            await asyncio.sleep(0.02)
    raise AssertionError("nobody waits: the test shows nothing")


@pytest.mark.usefixtures("long_waits")
async def test_parallel_guesses_are_counted_before_they_are_looked_at(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=3)
    await office.register()

    answers = await asyncio.gather(*(tried(office, "owner@uyut.kz", f"guess-{n}") for n in range(12)))

    statuses = [answer.status for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (3, 9)


@pytest.mark.usefixtures("long_waits")
async def test_one_address_that_tries_many_accounts_waits_and_others_do_not(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts_of_address=4)
    await office.register()
    login = _login(office)

    outcomes = [await login("203.0.113.9", f"user{number}@uyut.kz") for number in range(6)]

    assert outcomes == ["refused"] * 4 + ["waits"] * 2
    assert await login("203.0.113.10", "user9@uyut.kz") == "refused"
    assert await login("203.0.113.9", "owner@uyut.kz", PASSWORD) == "waits"
    assert await login("203.0.113.10", "owner@uyut.kz", PASSWORD) == "in"


@pytest.mark.usefixtures("long_waits")
async def test_nobody_is_kept_out_by_another_who_guesses_from_afar(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts=2)
    await office.register()
    login = _login(office)

    outcomes = [await login("203.0.113.9", "owner@uyut.kz") for _ in range(4)]

    assert outcomes == ["refused"] * 2 + ["waits"] * 2
    assert await login("203.0.113.9", "owner@uyut.kz", PASSWORD) == "waits"
    assert await login("203.0.113.10", "owner@uyut.kz", PASSWORD) == "in"


@pytest.mark.parametrize("email", ["owner@uyut.kz", "nobody@uyut.kz"])
@pytest.mark.usefixtures("long_waits")
async def test_many_who_guess_one_account_wait_all_but_its_owner_at_home(
    open_office: OpenOffice, email: str
) -> None:
    office = await open_office(login_free_attempts_of_account=3)
    await office.register()
    login = _login(office)
    assert await login("2001:db8:0:7::1", "owner@uyut.kz", PASSWORD) == "in"

    outcomes = [await login(f"203.0.113.{number}", email) for number in range(5)]

    assert outcomes == ["refused"] * 3 + ["waits"] * 2
    assert await login("2001:db8:0:8::1", email, PASSWORD) == "waits"
    assert await login("2001:db8:0:7::2", "owner@uyut.kz", PASSWORD) == "in"


@pytest.mark.usefixtures("long_waits")
async def test_who_guesses_from_outside_does_not_keep_the_owner_from_a_new_password(
    open_office: OpenOffice,
) -> None:
    office = await open_office(login_free_attempts=1, login_free_attempts_of_account=1)
    owner = await office.register()
    assert [(await tried(office, "owner@uyut.kz")).status for _ in range(2)] == [401, 429]

    changed = await owner.client.post("auth/password/change", {"current": PASSWORD, "new": "another-window"})

    assert changed.status == 204


@pytest.mark.usefixtures("long_waits")
async def test_an_ipv6_client_cannot_move_about_in_its_own_network(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts_of_address=2)
    login = _login(office)

    outcomes = [await login(f"2001:db8:0:1::{number}", f"user{number}@uyut.kz") for number in range(3)]

    assert outcomes == ["refused", "refused", "waits"]
    assert await login("2001:db8:0:2::1", "user9@uyut.kz") == "refused"


def _login(office: Office) -> Callable[..., Awaitable[str]]:
    """Log in from an address: ``in``, ``refused`` or ``waits``."""
    handlers = build_identity(office.worker).sessions

    async def login(address: str, email: str, password: str = "wrong-password") -> str:
        client = Client(address=address, user_agent="", language="ru")
        try:
            await handlers.login(client, Login(email=email, password=SecretStr(password)))
        except RateLimited:
            return "waits"
        except Unauthenticated:
            return "refused"
        return "in"

    return login


async def test_a_hash_of_older_parameters_is_renewed_at_the_next_log_in(
    open_office: OpenOffice, worker_stack: WorkerStack
) -> None:
    await (await open_office()).register()
    stronger = await open_office(password_memory_kib=9216)

    await stronger.log_in("owner@uyut.kz")

    with psycopg.connect(worker_stack.superuser_url) as connection:
        [row] = connection.execute("SELECT password_hash FROM users").fetchall()
    assert row[0].startswith("$argon2id$v=19$m=9216,t=1,p=1$")
    await stronger.log_in("owner@uyut.kz")


async def test_no_table_holds_an_address_of_who_failed(office: Office, worker_stack: WorkerStack) -> None:
    await tried(office, "secret.person@uyut.kz")

    with psycopg.connect(worker_stack.superuser_url) as connection:
        rows = connection.execute("SELECT subject FROM login_attempts").fetchall()
    assert {len(row[0]) for row in rows} == {32}


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@b.kz"}, {"email": 1, "password": "x"}, {"email": "a@b.kz", "password": "x", "extra": 1}],
)
async def test_a_malformed_log_in_is_refused(office: Office, body: dict[str, object]) -> None:
    assert (await office.anybody.post("auth/login", body)).status == 400


async def test_a_huge_password_is_refused_unread(office: Office) -> None:
    answer = await tried(office, "owner@uyut.kz", "x" * 1001)

    assert answer.status == 400
    assert (await tried(office, "owner@uyut.kz", "x" * 300_000)).status == 413
