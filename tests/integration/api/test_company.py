"""The company over the API: its owner changes it, and each change is in the audit log."""

from __future__ import annotations

from shared.identity.permissions import Role
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop


async def test_the_owner_changes_the_company_and_the_log_tells_what(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)
    before = await owner.get("company")

    changed = await owner.patch(
        "company", {"name": "Уют и К°", "daily_model_budget": 2.5}, headers={"If-Match": before.headers["etag"]}
    )
    late = await owner.patch("company", {"name": "Другой"}, headers={"If-Match": before.headers["etag"]})
    reset = await owner.patch("company", {"daily_model_budget": None})

    assert (changed.status, changed.json["name"], changed.json["daily_model_budget"]) == (200, "Уют и К°", 2.5)
    assert (changed.json["language"], late.status) == (before.json["language"], 412)
    assert reset.json["daily_model_budget"] is None
    entries = (await owner.get("audit")).json["items"]
    assert entries[1]["action"] == "company.updated"
    assert entries[1]["after"] == {"name": "Уют и К°", "daily_model_budget": 2.5}


async def test_an_admin_may_not_change_the_company(sign_in: SignIn, shop: Shop) -> None:
    admin = sign_in(shop.company_id, Role.ADMIN)

    assert (await admin.get("company")).status == 200
    assert (await admin.patch("company", {"name": "x"})).status == 403


async def test_a_budget_beyond_reason_is_refused(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)

    assert (await owner.patch("company", {"daily_model_budget": -1})).status == 400
    assert (await owner.patch("company", {"daily_model_budget": 10**9})).status == 400
    huge = await owner.request(
        "PATCH", "company", content=b'{"daily_model_budget": 1e999}', headers={"Content-Type": "application/json"}
    )
    assert huge.status == 400
