"""A simulated WhatsApp person is known as today's webhooks tell: by number, by user id, by both, and changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Fault, FaultKind, Simulator
from infra.local.simulator.whatsapp.identity import KnownBy
from infra.local.simulator.whatsapp.numbers import Template, WhatsAppNumber
from tests.doubles.recording_bot import RecordingBot

OLD, NEW = "77011234567", "77059998877"


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    number: WhatsAppNumber
    http: httpx.AsyncClient

    async def send(self, text: str = "Здравствуйте!", **whom: str) -> httpx.Response:
        body = {"messaging_product": "whatsapp", **whom, "type": "text", "text": {"body": text}}
        return await self.http.post(f"/v25.0/{self.number.phone_number_id}/messages", json=body)

    def changes(self) -> list[dict[str, Any]]:
        return [change for webhook in self.bot.received for change in webhook.body["entry"][0]["changes"]]

    def messages(self) -> list[dict[str, Any]]:
        return [message for change in self.changes() for message in change["value"].get("messages", [])]

    def statuses(self) -> list[dict[str, Any]]:
        """The values that carry a status."""
        return [change["value"] for change in self.changes() if "statuses" in change["value"]]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        RecordingBot.start() as bot,
        Simulator.start(speed=200) as sim,
        httpx.AsyncClient(base_url=sim.whatsapp_api_url) as http,
    ):
        number = sim.whatsapp.add_number(webhook_url=f"{bot.url}/hook")
        http.headers["Authorization"] = f"Bearer {number.access_token}"
        yield Stage(sim, bot, number, http)


@pytest.mark.parametrize(
    ("known_by", "in_contact", "in_message"),
    [
        (KnownBy.NUMBER, {"wa_id"}, {"from"}),
        (KnownBy.BOTH, {"wa_id", "user_id"}, {"from", "from_user_id"}),
        (KnownBy.USER_ID, {"user_id"}, {"from_user_id"}),
    ],
)
async def test_a_person_is_told_as_set_in_messages_and_in_statuses(
    stage: Stage, known_by: KnownBy, in_contact: set[str], in_message: set[str]
) -> None:
    person = stage.sim.whatsapp.user("Айгерим", phone=OLD, known_by=known_by, username="aigerim")

    await person.send_text("привет")
    await stage.send(recipient=person.user_id)
    await person.wait_for(1)
    await stage.bot.wait_for(3)

    contact, message = stage.changes()[0]["value"]["contacts"][0], stage.messages()[0]
    assert set(contact) - {"profile"} == in_contact
    assert set(message) & {"from", "from_user_id"} == in_message
    assert contact["profile"] == {"name": "Айгерим", "username": "aigerim"}
    status = stage.statuses()[0]
    assert set(status["contacts"][0]) - {"profile"} == in_contact
    named = {"from": "recipient_id", "from_user_id": "recipient_user_id"}
    assert set(status["statuses"][0]) & set(named.values()) == {named[name] for name in in_message}


async def test_number_and_user_id_find_the_same_person_and_the_answer_names_what_was_asked(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим", phone=OLD)
    await person.send_text("привет")

    by_number = await stage.send("по номеру", to=f"+{OLD}")
    by_user_id = await stage.send("по id", recipient=person.user_id)
    await person.wait_for(2)

    assert sorted(message.text for message in person.received) == ["по id", "по номеру"]
    assert by_number.json()["contacts"] == [{"input": f"+{OLD}", "wa_id": OLD}]
    assert by_user_id.json()["contacts"] == [{"input": person.user_id, "user_id": person.user_id}]


async def test_a_person_changes_from_number_to_user_id_in_the_midst(stage: Stage) -> None:
    stage.number.known_by = KnownBy.NUMBER
    person = stage.sim.whatsapp.user("Айгерим", phone=OLD)
    await person.send_text("раз")
    person.becomes_known_by("both")
    await person.send_text("два")
    person.becomes_known_by("user_id", username="aigerim")
    await person.send_text("три")

    assert [set(message) & {"from", "from_user_id"} for message in stage.messages()] == [
        {"from"},
        {"from", "from_user_id"},
        {"from_user_id"},
    ]
    assert len(person.chat.messages) == 3


async def test_a_changed_number_is_told_from_the_old_one_and_the_chat_goes_along(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим", phone=OLD)
    await person.send_text("привет")

    assert await person.change_number(NEW) == 200
    await stage.send("на новый", to=NEW)
    await person.wait_for(1)
    nobody = await stage.send("на старый", to=OLD)
    await stage.bot.wait_for(5)

    notice = stage.messages()[1]
    assert (notice["type"], notice["from"]) == ("system", OLD)
    assert notice["system"] | {"body": ""} == {"body": "", "wa_id": NEW, "type": "user_changed_number"}
    assert (person.id, person.phone) == (NEW, NEW)
    assert nobody.status_code == 200
    failed = [status for value in stage.statuses() for status in value["statuses"] if status["status"] == "failed"]
    assert [error["code"] for error in failed[0]["errors"]] == [131026]


async def test_a_numbers_new_owner_is_somebody_else(stage: Stage) -> None:
    first = stage.sim.whatsapp.user("Айгерим", phone=OLD)
    await first.send_text("это я")
    await first.change_number(NEW, told=False)

    second = stage.sim.whatsapp.user("Новый хозяин", phone=OLD)
    await second.send_text("привет")
    await stage.send("кому?", to=OLD)
    await second.wait_for(1)

    assert first.received == []
    assert second.user_id != first.user_id
    assert stage.sim.whatsapp.user("Айгерим", phone=NEW).person is first.person
    with pytest.raises(ValueError, match=NEW):
        await second.change_number(NEW)


async def test_a_person_is_still_found_by_name_after_the_number_changed(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим")
    await person.change_number(NEW, user_id="KZ.77", told=True)

    assert stage.sim.whatsapp.user("Айгерим").person is person.person
    kinds = [message["system"]["type"] for message in stage.messages()]
    assert kinds == ["user_changed_number", "user_changed_user_id"]
    assert stage.messages()[1]["system"]["user_id"] == "KZ.77"


async def test_a_code_to_log_in_with_goes_to_numbers_alone(stage: Stage) -> None:
    template = Template("code", {"ru": "Код 7"}, category="authentication")
    stage.number.templates = {template.name: template}
    person = stage.sim.whatsapp.user("Айгерим")
    body = {
        "messaging_product": "whatsapp",
        "type": "template",
        "template": {"name": "code", "language": {"code": "ru"}},
    }
    path = f"/v25.0/{stage.number.phone_number_id}/messages"

    refused = await stage.http.post(path, json={**body, "recipient": person.user_id})
    accepted = await stage.http.post(path, json={**body, "to": person.phone})

    assert refused.json()["error"]["code"] == 131062
    assert accepted.status_code == 200


async def test_a_person_orders_from_the_catalogue(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим")

    await person.send_order([("SOFA-013", 2, 189_990), ("RUG-001", 1, 45_000)], text="побыстрее")

    order = stage.messages()[0]["order"]
    assert order["text"] == "побыстрее"
    assert order["product_items"][0] == {
        "product_retailer_id": "SOFA-013",
        "quantity": 2,
        "item_price": 189_990,
        "currency": "KZT",
    }


async def test_a_question_from_a_products_page_names_it(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим")

    await person.send_text("есть в синем?", about="SOFA-013")

    assert stage.messages()[0]["context"]["referred_product"]["product_retailer_id"] == "SOFA-013"


async def test_a_filled_in_form_comes_as_a_json_string(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим")
    await person.send_text("привет")
    await stage.send("заполните форму", to=person.phone)
    await person.wait_for(1)

    await person.submit_flow({"city": "Алматы"})

    reply = stage.messages()[1]
    assert reply["interactive"]["nfm_reply"] == {
        "response_json": '{"city": "Алматы"}',
        "body": "Sent",
        "name": "flow",
    }
    assert reply["context"]["id"] == person.last.id


async def test_what_the_owner_types_in_the_app_is_echoed_and_is_no_answer_of_the_bot(stage: Stage) -> None:
    person = stage.sim.whatsapp.user("Айгерим")
    await person.send_text("вы здесь?")

    assert await person.hears_owner("здравствуйте, это Асель") == 200

    echo = stage.changes()[1]
    assert echo["field"] == "smb_message_echoes"
    assert echo["value"]["contacts"][0]["wa_id"] == person.phone
    message = echo["value"]["message_echoes"][0]
    assert (message["to"], message["to_user_id"]) == (person.phone, person.user_id)
    assert message["text"] == {"body": "здравствуйте, это Асель"}
    assert person.received == []
    assert person.chat.messages[-1].text == "здравствуйте, это Асель"


@pytest.mark.parametrize("code", [131047, 131052, 131053])
async def test_any_error_can_come_late(stage: Stage, code: int) -> None:
    person = stage.sim.whatsapp.user("Айгерим")
    await person.send_text("привет")
    stage.sim.faults.add(
        Fault(FaultKind.FAIL_LATER, platform="whatsapp", method="messages", code=code, description="later", count=1)
    )

    answer = await stage.send(to=person.phone)
    await stage.bot.wait_for(2)

    failed = stage.statuses()[0]
    assert answer.status_code == 200
    assert "contacts" not in failed
    assert failed["statuses"][0]["errors"][0]["code"] == code
    assert failed["statuses"][0]["recipient_user_id"] == person.user_id
    assert person.received == []
