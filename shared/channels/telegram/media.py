"""Files that people send on Telegram (Telegram Bot API, getFile): at most 20 MB, the path good for an hour.

The file's address holds the bot's token: it is in no error and no log line, and goes to nobody else.
"""

from __future__ import annotations

import re

from shared.channels.contract import Credentials, MediaNotFetched, MediaTrouble
from shared.channels.exchange import fetching
from shared.channels.messages import MediaContent
from shared.channels.telegram.client import call_method, method_url
from shared.channels.wire import WholeNumber, WireModel, WireText
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport
from shared.runtime.url_guard import UrlRule

__all__ = ["fetch"]

_LIMIT = 20_000_000
_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]*")


class _File(WireModel):
    file_path: WireText = ""
    file_size: WholeNumber | None = None


async def fetch(
    api_url: str,
    *,
    content: MediaContent,
    credentials: Credentials,
    http: HttpTransport,
    downloads: Downloads,
    limit: int,
) -> Download:
    """See ``Channel.fetch_media``."""
    limit = min(limit, _LIMIT)
    with fetching(content, limit):
        answer = await call_method(api_url, "getFile", {"file_id": content.file_id}, credentials, http)
        file = _File.model_validate(answer.result) if isinstance(answer.result, dict) else _File()
        if not _PATH.fullmatch(file.file_path):
            raise MediaNotFetched(MediaTrouble.GONE)
        if (file.file_size or 0) > limit:
            raise MediaNotFetched(MediaTrouble.TOO_LARGE)
        url = method_url(f"{api_url}/file", file.file_path, credentials)
        return await downloads.fetch(url, rule=UrlRule(below=(f"{api_url}/file",)), limit=limit)
