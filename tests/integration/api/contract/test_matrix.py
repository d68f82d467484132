"""Every endpoint × every role × own and foreign company, from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from shared.api.edge import ApiEdge
from shared.identity.permissions import Permission, Role
from tests.doubles.api_client import ApiClient
from tests.integration.api.contract.companies import Staffed
from tests.integration.api.contract.operations import Operation
from tests.integration.api.contract.things import things_of

ENDS_THE_SESSION = {"logout"}


async def service(company: Staffed, edge: ApiEdge, permissions: Sequence[Permission]) -> ApiClient:
    """A machine client with these permissions and no others."""
    body = {"name": "ERP", "permissions": [permission.value for permission in permissions]}
    issued = await company.owner.post("service-tokens", body)
    assert issued.status == 201, issued.body
    return ApiClient(edge, issued.json["token"])


async def ask(client: ApiClient, operation: Operation, path: str, body: object = None) -> tuple[int, bytes]:
    sent = body if operation.example is None or body is not None else {}
    answer = await client.request(operation.method, path, body=sent)
    return answer.status, answer.body


async def test_nobody_gets_in_without_a_token(busy_edge: ApiEdge, operations: list[Operation]) -> None:
    anybody, guesser = ApiClient(busy_edge), ApiClient(busy_edge, "guessed")

    for operation in operations:
        if operation.roles is not None:
            for client in (anybody, guesser):
                assert (await ask(client, operation, operation.nowhere()))[0] == 401, operation.name


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_in_exactly_where_the_table_says(
    own: Staffed, operations: list[Operation], role: Role
) -> None:
    last = sorted(operations, key=lambda one: one.name in ENDS_THE_SESSION)
    for operation in last:
        if operation.roles is None:
            continue
        status, body = await ask(own.clients[role], operation, operation.nowhere())
        if role.value in operation.roles:
            assert status not in (401, 403), (operation.name, body)
            assert status < 500, (operation.name, body)
        else:
            assert status == 403, (operation.name, body)
        assert str(status) in operation.described["responses"], (operation.name, status)


async def test_a_service_token_gets_in_exactly_with_the_permission_that_is_asked(
    own: Staffed, busy_edge: ApiEdge, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.roles is None:
            continue
        asked = operation.permission
        with_it = await service(own, busy_edge, [asked] if asked else [Permission.CITIES_READ])
        without = await service(own, busy_edge, [one for one in Permission if one is not asked])

        status, body = await ask(with_it, operation, operation.nowhere())
        assert (status not in (401, 403)) is operation.services, (operation.name, body)
        assert str(status) in operation.described["responses"], (operation.name, status)
        if asked is not None:
            assert (await ask(without, operation, operation.nowhere()))[0] == 403, operation.name


async def test_things_are_shown_to_their_company_and_to_no_other(
    own: Staffed, foreign: Staffed, operations: list[Operation]
) -> None:
    things = await things_of(own.owner, operations)
    missing = [path for path, values in things.items() if None in values.values()]
    assert missing == [], "make one of these in things.py"
    shown = [one for one in operations if one.method == "GET" and one.places]
    before = {one.name: await own.owner.get(one.at(things[one.path])) for one in shown}
    assert {name: answer.status for name, answer in before.items()} == dict.fromkeys(before, 200)

    for operation in operations:
        if operation.places and operation.roles is not None:
            status, body = await ask(
                foreign.owner, operation, operation.at(things[operation.path]), operation.example
            )
            refused = (400, 404) if "requestBody" in operation.described else (404,)
            assert status in refused, (operation.name, status, body)

    after = {one.name: await own.owner.get(one.at(things[one.path])) for one in shown}
    assert {name: answer.body for name, answer in after.items()} == {
        name: answer.body for name, answer in before.items()
    }


async def test_lists_hold_nothing_of_another_company(
    own: Staffed, foreign: Staffed, operations: list[Operation]
) -> None:
    things: Mapping[str, Mapping[str, object]] = await things_of(own.owner, operations)
    secret = {str(value) for values in things.values() for value in values.values() if len(str(value)) == 36}
    secret.add(str(own.shop.company_id))
    assert len(secret) > 3

    for operation in operations:
        if operation.method == "GET" and not operation.places and operation.roles is not None:
            ours = await own.owner.get(operation.at({}))
            theirs = (await foreign.owner.get(operation.at({}))).body.decode(errors="replace")
            assert ours.status == 200, (operation.name, ours.body)
            assert not [value for value in secret if value in theirs], operation.name
