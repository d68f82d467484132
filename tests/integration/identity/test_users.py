"""Users of a company: nobody raises anybody above themselves, and an owner remains."""

from __future__ import annotations

import asyncio

import pytest

from shared.identity.permissions import Role
from shared.kernel.ids import new_id
from tests.integration.identity.conftest import PASSWORD, Office, Person


def described(role: str, email: str = "new@uyut.kz", **more: object) -> dict[str, object]:
    return {"email": email, "name": "Новый", "role": role, **more}


@pytest.fixture
async def owner(office: Office) -> Person:
    return await office.register()


@pytest.fixture
async def admin(office: Office, owner: Person) -> Person:
    return await office.hire(owner, Role.ADMIN)


async def test_a_user_is_created_read_changed_and_deleted(office: Office, owner: Person) -> None:
    created = await owner.client.post("users", described("manager", language="kk", password=PASSWORD))
    path = created.headers["location"].removeprefix("/api/")

    assert created.json | {"id": "", "created_at": ""} == {
        "id": "",
        "email": "new@uyut.kz",
        "name": "Новый",
        "role": "manager",
        "language": "kk",
        "active": True,
        "has_password": True,
        "email_verified": False,
        "last_login_at": None,
        "created_at": "",
    }
    assert (await owner.client.get(path)).json == created.json
    changed = await owner.client.patch(path, {"role": "viewer", "name": "Старый"})
    assert (changed.json["role"], changed.json["name"], changed.json["language"]) == ("viewer", "Старый", "kk")
    assert (await owner.client.delete(path)).status == 204
    assert (await owner.client.get(path)).status == 404
    answer = await office.anybody.post("auth/login", {"email": "new@uyut.kz", "password": PASSWORD})
    assert answer.status == 401


async def test_a_deleted_user_is_out_and_the_address_is_free(office: Office, owner: Person) -> None:
    manager = await office.hire(owner, Role.MANAGER)

    await owner.client.delete(f"users/{manager.id}")

    assert not await office.welcome(manager)
    assert (await owner.client.post("users", described("viewer", manager.email))).status == 201


async def test_a_change_of_what_another_has_changed_is_refused(owner: Person, admin: Person) -> None:
    path = f"users/{admin.id}"
    tag = (await owner.client.get(path)).headers["etag"]

    first = await owner.client.patch(path, {"name": "Первый"}, headers={"If-Match": tag})
    second = await owner.client.patch(path, {"name": "Второй"}, headers={"If-Match": tag})

    assert (first.status, second.status) == (200, 412)


async def test_lists_have_filters_orders_and_pages(office: Office, owner: Person) -> None:
    for role in (Role.ADMIN, Role.MANAGER, Role.VIEWER):
        await office.hire(owner, role)

    first = (await owner.client.get("users?limit=3&sort=email")).json
    second = (await owner.client.get(f"users?limit=3&sort=email&cursor={first['next']}")).json

    emails = [user["email"] for page in (first, second) for user in page["items"]]
    assert emails == ["admin@uyut.kz", "manager@uyut.kz", "owner@uyut.kz", "viewer@uyut.kz"]
    assert second["next"] is None
    managers = (await owner.client.get("users?role=manager")).json["items"]
    assert [user["email"] for user in managers] == ["manager@uyut.kz"]
    assert (await owner.client.get("users?active=false")).json["items"] == []
    assert (await owner.client.get("users?cursor=bm9uc2Vuc2U")).status == 400


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
async def test_managers_and_viewers_do_not_see_the_staff(office: Office, owner: Person, role: Role) -> None:
    person = await office.hire(owner, role)

    assert (await person.client.get("users")).status == 403
    assert (await person.client.post("users", described("viewer"))).status == 403
    assert (await person.client.get("audit")).status == 403
    assert (await person.client.get("service-tokens")).status == 403


