"""The API of the worker, and clients of every role at it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.api.edge import ApiEdge
from shared.composition import Worker
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens

SignIn = Callable[..., ApiClient]


@pytest.fixture
def tokens() -> KnownTokens:
    return KnownTokens()


@pytest.fixture
def edge(worker: Worker, tokens: KnownTokens) -> ApiEdge:
    return build_edge(worker, tokens)


@pytest.fixture
def sign_in(edge: ApiEdge, tokens: KnownTokens) -> SignIn:
    """``sign_in(company_id, Role.OWNER)``: a client of that company."""

    def sign_in(company_id: UUID, role: Role = Role.OWNER, language: str = "ru") -> ApiClient:
        return ApiClient(edge, tokens.user(company_id, role, language=language))

    return sign_in
