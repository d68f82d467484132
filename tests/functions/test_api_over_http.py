"""The API over real HTTP: headers on every answer, preflights, HEAD, wrong methods and paths, forms, floods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.composition.api import build_edge
from tests.functions.app_host import RunningApp, run_app
from tests.integration.api.contract.companies import PASSWORD, Staffed, open_company

LOGIN = {"email": "owner@uyut.kz", "password": PASSWORD}
PANEL = "https://panel.example.com"
SETTINGS = {
    "API_REQUESTS_PER_MINUTE": "60",
    "CORS_ORIGINS": f"{PANEL}, https://other.example.com",
    "PASSWORD_MEMORY_KIB": "8192",
    "PASSWORD_PASSES": "1",
}
SECURITY = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}


@pytest.fixture
async def web(app_env: dict[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with run_app(app_env, tmp_path, queues=False, **SETTINGS) as running:
        yield running


@pytest.fixture
async def company(web: RunningApp) -> Staffed:
    return await open_company(web.stage, build_edge(web.stage.worker), "uyut")


@pytest.fixture
async def owner(web: RunningApp, company: Staffed) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {next(iter(company.tokens.values()))}"}
    async with httpx.AsyncClient(base_url=f"{web.http.url}/api/", headers=headers, trust_env=False) as client:
        yield client


async def test_every_answer_has_the_security_headers(owner: httpx.AsyncClient) -> None:
    for path in ("cities", "nowhere", "ping", "health", "openapi.json", "docs", f"webhook/telegram/{'0' * 32}"):
        answer = await owner.get(path)
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY, path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path


async def test_a_wrong_method_is_told_the_right_ones_and_a_wrong_path_that_it_is_none(
    owner: httpx.AsyncClient,
) -> None:
    wrong = await owner.request("PUT", "cities")
    asked = await owner.options("cities")
    nowhere = await owner.get("citties/1")

    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == asked.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert nowhere.headers["content-type"].startswith("application/problem+json")


async def test_head_is_get_without_the_body(owner: httpx.AsyncClient) -> None:
    head, get = await owner.head("company"), await owner.get("company")

    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])
    assert (await owner.head("company", headers={"Authorization": "Bearer x"})).status_code == 401


async def test_pages_on_the_list_may_call_and_others_are_told_nothing(owner: httpx.AsyncClient) -> None:
    question = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "If-Match"}
    asked = await owner.options("cities/1", headers={"Origin": PANEL, **question})
    stranger = await owner.options("cities/1", headers={"Origin": "https://evil.example.com", **question})
    answered = await owner.get("cities", headers={"Origin": PANEL})
    refused = await owner.get("nowhere", headers={"Origin": PANEL})
    not_answered = await owner.get("cities", headers={"Origin": "https://panel.example.com.evil.com"})

    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, PANEL)
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert "If-Match" in asked.headers["access-control-allow-headers"]
    for answer in (answered, refused):
        assert answer.headers["access-control-allow-origin"] == PANEL
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "ETag" in answer.headers["access-control-expose-headers"]
    for answer in (stranger, not_answered):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


async def test_a_browser_signs_in_with_cookies_and_repeats_the_csrf_token(
    web: RunningApp, company: Staffed
) -> None:
    async with httpx.AsyncClient(base_url=f"{web.http.url}/api/", trust_env=False) as browser:
        login = await browser.post("auth/login", json={**LOGIN, "session": "cookie"})
        set_cookies = login.headers.get_list("set-cookie")
        values = dict(cookie.partition(";")[0].split("=", 1) for cookie in set_cookies)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in values.items())}
        city = {"slug": "astana", "name": "Астана"}
        read = await browser.get("cities", headers=cookie)
        forged = await browser.post("cities", json=city, headers=cookie)
        meant = await browser.post(
            "cities", json=city, headers={**cookie, "X-CSRF-Token": values["__Host-zeta_csrf"]}
        )

    assert all("Secure" in one and "SameSite=Strict" in one for one in set_cookies), set_cookies
    [access] = [one for one in set_cookies if one.startswith("__Host-zeta_access=")]
    assert "HttpOnly" in access
    assert (read.status_code, forged.status_code, meant.status_code) == (200, 403, 201)


async def test_a_flood_is_slowed_down_and_health_is_not(owner: httpx.AsyncClient) -> None:
    answers = [await owner.get("company") for _ in range(65)]

    slowed = [answer for answer in answers if answer.status_code == 429]
    assert slowed
    assert int(slowed[0].headers["retry-after"]) >= 1
    assert (await owner.get("ping")).status_code == 200
    assert (await owner.get("health")).status_code == 200


async def test_the_page_for_people_runs_its_own_script_and_no_other(owner: httpx.AsyncClient) -> None:
    page = await owner.get("docs")

    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 2
    assert "{script}" not in page.text
    assert "https://" not in page.text


async def test_the_document_is_served_with_a_tag(owner: httpx.AsyncClient) -> None:
    first = await owner.get("openapi.json")
    again = await owner.get("openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, first.json()["openapi"]) == (200, "3.1.0")
    assert (again.status_code, again.content) == (304, b"")


async def test_of_two_changes_of_one_version_one_is_made(owner: httpx.AsyncClient) -> None:
    tag = (await owner.get("company")).headers["etag"]

    answers = await asyncio.gather(
        *(owner.patch("company", json={"name": name}, headers={"If-Match": tag}) for name in ("Уют", "Комфорт"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [made] = [answer for answer in answers if answer.status_code == 200]
    shown = await owner.get("company")
    assert (shown.json()["name"], shown.headers["etag"]) == (made.json()["name"], made.headers["etag"])


async def test_copies_of_a_post_at_once_make_one_thing(owner: httpx.AsyncClient) -> None:
    city, key = {"slug": "astana", "name": "Астана"}, {"Idempotency-Key": "7f3a"}

    answers = await asyncio.gather(*(owner.post("cities", json=city, headers=key) for _ in range(6)))
    later = await owner.post("cities", json=city, headers=key)
    other = await owner.post("cities", json={**city, "slug": "aktau"}, headers=key)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_progress"}
    assert (later.status_code, later.headers["idempotency-replayed"]) == (201, "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert [one["slug"] for one in (await owner.get("cities")).json()["items"]].count("astana") == 1