async def test_an_admin_neither_makes_nor_touches_owners(owner: Person, admin: Person) -> None:
    attempts = [
        await admin.client.post("users", described("owner")),
        await admin.client.post("invitations", {"email": "new@uyut.kz", "role": "owner"}),
        await admin.client.patch(f"users/{admin.id}", {"role": "owner"}),
        await admin.client.patch(f"users/{owner.id}", {"role": "viewer"}),
        await admin.client.patch(f"users/{owner.id}", {"active": False}),
        await admin.client.patch(f"users/{owner.id}", {"name": "Х"}),
        await admin.client.delete(f"users/{owner.id}"),
        await admin.client.post(f"users/{owner.id}/reset-link"),
    ]

    assert [(answer.status, answer.json["code"]) for answer in attempts] == [(403, "role_too_high")] * 8
    assert (await owner.client.get(f"users/{owner.id}")).json["role"] == "owner"
    assert (await admin.client.post("users", described("admin"))).status == 201


async def test_the_last_owner_stays_one(office: Office, owner: Person) -> None:
    attempts = [
        await owner.client.patch(f"users/{owner.id}", {"role": "admin"}),
        await owner.client.patch(f"users/{owner.id}", {"active": False}),
        await owner.client.delete(f"users/{owner.id}"),
    ]
    assert [(answer.status, answer.json["code"]) for answer in attempts] == [(409, "last_owner")] * 3

    second = await office.hire(owner, Role.OWNER, "second@uyut.kz")
    assert (await second.client.patch(f"users/{owner.id}", {"active": False})).status == 200
    assert (await second.client.delete(f"users/{second.id}")).status == 409


async def test_two_owners_who_demote_each_other_at_once_leave_one(office: Office, owner: Person) -> None:
    second = await office.hire(owner, Role.OWNER, "second@uyut.kz")

    for _ in range(6):
        answers = await asyncio.gather(
            owner.client.patch(f"users/{second.id}", {"role": "viewer"}),
            second.client.patch(f"users/{owner.id}", {"role": "viewer"}),
        )

        statuses = sorted(answer.status for answer in answers)
        assert statuses in ([200, 403], [200, 409]), [answer.body for answer in answers]
        left, demoted = (owner, second) if answers[0].status == 200 else (second, owner)
        assert (await left.client.patch(f"users/{demoted.id}", {"role": "owner"})).status == 200


async def test_people_of_another_company_are_neither_seen_nor_touched(office: Office, owner: Person) -> None:
    other = await office.register("boss@sklad.kz", company="Склад")
    token = (await other.client.post("service-tokens", {"name": "х", "permissions": ["users:read"]})).json
    invitation = (await other.client.post("invitations", {"email": "x@sklad.kz", "role": "viewer"})).json
    paths = (f"users/{other.id}", f"users/{new_id()}", "users/not-an-id")

    for path in paths:
        assert (await owner.client.get(path)).status == 404
        assert (await owner.client.patch(path, {"name": "Х"})).status == 404
        assert (await owner.client.delete(path)).status == 404
    assert (await owner.client.post(f"users/{other.id}/reset-link")).status == 404
    assert (await owner.client.delete(f"service-tokens/{token['service_token']['id']}")).status == 404
    assert (await owner.client.delete(f"invitations/{invitation['invitation']['id']}")).status == 404
    assert [user["email"] for user in (await owner.client.get("users")).json["items"]] == [owner.email]
    assert (await owner.client.get("service-tokens")).json["items"] == []
    assert (await owner.client.get("invitations")).json["items"] == []
    entries = (await owner.client.get("audit?limit=100")).json["items"]
    assert {entry["actor_id"] for entry in entries} == {owner.id}


async def test_everybody_may_change_their_own_name_and_language(office: Office, owner: Person) -> None:
    viewer = await office.hire(owner, Role.VIEWER)

    changed = await viewer.client.patch("auth/me", {"name": "Ерлан", "language": "en"})

    assert (changed.json["user"]["name"], changed.json["user"]["language"]) == ("Ерлан", "en")
    assert (await viewer.client.patch("auth/me", {"role": "owner"})).status == 400


@pytest.mark.parametrize(
    "changes", [{"role": "king"}, {"email": "x@y.kz"}, {"active": "yes"}, {"name": ""}, {"id": "x"}]
)
async def test_changes_that_break_a_rule_are_refused(
    owner: Person, admin: Person, changes: dict[str, object]
) -> None:
    assert (await owner.client.patch(f"users/{admin.id}", changes)).status == 400
