"""``./infra/local/zeta`` against real Postgres: what an administrator types, and what happens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli.app import app
from shared.runtime.crypto import generate_key
from tests.stack import WorkerStack

TOKEN = "123456:AAF-very-secret-token"
CREDENTIALS = json.dumps({"token": TOKEN})
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"

Zeta = Callable[..., Result]


@pytest.fixture
def environment(settings_env: dict[str, str]) -> dict[str, str | None]:
    return {**settings_env, "ZETA_COMPANY": None, "PUBLIC_BASE_URL": "https://zeta.example"}


@pytest.fixture
def zeta(environment: dict[str, str | None]) -> Zeta:
    """Run a command; an error in it, unless expected (``fails=True``), fails the test with its output."""

    def run(*arguments: str, fails: bool = False, stdin: str | None = None, **more: str) -> Result:
        result = CliRunner(env={**environment, **more}).invoke(app, arguments, input=stdin)
        assert (result.exit_code != 0) == fails, result.output
        assert TOKEN not in result.output
        return result

    return run


@pytest.fixture
def database(worker_stack: WorkerStack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def shop(zeta: Zeta) -> None:
    zeta("company", "create", "uyut", "--name", "Уют")
    zeta("city", "create", "almaty", "--name", "Алматы")


def _identity(result: Result) -> str:
    found = re.search(UUID, result.output)
    assert found is not None, result.output
    return found.group()


def test_a_company_with_its_cities_is_created_and_listed(zeta: Zeta) -> None:
    zeta("company", "create", "uyut", "--name", "Уют", "--timezone", "Asia/Oral")
    zeta("city", "create", "oral", "--name", "Орал", "--language", "kk")
    assert re.search(rf"{UUID}\s+uyut\s+Уют\s+yes", zeta("company", "list").output)
    assert re.search(rf"{UUID}\s+oral\s+Орал\s+Asia/Oral\s+KZT\s+kk\s+yes", zeta("city", "list").output)
    zeta("city", "update", "oral", "--inactive", "--name", "Уральск")
    assert re.search(r"oral\s+Уральск\s+Asia/Oral\s+KZT\s+kk\s+no", zeta("city", "list").output)


@pytest.mark.usefixtures("shop")
def test_with_several_companies_one_must_be_named(zeta: Zeta) -> None:
    zeta("company", "create", "sklad", "--name", "Склад")
    assert "--company" in zeta("city", "list", fails=True).output
    assert "almaty" in zeta("city", "list", "--company", "uyut").output
    assert "No city yet" in zeta("city", "list", ZETA_COMPANY="sklad").output


@pytest.mark.usefixtures("shop")
def test_errors_say_what_to_do(zeta: Zeta) -> None:
    assert "zeta company list" in zeta("city", "list", "-c", "nobody", fails=True).output
    assert "company uyut already" in zeta("company", "create", "uyut", "--name", "Ещё", fails=True).output
    assert "timezone" in zeta("company", "create", "a", "--name", "A", "--timezone", "Mars", fails=True).output
    unreachable = zeta("company", "list", fails=True, SYSTEM_DATABASE_URL="postgresql://a:pa55@127.0.0.1:1/z")
    assert "./infra/local/up" in unreachable.output
    assert "pa55" not in unreachable.output


@pytest.mark.usefixtures("shop")
def test_a_bots_credentials_come_by_standard_input_and_are_never_shown(
    zeta: Zeta, database: psycopg.Connection
) -> None:
    created = zeta(
        "bot",
        "create",
        *("--platform", "telegram", "--name", "Продавец", "--city", "almaty", "--credentials-stdin"),
        stdin=CREDENTIALS,
    )
    bot_id = _identity(created)
    shown = zeta("bot", "show", "Продавец").output
    assert "secret_token, token" in shown, "the webhook's secret was made up"
    assert f"https://zeta.example/api/webhook/telegram/{bot_id}" in shown
    assert re.search(rf"{bot_id}\s+telegram\s+Продавец\s+-\s+assistant\s+ru\s+yes", zeta("bot", "list").output)
    sealed = database.execute("SELECT credentials FROM bots").fetchone()
    assert sealed is not None
    assert TOKEN.encode() not in sealed[0]


@pytest.mark.usefixtures("shop")
def test_credentials_may_come_from_the_environment(zeta: Zeta) -> None:
    made = zeta("bot", "create", "-p", "viber", "--name", "V", ZETA_VIBER_AUTH_TOKEN=TOKEN)
    assert "auth_token" in zeta("bot", "show", _identity(made)).output


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "stdin", "complaint"),
    [
        ((), "", "ZETA_VIBER_AUTH_TOKEN"),
        (("--credentials-stdin",), "{}", "missing credentials: auth_token"),
        (("--credentials-stdin",), '{"auth_token": "a", "pin": "1"}', "unknown credentials: pin"),
        (("--credentials-stdin",), f"{TOKEN} is no JSON", "not JSON"),
        (("--credentials-stdin",), '["a"]', "not an object"),
    ],
)
def test_missing_or_wrong_credentials_are_told(
    zeta: Zeta, arguments: tuple[str, ...], stdin: str, complaint: str
) -> None:
    refused = zeta("bot", "create", "-p", "viber", "--name", "V", *arguments, stdin=stdin, fails=True)
    assert complaint in refused.output
    assert "No bot yet" in zeta("bot", "list").output


@pytest.mark.usefixtures("shop")
def test_a_bot_is_taken_out_of_use_and_back(zeta: Zeta, database: psycopg.Connection) -> None:
    bot_id = _identity(
        zeta("bot", "create", "-p", "telegram", "--name", "T", "--credentials-stdin", stdin=CREDENTIALS)
    )
    found = "SELECT count(*) FROM find_bot(%s)"
    zeta("bot", "disable", "T")
    assert database.execute(found, (bot_id,)).fetchone() == (0,)
    zeta("bot", "enable", "T")
    assert database.execute(found, (bot_id,)).fetchone() == (1,)


@pytest.mark.usefixtures("shop")
def test_prompts_are_set_listed_activated_and_rolled_back(zeta: Zeta, tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    for body in ("Первый промпт", "Второй промпт"):
        file.write_text(body, encoding="utf-8")
        zeta("prompt", "set", "--city", "almaty", "--file", str(file))
    assert re.search(r"2\s+yes.*Второй.*\n1\s+no.*Первый", zeta("prompt", "list", "--city", "almaty").output)
    assert "version 1 is active" in zeta("prompt", "rollback", "--city", "almaty").output
    assert "version 2 is active" in zeta("prompt", "activate", "--city", "almaty", "2").output
    assert zeta("prompt", "show", "--city", "almaty", "1").output == "Первый промпт\n"
    assert "draft" in zeta("prompt", "set", "--city", "almaty", "-f", "-", "--draft", stdin="Третий").output
    assert "not found" in zeta("prompt", "activate", "--city", "almaty", "9", fails=True).output


@pytest.mark.usefixtures("shop")
def test_keys_are_generated_and_rotated(zeta: Zeta, environment: dict[str, str | None]) -> None:
    zeta("bot", "create", "-p", "telegram", "--name", "T", "--credentials-stdin", stdin=CREDENTIALS)
    key = zeta("keys", "generate", "--id", "next").output.strip()
    assert key.startswith("next:")
    both = f"{key},{environment['CREDENTIAL_KEYS']}"
    assert re.search(r"uyut\s+1", zeta("keys", "rotate", CREDENTIAL_KEYS=both).output)
    assert re.search(r"uyut\s+0", zeta("keys", "rotate", CREDENTIAL_KEYS=both).output)
    assert "secret_token, token" in zeta("bot", "show", "T", CREDENTIAL_KEYS=key).output
    lost = zeta("bot", "show", "T", CREDENTIAL_KEYS=generate_key("other"), fails=True)
    assert "the key next that sealed a credential is missing" in lost.output


@pytest.mark.usefixtures("shop")
def test_failures_are_listed_and_discarded_once(zeta: Zeta, database: psycopg.Connection) -> None:
    assert "No failures" in zeta("failures", "list").output
    database.execute(
        "INSERT INTO failures (company_id, id, kind, code) "
        "SELECT id, gen_random_uuid(), 'turn', 'boom' FROM companies"
    )
    failure = _identity(zeta("failures", "list"))
    assert "only be discarded" in zeta("failures", "replay", failure, fails=True).output
    zeta("failures", "discard", failure)
    assert "discarded already" in zeta("failures", "discard", failure, fails=True).output
    assert "No failures" in zeta("failures", "list").output
    assert re.search(rf"{failure}\s+uyut\s+turn\s+-\s+boom.*discarded", zeta("failures", "list", "--all").output)


def test_escalations_are_listed_and_resolved(zeta: Zeta, shop: None, database: psycopg.Connection) -> None:
    zeta("bot", "create", "-p", "telegram", "--name", "T", "--credentials-stdin", stdin=CREDENTIALS)
    assert "No open escalations" in zeta("escalations", "list").output
    database.execute(
        "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, handover_until) "
        "SELECT company_id, id, '7', '7', now() + interval '1 hour' FROM bots"
    )
    database.execute(
        "INSERT INTO escalations (company_id, id, dialog_id, reason, summary, status, opened_at, expires_at) "
        "SELECT company_id, gen_random_uuid(), id, 'asked', 'private words', 'open', now(), "
        "handover_until FROM dialogs"
    )
    listed = zeta("escalations", "list")
    assert "asked" in listed.output
    assert "private words" not in listed.output
    zeta("escalations", "resolve", _identity(listed))
    assert "No open escalations" in zeta("escalations", "list").output
    assert database.execute("SELECT handover_until FROM dialogs").fetchone() == (None,)


def test_without_settings_the_missing_ones_are_named() -> None:
    nothing = {"DATABASE_URL": None, "SYSTEM_DATABASE_URL": None, "CREDENTIAL_KEYS": None}
    result = CliRunner(env=nothing).invoke(app, ["company", "list"])
    assert result.exit_code == 1
    assert "database_url" in result.output
