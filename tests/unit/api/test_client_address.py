"""Whose address counts: what our own proxies saw, never what the caller wrote before it."""

from __future__ import annotations

import pytest

from shared.api.limits import client_address


@pytest.mark.parametrize(
    ("header", "hops", "address"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("203.0.113.7:51234", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7:51234", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.0.0.4:443", 2, "203.0.113.7"),
        ("2001:db8::7", 1, "2001:db8::7"),
        ("[2001:DB8::7]:51234", 1, "2001:db8::7"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
        ("203.0.113.7", 0, ""),
        ("203.0.113.7", 2, ""),
        ("", 1, ""),
        ("unknown", 1, ""),
        ("203.0.113.7.8", 1, ""),
        ("1.1.1.1, ", 1, ""),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(header: str, hops: int, address: str) -> None:
    assert client_address(header, hops) == address
