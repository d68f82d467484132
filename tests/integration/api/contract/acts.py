"""One valid request for every endpoint that changes something.

The document's own examples and the first thing of each list serve most endpoints. Where more is needed (an id in
the body, something that may be deleted), ``ACTS`` has a function of the endpoint's name; it may make what it needs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.escalations.staff import links
from shared.kernel.ids import new_id
from tests.doubles.pictures import barcode, png
from tests.integration.api.contract.companies import PASSWORD, Staffed
from tests.integration.api.contract.operations import Operation
from tests.integration.api.contract.things import things_of
from tests.integration.conversation import Stage

__all__ = ["ACTS", "EXEMPT", "Act", "Scene"]

EXEMPT: Mapping[str, str] = {
    "record_event": "an event that a web page counts, not an administrator's change",
    "login": "begins a session; attempts are counted elsewhere",
    "refresh_session": "goes on with a session",
    "logout": "ends the caller's own session",
    "forgot_password": "only asks for a mail; what follows from it is recorded",
    "register": "its entries lie in the company that it makes: tests/integration/identity/test_registration.py",
    "resend_verification": "only asks for a mail; what follows from it is recorded",
    "verify_email": "nobody is signed in: tests/integration/identity/test_verified_emails.py",
    "reset_password": "nobody is signed in: tests/integration/identity/test_passwords.py",
}
"""Endpoints that change something and leave no entry of their caller's, with the reason."""


@dataclass(frozen=True)
class Act:
    """What is asked: values of the path's places, and the body."""

    places: Mapping[str, object]
    body: Any = None
    content: bytes | None = None


@dataclass(frozen=True)
class Scene:
    """The company in which it is done."""

    stage: Stage
    company: Staffed
    operations: Mapping[str, Operation]

    async def act(self, name: str) -> Act:
        """The request of an endpoint."""
        if name in ACTS:
            return await ACTS[name](self)
        operation = self.operations[name]
        return Act(await self.things(name), operation.example)

    async def things(self, name: str) -> Mapping[str, object]:
        """The first thing of each list that the endpoint's path names."""
        path = self.operations[name].path
        return (await things_of(self.company.owner, [*self.operations.values()])).get(path, {})

    async def first(self, path: str, place: int = 0) -> dict[str, Any]:
        """A thing of a list."""
        found: dict[str, Any] = (await self.company.owner.get(path)).json["items"][place]
        return found

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """A thing that is made now."""
        answer = await self.company.owner.post(path, body)
        assert answer.status == 201, answer.body
        found: dict[str, Any] = answer.json
        return found

    async def manager(self) -> str:
        """The id of the company's manager."""
        return str((await self.first("users?role=manager"))["id"])

    async def failed_turn(self) -> object:
        """A message that was given up: its failure's id."""
        failure_id = new_id()
        async with self.stage.worker.database.session_scope(self.company.shop.company_id) as session:
            await session.execute(
                text(
                    "INSERT INTO failures (company_id, id, kind, dialog_id, inbox_id, code)"
                    " SELECT company_id, :id, 'turn', dialog_id, id, 'internal' FROM inbox ORDER BY id LIMIT 1"
                ),
                {"id": failure_id},
            )
            await session.execute(text("UPDATE inbox SET status = 'failed' WHERE id = (SELECT min(id) FROM inbox)"))
        return failure_id


Acting = Callable[[Scene], Awaitable[Act]]
ACTS: dict[str, Acting] = {}
_VIBER = {"platform": "viber", "name": "Бот", "credentials": {"auth_token": "viber-token"}}


def _act(acting: Acting) -> Acting:
    ACTS[acting.__name__] = acting
    return acting


def _sofa(sku: str) -> dict[str, Any]:
    price = {"minor": 19990000, "currency": "KZT"}
    return {"sku": sku, "name": {"ru": "Диван"}, "category": "sofas", "price": price}


# ---- identity --------------------------------------------------------------------------------------


@_act
async def change_password(scene: Scene) -> Act:
    return Act({}, {"current": PASSWORD, "new": PASSWORD})


@_act
async def create_service_token(scene: Scene) -> Act:
    return Act({}, {"name": "Склад", "permissions": ["products:read"]})


@_act
async def update_user(scene: Scene) -> Act:
    return Act({"user_id": await scene.manager()}, {"name": "Асель"})


@_act
async def issue_reset_link(scene: Scene) -> Act:
    return Act({"user_id": await scene.manager()})


@_act
async def link_messenger(scene: Scene) -> Act:
    return Act({"user_id": await scene.manager()})


async def _linked(scene: Scene, user_id: object) -> None:
    """The user's own messenger is linked."""
    dialog_id = (await scene.first("dialogs"))["id"]
    async with scene.stage.worker.database.session_scope(scene.company.shop.company_id) as session:
        code = (await links.issue_code(session, UUID(str(user_id)))).code
        await links.link(session, code.replace("-", ""), dialog_id)


@_act
async def unlink_messenger(scene: Scene) -> Act:
    user_id = await scene.manager()
    await _linked(scene, user_id)
    return Act({"user_id": user_id})


@_act
async def unlink_own_messenger(scene: Scene) -> Act:
    await _linked(scene, (await scene.company.owner.get("auth/me")).json["user"]["id"])
    return Act({})


@_act
async def update_me(scene: Scene) -> Act:
    return Act({}, {"language": "en"})


