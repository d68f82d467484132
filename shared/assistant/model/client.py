"""One question to the model: OpenAI, Azure OpenAI or any compatible server, by the settings."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.assistant.model.failures import FailureReason, ModelFailed, TemperatureRefused
from shared.assistant.model.wire import ChatAnswer, read_answer
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.assistant.model.sdk import SdkClient

__all__ = ["ChatClient"]

_ANSWER_TOKENS = 1500
"""Most tokens of one answer; also bounds what a reasoning model may think."""


class ChatClient:
    """A client that is built at the first question, off the event loop. Safe to use concurrently."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sdk: SdkClient | None = None
        self._building = asyncio.Lock()
        self._takes_temperature = settings.openai_temperature is not None

    @property
    def configured(self) -> bool:
        """Whether there is a model to ask: an Azure endpoint, or a key."""
        key = self._settings.openai_api_key
        return self._settings.azure_openai_endpoint is not None or (
            key is not None and bool(key.get_secret_value())
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            await self._sdk.aclose()
            self._sdk = None

    async def complete(
        self, messages: Sequence[Mapping[str, Any]], *, tools: Sequence[Mapping[str, Any]], timeout: float
    ) -> ChatAnswer:
        """Ask once and read the answer, within ``timeout`` seconds in all.

        A refused temperature (reasoning models take the default only) is dropped for the worker's life and the
        question asked once more; nothing else is retried.

        Raises:
            ContextTooLong: fewer messages might do.
            ModelFailed: no usable answer; see its reason.
        """
        try:
            async with asyncio.timeout(timeout):
                sdk = await self._connected()
                try:
                    return read_answer(await sdk.ask(self._request(messages, tools, timeout)))
                except TemperatureRefused:
                    self._takes_temperature = False
                    return read_answer(await sdk.ask(self._request(messages, tools, timeout)))
        except TimeoutError:
            raise ModelFailed(FailureReason.TIMEOUT) from None
        except TemperatureRefused:
            raise ModelFailed(FailureReason.REFUSED, "temperature") from None

    def _request(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], timeout: float
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._settings.openai_model,
            "messages": list(messages),
            "max_completion_tokens": _ANSWER_TOKENS,
            "timeout": timeout,
        }
        if tools:
            request["tools"] = list(tools)
        if self._takes_temperature:
            request["temperature"] = self._settings.openai_temperature
        return request

    async def _connected(self) -> SdkClient:
        async with self._building:
            if self._sdk is None:
                module = await asyncio.to_thread(importlib.import_module, "shared.assistant.model.sdk")
                self._sdk = module.SdkClient(self._settings)
            return self._sdk
