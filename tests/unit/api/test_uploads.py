"""A file comes as the body or as the one file of a form, byte for byte."""

from __future__ import annotations

import random

import httpx
import pytest

from shared.api.uploads import upload_of
from shared.kernel.errors import InvalidInput

NOISE = random.Random(7).randbytes(100_000) + b"\r\n\r\n--\r\n\n\r"


def form(files: list[tuple[str, tuple[str, bytes, str]]], data: dict[str, str] | None = None) -> tuple[str, bytes]:
    sent = httpx.Request("POST", "http://x", files=files, data=data)
    return sent.headers["content-type"], sent.read()


def test_the_file_of_a_form_is_what_was_sent() -> None:
    kind, body = form([("file", ("товары.csv", NOISE, "text/csv"))], {"note": "x"})

    upload = upload_of(kind, {}, body)

    assert (upload.content == NOISE, upload.filename, upload.media_type) == (True, "товары.csv", "text/csv")


def test_a_body_is_a_file_with_its_own_name() -> None:
    upload = upload_of("image/png", {"content-disposition": 'attachment; filename="a.png"'}, NOISE)

    assert (upload.content == NOISE, upload.filename, upload.media_type) == (True, "a.png", "image/png")


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("text/csv", b"", "missing"),
        ("multipart/form-data", b"x", "invalid"),
        ("multipart/form-data; boundary=x", b"nothing", "invalid"),
        (*form([("a", ("a", b"1", "text/csv")), ("b", ("b", b"2", "text/csv"))]), "too_many"),
        (*form([("a", ("a", b"", "text/csv"))]), "missing"),
    ],
    ids=["nothing", "a form without a boundary", "no form", "two files", "an empty file"],
)
def test_anything_else_is_told(kind: str, body: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        upload_of(kind, {}, body)

    assert refused.value.errors[0].code == code
