"""``aiogram_server.py <port> <path> <secret>``: an aiogram webhook server whose one handler keeps nothing.

The handler runs before the answer (``handle_in_background=False``), as ours does: both have read, checked and
handled the update when they say 200; aiogram has then stored nothing.
"""

from __future__ import annotations

import sys

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web


async def keep_nothing(message: Message) -> None:
    """Take a message and forget it."""


def main() -> None:
    port, path, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    dispatcher = Dispatcher()
    dispatcher.message.register(keep_nothing)
    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, Bot("42:AAH-peer-of-the-benchmark"), handle_in_background=False, secret_token=secret
    )
    handler.register(app, path=path)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
