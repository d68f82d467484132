"""One person, several messengers: dialogs become one customer when a proven phone joins them."""

from __future__ import annotations

import asyncio
from contextvars import Context

import pytest
from sqlalchemy import text

from shared.customers.schemas import Customer, CustomerFilter
from shared.customers.service import CustomerService
from shared.kernel.errors import InvalidInput, NotFound
from shared.runtime.database import Database
from tests.doubles.keepsakes import Keepsakes
from tests.host import PATIENCE
from tests.integration.people import open_dialog
from tests.integration.shops import Shop

PHONE = "+77011234567"
OTHER_PHONE = "+77770000000"


class Desk:
    """The service, each call in a transaction of its own."""

    def __init__(self, database: Database, customers: CustomerService, shop: Shop) -> None:
        self._database = database
        self._customers = customers
        self.shop = shop

    async def ensure(self, dialog_id: int) -> Customer:
        async with self._database.session_scope(self.shop.company_id) as session:
            return await self._customers.ensure(session, dialog_id)

    async def find(self, dialog_id: int) -> Customer | None:
        async with self._database.session_scope(self.shop.company_id) as session:
            return await self._customers.find(session, dialog_id)

    async def prove(self, dialog_id: int, phone: str = PHONE) -> Customer:
        async with self._database.session_scope(self.shop.company_id) as session:
            return await self._customers.prove_phone(session, dialog_id, phone)

    async def all(self, **conditions: object) -> list[Customer]:
        async with self._database.session_scope(self.shop.company_id) as session:
            wanted = CustomerFilter.model_validate(conditions)
            return (await self._customers.page(session, wanted)).items


@pytest.fixture
def desk(database: Database, customers: CustomerService, shop: Shop) -> Desk:
    return Desk(database, customers, shop)


async def test_a_dialog_has_no_customer_until_one_is_needed(desk: Desk, database: Database) -> None:
    dialog = await open_dialog(database, desk.shop)

    assert await desk.find(dialog) is None
    made = await desk.ensure(dialog)

    assert (made.name, made.phone) == ("Айгуль Ким", None)
    assert await desk.find(dialog) == made
    assert await desk.ensure(dialog) == made


async def test_twenty_workers_that_need_the_customer_at_once_get_the_same(desk: Desk, database: Database) -> None:
    dialog = await open_dialog(database, desk.shop)

    made = await asyncio.gather(*(desk.ensure(dialog) for _ in range(20)))

    assert len({customer.id for customer in made}) == 1
    assert len(await desk.all()) == 1


async def test_a_phone_that_the_platform_proves_is_proven_at_once(desk: Desk, database: Database) -> None:
    customer = await desk.ensure(await open_dialog(database, desk.shop, phone=PHONE))

    assert customer.phone == PHONE


async def test_a_proven_phone_joins_two_dialogs_and_all_that_is_kept(
    desk: Desk, database: Database, keepsakes: Keepsakes
) -> None:
    whatsapp = await desk.ensure(await open_dialog(database, desk.shop, phone=PHONE))
    telegram_dialog = await open_dialog(database, desk.shop)
    telegram = await desk.ensure(telegram_dialog)
    keepsakes.kept = {telegram.id: ["диван"], whatsapp.id: ["стол"]}

    joined = await desk.prove(telegram_dialog, "8 701 123-45-67")

    assert joined.id == whatsapp.id
    assert await desk.find(telegram_dialog) == joined
    assert keepsakes.kept == {whatsapp.id: ["стол", "диван"]}
    assert [customer.id for customer in await desk.all()] == [whatsapp.id]


async def test_two_dialogs_that_prove_one_phone_at_once_are_one_customer(desk: Desk, database: Database) -> None:
    dialogs = [await open_dialog(database, desk.shop) for _ in range(6)]
    for dialog in dialogs[:3]:
        await desk.ensure(dialog)

    await asyncio.gather(*(desk.prove(dialog) for dialog in dialogs))

    assert len(await desk.all()) == 1
    assert {(await desk.ensure(dialog)).phone for dialog in dialogs} == {PHONE}