@_act
async def delete_user(scene: Scene) -> Act:
    new = {"email": "leaves@uyut.kz", "name": "Уходит", "role": "viewer"}
    return Act({"user_id": (await scene.made("users", new))["id"]})


# ---- goods -----------------------------------------------------------------------------------------


@_act
async def create_category(scene: Scene) -> Act:
    return Act({}, {"code": "chairs", "name": {"ru": "Стулья"}})


@_act
async def replace_category(scene: Scene) -> Act:
    return Act({"code": "sofas"}, {"name": {"ru": "Диваны и кресла"}})


@_act
async def create_product(scene: Scene) -> Act:
    return Act({}, _sofa("NEW-1"))


@_act
async def replace_product(scene: Scene) -> Act:
    return Act({"product_id": (await scene.made("products", _sofa("NEW-2")))["id"]}, _sofa("NEW-3"))


@_act
async def update_product(scene: Scene) -> Act:
    return Act(await scene.things("update_product"), {"price": {"minor": 100500, "currency": "KZT"}})


@_act
async def delete_product(scene: Scene) -> Act:
    return Act({"product_id": (await scene.made("products", _sofa("NEW-4")))["id"]})


@_act
async def start_product_import(scene: Scene) -> Act:
    return Act({}, content=b"sku;price\nNEW-5;5\n")


@_act
async def add_product_image(scene: Scene) -> Act:
    return Act(await scene.things("add_product_image"), content=png(barcode("4870001234560")))


@_act
async def remove_product_image(scene: Scene) -> Act:
    product_id = (await scene.made("products", _sofa("NEW-6")))["id"]
    path = f"products/{product_id}/images"
    answer = await scene.company.owner.post(path, content=png(barcode("4870001234560")))
    assert answer.status == 201, answer.body
    return Act({"product_id": product_id, "name": (await scene.first(path))["name"]})


# ---- places and bots -------------------------------------------------------------------------------


@_act
async def create_city(scene: Scene) -> Act:
    return Act({}, {"slug": "astana", "name": "Астана", "timezone": "Asia/Almaty", "currency": "KZT"})


@_act
async def delete_city(scene: Scene) -> Act:
    new = {"slug": "semey", "name": "Семей", "timezone": "Asia/Almaty", "currency": "KZT"}
    return Act({"city_id": (await scene.made("cities", new))["id"]})


@_act
async def replace_bot_config(scene: Scene) -> Act:
    return Act({"city_id": scene.company.shop.city_id}, {"settings": {"greeting": "Сәлем"}})


@_act
async def activate_prompt(scene: Scene) -> Act:
    city_id = scene.company.shop.city_id
    old, _ = [await scene.made(f"cities/{city_id}/prompts", {"body": words}) for words in ("Коротко.", "Вежливо.")]
    return Act({"city_id": city_id, "version": old["version"]})


@_act
async def create_bot(scene: Scene) -> Act:
    return Act({}, _VIBER)


@_act
async def replace_bot(scene: Scene) -> Act:
    bot = await scene.first("bots")
    kept = {name: bot[name] for name in ("language", "mode", "city_id", "active", "settings")}
    return Act({"bot_id": bot["id"]}, {**kept, "name": "Другое имя"})


@_act
async def delete_bot(scene: Scene) -> Act:
    new = {**_VIBER, "credentials": {"auth_token": "another-token"}}
    return Act({"bot_id": (await scene.made("bots", new))["id"]})


# ---- shoppers --------------------------------------------------------------------------------------


@_act
async def create_alert(scene: Scene) -> Act:
    customer, product = await scene.first("customers"), await scene.first("products", 1)
    price = {"minor": 100, "currency": "KZT"}
    alert = {"customer_id": customer["id"], "product_id": product["id"], "condition": "below", "limit": price}
    return Act({}, alert)


@_act
async def update_alert(scene: Scene) -> Act:
    return Act(await scene.things("update_alert"), {"check_hours": 12})


@_act
async def change_order_status(scene: Scene) -> Act:
    return Act(await scene.things("change_order_status"), {"status": "confirmed", "comment": "Позвонили"})


async def _resolved(scene: Scene) -> object:
    """The dialog, given back to the bot."""
    for waiting in (await scene.company.owner.get("escalations")).json["items"]:
        await scene.company.owner.patch(f"escalations/{waiting['id']}", {"status": "resolved"})
    return (await scene.first("dialogs"))["id"]


async def _opened(scene: Scene) -> Mapping[str, object]:
    """An escalation that nobody has taken."""
    opened = await scene.made("escalations", {"dialog_id": await _resolved(scene), "reason": "asked"})
    return {"escalation_id": opened["id"]}


@_act
async def open_escalation(scene: Scene) -> Act:
    return Act({}, {"dialog_id": await _resolved(scene), "reason": "asked"})


@_act
async def update_escalation(scene: Scene) -> Act:
    return Act(await _opened(scene), {"status": "resolved"})


@_act
async def assign_escalation(scene: Scene) -> Act:
    return Act(await _opened(scene), {"user_id": await scene.manager()})


@_act
async def reply_to_escalation(scene: Scene) -> Act:
    return Act(await _opened(scene), {"text": "Привезём завтра."})


@_act
async def replay_failure(scene: Scene) -> Act:
    return Act({"failure_id": await scene.failed_turn()})


@_act
async def discard_failure(scene: Scene) -> Act:
    return Act({"failure_id": await scene.failed_turn()})
