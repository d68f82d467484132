"""Files that people send on WhatsApp (WhatsApp Cloud API, ``GET /{media_id}``): the address is good for five
minutes and wants the bearer token too, which therefore goes to Meta's own file hosts alone.
"""

from __future__ import annotations

from shared.channels.contract import Credentials, MediaNotFetched, MediaTrouble
from shared.channels.exchange import call_api, fetching
from shared.channels.messages import MediaContent
from shared.channels.whatsapp.client import PATH_PART, authorization
from shared.channels.whatsapp.errors import raise_for_error
from shared.channels.wire import WholeNumber, WireModel, WireText
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport
from shared.runtime.url_guard import UrlRule

__all__ = ["fetch"]


class _File(WireModel):
    url: WireText = ""
    mime_type: WireText = ""
    file_size: WholeNumber | None = None


async def fetch(
    api_url: str,
    *,
    hosts: tuple[str, ...],
    content: MediaContent,
    credentials: Credentials,
    http: HttpTransport,
    downloads: Downloads,
    limit: int,
) -> Download:
    """See ``Channel.fetch_media``; ``api_url`` with the version, ``hosts`` as in ``ChannelSettings``."""
    with fetching(content, limit):
        if not PATH_PART.fullmatch(content.file_id or ""):
            raise MediaNotFetched(MediaTrouble.GONE)
        headers = authorization(credentials)
        answer = await call_api(http, f"{api_url}/{content.file_id}", method="GET", json_body={}, headers=headers)
        raise_for_error(answer)
        body = answer.json()
        file = _File.model_validate(body) if isinstance(body, dict) else _File()
        if (file.file_size or 0) > limit:
            raise MediaNotFetched(MediaTrouble.TOO_LARGE)
        rule = UrlRule(hosts=hosts, below=(api_url.rpartition("/")[0],))
        return await downloads.fetch(file.url, rule=rule, limit=limit, headers=headers)
