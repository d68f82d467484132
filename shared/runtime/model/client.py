"""One question to the model: OpenAI, Azure OpenAI or any compatible server, by the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from shared.runtime.model.connection import ModelConnection
from shared.runtime.model.failures import FailureReason, ModelFailed, TemperatureRefused
from shared.runtime.model.wire import ChatAnswer, read_answer
from shared.runtime.settings import Settings

__all__ = ["ChatClient"]

_ANSWER_TOKENS = 1500
"""Most tokens of one answer; also bounds what a reasoning model may think."""


class ChatClient:
    """Asks the model; safe to use concurrently.

    Args:
        settings: which model, and its temperature.
        connection: shared with others who ask; by default one of its own.
    """

    def __init__(self, settings: Settings, connection: ModelConnection | None = None) -> None:
        self._settings = settings
        self._connection = connection or ModelConnection(settings)
        self._takes_temperature = settings.openai_temperature is not None

    @property
    def configured(self) -> bool:
        """Whether there is a model to ask."""
        return self._connection.configured

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connection.aclose()

    async def complete(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        timeout: float,
        model: str | None = None,
        response_format: Mapping[str, Any] | None = None,
    ) -> ChatAnswer:
        """Ask once and read the answer, within ``timeout`` seconds in all; ``model``: another than the settings'.

        A refused temperature (reasoning models take the default only) is dropped for the worker's life and the
        question asked once more; nothing else is retried.

        Raises:
            ContextTooLong: fewer messages might do.
            ModelFailed: no usable answer; see its reason.
        """
        request: dict[str, Any] = {
            "model": model or self._settings.openai_model,
            "messages": list(messages),
            "max_completion_tokens": _ANSWER_TOKENS,
            "timeout": timeout,
            **({"tools": list(tools)} if tools else {}),
            **({"response_format": response_format} if response_format else {}),
        }
        try:
            async with asyncio.timeout(timeout):
                sdk = await self._connection.sdk()
                try:
                    return read_answer(await sdk.ask(request | self._temperature()))
                except TemperatureRefused:
                    self._takes_temperature = False
                    return read_answer(await sdk.ask(request))
        except TimeoutError:
            raise ModelFailed(FailureReason.TIMEOUT) from None
        except TemperatureRefused:
            raise ModelFailed(FailureReason.REFUSED, "temperature") from None

    def _temperature(self) -> dict[str, Any]:
        return {"temperature": self._settings.openai_temperature} if self._takes_temperature else {}
