"""Names are personal data: exported, and gone with the person under every one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Shopper, Stage
from tests.integration.customers.archive import Archive, opened
from tests.integration.names.people import known_by_number, news, shows_user_id
from tests.stack import WorkerStack

NUMBER_NOW, BEFORE, NOW = "77075554433", "KZ.77701", "KZ.77702"


@pytest.fixture
def archive(worker_stack: WorkerStack, settings_env: dict[str, str]) -> Iterator[Archive]:
    with opened(worker_stack, settings_env) as archive:
        yield archive


async def told(stage: Stage) -> tuple[Shop, Shopper, tuple[str, ...]]:
    """A person with two dialogs that became one, and another number and user id since; all names they ever had."""
    shop = await stage.open_shop(mode=ECHO)
    aigul = known_by_number(stage, shop)
    number = aigul.person.person.phone
    await aigul.says("раз")
    await aigul.hears("раз")
    shows_user_id(aigul, BEFORE, hides_number=True)
    await aigul.says("два")
    await aigul.hears("два")
    shows_user_id(aigul, BEFORE)
    await aigul.says("три")
    await aigul.hears("три")
    await news(
        stage,
        shop,
        "user_changed_number",
        number=number,
        wa_id=NUMBER_NOW,
        user_id=NOW,
        previous_user_id=BEFORE,
    )
    await stage.work()
    return shop, aigul, (number, NUMBER_NOW, BEFORE, NOW)


async def customer_of(stage: Stage, shop: Shop) -> tuple[int, object]:
    [dialog] = await stage.sql(shop, "SELECT id FROM dialogs WHERE moved_to IS NULL")
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customer = await stage.worker.services.customers.ensure(session, dialog["id"])
        exported = await stage.worker.services.customers.export(session, customer.id)
        addresses = {name for part in exported["dialogs"] for name in part["addresses"]}
        await stage.worker.services.customers.erase(session, customer.id)
    return len(exported["dialogs"]), addresses


async def test_every_name_is_exported_and_erased(stage: Stage, archive: Archive) -> None:
    shop, _, names = await told(stage)
    assert archive.places_with(names) >= {"dialogs", "dialog_addresses"}

    _, addresses = await customer_of(stage, shop)

    number, number_now, before, now = names
    assert addresses == {number, number_now, f"bsuid:{before}", f"bsuid:{now}"}
    assert archive.places_with(names) == set()


async def test_who_was_erased_begins_anew_under_any_of_the_names(stage: Stage) -> None:
    shop, aigul, _ = await told(stage)
    await customer_of(stage, shop)

    await aigul.says("четыре")

    await aigul.hears("четыре")
    [row] = await stage.sql(shop, "SELECT received_seq FROM dialogs WHERE chat_id LIKE 'bsuid:%'")
    assert row["received_seq"] == 1


async def test_where_it_was_asked_for_the_address_stays_for_the_answer_alone(stage: Stage) -> None:
    shop, _, _ = await told(stage)
    [dialog] = await stage.sql(shop, "SELECT id, chat_id FROM dialogs WHERE moved_to IS NULL")
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customers = stage.worker.services.customers
        customer = await customers.ensure(session, dialog["id"])
        await customers.erase(session, customer.id, answering=dialog["id"])

    kept = await stage.sql(shop, "SELECT address FROM dialog_addresses")

    assert [row["address"] for row in kept] == [dialog["chat_id"]]
