"""A user links the own messenger by a one-time code that is written to the company's bot."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.channels.contract import Platform
from shared.escalations.staff import links
from shared.identity.messengers import MessengerClosed, MessengerNotLinked
from tests.integration.escalations.staff import Counter, Member


async def linked_dialogs(counter: Counter) -> list[UUID]:
    rows = await counter.stage.sql(
        counter.shop, "SELECT staff_user_id FROM dialogs WHERE staff_user_id IS NOT NULL ORDER BY id"
    )
    return [row["staff_user_id"] for row in rows]


def other_than(code: str) -> str:
    """A code that is surely wrong."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


@pytest.mark.parametrize(
    "form", ["/link {code}", "{code}", "{code_without_hyphen}", "/link {code_in_small_letters}"]
)
async def test_a_code_links_the_chat_it_is_written_in(counter: Counter, platform: Platform, form: str) -> None:
    user_id = await counter.user("Анна")
    code = await counter.code(user_id)
    anna = counter.person("Анна", platform)

    await anna.says(
        form.format(code=code, code_without_hyphen=code.replace("-", ""), code_in_small_letters=code.lower())
    )

    await anna.hears("Анна, чат подключён")
    assert await linked_dialogs(counter) == [user_id]


async def test_telegram_s_deep_link_carries_the_code(counter: Counter) -> None:
    user_id = await counter.user("Анна")
    code = await counter.code(user_id)
    anna = counter.person("Анна")

    await anna.person.start(f"link_{code.replace('-', '')}")

    await anna.hears("Анна, чат подключён")


async def test_a_code_works_once(counter: Counter) -> None:
    anna, stranger = counter.person("Анна"), counter.person("Чужой")
    user_id = await counter.user("Анна")
    code = await counter.code(user_id)
    await anna.says(f"/link {code}")
    await anna.hears("чат подключён")

    await stranger.says(f"/link {code}")

    await stranger.hears("Код не подошёл")
    assert await linked_dialogs(counter) == [user_id]


async def test_a_code_dies_after_fifteen_minutes(counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))
    aged = "UPDATE staff_link_codes SET expires_at = expires_at - interval '15 minutes'"
    await counter.stage.sql(counter.shop, aged)
    anna = counter.person("Анна")

    await anna.says(f"/link {code}")

    await anna.hears("Код не подошёл")


async def test_a_new_code_voids_the_old(counter: Counter) -> None:
    user_id = await counter.user("Анна")
    old, new = await counter.code(user_id), await counter.code(user_id)
    anna = counter.person("Анна")

    await anna.says(f"/link {old}")
    await anna.hears("Код не подошёл")
    await anna.says(f"/link {new}")
    await anna.hears("чат подключён")


async def test_a_second_messenger_takes_the_first_one_s_place(counter: Counter) -> None:
    anna = await counter.member("Анна", Platform.TELEGRAM)
    viber = counter.person("Анна", Platform.VIBER)

    await viber.says(f"/link {await counter.code(anna.user_id)}")
    await viber.hears("чат подключён")

    assert await linked_dialogs(counter) == [anna.user_id]
    await counter.shopper_waits()
    await viber.hears("Новое обращение")
    await anna.hears_nothing()


async def test_a_code_of_another_company_is_none(counter: Counter, other_counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))
    stranger = other_counter.person("Чужой")

    await stranger.says(f"/link {code}")

    await stranger.hears("Код не подошёл")
    assert await linked_dialogs(other_counter) == []


async def test_guessing_ends_after_five_codes(counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))
    guesser = counter.person("Чужой")
    for _ in range(5):
        await guesser.says(f"/link {other_than(code)}")
        await guesser.hears("Код не подошёл")

    await guesser.says(f"/link {code}")

    await guesser.hears("Слишком много неверных кодов")
    assert await linked_dialogs(counter) == []


