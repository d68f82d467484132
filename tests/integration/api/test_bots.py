"""Bots over the API: credentials go in and never come out; the connection check; configuration and prompts."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens
from tests.integration.api.conftest import SignIn
from tests.integration.conversation import Stage, credentials_of
from tests.integration.shops import Shop

TELEGRAM = {
    "platform": "telegram",
    "name": "Помощник",
    "credentials": {"token": "1:secret", "secret_token": "s3cr3t"},
}


@pytest.fixture
def owner(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id)


async def test_a_bot_is_added_changed_and_deleted_and_never_tells_its_credentials(
    owner: ApiClient, shop: Shop
) -> None:
    created = await owner.post("bots", {**TELEGRAM, "city_id": str(shop.city_id)})
    path = created.headers["location"].removeprefix("/api/")
    wanted = {"name": "Ассистент", "language": "kk", "mode": "assistant", "city_id": None, "active": False}
    wanted["settings"] = {"greeting": "Сәлем"}  # type: ignore[assignment]  # settings are any JSON
    replaced = await owner.put(path, {**wanted, "credentials": TELEGRAM["credentials"]})
    read = await owner.get(path)
    listed = await owner.get("bots?platform=telegram&active=false")
    deleted = await owner.delete(path, headers={"If-Match": read.headers["etag"]})

    assert (created.status, replaced.status, deleted.status) == (201, 200, 204)
    assert {name: read.json[name] for name in wanted} == wanted
    assert [bot["id"] for bot in listed.json["items"]] == [created.json["id"]]
    for answer in (created, replaced, read, listed, await owner.get("audit")):
        assert "s3cr3t" not in answer.body.decode()
        assert "1:secret" not in answer.body.decode()
    assert (await owner.get(path)).status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"credentials": {"token": "1:x"}}, "credentials.secret_token"),
        ({"credentials": {**TELEGRAM["credentials"], "auth_token": "x"}}, "credentials.auth_token"),  # type: ignore[dict-item]  # a dict of texts
        ({"city_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "city_id"),
        ({"platform": "icq"}, "platform"),
        ({"mode": "Not a mode"}, "mode"),
    ],
)
async def test_a_bot_that_cannot_work_is_refused(owner: ApiClient, changes: dict[str, object], field: str) -> None:
    answer = await owner.post("bots", {**TELEGRAM, **changes})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, field)


async def test_a_bot_that_people_wrote_to_is_switched_off_and_not_deleted(
    stage: Stage, tokens: KnownTokens
) -> None:
    shop = await stage.open_shop()
    owner = ApiClient(build_edge(stage.worker, tokens), tokens.user(shop.company_id, Role.OWNER))
    await stage.shopper(shop).says("/help")

    refused = await owner.delete(f"bots/{shop.bots[Platform.TELEGRAM]}")
    kept = await owner.get(f"bots/{shop.bots[Platform.TELEGRAM]}")

    assert (refused.status, refused.json["code"], kept.status) == (409, "conflict", 200)


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_connection_check_connects_the_bot_or_says_what_is_wrong(
    stage: Stage, tokens: KnownTokens, platform: Platform
) -> None:
    shop = await stage.open_shop()
    # Viber asks the webhook before it takes its address
    stage.worker.settings = stage.worker.settings.model_copy(update={"public_base_url": stage.url})
    owner = ApiClient(build_edge(stage.worker, tokens), tokens.user(shop.company_id, Role.OWNER))
    path = f"bots/{shop.bots[platform]}"

    good = await owner.post(f"{path}/check")
    bot = (await owner.get(path)).json
    wrong = {name: f"{value}-wrong" for name, value in credentials_of(platform, shop.slug).items()}
    fields = ("name", "language", "mode", "city_id", "active", "settings")
    await owner.put(path, {name: bot[name] for name in fields} | {"credentials": wrong})
    bad = await owner.post(f"{path}/check")

    assert (good.status, good.json["connected"], good.json["problem"]) == (200, True, None)
    assert good.json["facts"]
    assert (bad.status, bad.json["connected"], bad.json["problem"]) == (200, False, "misconfigured")


async def test_a_city_s_configuration_is_replaced_as_a_whole(owner: ApiClient, shop: Shop) -> None:
    path = f"bot-config/{shop.city_id}"

    empty = await owner.get(path)
    first = await owner.put(path, {"settings": {"greeting": "Салем", "hours": [9, 18]}})
    late = await owner.put(path, {"settings": {}}, headers={"If-Match": empty.headers["etag"]})
    second = await owner.put(path, {"settings": {"hours": []}}, headers={"If-Match": first.headers["etag"]})
    same = await owner.get(f"cities/{shop.city_id}/bot-config")

    assert (empty.json["settings"], first.json["settings"]["hours"]) == ({}, [9, 18])
    assert (late.status, second.status) == (412, 200)
    assert same.json == second.json == {**empty.json, "settings": {"hours": []}}


async def test_prompts_have_versions_and_any_can_be_active(owner: ApiClient, shop: Shop) -> None:
    path = f"cities/{shop.city_id}/prompts"

    nothing = await owner.post(f"{path}/roll-back")
    first = await owner.post(path, {"body": "Первый"})
    second = await owner.post(path, {"body": "Второй"})
    draft = await owner.post(path, {"body": "Черновик", "activate": False})
    back = await owner.post(f"{path}/roll-back")
    chosen = await owner.post(f"{path}/3/activate")
    page = await owner.get(f"{path}?limit=2")
    rest = await owner.get(f"{path}?limit=2&cursor={page.json['next']}")

    assert nothing.status == 409
    assert [answer.json["version"] for answer in (first, second, draft)] == [1, 2, 3]
    assert (draft.json["active"], back.json["version"], chosen.json["version"]) == (False, 1, 3)
    assert [prompt["version"] for prompt in page.json["items"] + rest.json["items"]] == [3, 2, 1]
    assert (await owner.get(f"{path}/2")).json["body"] == "Второй"
    assert (await owner.get(f"{path}/99999999999")).status in (400, 404)
    actions = [entry["action"] for entry in (await owner.get("audit")).json["items"]]
    assert actions[:2] == ["prompt.activated", "prompt.rolled_back"]
