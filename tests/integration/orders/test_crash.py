"""A turn that broke off between the order and the answer: it is run again, and there is still one order."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.channels.messages import Reply, RichText, TextMessage
from shared.composition import Worker
from shared.dialogs.contract import Turn, TurnResult
from shared.orders.schemas import Cart, CheckoutDraft, Confirmation, DeliveryMethod, OrderPlaced
from tests.doubles.echo import ECHO, EchoResponder
from tests.integration.conversation import Shop, Stage, run_worker


class Cashier(EchoResponder):
    """Confirms the cart it was shown, and breaks off the first time, right after the order was committed."""

    def __init__(self, stage: Stage, customer_id: UUID, seen: Cart) -> None:
        super().__init__()
        self._worker: Worker = stage.worker
        self._customer_id = customer_id
        self._seen = seen
        self.answers: list[Confirmation] = []

    async def respond(self, turn: Turn) -> TurnResult:
        assert self._seen.id is not None
        assert self._seen.total is not None
        async with turn.session() as session:
            answer = await self._worker.services.checkout.confirm(
                session,
                self._customer_id,
                self._seen.id,
                version=self._seen.version,
                total_minor=self._seen.total.minor,
                dialog_id=turn.dialog_id,
            )
        self.answers.append(answer)
        if len(self.answers) == 1:
            raise RuntimeError("the worker is gone")
        assert isinstance(answer, OrderPlaced)
        return TurnResult(reply=Reply(messages=(TextMessage(text=RichText.of(f"№{answer.order.number}")),)))


async def filled_cart(stage: Stage, shop: Shop) -> tuple[UUID, Cart]:
    [dialog] = await stage.sql(shop, "SELECT id FROM dialogs")
    [product] = await stage.sql(shop, "SELECT id FROM products WHERE sku = 'ALM-1'")
    said = CheckoutDraft(name="Айгуль", phone="87011234567", method=DeliveryMethod.PICKUP)
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customer = await stage.worker.services.customers.ensure(session, dialog["id"])
        await stage.worker.services.carts.add(session, customer.id, product["id"])
        return customer.id, await stage.worker.services.checkout.note(session, customer.id, said)


async def test_the_order_is_made_once_and_told(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("беру")
    await aigul.hears("беру")
    cashier = Cashier(stage, *await filled_cart(stage, shop))

    await aigul.says("да")
    async with run_worker(stage.worker.settings, cashier) as worker:
        for _ in range(2):
            await worker.drainer.run()
            async with stage.worker.database.session_scope(shop.company_id) as session:
                await session.execute(text("UPDATE dialogs SET due_at = now()"))

    assert [getattr(answer, "repeated", None) for answer in cashier.answers] == [False, True]
    assert await stage.sql(shop, "SELECT number FROM orders") == [{"number": 1}]
    counted = await stage.sql(shop, "SELECT kind FROM analytics_events WHERE kind = 'order_placed'")
    assert len(counted) == 1
    assert await aigul.hears() == "№1"
