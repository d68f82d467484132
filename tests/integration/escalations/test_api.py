"""Escalations over the administrators' API, with the shopper and the managers in their messengers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.identity.permissions import Role
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from tests.doubles.api_client import ApiClient
from tests.integration.escalations.conftest import SignIn
from tests.integration.escalations.staff import Counter


async def only(client: ApiClient) -> dict[str, Any]:
    """The only escalation of the list."""
    [found] = (await client.get("escalations")).json["items"]
    return dict(found)


async def test_an_answer_over_the_api_reaches_the_shopper_in_the_same_dialog(
    counter: Counter, manager: ApiClient
) -> None:
    aigul = await counter.shopper_waits()
    found = await only(manager)

    answered = await manager.post(f"escalations/{found['id']}/reply", {"text": "Здравствуйте! Диван есть."})

    await aigul.hears("Анна", "Здравствуйте! Диван есть.")
    assert (answered.status, answered.json["status"]) == (200, "answered")
    assert answered.json["assignee_name"] == "Анна"
    assert ("staff", "Анна\nЗдравствуйте! Диван есть.") in await counter.history(aigul)
    await aigul.says("спасибо")
    await aigul.hears_nothing()


async def test_one_escalation_is_shown_with_the_talk_around_it(counter: Counter, manager: ApiClient) -> None:
    await counter.shopper_waits()

    shown = (await manager.get(f"escalations/{(await only(manager))['id']}")).json

    said = [(entry["role"], entry["text"]) for entry in shown["history"]]
    assert ("shopper", "красный диван") in said
    assert ("note", "[handover.opened]") in said
    assert (shown["customer_name"], shown["platform"], shown["reason"]) == ("Айгуль Ким", "telegram", "asked")


async def test_resolving_gives_the_dialog_back_to_the_bot(counter: Counter, manager: ApiClient) -> None:
    aigul = await counter.shopper_waits()
    found = await only(manager)

    resolved = await manager.patch(f"escalations/{found['id']}", {"status": "resolved"})
    again = await manager.patch(f"escalations/{found['id']}", {"status": "resolved"})

    await aigul.hears("я снова с вами")
    await aigul.says("синий диван")
    await aigul.hears("Номад")
    assert (resolved.status, resolved.json["status"]) == (200, "resolved")
    assert (again.status, again.json["code"]) == (409, "escalation_ended")
    assert again.json["title"].startswith("Обращение уже закрыто")


async def test_the_assigned_and_the_relieved_are_told(counter: Counter, manager: ApiClient) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    await counter.shopper_waits()
    for member in (anna, berik):
        await member.listens()
    path = f"escalations/{(await only(manager))['id']}"

    given = await manager.post(f"{path}/assign", {"user_id": str(anna.user_id)})
    await anna.hears("Обращение передано вам")
    await manager.post(f"{path}/assign", {"user_id": str(berik.user_id)})
    await berik.hears("Обращение передано вам")
    await anna.hears("Клиентом Айгуль Ким теперь занимается Берик")
    freed = await manager.post(f"{path}/assign", {"user_id": None})

    assert (given.json["status"], given.json["assignee_name"]) == ("assigned", "Анна")
    assert (freed.json["status"], freed.json["assignee_id"]) == ("open", None)


async def test_only_those_who_serve_can_be_assigned(
    counter: Counter, other_counter: Counter, manager: ApiClient
) -> None:
    viewer, stranger = await counter.user("Вера", role="viewer"), await other_counter.user("Чужой")
    await counter.shopper_waits()
    path = f"escalations/{(await only(manager))['id']}/assign"

    assert (await manager.post(path, {"user_id": str(viewer)})).status == 400
    assert (await manager.post(path, {"user_id": str(stranger)})).status == 400
    assert (await manager.post(path, {"user_id": str(new_id())})).status == 400


async def test_the_staff_takes_a_dialog_over_unasked(counter: Counter, manager: ApiClient) -> None:
    anna = await counter.member("Анна")
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("красный диван")
    await aigul.hears()
    [dialog] = await counter.stage.sql(counter.shop, "SELECT id FROM dialogs WHERE staff_user_id IS NULL")
    body = {"dialog_id": dialog["id"], "assignee_id": str(anna.user_id)}

    opened = await manager.post("escalations", body)
    again = await manager.post("escalations", body)

    await aigul.hears("присоединился менеджер")
    await anna.hears("Обращение передано вам")
    assert (opened.status, opened.json["status"]) == (201, "assigned")
    assert (await manager.get(opened.headers["location"].removeprefix("/api/"))).status == 200
    assert (again.status, again.json["code"]) == (409, "already_escalated")
    assert (await manager.post("escalations", {"dialog_id": 1 << 40})).status == 400


async def test_a_list_is_filtered_sorted_and_paged(counter: Counter, manager: ApiClient) -> None:
    for name in ("Первая", "Вторая", "Третья"):
        await counter.shopper_waits(name)
    angry = counter.stage.shopper(counter.shop, name="Сердитая")
    await angry.says("это безобразие, я буду жаловаться!")
    await angry.hears()

    async def names(query: str) -> list[str]:
        return [found["customer_name"] for found in (await manager.get(f"escalations?{query}")).json["items"]]

    assert await names("sort=priority") == ["Сердитая", "Первая", "Вторая", "Третья"]
    assert await names("sort=opened_at&limit=2") == ["Первая", "Вторая"]
    assert await names("reason=angry,order_problem") == ["Сердитая"]
    assert await names("status=resolved,expired") == []
    assert await names(f"city_id={counter.shop.city_id}&reason=angry") == ["Сердитая"]
    assert await names(f"city_id={new_id()}") == []
    assert await names(f"assignee_id={new_id()}") == []
    later = (utc_now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await names(f"opened_from={later}") == []
    assert len(await names(f"opened_before={later}")) == 4
    for sort in ("sort=priority", "sort=-opened_at"):
        walked, cursor = [], ""
        for _ in range(4):
            page = (await manager.get(f"escalations?{sort}&limit=1{cursor}")).json
            walked += [found["customer_name"] for found in page["items"]]
            cursor = f"&cursor={page['next']}"
        assert walked == await names(sort)
        assert page["next"] is None


async def test_a_change_of_what_was_not_seen_is_refused(counter: Counter, manager: ApiClient) -> None:
    await counter.shopper_waits()
    path = f"escalations/{(await only(manager))['id']}"
    seen = await manager.get(path)
    await manager.post(f"{path}/reply", {"text": "Добрый день"})

    late = await manager.patch(path, {"status": "resolved"}, headers={"If-Match": seen.headers["etag"]})
    fresh = await manager.get(path)
    now = await manager.patch(path, {"status": "resolved"}, headers={"If-Match": fresh.headers["etag"]})

    assert (late.status, now.status) == (412, 200)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": "я" * 3501}, {"text": "a", "to": "b"}])
async def test_what_is_no_answer_is_refused(counter: Counter, manager: ApiClient, body: dict[str, str]) -> None:
    await counter.shopper_waits()
    path = f"escalations/{(await only(manager))['id']}/reply"

    assert (await manager.post(path, body)).status == 400


async def test_a_shopper_who_blocked_the_bot_cannot_be_answered(counter: Counter, manager: ApiClient) -> None:
    aigul = await counter.shopper_waits()
    await aigul.person.block()
    await aigul.listens()
    path = f"escalations/{(await only(manager))['id']}/reply"

    refused = await manager.post(path, {"text": "Добрый день"})

    assert (refused.status, refused.json["code"]) == (409, "shopper_unreachable")
    assert (await only(manager))["status"] == "open"


async def test_another_company_sees_and_changes_nothing(
    counter: Counter, other_counter: Counter, sign_in: SignIn, manager: ApiClient
) -> None:
    stranger = sign_in(other_counter.shop, await other_counter.user("Чужой"), Role.OWNER)
    await counter.shopper_waits()
    path = f"escalations/{(await only(manager))['id']}"

    assert (await stranger.get("escalations")).json["items"] == []
    assert (await stranger.get(path)).status == 404
    assert (await stranger.patch(path, {"status": "resolved"})).status == 404
    assert (await stranger.post(f"{path}/reply", {"text": "Привет"})).status == 404
    assert (await stranger.post(f"{path}/assign", {"user_id": None})).status == 404


async def test_changes_are_recorded_without_the_shopper_s_words(counter: Counter, manager: ApiClient) -> None:
    await counter.shopper_waits()
    path = f"escalations/{(await only(manager))['id']}"
    await manager.post(f"{path}/reply", {"text": "Секретный ответ"})
    await manager.patch(path, {"status": "resolved"})

    rows = await counter.stage.sql(
        counter.shop, "SELECT action, before, after, actor_name FROM audit_log ORDER BY id"
    )

    assert [row["action"] for row in rows] == ["escalation.answered", "escalation.resolved"]
    assert rows[1]["after"]["status"] == "resolved"
    assert "Секретный" not in str(rows)
    assert "диван" not in str(rows)


async def test_a_code_of_the_api_links_the_own_messenger(counter: Counter, sign_in: SignIn) -> None:
    user_id = await counter.user("Анна")
    client = sign_in(counter.shop, user_id, Role.MANAGER)
    before = await client.get("users/me/messenger-link")
    issued = await client.post("users/me/messenger-link")
    telegram = next(bot for bot in issued.json["bots"] if bot["platform"] == "telegram")
    anna = counter.person("Анна")

    await anna.person.start(telegram["url"].partition("?start=")[2])
    await anna.hears("Анна, чат подключён")
    linked = await client.get("users/me/messenger-link")
    gone = await client.delete("users/me/messenger-link")

    assert telegram["url"].startswith("https://t.me/uyut_bot?start=link_")
    assert before.json["linked"] is False
    assert (linked.json["linked"], linked.json["platform"], linked.json["reachable"]) == (True, "telegram", True)
    assert gone.status == 204
    assert (await client.get("users/me/messenger-link")).json["linked"] is False


@pytest.mark.parametrize(
    ("caller", "target", "status"),
    [("owner", "owner", 200), ("admin", "manager", 200), ("admin", "admin", 200), ("admin", "owner", 403)],
)
async def test_nobody_gets_a_code_for_somebody_above(
    counter: Counter, sign_in: SignIn, caller: str, target: str, status: int
) -> None:
    client = sign_in(counter.shop, await counter.user("Кто", role=caller), Role(caller))
    other = await counter.user("Кому", role=target)

    assert (await client.post(f"users/{other}/messenger-link")).status == status
    assert (await client.get(f"users/{other}/messenger-link")).status == 200
    assert (await client.delete(f"users/{other}/messenger-link")).status == (204 if status == 200 else 403)


async def test_a_manager_gets_codes_for_nobody_else(counter: Counter, manager: ApiClient) -> None:
    other = await counter.user("Берик")

    assert (await manager.post(f"users/{other}/messenger-link")).status == 403
    assert (await manager.get(f"users/{other}/messenger-link")).status == 403


async def test_no_code_is_kept_or_told_twice(counter: Counter, manager: ApiClient) -> None:
    headers = {"Idempotency-Key": "the-same"}

    first = await manager.post("users/me/messenger-link", headers=headers)
    second = await manager.post("users/me/messenger-link", headers=headers)

    assert first.json["code"] != second.json.get("code")
    code = first.json["code"].replace("-", "")
    kept = await counter.stage.sql(counter.shop, "SELECT action, before, after FROM audit_log")
    assert code not in str(kept)
    assert first.json["code"] not in str(kept)
