"""E-mail addresses as they are stored, and companies' short names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.companies.slugs import slug_of, with_suffix
from shared.identity.accounts import normalised_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("aigul@uyut.kz", "aigul@uyut.kz"),
        ("  Aigul.S+shop@UYUT.kz\n", "aigul.s+shop@uyut.kz"),
        ("Әлия@ҚАЗМЫС.ҚАЗ", "әлия@қазмыс.қаз"),
        ("cafe\u0301@uyut.kz", "café@uyut.kz"),
        ("o'brien@xn--80ak6aa92e.com", "o'brien@xn--80ak6aa92e.com"),
    ],
)
def test_an_address_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert normalised_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "a@",
        "@b.kz",
        "a@b",
        "a@b..kz",
        "a@-b.kz",
        "a@b-.kz",
        "a..b@c.kz",
        "a@@b.kz",
        "a<b@c.kz",
        "a@c.kz>",
        "a,b@c.kz",
        '"a"@c.kz',
        "a@[127.0.0.1]",
        "a b@c.kz",
        "a@b .kz",
        "a\u200eb@c.kz",
        "a\u2028@c.kz",
        "a\x00@c.kz",
        "a\ud800@c.kz",
        f"a{chr(0xFFFD)}@c.kz",
        "x" * 65 + "@c.kz",
        "a@" + "b" * 260 + ".kz",
    ],
)
def test_what_is_no_address_is_told(typed: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        normalised_email(typed)


@given(st.text())
def test_an_address_once_stored_stays_as_it_is(typed: str) -> None:
    try:
        stored = normalised_email(f"{typed}@uyut.kz")
    except ValueError:
        return
    assert normalised_email(stored) == stored
    assert "\x00" not in stored
    assert stored == stored.lower()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Мебель «Уют»", "mebel-uyut"),
        ("Жиһаз әлемі", "zhihaz-alemi"),
        ("Щука & Ёж", "schuka-yozh"),
        ("Café Crème", "cafe-creme"),
        ("家具", "company"),
        ("---", "company"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_company_s_slug_is_its_name_in_latin(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text())
def test_whatever_the_name_the_slug_fits(name: str) -> None:
    for slug in (slug_of(name), with_suffix(slug_of(name))):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug)
