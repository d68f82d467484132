"""A day of trouble: whatever fails, no secret, phone, name or word of a shopper reaches a log or an answer."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from pydantic import SecretStr

from infra.local.simulator.faults import Fault, FaultKind
from shared.bots import service as bots
from shared.bots.schemas import CredentialNames
from shared.channels.contract import Platform
from shared.runtime.telemetry import JsonFormatter, configure_logging
from tests.doubles.openai_server import OpenAIServer, Step, calls, fails, says
from tests.functions.app_host import run_app
from tests.host import wait_for
from tests.integration.conversation import Shop, Stage, credentials_of, open_stage

MODEL_KEY = "sk-a-key-that-nobody-may-see"
NAME = "Айгуль Тайнова"
WORDS = "никому не говорите про синий бархат"
PROMPT_INJECTION = "мой телефон +77015550001, карта 4400430012345678"
TROUBLE = (
    FaultKind.REFUSE,
    FaultKind.SERVER_ERROR,
    FaultKind.CONNECTION_RESET,
    FaultKind.MALFORMED_ANSWER,
    FaultKind.TOO_MANY_REQUESTS,
)
MODEL_TROUBLE: tuple[Step, ...] = (
    fails(429, code="rate_limit_exceeded", message=f"slow down, {MODEL_KEY}"),
    fails(500, message=WORDS),
    fails(401, code="invalid_api_key", message=f"Incorrect API key provided: {MODEL_KEY}"),
    calls(("search_products", "{broken " + WORDS)),
    says("Вот что нашлось."),
)


def hidden(settings_env: Mapping[str, str], phones: set[str]) -> dict[str, str]:
    """What must not be seen, by what it is."""
    found = {
        f"{slug} {platform.value} {name}": value
        for slug in ("uyut", "sklad")
        for platform in Platform
        for name, value in credentials_of(platform, slug).items()
        if name not in {"phone_number_id", "waba_id"}
    }
    for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL"):
        password = urlsplit(settings_env[name]).password
        assert password is not None
        found |= {name: password, f"{name} quoted": quote(password)}
    found["credential keys"] = settings_env["CREDENTIAL_KEYS"].partition(":")[2]
    found["storage key"] = settings_env["AzureWebJobsStorage"].partition("AccountKey=")[2].partition(";")[0]
    found |= {"model key": MODEL_KEY, "name": NAME, "surname": NAME.split()[1], "words": "синий бархат"}
    found |= {"phone in words": "77015550001", "card": "4400430012345678", "bot's words": "Вот что нашлось"}
    return found | {f"phone {number}": phone for number, phone in enumerate(sorted(phones))}


def seen_in(printed: str, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that a text shows, as they are or as JSON writes them."""
    return [name for name, value in secrets.items() if value in printed or json.dumps(value).strip('"') in printed]


async def live_through_trouble(stage: Stage, shop: Shop, *, work: bool) -> set[str]:
    """Shoppers on all messengers write while everything fails in turn; their phone numbers."""
    shoppers = [stage.shopper(shop, platform, NAME) for platform in Platform]
    for kind in TROUBLE:
        for platform in Platform:
            fault = Fault(kind, platform=platform.value, count=1, retry_after=1, description=WORDS)
            stage.simulator.faults.add(fault)
        for shopper in shoppers:
            await shopper.says(f"{WORDS}: {PROMPT_INJECTION} {kind}")
        await _let(stage, work=work)
    for shopper in shoppers:
        await shopper.person.send_contact()
        await shopper.person.send_voice()
    await _let(stage, work=work)
    return {phone for shopper in shoppers if (phone := shopper.person.person.phone)}


async def _let(stage: Stage, *, work: bool) -> None:
    if work:
        await stage.work()
    else:
        await asyncio.sleep(0.7)


async def spoil_credentials(stage: Stage, shop: Shop, platform: Platform) -> None:
    """What an administrator's slip leaves: a token that the platform refuses."""
    wrong = credentials_of(platform, "sklad")
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await bots.replace_credentials(
            session,
            stage.worker.keyring,
            shop.bots[platform],
            {name: SecretStr(value) for name, value in wrong.items()},
            CredentialNames(frozenset(wrong)),
        )


class _Everything(logging.Handler):
    """Keeps every record, as our formatter writes it and as Python's own would, traceback and all."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._json = JsonFormatter()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self._json.format(record))
        if not record.name.startswith("shared"):  # of ours, only the formatter writes
            self.lines.append(record.getMessage())
            if record.exc_info and record.exc_info[1] is not None:
                self.lines += traceback.format_exception(record.exc_info[1])


@pytest.fixture
def everything() -> Iterator[_Everything]:
    """All that any logger says at DEBUG, with the app's own configuration of its clients."""
    names = ("shared", *(name for name in logging.root.manager.loggerDict if "." not in name))
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    handlers = list(logging.getLogger("shared").handlers)
    configure_logging("DEBUG")
    handler = _Everything()
    level = logging.root.level
    logging.root.addHandler(handler)
    logging.getLogger("shared").addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    yield handler
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)
    logging.getLogger("shared").handlers[:] = handlers
    for name, (old, propagate) in before.items():
        logging.getLogger(name).setLevel(old)
        logging.getLogger(name).propagate = propagate


async def test_no_logger_says_a_secret_at_debug(settings_env: dict[str, str], everything: _Everything) -> None:
    async with (
        OpenAIServer(MODEL_TROUBLE) as model,
        open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr(MODEL_KEY)) as stage,
    ):
        shop = await stage.open_shop()
        await stage.open_shop("sklad")
        phones = await live_through_trouble(stage, shop, work=True)
        await stage.sql(shop, "UPDATE bots SET send_after = NULL")
        await spoil_credentials(stage, shop, Platform.TELEGRAM)
        await stage.worker.deliverer.run()
        await _unauthentic(stage, shop)

    said = "\n".join(everything.lines)
    assert "a call was refused" in said
    assert "the offline assistant answers" in said
    assert seen_in(said, hidden(settings_env, phones)) == []


async def _unauthentic(stage: Stage, shop: Shop) -> None:
    """A webhook with a wrong proof."""
    bot = stage.simulator.telegram.bots[0]
    assert shop.bots
    assert await stage.simulator.telegram.inject({"update_id": 1}, bot=bot, secret=WORDS.encode().hex()) == 403


async def test_the_app_s_processes_print_no_secret(app_env: dict[str, str], tmp_path: Path) -> None:
    async with (
        OpenAIServer(MODEL_TROUBLE) as model,
        run_app(
            app_env,
            tmp_path,
            LOG_LEVEL="DEBUG",
            OPENAI_BASE_URL=model.base_url,
            OPENAI_API_KEY=MODEL_KEY,
            SEND_TIMEOUT="2",
            TYPING_AFTER="60",
        ) as app,
    ):
        shop = await app.stage.open_shop()
        await app.stage.open_shop("sklad")
        phones = await live_through_trouble(app.stage, shop, work=False)
        refused = await app.post(shop, Platform.TELEGRAM, b"{", None)
        health = await app.client.get(f"{app.http.url}/api/health")
        await asyncio.to_thread(wait_for, lambda: "the offline assistant answers" in app.printed())
        printed = app.printed()

    secrets = hidden(app_env, phones)
    assert seen_in(printed, secrets) == []
    assert seen_in(refused.text + health.text, secrets) == []


def test_the_search_for_secrets_finds_one() -> None:
    secrets = {"words": "синий бархат"}

    assert seen_in('{"x": "синий бархат"}', secrets) == ["words"]
    assert seen_in(json.dumps({"x": "про синий бархат"}), secrets) == ["words"]
