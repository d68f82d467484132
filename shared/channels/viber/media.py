"""Files that people send on Viber (Viber REST Bot API, Receive message): the message itself names an address,
without any proof, so only Viber's own hosts are called.
"""

from __future__ import annotations

from shared.channels.exchange import fetching
from shared.channels.messages import MediaContent
from shared.runtime.downloads import Download, Downloads
from shared.runtime.url_guard import UrlRule

__all__ = ["fetch"]


async def fetch(
    api_url: str, *, hosts: tuple[str, ...], content: MediaContent, downloads: Downloads, limit: int
) -> Download:
    """See ``Channel.fetch_media``; ``hosts`` as in ``ChannelSettings``."""
    with fetching(content, limit):
        return await downloads.fetch(content.url or "", rule=UrlRule(hosts=hosts, below=(api_url,)), limit=limit)
