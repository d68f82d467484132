"""Cities over the API: list, page, create, change with If-Match, delete; what is refused and how it is told."""

from __future__ import annotations

import pytest

from shared.api.edge import ApiEdge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop


@pytest.fixture
def owner(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id)


async def test_a_city_is_created_read_changed_and_deleted(owner: ApiClient) -> None:
    created = await owner.post("cities", {"slug": "astana", "name": "Астана"})
    location = created.headers["location"].removeprefix("/api/")
    read = await owner.get(location)
    changed = await owner.patch(location, {"name": "Нұр-Сұлтан"}, headers={"If-Match": read.headers["etag"]})
    late = await owner.patch(location, {"name": "Акмола"}, headers={"If-Match": read.headers["etag"]})
    unchanged = await owner.get(location, headers={"If-None-Match": changed.headers["etag"]})
    deleted = await owner.delete(location)

    assert (created.status, created.json["name"], created.json["timezone"]) == (201, "Астана", "Asia/Almaty")
    assert (read.status, read.json) == (200, created.json)
    assert (changed.status, changed.json["name"]) == (200, "Нұр-Сұлтан")
    assert (late.status, late.json["code"]) == (412, "precondition_failed")
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert (deleted.status, deleted.body) == (204, b"")
    assert (await owner.get(location)).status == 404


async def test_cities_are_listed_page_by_page_in_either_order(owner: ApiClient) -> None:
    for name in ("Актау", "Шымкент", "Тараз"):
        await owner.post("cities", {"slug": f"c{len(name)}{ord(name[-1])}", "name": name})

    for sort in ("name", "-name"):
        names: list[str] = []
        cursor = ""
        for _ in range(4):
            page = (await owner.get(f"cities?limit=1&sort={sort}{cursor}")).json
            names += [city["name"] for city in page["items"]]
            cursor = f"&cursor={page['next']}"
        assert page["next"] is None
        assert names == sorted(names, reverse=sort == "-name")
        assert set(names) == {"Алматы", "Актау", "Шымкент", "Тараз"}


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "too_small"),
        ("limit=101", "limit", "too_great"),
        ("limit=two", "limit", "invalid"),
        ("sort=slug", "sort", "invalid"),
        ("colour=red", "colour", "unknown"),
        ("cursor=AAAA", "cursor", "invalid_cursor"),
        ("cursor=WyJuYW1lIiwxLDJd", "cursor", "invalid_cursor"),
        ("active=perhaps", "active", "invalid"),
    ],
)
async def test_a_wrong_parameter_is_named(owner: ApiClient, query: str, field: str, code: str) -> None:
    answer = await owner.get(f"cities?{query}")

    assert answer.status == 400
    [error] = answer.json["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["message"]


async def test_each_broken_rule_of_a_body_is_told_in_the_reader_s_language(owner: ApiClient) -> None:
    body = {"slug": "Not A Slug", "timezone": "Mars/Olympus", "colour": "red"}

    told = await owner.post("cities", body, headers={"Accept-Language": "de, kk;q=0.9, en;q=0.5"})
    russian = await owner.post("cities", body)

    assert told.status == 400
    assert told.headers["content-type"].startswith("application/problem+json")
    assert told.headers["content-language"] == "kk"
    assert {error["field"]: error["code"] for error in told.json["errors"]} == {
        "slug": "invalid",
        "name": "missing",
        "timezone": "invalid",
        "colour": "unknown",
    }
    assert told.json["title"] != russian.json["title"]
    assert russian.json["title"].startswith("Исправьте")


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"slug": "a"}', "text/plain", 415),
        (b" " * (300 << 10), "application/json", 413),
        (b"[" * 100_000, "application/json", 400),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    owner: ApiClient, content: bytes, media_type: str, status: int
) -> None:
    answer = await owner.post("cities", content=content, headers={"Content-Type": media_type})

    assert answer.status == status
    assert answer.json["status"] == status


async def test_a_taken_name_and_a_city_in_use_are_conflicts(owner: ApiClient, shop: Shop) -> None:
    twice = await owner.post("cities", {"slug": "almaty", "name": "Алматы"})
    in_use = await owner.delete(f"cities/{shop.city_id}")

    assert (twice.status, twice.json["code"], twice.json["errors"][0]["field"]) == (409, "taken", "slug")
    assert (in_use.status, in_use.json["code"]) == (409, "conflict")


async def test_nobody_without_a_token_and_nobody_of_another_company(
    sign_in: SignIn, edge: ApiEdge, shop: Shop, other_shop: Shop
) -> None:
    stranger = sign_in(other_shop.company_id)
    path = f"cities/{shop.city_id}"

    assert (await ApiClient(edge).get("cities")).status == 401
    assert (await ApiClient(edge, "guessed").get("cities")).status == 401
    assert (await stranger.get(path)).status == 404
    assert (await stranger.patch(path, {"name": "Чужой"})).status == 404
    assert (await stranger.delete(path)).status == 404
    assert (await stranger.get("cities/nowhere")).status == 404


async def test_a_role_without_the_permission_is_refused(sign_in: SignIn, shop: Shop) -> None:
    viewer = sign_in(shop.company_id, Role.VIEWER)

    assert (await viewer.get("cities")).status == 200
    refused = await viewer.post("cities", {"slug": "astana", "name": "Астана"})
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
