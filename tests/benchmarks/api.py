"""Benchmark (f): the administrators' lists and searches over real HTTP, by a company with many products.

One request at a time, a signed-in owner, nothing cached by the client. The functions host has one core; the client,
Postgres (fsync on), Redis and Azurite share the other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import psycopg

from infra.local.host.roles import HTTP
from tests.benchmarks.cores import FIRST, SECOND, started_on
from tests.benchmarks.search_data import CATEGORIES, COLOURS, fill_companies, series_name
from tests.benchmarks.services import Services, running_services
from tests.benchmarks.table import Row, print_table
from tests.host import HostProcess

__all__ = ["measure_api"]

AIM = 50.0
"""Milliseconds at the 95th percentile."""
_WARM_UP = 20
_OWNER = {"email": "owner@example.com", "password": "a-benchmark-of-lists", "company": "Benchmark", "name": "Owner"}

Request = Callable[[random.Random, int], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of request: a path, and the parameters of one."""

    path: str
    parameters: Request


def _from_a_price(dice: random.Random, _products: int) -> dict[str, Any]:
    return {"sort": "price", "price_min": int(dice.lognormvariate(11.5, 0.8)) * 100}


KINDS: dict[str, Kind] = {
    "list: newest first": Kind("products", lambda _dice, _size: {}),
    "list: by name": Kind("products", lambda _dice, _size: {"sort": "name", "limit": 100}),
    "list: from a price on": Kind("products", _from_a_price),
    "list: a category by name": Kind("products", lambda dice, _size: {"category": _code(dice), "sort": "name"}),
    "list: sold out": Kind("products", lambda _dice, _size: {"availability": "out_of_stock"}),
    "list: none on order": Kind("products", lambda _dice, _size: {"availability": "on_order"}),
    "list: category, colour, sold out": Kind(
        "products",
        lambda dice, _size: {
            "category": _code(dice),
            "colour": dice.choice(COLOURS).code,
            "availability": "out_of_stock",
            "sort": "price",
        },
    ),
    "list: words of a series": Kind("products", lambda dice, size: {"q": series_name(dice, size)}),
    "list: a word of every tenth": Kind("products", lambda dice, _size: {"q": _word(dice), "sort": "name"}),
    "list: a stock number": Kind("products", lambda dice, size: {"q": f"P-{dice.randrange(size):07d}"}),
    "list: deleted": Kind("products", lambda _dice, _size: {"status": "deleted"}),
    "search: word and series": Kind(
        "products/search", lambda dice, size: {"q": f"{_word(dice)} {series_name(dice, size)}"}
    ),
    "search: one word": Kind("products/search", lambda dice, _size: {"q": _word(dice)}),
    "search: a stock number": Kind("products/search", lambda dice, size: {"q": f"P-{dice.randrange(size):07d}"}),
    "search: word, colour, price": Kind(
        "products/search",
        lambda dice, _size: {"q": f"{dice.choice(COLOURS).words[0]} {_word(dice)}", "price_max": 25_000_000},
    ),
}


def _code(dice: random.Random) -> str:
    return dice.choice(CATEGORIES)[0]


def _word(dice: random.Random) -> str:
    return dice.choice(CATEGORIES)[1]


def measure_api(*, products: int, requests: int) -> None:
    """Measure and print."""
    with started_on(SECOND), running_services() as services, _client(services) as client:
        company = _sign_in(client)
        with psycopg.connect(services.admin_url, autocommit=True) as connection:
            fill_companies(connection, [company], products)
        services.tidy()
        rows = [_measure(client, name, kind, products, requests) for name, kind in KINDS.items()]
    notes = (
        f"{products:,} products of one company; {requests} requests of each kind, one at a time, over HTTP",
        f"core {set(FIRST)}: the functions host; core {set(SECOND)}: client, Postgres, Redis, Azurite",
    )
    print_table("(f) the administrators' lists", rows, notes)


@contextmanager
def _client(services: Services) -> Iterator[httpx.Client]:
    """A client of a functions host of our own."""
    environment = services.environment("http://127.0.0.1:1", API_REQUESTS_PER_MINUTE="0")
    with started_on(FIRST):
        host = HostProcess(HTTP, settings=environment, log=services.folder / "host.log")
        host.start()
    try:
        with httpx.Client(base_url=f"{host.url}/api/", timeout=60, trust_env=False) as client:
            yield client
    finally:
        host.stop()


def _sign_in(client: httpx.Client) -> UUID:
    answer = client.post("auth/register", json=_OWNER)
    answer.raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    me = client.get("auth/me")
    me.raise_for_status()
    return UUID(me.json()["company"]["id"])


def _measure(client: httpx.Client, name: str, kind: Kind, products: int, requests: int) -> Row:
    dice = random.Random(name)
    times = []
    for turn in range(_WARM_UP + requests):
        parameters = kind.parameters(dice, products)
        began = time.perf_counter()
        answer = client.get(kind.path, params=parameters)
        took = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        if turn >= _WARM_UP:
            times.append(took)
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    return Row(name, f"p50 {median(times):.1f} ms, p95 {p95:.1f} ms", f"p95 under {AIM:.0f} ms", p95 < AIM)
