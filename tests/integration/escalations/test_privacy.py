"""What the staff reads and writes about shoppers is said and forgotten: it stands in no chat of theirs."""

from __future__ import annotations

from importlib import import_module

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, make_url

from shared.channels.contract import Platform
from shared.dialogs import failures
from shared.escalations.staff import links
from shared.kernel.errors import Conflict
from tests.integration.conversation import Stage
from tests.integration.escalations.staff import Counter
from tests.integration.escalations.test_many_chats import corrects, quotes, two_shoppers
from tests.integration.escalations.test_serving import talking


async def test_a_talk_leaves_nothing_in_the_manager_s_chat(counter: Counter, platform: Platform) -> None:
    anna, aigul = await talking(counter, platform)
    await aigul.says("мой адрес: Абая 10")
    await aigul.listens()
    await anna.hears("Абая 10")
    await anna.says("Курьер будет в 18:00")
    await anna.hears("Отправлено")
    await aigul.hears("18:00")
    await anna.says("/open")
    await anna.hears("Айгуль Ким")

    for words in ("Абая 10", "18:00", "Айгуль"):
        assert await counter.kept(words) == [], words
    history = [text for _, text in await counter.history(anna)]
    assert all("Айгуль" not in text for text in history)
    assert ("staff", "Анна\nКурьер будет в 18:00") in await counter.history(aigul)


async def test_the_rest_of_the_manager_s_chat_stays(counter: Counter) -> None:
    anna, _ = await talking(counter)
    await anna.presses("Готово")
    await anna.listens()

    await anna.says("синий диван")
    await anna.hears("Номад")

    assert ("shopper", "синий диван") in await counter.history(anna)
    assert await counter.kept("синий диван") == ["messages", "inbox"]


async def test_serving_counts_as_no_shopper_s_turn(counter: Counter) -> None:
    anna, _ = await talking(counter)
    count = "SELECT count(*) AS n FROM analytics_events WHERE kind = 'turn'"
    [before] = await counter.stage.sql(counter.shop, count)

    await anna.says("Добрый день")
    await anna.hears("Отправлено")

    assert await counter.stage.sql(counter.shop, count) == [before]


async def test_who_is_forgotten_is_forgotten_where_the_staff_still_has_to_hear(counter: Counter) -> None:
    """The manager's messenger does not answer; what waits for it is emptied, and what comes after is said."""
    anna, aigul = await talking(counter)
    await counter.stage.sql(counter.shop, "UPDATE bots SET send_after = now() + interval '1 hour'")
    await aigul.says("мой адрес: Абая 10")
    await aigul.listens()
    assert await counter.kept("Абая 10") == ["outbox"]

    await counter.erase(aigul)

    assert await counter.kept("Абая 10") == []
    assert await counter.kept("Айгуль") == []
    [escalation] = await counter.stage.sql(counter.shop, "SELECT summary FROM escalations")
    assert escalation["summary"] == ""
    await counter.stage.sql(counter.shop, "UPDATE bots SET send_after = NULL")
    await counter.stage.sql(counter.shop, "UPDATE dialogs SET send_at = now()")
    assert "Абая" not in await anna.listens()
    await anna.says("Вы тут?")
    await anna.hears("Не отправлено: обращение уже закрыто")
    assert await counter.stage.sql(counter.shop, "SELECT FROM escalations WHERE resolved_at IS NULL") == []


async def test_an_erasure_leaves_other_shoppers_words(counter: Counter) -> None:
    anna, aigul = await talking(counter)
    marat = await counter.shopper_waits("Марат")
    await anna.listens()
    await counter.stage.sql(counter.shop, "UPDATE bots SET send_after = now() + interval '1 hour'")
    await aigul.says("мой адрес: Абая 10")
    await counter.stage.work()
    await counter.stage.sql(counter.shop, "UPDATE escalations SET due_at = now() WHERE status = 'open'")
    await counter.pass_minutes(16)
    assert await counter.kept("Марат") == ["outbox"]

    await counter.erase(aigul)

    assert await counter.kept("Абая 10") == []
    assert await counter.kept(marat.person.name) == ["outbox"]