async def test_whoever_proves_a_phone_first_is_waited_for(
    desk: Desk, database: Database, customers: CustomerService
) -> None:
    dialogs = [await open_dialog(database, desk.shop) for _ in range(2)]

    async with database.session_scope(desk.shop.company_id) as session:
        first = await customers.prove_phone(session, dialogs[0], PHONE)
        proving = asyncio.create_task(desk.prove(dialogs[1]), context=Context())
        await asyncio.sleep(0.2)
        assert not proving.done()

    assert (await asyncio.wait_for(proving, PATIENCE)).id == first.id


async def test_somebody_who_changed_the_number_keeps_what_they_have(
    desk: Desk, database: Database, keepsakes: Keepsakes
) -> None:
    dialog = await open_dialog(database, desk.shop)
    before = await desk.prove(dialog)

    after = await desk.prove(dialog, OTHER_PHONE)

    assert (after.id, after.phone) == (before.id, OTHER_PHONE)


async def test_a_dialog_with_another_number_leaves_the_others_of_its_customer(
    desk: Desk, database: Database
) -> None:
    whatsapp_dialog = await open_dialog(database, desk.shop, phone=PHONE)
    telegram_dialog = await open_dialog(database, desk.shop)
    await desk.ensure(whatsapp_dialog)
    joined = await desk.prove(telegram_dialog)

    left = await desk.prove(telegram_dialog, OTHER_PHONE)

    assert left.id != joined.id
    assert left.phone == OTHER_PHONE
    assert (await desk.ensure(whatsapp_dialog)).id == joined.id


async def test_a_join_waits_until_the_other_s_transaction_ends(
    desk: Desk, database: Database, customers: CustomerService
) -> None:
    target = await desk.ensure(await open_dialog(database, desk.shop, phone=PHONE))
    dialog = await open_dialog(database, desk.shop)
    source = await desk.ensure(dialog)

    async with database.session_scope(desk.shop.company_id) as session:
        await customers.ensure(session, dialog)
        proving = asyncio.create_task(desk.prove(dialog), context=Context())  # as another worker would
        await asyncio.sleep(0.2)
        assert not proving.done()
        name = text("UPDATE customers SET name = 'Айгуль' WHERE id = :id")
        await session.execute(name, {"id": source.id})

    assert (await asyncio.wait_for(proving, PATIENCE)).id == target.id


async def test_what_is_no_phone_proves_nothing(desk: Desk, database: Database) -> None:
    dialog = await open_dialog(database, desk.shop)

    with pytest.raises(InvalidInput):
        await desk.prove(dialog, "диван")


async def test_customers_are_listed_newest_first_by_name_and_phone(desk: Desk, database: Database) -> None:
    aigul = await desk.ensure(await open_dialog(database, desk.shop, "Айгуль Ким", phone=PHONE))
    berik = await desk.ensure(await open_dialog(database, desk.shop, "Берик"))

    assert [customer.id for customer in await desk.all()] == [berik.id, aigul.id]
    assert [customer.id for customer in await desk.all(q="айг")] == [aigul.id]
    assert [customer.id for customer in await desk.all(phone="8 (701) 123 45 67")] == [aigul.id]
    assert [customer.id for customer in await desk.all(sort="created_at")] == [aigul.id, berik.id]
    assert await desk.all(q="100%") == []


async def test_another_company_has_other_customers(
    desk: Desk, database: Database, customers: CustomerService, other_shop: Shop
) -> None:
    dialog = await open_dialog(database, desk.shop, phone=PHONE)
    ours = await desk.ensure(dialog)
    theirs = await Desk(database, customers, other_shop).ensure(
        await open_dialog(database, other_shop, phone=PHONE)
    )

    assert ours.id != theirs.id
    async with database.session_scope(other_shop.company_id) as session:
        assert await customers.find(session, dialog) is None
        with pytest.raises(NotFound):
            await customers.ensure(session, dialog)
        with pytest.raises(NotFound):
            await customers.get(session, ours.id)
