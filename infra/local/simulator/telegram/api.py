"""The Bot API's server side: tokens, method table, envelopes, file downloads."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from aiohttp import web

from infra.local.simulator.environment import Environment
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.telegram.account import ACCOUNT, find_file
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.editing import EDITING
from infra.local.simulator.telegram.refusals import TelegramError
from infra.local.simulator.telegram.sending import SENDING
from infra.local.simulator.telegram.updates import TelegramUpdates
from infra.local.simulator.wire import ApiAnswer, ApiCall, Json, json_answer, read_parameters

__all__ = ["TelegramApi"]

_Method = Callable[[Environment, TelegramBot, ApiCall], Awaitable[Any]]
_METHODS = cast(Mapping[str, _Method], {**SENDING, **EDITING, **ACCOUNT})
_PATH = re.compile(r"/telegram/(file/)?bot([^/]+)/(.+)")


class TelegramApi:
    """Answers ``/telegram/bot<token>/<method>`` and ``/telegram/file/bot<token>/<path>``."""

    name = "telegram"

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.bots: dict[str, TelegramBot] = {}
        self.updates = TelegramUpdates(environment, self._call_in_answer)

    async def read(self, request: web.Request) -> ApiCall:
        """Token and method from the path, parameters from query and body."""
        match = _PATH.fullmatch(request.path)
        if match is None:
            return ApiCall("unknown", path=request.path)
        file, token, rest = match.groups()
        if file:
            return ApiCall("file", token, rest, request.method)
        parameters, files, size = await read_parameters(request)
        chat = str(parameters.get("chat_id", ""))
        return ApiCall(rest, token, rest, request.method, chat, parameters, files, size)

    async def answer(self, call: ApiCall, *, fail_later: Fault | None = None) -> ApiAnswer:
        """Carry the call out; Telegram has no failures after the fact, so ``fail_later`` changes nothing."""
        del fail_later
        bot = self.bots.get(call.token)
        try:
            if call.method == "file" and bot is not None:
                return self._download(call)
            result = await self._carry_out(bot, call)
        except TelegramError as refusal:
            return refusal.answer()
        return json_answer({"ok": True, "result": result})

    async def _carry_out(self, bot: TelegramBot | None, call: ApiCall) -> Any:
        if bot is None:
            raise TelegramError(401, "Unauthorized")
        method = _METHODS.get(call.method.lower())
        if method is None:
            raise TelegramError(404, "Not Found: method not found")
        return await method(self._environment, bot, call)

    def unreadable(self, reason: str) -> ApiAnswer:
        """400 for a body that is not a JSON object."""
        return TelegramError(400, f"Bad Request: can't parse JSON object: {reason}").answer()

    def faulty(self, fault: Fault) -> ApiAnswer:
        """429 with ``retry_after`` in body and header, 500 as the proxy in front answers, or a refusal."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            wait = fault.retry_after
            description = f"Too Many Requests: retry after {wait}"
            return TelegramError(429, description, parameters={"retry_after": wait}).answer()
        if fault.kind is FaultKind.REFUSE:
            return TelegramError(fault.code, fault.description).answer()
        return TelegramError(500, "Internal Server Error").answer()

    def instantly(self, call: ApiCall) -> ApiAnswer | None:
        """Sends are counted and answered; other methods take the usual way."""
        if not call.method.startswith("send"):
            return None
        if call.method == "sendChatAction":
            return ApiAnswer(200, b'{"ok":true,"result":true}')
        text = str(call.parameters.get("text") or call.parameters.get("caption") or "")
        number = self._environment.accept_instantly(self.name, call.chat, text)
        chat = call.chat if call.chat.lstrip("-").isdigit() else "0"
        body = '{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%s,"type":"private"}}}'
        return ApiAnswer(200, (body % (number, int(self._environment.clock.now()), chat)).encode())

    def _download(self, call: ApiCall) -> ApiAnswer:
        stored = find_file(self._environment, call.path)
        if stored is None:
            raise TelegramError(404, "Not Found")
        return ApiAnswer(200, stored.data, "application/octet-stream")

    async def _call_in_answer(self, bot: TelegramBot, body: Json) -> None:
        """A method call in the webhook's answer: carried out, its result told to nobody."""
        parameters = {key: value for key, value in body.items() if key != "method"}
        await self.answer(ApiCall(str(body["method"]), bot.token, parameters=parameters))
