"""Bots: credentials, settings over the city's, and versions of prompts."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from shared.bots import prompts
from shared.bots import service as bots
from shared.bots.schemas import BotChanges, NewBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import CityChanges
from shared.kernel.errors import Conflict, InvalidInput, Misconfigured, NotFound
from shared.kernel.languages import Language
from shared.runtime.crypto import KeyRing, generate_key
from shared.runtime.database import Database
from tests.integration.shops import TELEGRAM_NAMES, Shop


async def test_credentials_are_sealed_in_the_database_and_open_with_the_ring(
    database: Database, keyring: KeyRing, shop: Shop
) -> None:
    async with database.session_scope(shop.company_id) as session:
        sealed = await session.scalar(text("SELECT credentials FROM bots"))
        opened = await bots.credentials(session, keyring, shop.bot_id)
    assert b"1:uyut" not in sealed
    assert {name: value.get_secret_value() for name, value in opened.items()} == {
        "token": "1:uyut",
        "secret_token": "s3cret",
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"token": "1:a"}, "credentials.secret_token"),
        ({"token": "1:a", "secret_token": "  "}, "credentials.secret_token"),
        ({"token": "1:a", "secret_token": "b", "pin": "1"}, "credentials.pin"),
    ],
)
async def test_credentials_must_be_those_of_the_channel(
    database: Database, keyring: KeyRing, shop: Shop, given: dict[str, str], field: str
) -> None:
    new = NewBot(
        platform=Platform.TELEGRAM,
        name="Второй",
        credentials={name: SecretStr(value) for name, value in given.items()},
    )
    with pytest.raises(InvalidInput) as caught:
        async with database.session_scope(shop.company_id) as session:
            await bots.create_bot(session, keyring, shop.company_id, new, TELEGRAM_NAMES)
    assert caught.value.field == field
    assert "1:a" not in str(caught.value)


async def test_new_credentials_let_a_refused_bot_send_again(
    database: Database, keyring: KeyRing, shop: Shop
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await session.execute(
            text("UPDATE bots SET misconfigured = 'unauthorized', send_after = now() + interval '5 minutes'")
        )
    renewed = {"token": SecretStr("2:new"), "secret_token": SecretStr("s")}
    async with database.session_scope(shop.company_id) as session:
        await bots.replace_credentials(session, keyring, shop.bot_id, renewed, TELEGRAM_NAMES)
    async with database.session_scope(shop.company_id) as session:
        assert (await bots.get_bot(session, shop.bot_id)).misconfigured is None
        assert await session.scalar(text("SELECT send_after FROM bots")) is None
        assert (await bots.credentials(session, keyring, shop.bot_id))["token"].get_secret_value() == "2:new"


async def test_rotation_seals_anew_and_the_old_key_can_go(
    database: Database, settings_env: dict[str, str], shop: Shop
) -> None:
    fresh = generate_key("fresh")
    both = KeyRing.from_setting(f"{fresh},{settings_env['CREDENTIAL_KEYS']}")
    async with database.session_scope(shop.company_id) as session:
        assert await bots.rotate_credentials(session, both) == 1
    async with database.session_scope(shop.company_id) as session:
        assert await bots.rotate_credentials(session, both) == 0
        opened = await bots.credentials(session, KeyRing.from_setting(fresh), shop.bot_id)
        assert opened["token"].get_secret_value() == "1:uyut"
        with pytest.raises(Misconfigured):
            await bots.credentials(session, KeyRing.from_setting(settings_env["CREDENTIAL_KEYS"]), shop.bot_id)


async def test_a_bots_settings_lie_over_its_citys(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        await bots.set_city_settings(session, shop.company_id, shop.city_id, {"tone": "warm", "cards": 5})
        await bots.update_bot(session, shop.bot_id, BotChanges(settings={"cards": 3}))
    async with database.session_scope(shop.company_id) as session:
        snapshot = await bots.snapshot(session, shop.bot_id)
    assert snapshot.settings == {"tone": "warm", "cards": 3}


async def test_the_snapshot_takes_place_and_prompt_from_the_city(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        await companies.update_city(session, shop.city_id, CityChanges(currency="USD", timezone="Asia/Oral"))
        await prompts.create_prompt(session, shop.company_id, shop.city_id, "Советуйте коротко.")
    async with database.session_scope(shop.company_id) as session:
        at_city = await bots.snapshot(session, shop.bot_id)
        await bots.update_bot(session, shop.bot_id, BotChanges(city_id=None))
    async with database.session_scope(shop.company_id) as session:
        everywhere = await bots.snapshot(session, shop.bot_id)
    assert (at_city.city_name, at_city.currency, at_city.timezone) == ("Алматы", "USD", "Asia/Oral")
    assert (at_city.system_prompt, at_city.platform, at_city.language) == (
        "Советуйте коротко.",
        Platform.TELEGRAM,
        Language.RU,
    )
    assert (everywhere.city_name, everywhere.currency, everywhere.system_prompt) == (None, "KZT", "")
    assert everywhere.config_version > at_city.config_version


async def test_every_prompt_is_a_version_and_the_newest_is_active(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        for body in ("first", "second"):
            await prompts.create_prompt(session, shop.company_id, shop.city_id, body)
        await prompts.create_prompt(session, shop.company_id, shop.city_id, "draft", activate=False)
    async with database.session_scope(shop.company_id) as session:
        versions = await prompts.list_prompts(session, shop.city_id)
    assert [(found.version, found.body, found.active) for found in versions] == [
        (3, "draft", False),
        (2, "second", True),
        (1, "first", False),
    ]


async def test_any_version_can_be_activated_and_rolled_back(database: Database, shop: Shop) -> None:
    async with database.session_scope(shop.company_id) as session:
        for body in ("first", "second", "third"):
            await prompts.create_prompt(session, shop.company_id, shop.city_id, body)
        assert (await prompts.roll_back_prompt(session, shop.city_id)).version == 2
        assert (await prompts.activate_prompt(session, shop.city_id, 1)).body == "first"
        assert (await bots.snapshot(session, shop.bot_id)).system_prompt == "first"
        with pytest.raises(Conflict):
            await prompts.roll_back_prompt(session, shop.city_id)


async def test_activating_a_version_that_does_not_exist_leaves_the_active_one(
    database: Database, shop: Shop
) -> None:
    async with database.session_scope(shop.company_id) as session:
        await prompts.create_prompt(session, shop.company_id, shop.city_id, "first")
    with pytest.raises(NotFound):
        async with database.session_scope(shop.company_id) as session:
            await prompts.activate_prompt(session, shop.city_id, 9)
    async with database.session_scope(shop.company_id) as session:
        assert (await bots.snapshot(session, shop.bot_id)).system_prompt == "first"


async def test_two_editors_at_once_make_two_versions(database: Database, shop: Shop) -> None:
    async def edit(body: str) -> int:
        async with database.session_scope(shop.company_id) as session:
            return (await prompts.create_prompt(session, shop.company_id, shop.city_id, body)).version

    versions = await asyncio.gather(*(edit(f"draft {number}") for number in range(6)))
    assert sorted(versions) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("body", ["", "  \n", "я" * 20_001])
async def test_a_prompt_has_a_sensible_length(database: Database, shop: Shop, body: str) -> None:
    with pytest.raises(InvalidInput):
        async with database.session_scope(shop.company_id) as session:
            await prompts.create_prompt(session, shop.company_id, shop.city_id, body)
