"""What a list costs in statements: their number, not their time, is what a change makes greater unnoticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.composition import Worker
from tests.integration.api.catalogue import sofa, with_sofas
from tests.integration.api.conftest import SignIn
from tests.integration.shops import open_shop

_LONGEST = {
    "products": 3,
    "products?status=deleted": 2,
    "products/search?q=диван": 5,
    "categories": 2,
    "cities": 2,
    "orders": 3,
    "customers": 2,
}
"""Statements, the one that opens the transaction included."""


@asynccontextmanager
async def counted() -> AsyncIterator[list[str]]:
    """The statements that engines run inside of the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", _LONGEST)
async def test_a_list_takes_few_statements(worker: Worker, sign_in: SignIn, path: str) -> None:
    shop = await open_shop(worker.database, worker.keyring, "uyut")
    client = sign_in(shop.company_id)
    await with_sofas(client, sofa("SOFA-1"), sofa("SOFA-2"))
    await client.get(path)

    async with counted() as statements:
        answer = await client.get(path)

    assert answer.status == 200
    assert 1 <= len(statements) <= _LONGEST[path], statements
