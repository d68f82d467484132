"""One company's flood does not delay another's people: who is served next, seen at the claims themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import UUID

import psycopg
import pytest

from shared.dialogs.turns.claims import Claim, Claims
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.chaos.inside import settings_of
from tests.integration.shops import Shop, open_shop
from tests.stack import WorkerStack

PLACES = 16
SHARE = 12
CAP = 64


@pytest.fixture
def settings(settings_env: dict[str, str]) -> Settings:
    return settings_of({**settings_env, "DRAINER_DIALOGS": str(PLACES), "COMPANY_DIALOGS_CAP": str(CAP)})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings)
    yield database
    await database.aclose()


@pytest.fixture
async def shops(database: Database, settings: Settings) -> tuple[Shop, Shop]:
    keyring = KeyRing.from_setting(settings.credential_keys.get_secret_value())
    return await open_shop(database, keyring, "flood"), await open_shop(database, keyring, "quiet")


def _wait_for_answers(stack: WorkerStack, shop: Shop, dialogs: int, *, since: str) -> None:
    """Dialogs of a shop that have waited for an answer since then."""
    with psycopg.connect(stack.superuser_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, received_seq, due_at) "
            "SELECT %s, %s, n, n, 1, now() - %s::interval FROM generate_series(1, %s) AS n",
            (shop.company_id, shop.bot_id, since, dialogs),
        )


def _by_company(claims: list[Claim]) -> Counter[UUID]:
    return Counter(claim.company_id for claim in claims)


async def test_the_next_claim_takes_all_of_a_company_that_has_little(
    database: Database, settings: Settings, shops: tuple[Shop, Shop], worker_stack: WorkerStack
) -> None:
    """Guard: claims take the first dialog of every company before the second of any."""
    flood, quiet = shops
    _wait_for_answers(worker_stack, flood, 10_000, since="1 hour")
    _wait_for_answers(worker_stack, quiet, PLACES // 2, since="1 second")

    claimed = _by_company(await Claims(database, settings).claim(PLACES))

    assert claimed == {quiet.company_id: PLACES // 2, flood.company_id: PLACES // 2}


async def test_no_company_holds_more_than_its_share(
    database: Database, settings: Settings, shops: tuple[Shop, Shop], worker_stack: WorkerStack
) -> None:
    """Guard: the leases that a company holds already are taken off its share."""
    flood, quiet = shops
    claims = Claims(database, settings)
    _wait_for_answers(worker_stack, flood, 10_000, since="1 hour")
    held = [len(await claims.claim(SHARE)) for _ in range(CAP // SHARE + 2)]
    _wait_for_answers(worker_stack, quiet, PLACES, since="1 second")

    claimed = _by_company(await claims.claim(PLACES))

    assert held == [*[SHARE] * (CAP // SHARE), CAP % SHARE, 0]
    assert claimed == {quiet.company_id: SHARE}


async def test_a_drainer_full_of_one_company_has_places_left_for_another(
    database: Database, settings: Settings, shops: tuple[Shop, Shop], worker_stack: WorkerStack
) -> None:
    """Guard: what a drainer runs already counts against its company's share of the drainer's places."""
    flood, quiet = shops
    claims = Claims(database, settings)
    _wait_for_answers(worker_stack, flood, 10_000, since="1 hour")
    running = await claims.claim(PLACES)
    _wait_for_answers(worker_stack, quiet, PLACES, since="1 second")

    claimed = _by_company(await claims.claim(PLACES - len(running), held=running))

    assert len(running) == SHARE
    assert claimed == {quiet.company_id: PLACES - SHARE}


async def test_companies_take_turns(
    database: Database, settings: Settings, shops: tuple[Shop, Shop], worker_stack: WorkerStack
) -> None:
    """Guard: the company that was served least recently comes first, however long the other has waited."""
    flood, quiet = shops
    claims = Claims(database, settings)
    _wait_for_answers(worker_stack, flood, 1_000, since="1 hour")
    _wait_for_answers(worker_stack, quiet, 10, since="1 second")

    served = [claim.company_id for _ in range(6) for claim in await claims.claim(1)]

    assert sorted(Counter(served).values()) == [3, 3]
    assert all(one != next_one for one, next_one in pairwise(served))
