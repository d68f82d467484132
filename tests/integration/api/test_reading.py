"""What a request says and how it is read: refused with a reason that helps, or understood."""

from __future__ import annotations

import gzip

import pytest

from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop


async def test_a_packed_body_is_told_that_it_is_packed(sign_in: SignIn, shop: Shop) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await sign_in(shop.company_id).post("cities", content=gzip.compress(b"{}"), headers=headers)

    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", '{"name": "Уют"}'.encode("cp1251")])
async def test_what_is_no_json_object_is_told_so(sign_in: SignIn, shop: Shop, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await sign_in(shop.company_id).request("PATCH", "company", content=body, headers=headers)

    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [("body", "not_json")]


@pytest.mark.parametrize("moment", ["2026-03-14T09:26:53", "2026-03-14T00:00"])
async def test_a_moment_without_its_offset_is_asked_for_it(sign_in: SignIn, shop: Shop, moment: str) -> None:
    answer = await sign_in(shop.company_id).get(f"orders?created_from={moment}")

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "no_offset")


@pytest.mark.parametrize("moment", ["2026-03-14T09:26:53+05:00", "2026-03-14T09:26:53%2B05:00"])
async def test_an_offset_may_be_written_as_people_write_it(sign_in: SignIn, shop: Shop, moment: str) -> None:
    assert (await sign_in(shop.company_id).get(f"orders?created_from={moment}")).status == 200


async def test_null_is_refused_where_nothing_can_be_empty(sign_in: SignIn, shop: Shop) -> None:
    owner = sign_in(shop.company_id)
    refused = [
        await owner.request("PATCH", "company", body={"name": None}),
        await owner.request("PATCH", f"cities/{shop.city_id}", body={"timezone": None}),
    ]

    assert [answer.status for answer in refused] == [400, 400]
    assert (await owner.request("PATCH", "company", body={"daily_model_budget": None})).status == 200
