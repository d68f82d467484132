"""The official SDK behind ``ModelConnection``: building its client, and the one table of its errors.

Importing the SDK takes a second, so this module is loaded at the first call only.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai
from azure.identity.aio import DefaultAzureCredential, get_bearer_token_provider

from shared.kernel.errors import ZetaError
from shared.runtime.model.failures import ContextTooLong, FailureReason, ModelFailed, TemperatureRefused
from shared.runtime.settings import Settings

__all__ = ["SdkClient"]

_log = logging.getLogger(__name__)

_QUOTA_REST = 300.0
_REFUSED_REST = 60.0
_LONGEST_RETRY_AFTER = 120.0
_AZURE_SCOPE = "https://cognitiveservices.azure.com/.default"


class SdkClient:
    """OpenAI, a compatible server, or Azure OpenAI by key or managed identity, as the settings say. No retries."""

    def __init__(self, settings: Settings) -> None:
        self._credential: DefaultAzureCredential | None = None
        self._client: openai.AsyncOpenAI
        if settings.azure_openai_endpoint is None:
            self._client = openai.AsyncOpenAI(
                api_key=_secret(settings.openai_api_key) or "none",
                base_url=settings.openai_base_url,
                timeout=settings.openai_timeout,
                max_retries=0,
            )
            return
        key = _secret(settings.azure_openai_api_key)
        if not key:
            self._credential = DefaultAzureCredential()
        self._client = openai.AsyncAzureOpenAI(
            azure_endpoint=settings.azure_openai_endpoint,
            api_version=settings.azure_openai_api_version,
            api_key=key or None,
            azure_ad_token_provider=(
                get_bearer_token_provider(self._credential, _AZURE_SCOPE) if self._credential else None
            ),
            timeout=settings.openai_timeout,
            max_retries=0,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._credential is not None:
            await self._credential.close()

    async def ask(self, request: dict[str, Any]) -> bytes:
        """Make one call and return the raw body: what a compatible server sends is validated by us.

        Raises:
            TemperatureRefused, ContextTooLong, ModelFailed: see each.
        """
        # Extra parts go into the body as they are, over the others. Given as arguments, the SDK walks through every
        # message and every tool's schema, each time: most of what a call costs.
        plain = {name: request[name] for name in ("messages", "tools") if name in request}
        typed = {name: value for name, value in request.items() if name not in plain}
        async with _translated_errors():
            answer = await self._client.chat.completions.with_raw_response.create(
                **typed, messages=(), extra_body=plain
            )
            return bytes(answer.http_response.content)

    async def transcribe(self, file: tuple[str, bytes, str], *, model: str, language: str, timeout: float) -> bytes:
        """Send a sound file (name, bytes, MIME type) and return the raw body; ``language`` is ISO 639-1.

        Raises:
            ModelFailed: no answer; see its reason.
        """
        async with _translated_errors():
            answer = await self._client.audio.transcriptions.with_raw_response.create(
                file=file, model=model, response_format="json", timeout=timeout, language=language
            )
            return bytes(answer.http_response.content)


@asynccontextmanager
async def _translated_errors() -> AsyncIterator[None]:
    """The SDK's errors as ours."""
    try:
        yield
    except openai.APITimeoutError:
        raise ModelFailed(FailureReason.TIMEOUT) from None
    except openai.APIConnectionError as error:
        raise ModelFailed(FailureReason.CONNECTION, type(error.__cause__).__name__) from None
    except openai.APIStatusError as error:
        raise _failure_of(error) from None
    except openai.OpenAIError as error:
        raise ModelFailed(FailureReason.GARBAGE, type(error).__name__) from None


def _secret(value: Any) -> str:
    return value.get_secret_value() if value is not None else ""


def _failure_of(error: openai.APIStatusError) -> ZetaError:
    """The one table of the API's refusals. Messages of the server are not kept: they may quote the shopper."""
    status, code = error.status_code, str(error.code or error.type or "")
    if status == 429:
        if "insufficient_quota" in (error.code, error.type):
            _log.error("the model's quota is used up; see the account's billing")
            return ModelFailed(FailureReason.QUOTA, rest=_QUOTA_REST)
        return ModelFailed(FailureReason.RATE_LIMITED, rest=_retry_after(error))
    if status >= 500 or status in {408, 409}:
        return ModelFailed(FailureReason.SERVER_ERROR, f"status {status}")
    if status == 400 and code == "content_filter":
        return ModelFailed(FailureReason.CONTENT_FILTER)
    if status == 400 and code == "context_length_exceeded":
        return ContextTooLong(FailureReason.REFUSED, code)
    if status == 400 and (error.param == "temperature" or "temperature" in str(error.message).lower()):
        return TemperatureRefused("temperature")
    _log.error("the model refused the request", extra={"status": status, "error_code": code})
    return ModelFailed(
        FailureReason.REFUSED, f"status {status} {code}", rest=_REFUSED_REST if status != 400 else None
    )


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds to wait (``retry-after-ms``, ``retry-after``); a date or nonsense counts as nothing said."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 < seconds <= _LONGEST_RETRY_AFTER:
            return seconds
        if seconds > _LONGEST_RETRY_AFTER:
            return _LONGEST_RETRY_AFTER
    return None
