"""An answer that is decided while it is committed: what it writes and what it says stand or fall together."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.messages import Reply, RichText, TextMessage
from shared.dialogs.contract import AnalyticsEvent, TurnResult
from tests.doubles.echo import ECHO
from tests.integration.conversation import Stage

_COUNT_UP = text("""
INSERT INTO customers (company_id, id, name)
SELECT nullif(current_setting('app.company_id', true), '')::uuid, gen_random_uuid(), 'written' RETURNING 1
""")


class Desk:
    """Writes a row and says which one it is; breaks off after the write as often as told."""

    def __init__(self, *, failures: int = 0) -> None:
        self.failures = failures

    async def settle(self, session: AsyncSession) -> TurnResult:
        await session.execute(_COUNT_UP)
        written = (
            await session.execute(text("SELECT count(*) FROM customers WHERE name = 'written'"))
        ).scalar_one()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the worker breaks off")
        said = TextMessage(text=RichText.of(f"row {written}"))
        return TurnResult(
            reply=Reply(messages=(said,)), state={"row": written}, analytics=[AnalyticsEvent("settled")]
        )


async def test_what_is_settled_is_said_remembered_and_counted(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    stage.echo.settle = Desk().settle
    aigul = stage.shopper(shop)
    await aigul.says("первый")
    assert await aigul.hears() == "row 1"
    await aigul.says("второй")
    assert await aigul.hears() == "row 2"
    assert await stage.sql(shop, "SELECT state FROM dialogs") == [{"state": {"row": 2}}]
    assert await stage.sql(shop, "SELECT text FROM messages WHERE role = 'bot' ORDER BY seq") == [
        {"text": "row 1"},
        {"text": "row 2"},
    ]
    assert len(await stage.sql(shop, "SELECT 1 FROM analytics_events WHERE kind = 'settled'")) == 2


async def test_a_settlement_that_breaks_off_leaves_nothing_and_is_made_once(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    stage.echo.settle = Desk(failures=2).settle
    aigul = stage.shopper(shop)
    await aigul.says("заказ")
    heard = ""
    for _ in range(20):
        heard = await aigul.listens()
        if heard:
            break
    assert heard == "row 1"
    assert len(await stage.sql(shop, "SELECT 1 FROM customers WHERE name = 'written'")) == 1
