"""Hashing is dear: few at once, and no endless queue for it."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from shared.identity.passwords import Passwords
from shared.kernel.errors import Unavailable

PASSWORD = SecretStr("sofa-lamp-window")


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(memory_kib=8192, passes=1)


async def test_a_flood_is_told_to_come_again_and_those_before_it_are_served(passwords: Passwords) -> None:
    outcomes = await asyncio.gather(*(passwords.verify(None, PASSWORD) for _ in range(100)), return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
    assert 0 < len(refused) < 50
    assert len(outcomes) - len(refused) > 50
    assert (await passwords.verify(await passwords.hash(PASSWORD), PASSWORD)).right
