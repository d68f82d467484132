"""A WhatsApp shop's book of names."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.names.book import Book
from tests.integration.shops import Shop
from tests.stack import WorkerStack


@pytest.fixture
def book(worker_stack: WorkerStack, shop: Shop) -> Iterator[Book]:
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        yield Book(connection, shop.bot_id)
