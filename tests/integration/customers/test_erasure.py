"""Forgetting a person: not a word, name, number or address of theirs is left anywhere, and the books are whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.customers.schemas import Customer
from shared.dialogs.contract import Turn, TurnResult
from shared.escalations import service as escalations
from shared.escalations.schemas import EscalationReason
from shared.kernel.clock import utc_now
from shared.orders.schemas import CheckoutDraft, DeliveryMethod, OrderPlaced, OrderStatus
from tests.doubles.echo import ECHO, EchoResponder
from tests.integration.conversation import Shop, Shopper, Stage, run_worker
from tests.integration.customers.archive import Archive

NAME = "Зейнеп Ерасылова"
ADDRESS = "улица Кунаева, дом 77"
SECRETS = ("сюрприз для бабушки", "подъезд у фонтана")


@dataclass(frozen=True)
class Story:
    """A person who talked on WhatsApp and Telegram, ordered, and asked for staff."""

    stage: Stage
    shop: Shop
    whatsapp: Shopper
    telegram: Shopper
    customer: Customer
    dialogs: list[int]
    """On WhatsApp, and on Telegram."""

    @property
    def traces(self) -> tuple[str, ...]:
        """What must not be found once the person is forgotten."""
        return (NAME, "Зейнеп", ADDRESS, *SECRETS, self.whatsapp.person.id.removeprefix("+"))


async def tell(stage: Stage) -> Story:
    shop = await stage.open_shop(mode=ECHO)
    whatsapp = stage.shopper(shop, Platform.WHATSAPP, NAME)
    telegram = stage.shopper(shop, Platform.TELEGRAM, NAME)
    for shopper, secret in ((whatsapp, SECRETS[0]), (telegram, SECRETS[1])):
        await shopper.says(f"Мне нужен {secret}")
        await shopper.hears(secret)
    dialogs = [row["id"] for row in await stage.sql(shop, "SELECT id FROM dialogs ORDER BY phone NULLS LAST")]
    customers = stage.worker.services.customers
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await customers.ensure(session, dialogs[0])
        customer = await customers.prove_phone(session, dialogs[1], f"+{whatsapp.person.id.removeprefix('+')}")
    story = Story(stage, shop, whatsapp, telegram, customer, dialogs)
    await order(story)
    return story


async def order(story: Story) -> None:
    stage, worker = story.stage, story.stage.worker
    [product] = await stage.sql(story.shop, "SELECT id FROM products WHERE sku = 'ALM-1'")
    said = CheckoutDraft(
        name=NAME,
        phone=story.customer.phone,
        method=DeliveryMethod.DELIVERY,
        address=ADDRESS,
        comment=SECRETS[0],
    )
    async with worker.database.session_scope(story.shop.company_id) as session:
        customer_id = story.customer.id
        await worker.services.carts.add(session, customer_id, product["id"])
        cart = await worker.services.checkout.note(session, customer_id, said)
        assert cart.id is not None
        assert cart.total is not None
        placed = await worker.services.checkout.confirm(
            session,
            customer_id,
            cart.id,
            version=cart.version,
            total_minor=cart.total.minor,
            dialog_id=story.dialogs[0],
        )
        assert isinstance(placed, OrderPlaced)
        await worker.services.orders.change_status(
            session, placed.order.id, OrderStatus.CONFIRMED, by="manager", comment=f"{NAME} ждёт"
        )
        await worker.services.orders.change_status(session, placed.order.id, OrderStatus.DONE, by="manager")
        await worker.services.carts.add(session, customer_id, product["id"])
        await worker.services.checkout.note(session, customer_id, said)
        await escalations.open_escalation(
            session,
            dialog_id=story.dialogs[0],
            reason=EscalationReason.ASKED,
            summary=f"{NAME}: {SECRETS[1]}",
            expires_at=utc_now() + timedelta(hours=1),
        )


async def erase(story: Story, *, answering: int | None = None) -> None:
    worker = story.stage.worker
    async with worker.database.session_scope(story.shop.company_id) as session:
        await worker.services.customers.erase(session, story.customer.id, answering=answering)


async def test_nothing_of_the_person_is_left_anywhere(stage: Stage, archive: Archive) -> None:
    story = await tell(stage)
    before = archive.places_with(story.traces)
    assert before >= {"messages", "inbox", "outbox", "dialogs", "customers", "orders", "carts", "redis"}
    assert before >= {"escalations", "order_changes"}

    await erase(story)

    assert archive.places_with(story.traces) == set()


async def test_the_books_stay_whole(stage: Stage) -> None:
    story = await tell(stage)

    await erase(story)

    orders = await stage.sql(story.shop, "SELECT number, status, total_minor, customer_id FROM orders")
    assert orders == [{"number": 1, "status": "done", "total_minor": 140_000_00, "customer_id": None}]
    lines = await stage.sql(story.shop, "SELECT sku, quantity FROM order_lines")
    assert lines == [{"sku": "ALM-1", "quantity": 1}]
    assert await stage.sql(story.shop, "SELECT id FROM carts") == []


async def test_others_are_untouched(stage: Stage, archive: Archive) -> None:
    story = await tell(stage)
    berik = stage.shopper(story.shop, Platform.TELEGRAM, "Берик Сатпаев")
    await berik.says("синий диван")
    await berik.hears()
    before = archive.places_with(["Берик Сатпаев", "синий диван"])

    await erase(story)

    assert archive.places_with(["Берик Сатпаев", "синий диван"]) == before
    await berik.says("ещё")
    await berik.hears("ещё")


async def test_what_the_person_writes_later_begins_anew(stage: Stage) -> None:
    story = await tell(stage)
    await erase(story)

    await story.whatsapp.says("Это снова я")
    await story.whatsapp.hears("Это снова я")

    [fresh] = await stage.sql(story.shop, "SELECT id FROM dialogs WHERE NOT blocked")
    assert fresh["id"] not in story.dialogs
    async with stage.worker.database.session_scope(story.shop.company_id) as session:
        assert await stage.worker.services.customers.find(session, fresh["id"]) is None


async def test_the_dialog_that_asked_for_it_is_still_answered(stage: Stage, archive: Archive) -> None:
    story = await tell(stage)

    await erase(story, answering=story.dialogs[1])

    telegram_id = story.telegram.person.id
    kept = [
        row for row in await stage.sql(story.shop, "SELECT id, chat_id FROM dialogs") if row["id"] in story.dialogs
    ]
    assert {row["id"]: row["chat_id"] for row in kept}[story.dialogs[1]] == telegram_id
    assert archive.places_with(story.traces) == set()
    await story.telegram.says("Забыли?")
    await story.telegram.hears("Забыли?")
    assert stage.echo.turns[-1].memory == []
    assert stage.echo.turns[-1].dialog_id == story.dialogs[1]


class Forgetter(EchoResponder):
    """Forgets whoever asks, as an effect of the turn that answers them."""

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story

    async def respond(self, turn: Turn) -> TurnResult:
        customers, customer_id = self._story.stage.worker.services.customers, self._story.customer.id

        async def forget(session: AsyncSession) -> None:
            await customers.erase(session, customer_id, answering=turn.dialog_id)

        answer = await super().respond(turn)
        return replace(answer, effects=(forget,), state={}, forget=True)


async def test_a_turn_may_forget_the_person_it_answers(stage: Stage, archive: Archive) -> None:
    story = await tell(stage)
    await story.telegram.says("забудьте меня")

    async with run_worker(stage.worker.settings, Forgetter(story)) as worker:
        await worker.drainer.run()

    await story.telegram.hears("забудьте меня")
    assert archive.places_with(story.traces) == set()
    assert await stage.sql(story.shop, "SELECT id FROM failures") == []


async def test_an_answer_that_is_being_thought_about_is_not_given(stage: Stage, archive: Archive) -> None:
    """A message came just before the erasure: nothing of it is answered or kept."""
    story = await tell(stage)
    await story.telegram.says(f"И ещё: {SECRETS[0]}")

    await erase(story)

    await story.telegram.hears_nothing()
    assert archive.places_with(story.traces) == set()


async def test_an_export_tells_all_that_is_known(stage: Stage) -> None:
    story = await tell(stage)

    async with stage.worker.database.session_scope(story.shop.company_id) as session:
        exported = await stage.worker.services.customers.export(session, story.customer.id)

    assert exported["customer"]["phone"] == story.customer.phone
    said = [message["text"] for dialog in exported["dialogs"] for message in dialog["messages"]]
    assert all(any(secret in words for words in said) for secret in SECRETS)
    [order] = exported["orders"]["orders"]
    assert (order["number"], order["name"], order["address"]) == (1, NAME, ADDRESS)
    assert exported["orders"]["cart"]["lines"][0]["sku"] == "ALM-1"
    assert exported["escalations"][0]["summary"] == f"{NAME}: {SECRETS[1]}"
    assert json.loads(json.dumps(exported)) == exported
