"""What a request says of itself: the language it wants, its cookies; and the cursors and tags that come back."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.exchange import ApiRequest
from shared.kernel.errors import InvalidInput
from shared.kernel.etags import tags_in
from shared.kernel.paging import decode_cursor, encode_cursor

KEY = UUID("01890000-0000-7000-8000-000000000001")


def request(headers: dict[str, str], caller_language: str | None = None) -> ApiRequest:
    return ApiRequest("GET", "/api/x", {}, headers, {}, b"", caller_language=caller_language)


@pytest.mark.parametrize(
    ("header", "caller", "language"),
    [
        ("", None, "ru"),
        ("", "kk", "kk"),
        ("en-US,en;q=0.9", "kk", "en"),
        ("de, kk;q=0.5, en;q=0.8", None, "en"),
        ("de", "en", "en"),
        ("en;q=0", None, "ru"),
        ("en;q=x, kk;q=0.1", None, "kk"),
        (";;,,;q=", "en", "en"),
    ],
)
def test_the_language_is_the_best_that_was_asked_for(header: str, caller: str | None, language: str) -> None:
    assert request({"accept-language": header}, caller).language == language


def test_of_a_cookie_that_came_twice_the_first_counts() -> None:
    assert request({"cookie": 'a=1; b="2"; a=3; broken'}).cookies == {"a": "1", "b": "2"}


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    keys = ("Алматы", 7, True, KEY, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))

    assert decode_cursor(encode_cursor("name", keys), "name", [str, int, bool, UUID, datetime]) == keys


@given(st.text(max_size=200))
def test_a_hostile_cursor_is_refused_and_nothing_else(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(cursor, "name", [str, UUID])


@pytest.mark.parametrize("keys", [("a", "b"), (1, KEY), ("a", KEY, 1), ("a",), ("a", None), (True, KEY)])
def test_a_cursor_of_other_keys_is_refused(keys: tuple[str | int | UUID | None, ...]) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor("name", keys), "name", [str, UUID])


@pytest.mark.parametrize("header", ['"a", "b"', 'W/"a"', "*", '""'])
def test_lists_of_entity_tags_are_read(header: str) -> None:
    assert tags_in(header) == {part.strip() for part in header.split(",")}


@pytest.mark.parametrize("header", ["", "a", '"a" "b"', '"a",', '"a'])
def test_what_is_no_list_of_entity_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput):
        tags_in(header)
