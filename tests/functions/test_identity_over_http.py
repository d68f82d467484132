"""Identity through the functions themselves: real HTTP, real cookies, and nothing secret in what is printed."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.functions.app_host import run_app

PASSWORD = "sofa-lamp-window"
OWNER = {"email": "owner@uyut.kz", "name": "Айгуль", "password": PASSWORD, "company": "Уют"}


async def test_a_person_registers_logs_in_by_browser_and_leaves(
    settings_env: dict[str, str], tmp_path: Path
) -> None:
    async with run_app(settings_env, tmp_path, queues=False) as app:
        api = f"{app.http.url}/api"
        registered = await app.client.post(f"{api}/auth/register", json=OWNER)
        assert registered.status_code == 201, registered.text
        assert registered.headers["location"] == "/api/auth/me"
        tokens = registered.json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert (await app.client.get(f"{api}/auth/me", headers=bearer)).json()["user"]["email"] == OWNER["email"]
        assert (await app.client.get(f"{api}/users", headers=bearer)).json()["items"][0]["role"] == "owner"

        login = {"email": OWNER["email"], "password": PASSWORD, "session": "cookie"}
        in_browser = await app.client.post(f"{api}/auth/login", json=login)
        cookies = httpx.Cookies(dict(in_browser.cookies.items())).jar
        sent = {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)}
        app.client.cookies.clear()
        csrf = {"X-CSRF-Token": in_browser.json()["csrf_token"]}
        assert len(in_browser.headers.get_list("set-cookie")) == 3
        assert (await app.client.get(f"{api}/auth/me", headers=sent)).status_code == 200
        refreshed = await app.client.post(f"{api}/auth/refresh", json={}, headers={**sent, **csrf})
        assert refreshed.status_code == 200, refreshed.text
        app.client.cookies.clear()
        assert (await app.client.post(f"{api}/auth/logout", headers={**bearer})).status_code == 204

        wrong = await app.client.post(
            f"{api}/auth/login", json={**login, "password": "another-password"}, headers={"Accept-Language": "en"}
        )
        assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")
        assert wrong.json()["title"] == "The e-mail or the password is wrong. Check them and try again."
        printed = app.printed()

    secrets = [PASSWORD, "another-password", tokens["access_token"], tokens["refresh_token"], OWNER["email"]]
    secrets += [value for value in in_browser.cookies.values() if value]
    assert [secret for secret in secrets if secret in printed] == []
