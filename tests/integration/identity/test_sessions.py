"""Sessions: tokens that hold for a while, are exchanged once, and end when somebody is shut out."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from http.cookies import SimpleCookie
from uuid import UUID

import jwt
import psycopg
import pytest

from shared.identity.access_tokens import AccessClaims, AccessTokens, signing_keys
from shared.identity.permissions import Role
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from shared.runtime.crypto import generate_key
from tests.doubles.api_client import Answer
from tests.integration.identity.conftest import PASSWORD, Office, OpenOffice, Person
from tests.stack import WorkerStack


async def refreshed(office: Office, token: str) -> Answer:
    return await office.anybody.post("auth/refresh", {"refresh_token": token})


def pass_seconds(worker_stack: WorkerStack, seconds: float) -> None:
    """Let time pass since every use of a refresh token."""
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE refresh_tokens SET used_at = used_at - %s * interval '1 second'", [seconds])


# ---- refresh tokens ---------------------------------------------------------------------------------


async def test_a_refresh_token_is_exchanged_for_the_next(office: Office) -> None:
    owner = await office.register()

    second = await refreshed(office, owner.refresh_token)
    third = await refreshed(office, second.json["refresh_token"])

    assert (second.status, third.status) == (200, 200)
    tokens = {owner.refresh_token, second.json["refresh_token"], third.json["refresh_token"]}
    assert len(tokens) == 3
    assert all(token.startswith("zrt_") for token in tokens)
    assert await office.welcome(office.person(third.json))


async def test_a_replayed_refresh_token_ends_its_session_and_no_other(
    office: Office, worker_stack: WorkerStack
) -> None:
    owner = await office.register()
    elsewhere = await office.log_in(owner.email)
    stolen = await refreshed(office, owner.refresh_token)
    pass_seconds(worker_stack, 11)

    replay = await refreshed(office, owner.refresh_token)

    assert (replay.status, replay.json["code"]) == (401, "session_ended")
    assert (await refreshed(office, stolen.json["refresh_token"])).status == 401
    assert not await office.welcome(office.person(stolen.json))
    assert not await office.welcome(owner)
    assert await office.welcome(elsewhere)
    assert (await refreshed(office, elsewhere.refresh_token)).status == 200


async def test_parallel_refreshes_of_one_token_give_one_answer_and_end_nothing(office: Office) -> None:
    """Two tabs of a browser: the second is told to come again, with the cookie that the first was given."""
    owner = await office.register()

    answers = await asyncio.gather(*(refreshed(office, owner.refresh_token) for _ in range(8)))

    statuses = [answer.status for answer in answers]
    assert statuses.count(200) == 1
    assert statuses.count(409) == 7
    [won] = [answer for answer in answers if answer.status == 200]
    assert {answer.json["code"] for answer in answers if answer is not won} == {"in_progress"}
    assert (await refreshed(office, won.json["refresh_token"])).status == 200


async def test_a_token_that_was_used_a_moment_ago_tells_of_a_session_that_ended(office: Office) -> None:
    owner = await office.register()
    latest = await refreshed(office, owner.refresh_token)
    await office.person(latest.json).client.post("auth/logout")

    assert (await refreshed(office, owner.refresh_token)).status == 401


@pytest.mark.parametrize("token", ["zrt_unknown", "", "x" * 201, "zrt_\x00", "zst_" + "a" * 43, "' OR 1=1 --"])
async def test_a_token_that_never_was_is_refused(office: Office, token: str) -> None:
    assert (await refreshed(office, token)).status in {400, 401}


async def test_a_refresh_token_that_ran_out_is_refused_and_blames_nobody(
    office: Office, worker_stack: WorkerStack
) -> None:
    owner = await office.register()
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE refresh_tokens SET expires_at = now() - interval '1 second'")

    assert (await refreshed(office, owner.refresh_token)).status == 401
    assert await office.welcome(owner)


async def test_tokens_are_kept_as_hashes_alone(office: Office, worker_stack: WorkerStack) -> None:
    owner = await office.register()

    with psycopg.connect(worker_stack.superuser_url) as connection:
        rows = connection.execute("SELECT t::text FROM refresh_tokens t").fetchall()
        people = connection.execute("SELECT u::text FROM users u").fetchall()
    assert owner.refresh_token.removeprefix("zrt_") not in str(rows)
    assert PASSWORD not in str(people)


# ---- the end of a session ---------------------------------------------------------------------------


async def test_logging_out_ends_this_session(office: Office) -> None:
    owner = await office.register()
    elsewhere = await office.log_in(owner.email)

    assert (await owner.client.post("auth/logout")).status == 204

    assert not await office.welcome(owner)
    assert (await refreshed(office, owner.refresh_token)).status == 401
    assert await office.welcome(elsewhere)


async def test_who_is_deactivated_is_out_at_once_and_for_good(office: Office) -> None:
    owner = await office.register()
    manager = await office.hire(owner, Role.MANAGER)

    answer = await owner.client.patch(f"users/{manager.id}", {"active": False})

    assert answer.status == 200
    assert not await office.welcome(manager)
    assert (await refreshed(office, manager.refresh_token)).status == 401
    await owner.client.patch(f"users/{manager.id}", {"active": True})
    assert not await office.welcome(manager)
    assert await office.welcome(await office.log_in(manager.email))


async def test_who_is_shut_out_is_out_of_a_worker_with_copies_within_their_age(open_office: OpenOffice) -> None:
    office = await open_office(caller_cache_seconds=0.5)
    owner = await office.register()
    manager = await office.hire(owner, Role.MANAGER)
    assert await office.welcome(manager)

    await owner.client.patch(f"users/{manager.id}", {"active": False})
    await asyncio.sleep(0.6)

    assert not await office.welcome(manager)


async def test_a_role_that_was_taken_away_is_gone_from_tokens_given_before(office: Office) -> None:
    owner = await office.register()
    admin = await office.hire(owner, Role.ADMIN)
    assert (await admin.client.get("users")).status == 200

    await owner.client.patch(f"users/{admin.id}", {"role": "viewer"})

    assert (await admin.client.get("users")).status == 403


async def test_a_company_out_of_use_lets_nobody_in(office: Office, worker_stack: WorkerStack) -> None:
    owner = await office.register()
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE companies SET active = false")

    assert not await office.welcome(owner)
    assert (await refreshed(office, owner.refresh_token)).status == 401
    answer = await office.anybody.post("auth/login", {"email": owner.email, "password": PASSWORD})
    assert answer.status == 401


# ---- access tokens ----------------------------------------------------------------------------------


def claims_of(person: Person) -> dict[str, object]:
    token = str(person.tokens["access_token"])
    found: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return found


def unsigned(header: dict[str, object], claims: dict[str, object]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, ""])


async def test_forged_access_tokens_open_nothing(office: Office) -> None:
    owner = await office.register()
    claims, genuine = claims_of(owner), str(owner.tokens["access_token"])
    key_id, key = next(iter(signing_keys(office.worker.settings).items()))
    header = {"kid": key_id, "typ": "at+jwt"}
    head, body, signature = genuine.split(".")
    raised = base64.urlsafe_b64encode(json.dumps({**claims, "sub": str(new_id())}).encode()).rstrip(b"=").decode()
    later = {**claims, "exp": utc_now() + timedelta(hours=1)}
    forged = {
        "no algorithm": unsigned({"alg": "none", **header}, claims),
        "no algorithm, in capitals": unsigned({"alg": "NONE", **header}, claims),
        "another key": jwt.encode(claims, b"k" * 32, algorithm="HS256", headers=header),
        "another algorithm": jwt.encode(claims, key + key, algorithm="HS512", headers=header),
        "an unknown key's name": jwt.encode(claims, key, algorithm="HS256", headers={**header, "kid": "x"}),
        "a key's name that is a path": unsigned({"alg": "HS256", **header, "kid": "../../../dev/null"}, claims),
        "another type": jwt.encode(claims, key, algorithm="HS256", headers={"kid": key_id, "typ": "JWT"}),
        "changed claims": f"{head}.{raised}.{signature}",
        "no signature": f"{head}.{body}.",
        "run out": jwt.encode(
            {**claims, "exp": utc_now() - timedelta(seconds=1)}, key, algorithm="HS256", headers=header
        ),
        "without an end": jwt.encode(
            {name: value for name, value in claims.items() if name != "exp"}, key, algorithm="HS256", headers=header
        ),
        "for others": jwt.encode({**later, "aud": "others"}, key, algorithm="HS256", headers=header),
        "by others": jwt.encode({**later, "iss": "others"}, key, algorithm="HS256", headers=header),
        "no ids": jwt.encode({**later, "cid": "x", "sid": 7}, key, algorithm="HS256", headers=header),
        "another's session": jwt.encode({**later, "sid": str(new_id())}, key, algorithm="HS256", headers=header),
        "another company": jwt.encode({**later, "cid": str(new_id())}, key, algorithm="HS256", headers=header),
        "not a token": "a.b.c",
        "one part": "abc",
        "long": "a" * 9000,
        "a refresh token": owner.refresh_token,
    }

    statuses = {name: (await office.with_token(token).get("auth/me")).status for name, token in forged.items()}

    assert statuses == dict.fromkeys(forged, 401)
    assert await office.welcome(owner)


async def test_a_new_first_key_signs_and_the_old_one_is_still_read(open_office: OpenOffice) -> None:
    old, new = generate_key("old"), generate_key("new")
    before = await open_office(token_keys=old)
    owner = await before.register()
    during = await open_office(token_keys=f"{new},{old}")
    after = await open_office(token_keys=new)

    assert (await during.with_token(owner.tokens["access_token"]).get("auth/me")).status == 200
    fresh = await during.log_in(owner.email)
    assert jwt.get_unverified_header(fresh.tokens["access_token"])["kid"] == "new"
    assert (await after.with_token(fresh.tokens["access_token"]).get("auth/me")).status == 200
    assert (await after.with_token(owner.tokens["access_token"]).get("auth/me")).status == 401


async def test_a_token_holds_for_its_lifetime_and_not_longer(office: Office) -> None:
    owner = await office.register()
    claims = claims_of(owner)
    tokens = AccessTokens(signing_keys(office.worker.settings), lifetime=timedelta(minutes=15))
    whose = AccessClaims(*(UUID(str(claims[name])) for name in ("cid", "sub", "sid")))

    almost = tokens.issue(whose, utc_now() - timedelta(minutes=14, seconds=50))
    over = tokens.issue(whose, utc_now() - timedelta(minutes=15, seconds=1))

    assert (await office.with_token(almost).get("auth/me")).status == 200
    assert (await office.with_token(over).get("auth/me")).status == 401


async def test_a_token_of_a_worker_whose_clock_is_ahead_is_read(office: Office) -> None:
    owner = await office.register()
    claims = claims_of(owner)
    tokens = AccessTokens(signing_keys(office.worker.settings), lifetime=timedelta(minutes=15))
    whose = AccessClaims(*(UUID(str(claims[name])) for name in ("cid", "sub", "sid")))

    ahead = tokens.issue(whose, utc_now() + timedelta(seconds=20))

    assert (await office.with_token(ahead).get("auth/me")).status == 200


# ---- a browser's cookies ----------------------------------------------------------------------------


def cookies_of(answer: Answer) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for cookie in answer.cookies:
        jar.load(cookie)
    return jar


def sent(jar: SimpleCookie, *names: str) -> str:
    return "; ".join(f"{name}={jar[name].value}" for name in names or jar)


async def in_a_browser(office: Office, owner: Person) -> tuple[Answer, SimpleCookie]:
    body = {"email": owner.email, "password": PASSWORD, "session": "cookie"}
    answer = await office.anybody.post("auth/login", body)
    return answer, cookies_of(answer)


async def test_in_a_browser_the_tokens_are_cookies_that_no_script_can_read(office: Office) -> None:
    answer, jar = await in_a_browser(office, await office.register())

    assert (answer.json["access_token"], answer.json["refresh_token"]) == (None, None)
    assert {name: bool(jar[name]["httponly"]) for name in jar} == {
        "__Host-zeta_access": True,
        "__Host-zeta_refresh": True,
        "__Host-zeta_csrf": False,
    }
    assert all(jar[name]["secure"] and jar[name]["samesite"] == "Strict" for name in jar)
    assert {(jar[name]["path"], jar[name]["domain"]) for name in jar} == {("/", "")}
    assert jar["__Host-zeta_csrf"].value == answer.json["csrf_token"]


async def test_a_cookie_changes_nothing_without_the_header_that_only_our_page_can_send(office: Office) -> None:
    answer, jar = await in_a_browser(office, await office.register())
    cookies = sent(jar)
    ours = {"cookie": cookies, "x-csrf-token": answer.json["csrf_token"]}

    assert (await office.anybody.get("auth/me", headers={"cookie": cookies})).status == 200
    assert (await office.anybody.patch("auth/me", {"name": "Х"}, headers={"cookie": cookies})).status == 403
    wrong = {"cookie": cookies, "x-csrf-token": "other"}
    assert (await office.anybody.patch("auth/me", {"name": "Х"}, headers=wrong)).status == 403
    assert (await office.anybody.patch("auth/me", {"name": "Х"}, headers=ours)).status == 200


async def test_a_browser_refreshes_by_its_cookie_and_the_header(office: Office) -> None:
    answer, jar = await in_a_browser(office, await office.register())
    cookies = sent(jar, "__Host-zeta_refresh", "__Host-zeta_csrf")

    refused = await office.anybody.post("auth/refresh", {}, headers={"cookie": cookies})
    given = await office.anybody.post(
        "auth/refresh", {}, headers={"cookie": cookies, "x-csrf-token": answer.json["csrf_token"]}
    )

    assert (refused.status, refused.json["code"]) == (403, "csrf_refused")
    assert given.status == 200
    fresh = cookies_of(given)
    assert fresh["__Host-zeta_refresh"].value != jar["__Host-zeta_refresh"].value
    assert given.json["refresh_token"] is None
    assert (await office.anybody.get("auth/me", headers={"cookie": sent(fresh)})).status == 200


async def test_logging_out_takes_the_cookies_away(office: Office) -> None:
    answer, jar = await in_a_browser(office, await office.register())
    ours = {"cookie": sent(jar), "x-csrf-token": answer.json["csrf_token"]}

    gone = await office.anybody.post("auth/logout", headers=ours)

    assert gone.status == 204
    assert {name: (cookie.value, cookie["max-age"]) for name, cookie in cookies_of(gone).items()} == {
        "__Host-zeta_access": ("", "0"),
        "__Host-zeta_refresh": ("", "0"),
        "__Host-zeta_csrf": ("", "0"),
    }
    assert (await office.anybody.get("auth/me", headers={"cookie": sent(jar)})).status == 401


async def test_without_any_token_nobody_is_let_in(office: Office) -> None:
    for path in ("auth/me", "users", "invitations", "service-tokens", "audit"):
        answer = await office.anybody.get(path)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await office.anybody.post("auth/refresh", {})).status == 401
