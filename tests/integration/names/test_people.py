"""An identity that changes on WhatsApp: the cart stays, the manager stays, a number's new owner is told nothing."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.integration.alerts.waiting import begin, run, sells, watch
from tests.integration.conversation import Shop, Shopper, Stage
from tests.integration.names.people import known_by_number, news, recipients, shows_user_id, writes

OLD, NEW = "KZ.1111", "KZ.2222"
NEW_NUMBER = "77079998877"
ALERT = "стало 99 000"


async def live_dialogs(stage: Stage, shop: Shop) -> list[dict[str, Any]]:
    return await stage.sql(shop, "SELECT * FROM dialogs WHERE moved_to IS NULL ORDER BY id")


async def with_a_cart(stage: Stage) -> tuple[Shop, Shopper]:
    shop = await stage.open_shop()
    aigul = known_by_number(stage, shop)
    await aigul.says("добавь NOM-1 в корзину")
    await aigul.hears("Номад")
    return shop, aigul


async def test_the_cart_stays_when_a_user_id_comes_and_the_number_goes(stage: Stage) -> None:
    shop, aigul = await with_a_cart(stage)

    shows_user_id(aigul, OLD)
    await aigul.says("корзина")
    await aigul.hears("Номад")
    shows_user_id(aigul, OLD, hides_number=True)
    await aigul.says("корзина")

    await aigul.hears("Номад")
    assert len(await live_dialogs(stage, shop)) == 1


async def test_the_cart_of_two_dialogs_is_one_when_they_prove_to_be_one_person(stage: Stage) -> None:
    shop, aigul = await with_a_cart(stage)
    shows_user_id(aigul, OLD, hides_number=True)
    await aigul.says("добавь ALM-2 в корзину")  # nobody can know yet
    await aigul.hears("Алма")

    shows_user_id(aigul, OLD)
    await aigul.says("корзина")

    await aigul.hears("Номад", "Алма")
    [dialog] = await live_dialogs(stage, shop)
    said = await stage.sql(shop, "SELECT text FROM messages WHERE dialog_id = :id ORDER BY seq", id=dialog["id"])
    assert {"добавь NOM-1 в корзину", "добавь ALM-2 в корзину"} <= {row["text"] for row in said}
    assert len(await stage.sql(shop, "SELECT id FROM customers")) == 1


async def test_the_cart_and_the_proven_phone_follow_a_changed_number(stage: Stage) -> None:
    shop, aigul = await with_a_cart(stage)
    old = aigul.person.person.phone
    heard = len(aigul.person.received)

    await news(stage, shop, "user_changed_number", number=old, wa_id=NEW_NUMBER, user_id=NEW)
    await stage.work()
    aigul.person.person.phone = NEW_NUMBER
    shows_user_id(aigul, NEW)
    await aigul.says("корзина")

    await aigul.hears("Номад")
    assert len(aigul.person.received) == heard + 1, "the news itself is answered by nothing"
    [customer] = await stage.sql(shop, "SELECT phone FROM customers")
    assert customer["phone"] == f"+{NEW_NUMBER}"
    assert recipients(stage, "Номад")[-1] == (NEW_NUMBER, None)
    assert len(await live_dialogs(stage, shop)) == 1


@pytest.mark.parametrize("together", [True, False], ids=["in one dialog", "after a second dialog opened"])
async def test_the_hand_over_holds_under_the_new_name(stage: Stage, *, together: bool) -> None:
    shop = await stage.open_shop()
    aigul = known_by_number(stage, shop)
    if not together:
        shows_user_id(aigul, OLD, hides_number=True)
        await aigul.says("синий диван")
        await aigul.hears("Номад")
        shows_user_id(aigul, "")
    await aigul.says("позовите менеджера")
    await aigul.hears("Позвал менеджера")
    await aigul.says("вы тут?")
    await aigul.hears("Менеджер увидит")

    shows_user_id(aigul, OLD)
    await aigul.says("хочу красный диван")
    await aigul.hears_nothing()
    shows_user_id(aigul, OLD, hides_number=True)
    await aigul.says("синий диван")
    await aigul.hears_nothing()

    [dialog] = await live_dialogs(stage, shop)
    [escalation] = await stage.sql(shop, "SELECT dialog_id, resolved_at FROM escalations")
    assert (escalation["dialog_id"], escalation["resolved_at"]) == (dialog["id"], None)


async def test_an_alert_does_not_reach_the_new_owner_of_a_number(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = known_by_number(stage, shop)
    shows_user_id(aigul, OLD)
    await aigul.says("уведоми меня, когда NOM-1 подешевеет")
    await aigul.hears("Договорились")

    await writes(stage, shop, "мои заказы", number=aigul.person.person.phone, user=NEW)
    await stage.work()
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await stage.work()

    assert recipients(stage, ALERT) == [(None, OLD)]


@pytest.mark.parametrize("told_first", [True, False], ids=["the loser's turn first", "the winner's turn first"])
async def test_the_new_owner_of_a_number_is_a_customer_of_their_own(stage: Stage, *, told_first: bool) -> None:
    shop, aigul = await with_a_cart(stage)
    shows_user_id(aigul, OLD)
    await aigul.says("корзина")
    await aigul.hears("Номад")
    number = aigul.person.person.phone

    if not told_first:
        await stage.sql(shop, "UPDATE dialogs SET lease_until = now() + interval '1 hour'")
    await writes(stage, shop, "корзина", number=number, user=NEW)
    await stage.work()
    winner = (await live_dialogs(stage, shop))[-1]
    async with stage.worker.database.session_scope(shop.company_id) as session:
        ours = await stage.worker.services.customers.ensure(session, winner["id"])
    await stage.sql(shop, "UPDATE dialogs SET lease_until = NULL")
    await stage.work()

    assert ours.phone == f"+{number}"
    customers = await stage.sql(shop, "SELECT id, phone FROM customers ORDER BY created_at")
    assert [row["phone"] for row in customers] == [None, f"+{number}"]
    assert not any("Номад" in said for said in await said_in(stage, shop, winner["id"]))


async def said_in(stage: Stage, shop: Shop, dialog_id: int) -> list[str]:
    return [
        row["text"]
        for row in await stage.sql(shop, "SELECT text FROM messages WHERE dialog_id = :id", id=dialog_id)
    ]


async def test_a_call_that_waited_does_not_reach_the_new_owner(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = known_by_number(stage, shop)
    shows_user_id(aigul, OLD)
    stage.simulator.faults.add(Fault(FaultKind.REFUSE, method="messages", count=1, code=131056))
    await aigul.says("мой адрес: Абая 1")
    await aigul.hears_nothing()

    await writes(stage, shop, "привет", number=aigul.person.person.phone, user=NEW)
    await stage.sql(shop, "UPDATE dialogs SET send_at = now()")
    await stage.work()

    assert recipients(stage, "Абая") == [(None, OLD)]


async def test_a_number_that_was_given_up_is_nobody_s_until_somebody_comes_with_it(stage: Stage) -> None:
    waiting = await begin(stage, platform=Platform.WHATSAPP)
    shop, number = waiting.shop, waiting.shopper.person.person.phone
    await watch(stage, waiting, "NOM-1")

    await news(stage, shop, "user_changed_number", number=number, wa_id=NEW_NUMBER)
    await stage.work()
    await writes(stage, shop, "привет", number=number, later=60)
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await stage.work()

    bodies = [call["body"] for call in stage.calls("messages") if "99" in call["body"] and "000" in call["body"]]
    assert len(bodies) == 1
    assert NEW_NUMBER in bodies[0]
    assert number not in bodies[0]
    assert len(await live_dialogs(stage, shop)) == 2


async def test_where_the_keys_changed_nothing_is_told_until_the_person_writes(stage: Stage) -> None:
    waiting = await begin(stage, platform=Platform.WHATSAPP)
    shop, aigul = waiting.shop, waiting.shopper
    await watch(stage, waiting, "NOM-1")
    number = aigul.person.person.phone

    await news(stage, shop, "customer_identity_changed", number=number, identity="h4sh")
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await aigul.hears_nothing()
    await aigul.says("это я")
    await aigul.hears("это я")
    await stage.sql(shop, "UPDATE price_alerts SET due_at = now()")
    await run(stage)

    await aigul.hears(ALERT)
    assert "[address.unsure]" in await said_in(stage, shop, waiting.dialog_id)


async def test_after_a_day_of_silence_the_user_id_is_written_to(stage: Stage) -> None:
    """A number that nobody wrote from for a day may be another person's, and nobody told us."""
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    aigul = known_by_number(stage, shop)
    shows_user_id(aigul, OLD)
    stage.simulator.faults.add(Fault(FaultKind.REFUSE, method="messages", count=1, code=131056))
    await aigul.says("диван")
    await aigul.hears_nothing()

    await stage.sql(shop, "UPDATE dialogs SET send_at = now(), last_inbound_at = now() - interval '25 hours'")
    await stage.work()

    assert recipients(stage, "we_answered") == [(None, OLD)]


async def test_another_bot_of_the_shop_does_not_write_to_the_new_owner(stage: Stage) -> None:
    """It has not heard that the number passed; the person's customer has."""
    waiting = await begin(stage, platform=Platform.WHATSAPP)
    shop, number = waiting.shop, waiting.shopper.person.person.phone
    await waiting.shopper.says("привет")
    await waiting.shopper.hears("привет")
    [elsewhere] = await stage.sql(
        shop,
        "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, phone, last_inbound_at)"
        " VALUES (:company, :bot, 'bsuid:KZ.elsewhere', 'x', :phone, now()) RETURNING id",
        company=shop.company_id,
        bot=shop.bots[Platform.VIBER],
        phone=f"+{number}",
    )
    async with stage.worker.database.session_scope(shop.company_id) as session:
        assert (await stage.worker.services.customers.ensure(session, elsewhere["id"])).id == waiting.customer_id

    await writes(stage, shop, "привет", number=number, user=NEW)
    await stage.work()

    [row] = await stage.sql(shop, "SELECT phone, blocked FROM dialogs WHERE id = :id", id=elsewhere["id"])
    assert (row["phone"], row["blocked"]) == (None, False)
