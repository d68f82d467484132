"""From what a handler returned to the bytes of an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from shared.api.exchange import ApiAnswer, ApiRequest
from shared.kernel.answers import Accepted, Cookie, Created, Download, WithCookies
from shared.kernel.etags import etag_of, tags_in
from shared.kernel.paging import Page

__all__ = ["answer_of"]


def answer_of(result: Any, request: ApiRequest) -> ApiAnswer:
    """The answer to a request that succeeded; a single thing carries its ``ETag``.

    Raises:
        InvalidInput: ``If-None-Match`` of a GET is not a list of entity tags.
    """
    if isinstance(result, WithCookies):
        answer = answer_of(result.item, request)
        answer.headers += [("Set-Cookie", _cookie(cookie)) for cookie in result.cookies]
        return answer
    if result is None:
        return ApiAnswer(204)
    if isinstance(result, Download):
        name = quote(result.filename, safe="")
        disposition = ("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        return ApiAnswer(200, result.content, result.media_type, [disposition])
    if isinstance(result, Created):
        answer = _json(201, result.item)
        answer.headers.append(("Location", f"/api/{result.location}"))
        return answer
    if isinstance(result, Accepted):
        return ApiAnswer(202, _written(result.item), headers=[("Location", f"/api/{result.location}")])
    answer = _json(200, result)
    asked = request.headers.get("if-none-match")
    if request.method == "GET" and asked is not None and not isinstance(result, Page):
        tags = {tag.removeprefix("W/") for tag in tags_in(asked)}
        if "*" in tags or etag_of(result) in tags:
            return ApiAnswer(304, headers=answer.headers)
    return answer


def _json(status: int, item: BaseModel) -> ApiAnswer:
    answer = ApiAnswer(status, _written(item))
    if not isinstance(item, Page):
        answer.headers.append(("ETag", etag_of(item)))
    return answer


def _written(item: BaseModel) -> bytes:
    return item.model_dump_json(by_alias=True).encode()


def _cookie(cookie: Cookie) -> str:
    parts = [f"{cookie.name}={cookie.value}", "Path=/", f"Max-Age={cookie.seconds}"]
    parts += ["Secure", "SameSite=Strict", *(["HttpOnly"] if cookie.http_only else [])]
    return "; ".join(parts)