async def test_who_is_forgotten_is_forgotten_in_what_a_chat_remembers(counter: Counter) -> None:
    """Words wait for the manager to say to whom they go; others were sent, to both."""
    anna, aigul, marat = await two_shoppers(counter)
    await quotes(anna, "получит Айгуль Ким", "Привезём: Абая 10")
    await anna.hears("Отправлено: Айгуль Ким")
    await quotes(anna, "получит Марат", "Марату скидка")
    await anna.hears("Отправлено: Марат")
    await aigul.says("алло")
    await aigul.listens()
    await anna.says("Абая 10, верно?")
    await anna.hears("Кому отправить?")
    state = "SELECT state::text AS words, state #> '{staff,sent}' AS sent FROM dialogs WHERE staff_user_id = :user"
    [before] = await counter.stage.sql(counter.shop, state, user=anna.user_id)
    assert "Абая 10" in before["words"]
    assert len(before["sent"]) == 2

    await counter.erase(aigul)

    [after] = await counter.stage.sql(counter.shop, state, user=anna.user_id)
    assert "Абая 10" not in after["words"]
    assert after["sent"] == before["sent"][1:]
    await corrects(anna, "Марату скидка", "Марату скидка 5%")
    await marat.hears("Марату скидка 5%")


async def test_a_chat_that_is_unlinked_over_the_api_remembers_nothing_of_serving(counter: Counter) -> None:
    anna, _ = await talking(counter)

    async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
        assert await links.unlink(session, anna.user_id)

    [dialog] = await counter.stage.sql(
        counter.shop, "SELECT state FROM dialogs WHERE customer_name = :name", name=anna.person.name
    )
    assert "staff" not in dialog["state"]


async def test_what_chats_kept_before_calls_were_private_is_forgotten_by_the_migration(
    counter: Counter, settings_env: dict[str, str]
) -> None:
    """As rows were before 0015: no call told of whom it was, and the history of a linked chat held all."""
    anna, aigul = await talking(counter)
    await counter.stage.sql(
        counter.shop,
        'UPDATE outbox SET about = NULL, call = \'{"text": "Абая 10"}\''
        " WHERE dialog_id IN (SELECT id FROM dialogs WHERE staff_user_id IS NOT NULL)",
    )
    await anna.presses("Готово")
    await anna.listens()
    await anna.says("Абая 10")
    await anna.listens()
    await counter.stage.sql(counter.shop, "UPDATE bots SET send_after = now() + interval '1 hour'")
    await aigul.says("домофон 77")
    await aigul.listens()
    await counter.stage.sql(counter.shop, "UPDATE outbox SET about = NULL WHERE status = 'waiting'")
    assert await counter.kept("Абая 10") == ["messages", "outbox", "inbox"]
    assert await counter.kept("домофон 77") == ["outbox"]

    engine = create_engine(
        make_url(settings_env["MIGRATOR_DATABASE_URL"]).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        import_module("infra.migrations.versions.0015_private_calls").forget_copies()

    assert await counter.kept("Абая 10") == []
    assert await counter.kept("домофон 77") == ["outbox"]
    assert ("shopper", "красный диван") in await counter.history(aigul)
    await counter.erase(aigul)
    assert await counter.kept("домофон 77") == []


async def test_a_private_call_that_failed_cannot_be_sent_again(stage: Stage) -> None:
    """A manager on WhatsApp who was silent for a day, and no template: the card is lost, its words are not kept."""
    counter = await Counter.open(stage)
    await counter.member("Анна", Platform.WHATSAPP)
    await stage.sql(counter.shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")
    await counter.shopper_waits()
    await stage.work()

    assert await counter.kept("Айгуль") == []
    async with stage.worker.database.session_scope(counter.shop.company_id) as session:
        [failure] = await failures.list_failures(session)
        with pytest.raises(Conflict):
            await failures.replay(session, failure.id)
