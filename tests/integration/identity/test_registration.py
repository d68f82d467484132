"""Getting a place: a new company with its owner."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.identity.conftest import PASSWORD, Office, OpenOffice


async def test_a_company_is_registered_with_its_owner_who_is_in_at_once(office: Office) -> None:
    owner = await office.register("  Owner@Uyut.KZ ", company="Мебель «Уют» №1", language="kk")

    me = (await owner.client.get("auth/me")).json
    assert me["user"]["email"] == "owner@uyut.kz"
    assert (me["user"]["role"], me["user"]["language"], me["kind"]) == ("owner", "kk", "user")
    assert me["company"] == {"id": str(owner.company_id), "slug": "mebel-uyut-no1", "name": "Мебель «Уют» №1"}
    assert "service_tokens:write" in me["permissions"]


async def test_companies_of_one_name_get_slugs_of_their_own(office: Office) -> None:
    people = [await office.register(f"owner{number}@uyut.kz", company="Уют") for number in range(3)]

    slugs = [person.tokens["me"]["company"]["slug"] for person in people]
    assert slugs[0] == "uyut"
    assert len(set(slugs)) == 3
    assert all(slug.startswith("uyut-") for slug in slugs[1:])


async def test_an_address_has_one_account_however_it_is_written(office: Office) -> None:
    await office.register("owner@uyut.kz")

    for email in ("owner@uyut.kz", "OWNER@UYUT.KZ"):
        body = {"email": email, "name": "Х", "password": PASSWORD, "company": "Другая"}
        answer = await office.anybody.post("auth/register", body)
        assert answer.status == 409
        assert answer.json["errors"][0]["field"] == "email"


async def test_two_registrations_of_one_address_at_once_make_one_company(office: Office) -> None:
    body = {"email": "owner@uyut.kz", "name": "Х", "password": PASSWORD, "company": "Уют"}

    answers = await asyncio.gather(*(office.anybody.post("auth/register", body) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]


async def test_addresses_and_names_of_any_script_are_welcome(office: Office) -> None:
    owner = await office.register("әлия@қазмыс.қаз", company="家具 🛋")

    assert owner.email == "әлия@қазмыс.қаз"
    assert owner.tokens["me"]["company"]["slug"] == "company"
    assert (await office.log_in("ӘЛИЯ@ҚАЗМЫС.ҚАЗ")).id == owner.id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no-at-sign"),
        ("email", "a@b"),
        ("email", "a b@uyut.kz"),
        ("email", "a@uyut.kz\r\nBcc: all@uyut.kz"),
        ("email", "a\x00@uyut.kz"),
        ("email", "a" * 250 + "@uyut.kz"),
        ("email", "'; DROP TABLE users; --"),
        ("email", None),
        ("password", "qwe!rty"),
        ("password", "x" * 201),
        ("password", 1234567890),
        ("name", " "),
        ("name", "a\x1b[31m"),
        ("company", "x" * 201),
        ("language", "de"),
        ("session", "forever"),
        ("role", "owner"),
    ],
)
async def test_what_breaks_a_rule_is_refused_and_leaves_nothing(office: Office, field: str, value: object) -> None:
    body = {"email": "owner@uyut.kz", "name": "Айгуль", "password": PASSWORD, "company": "Уют"}

    answer = await office.anybody.post("auth/register", {**body, field: value})

    assert answer.status == 400, answer.body
    assert "qwe!rty" not in answer.body.decode()
    await office.register("owner@uyut.kz")


async def test_registration_can_be_closed(open_office: OpenOffice) -> None:
    office = await open_office(registration_open=False)
    body = {"email": "owner@uyut.kz", "name": "Айгуль", "password": PASSWORD, "company": "Уют"}

    answer = await office.anybody.post("auth/register", body)

    assert (answer.status, answer.json["code"]) == (403, "registration_closed")


@pytest.mark.usefixtures("long_waits")
async def test_nobody_fills_the_platform_with_companies_from_one_address(open_office: OpenOffice) -> None:
    office = await open_office(login_free_attempts_of_address=3)
    flood = {"x-forwarded-for": "203.0.113.9"}
    elsewhere = {"x-forwarded-for": "203.0.113.10"}

    def body(number: int) -> dict[str, str]:
        return {"email": f"o{number}@uyut.kz", "name": "Айгуль", "password": PASSWORD, "company": "Уют"}

    made = [(await office.anybody.post("auth/register", body(n), headers=flood)).status for n in range(4)]
    blocked = await office.anybody.post("auth/register", body(5), headers=flood)

    assert made == [201, 201, 201, 429]
    assert blocked.json["code"] == "too_many_attempts"
    assert (await office.anybody.post("auth/register", body(6), headers=elsewhere)).status == 201
    known = {"email": "o0@uyut.kz", "password": PASSWORD}
    assert (await office.anybody.post("auth/login", known, headers=flood)).status == 200
