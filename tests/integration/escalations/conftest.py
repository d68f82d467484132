"""A shop whose staff serves shoppers from their own messengers."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.composition.api import build_edge
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller, CallerKind
from shared.kernel.errors import Unauthenticated
from tests.doubles.api_client import ApiClient
from tests.integration.conversation import Shop, Stage
from tests.integration.escalations.staff import Counter


@pytest.fixture
async def counter(stage: Stage) -> Counter:
    return await Counter.open(stage)


@pytest.fixture
async def other_counter(stage: Stage) -> Counter:
    """Another company."""
    return await Counter.open(stage, "sklad")


class Staff:
    """An authenticator: a token is the user's id and role."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}

    async def authenticate(self, token: str) -> Caller:
        if token not in self.callers:
            raise Unauthenticated(token)
        return self.callers[token]


SignIn = Callable[[Shop, UUID, Role], ApiClient]


@pytest.fixture
def sign_in(counter: Counter) -> SignIn:
    staff = Staff()
    edge = build_edge(counter.stage.worker, staff)

    def client(shop: Shop, user_id: UUID, role: Role) -> ApiClient:
        staff.callers[str(user_id)] = Caller(
            company_id=shop.company_id,
            user_id=user_id,
            kind=CallerKind.USER,
            role=role,
            permissions=ROLE_PERMISSIONS[role],
            language="ru",
        )
        return ApiClient(edge, str(user_id))

    return client


@pytest.fixture
async def manager(counter: Counter, sign_in: SignIn) -> ApiClient:
    return sign_in(counter.shop, await counter.user("Анна"), Role.MANAGER)