async def test_others_can_link_while_somebody_guesses_and_the_guesser_after_a_while(counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))
    guesser = counter.person("Чужой")
    for _ in range(5):
        await guesser.says(f"/link {other_than(code)}")
        await guesser.hears()

    await counter.member("Берик")
    await counter.stage.sql(counter.shop, "DELETE FROM staff_link_tries WHERE at > now() - interval '15 minutes'")
    await guesser.says(f"/link {code}")

    await guesser.hears("чат подключён")


async def test_guessing_without_the_command_counts_too_and_reads_as_a_search(counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))
    guesser = counter.person("Чужой")
    for _ in range(5):
        await guesser.says(other_than(code))
        assert "Код не подошёл" not in await guesser.hears()

    await guesser.says(code)

    assert "чат подключён" not in await guesser.hears()
    assert await linked_dialogs(counter) == []


async def test_two_chats_with_one_code_link_one(counter: Counter) -> None:
    user_id = await counter.user("Анна")
    code = await counter.code(user_id)
    one, other = counter.person("Первый"), counter.person("Второй")
    await one.says(f"/link {code}")
    await other.says(f"/link {code}")

    heard = [await one.listens(), await other.listens()]
    await counter.stage.sql(counter.shop, "UPDATE dialogs SET due_at = now()")
    heard += [await one.listens(), await other.listens()]

    assert sum("чат подключён" in words for words in heard) == 1
    assert sum("Код не подошёл" in words for words in heard) == 1
    assert await linked_dialogs(counter) == [user_id]


async def test_a_command_without_a_code_says_how(counter: Counter) -> None:
    anna = counter.person("Анна")
    await anna.says("/link")
    await anna.hears("/link ABCD-2345")


async def test_codes_are_kept_as_digests(counter: Counter) -> None:
    code = await counter.code(await counter.user("Анна"))

    [row] = await counter.stage.sql(counter.shop, "SELECT code_hash FROM staff_link_codes")

    assert code.replace("-", "").encode() not in bytes(row["code_hash"])
    assert len(bytes(row["code_hash"])) == 32


async def test_a_user_who_is_gone_has_no_messenger(counter: Counter) -> None:
    anna: Member = await counter.member("Анна")
    await counter.stage.sql(counter.shop, "DELETE FROM users")

    assert await linked_dialogs(counter) == []
    await anna.says("/open")
    assert "Ждёт" not in await anna.hears()


async def test_a_link_reaches_the_linked_messenger_and_stands_nowhere_else(counter: Counter) -> None:
    anna = await counter.member("Анна")
    unlinked = await counter.user("Берик")
    database, staff = counter.stage.worker.database, counter.stage.worker.services.desk.staff

    async with database.session_scope(counter.shop.company_id) as session:
        await staff.send(session, anna.user_id, lambda _language: "Вас пригласили: https://example.kz/i/1")
        with pytest.raises(MessengerNotLinked):
            await staff.send(session, unlinked, lambda _language: "Вас пригласили")
        link = await links.find_link(session, anna.user_id)

    await anna.hears("https://example.kz/i/1")
    assert link is not None
    assert link.platform is Platform.TELEGRAM
    assert await counter.kept("example.kz") == []


async def test_a_link_is_not_written_where_a_template_would_come_instead(counter: Counter) -> None:
    anna = await counter.member("Анна", Platform.WHATSAPP)
    await counter.stage.sql(
        counter.shop, "UPDATE dialogs SET last_inbound_at = now() - interval '23 hours 55 minutes'"
    )
    staff = counter.stage.worker.services.desk.staff

    with pytest.raises(MessengerClosed):
        async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
            await staff.send(session, anna.user_id, lambda _language: "https://example.kz/i/1")

    await anna.hears_nothing()


async def test_a_viewer_can_unlink(counter: Counter) -> None:
    vera = await counter.member("Вера", role="viewer")

    await vera.says("/unlink")

    await vera.hears("Чат отключён")
    assert await linked_dialogs(counter) == []
