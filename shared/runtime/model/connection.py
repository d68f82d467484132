"""The connection to the model's service, shared by all who ask: built at the first question, off the event loop."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.runtime.model.sdk import SdkClient

__all__ = ["ModelConnection"]


class ModelConnection:
    """One per worker. Safe to use concurrently."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sdk: SdkClient | None = None
        self._building = asyncio.Lock()

    @property
    def configured(self) -> bool:
        """Whether there is a model to ask: an Azure endpoint, or a key."""
        key = self._settings.openai_api_key
        return self._settings.azure_openai_endpoint is not None or (
            key is not None and bool(key.get_secret_value())
        )

    async def sdk(self) -> SdkClient:
        """The client; importing the SDK takes a second, so that the first question waits for it alone."""
        async with self._building:
            if self._sdk is None:
                module = await asyncio.to_thread(importlib.import_module, "shared.runtime.model.sdk")
                self._sdk = module.SdkClient(self._settings)
            return self._sdk

    async def aclose(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            await self._sdk.aclose()
            self._sdk = None
