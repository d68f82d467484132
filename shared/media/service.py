"""Photos and voice notes as the assistant knows them: fetched, recognised, remembered for a while.

What was found is kept in Redis by the event that brought the file, so that a turn that is run again neither fetches
nor pays again. Nothing here may be called inside a transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.channels.contract import Channel, Platform
from shared.channels.messages import MediaContent
from shared.kernel.languages import Language
from shared.media.describing import describe
from shared.media.schemas import BotAccess, Description, FileOrigin, PhotoFindings, Transcript
from shared.media.sound import MAX_BYTES as SOUND_LIMIT
from shared.media.sound import recognise_sound
from shared.media.transcription import transcribe
from shared.runtime.cache import Cache
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport
from shared.runtime.model.client import ChatClient
from shared.runtime.model.connection import ModelConnection
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.media.recognition import PictureReader

__all__ = ["MediaService", "ocr_data"]

_log = logging.getLogger(__name__)

_THREADS = 2
"""Pictures that are decoded and read at once; each may take 200 MB for a moment."""
_DOWNLOADS = 4
_PICTURE_LIMIT = 20 << 20
_Found = TypeVar("_Found", bound=BaseModel)
_Result = TypeVar("_Result")


def ocr_data(settings: Settings) -> Path:
    """The folder of Tesseract's language data."""
    return Path(settings.ocr_data) if settings.ocr_data else Path(__file__).parents[2] / "ocr-data"


class MediaService:
    """One per worker; safe to call concurrently. Close it with ``aclose``.

    Args:
        access: a bot's credentials by its id; raises as the bots' directory does.
        model: the connection to the model that the assistant uses too.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        channel_of: Callable[[Platform], Channel],
        access: Callable[[UUID], Awaitable[BotAccess]],
        http: HttpTransport,
        cache: Cache,
        model: ModelConnection,
    ) -> None:
        self._settings = settings
        self._channel_of = channel_of
        self._access = access
        self._http = http
        self._cache = cache
        self._model = model
        self._vision = ChatClient(settings, model)
        self._downloads = Downloads(timeout=settings.media_timeout)
        self._fetching = asyncio.Semaphore(_DOWNLOADS)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pictures")
        self._reader: PictureReader | None = None
        self._building = threading.Lock()

    @property
    def reads_labels(self) -> bool:
        """Whether words in pictures can be read: Tesseract's language data is there."""
        return (ocr_data(self._settings) / "eng.traineddata").is_file()

    @property
    def sees(self) -> bool:
        """Whether there is a model that describes pictures."""
        return self._model.configured

    @property
    def hears(self) -> bool:
        """Whether there is a model that writes voice notes down."""
        return self._model.configured and bool(self._settings.openai_transcription_model)

    async def aclose(self) -> None:
        """Close connections and threads."""
        await self._downloads.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def examine_photo(self, origin: FileOrigin, content: MediaContent) -> PhotoFindings:
        """The codes and article numbers in a picture; no model is asked.

        Raises:
            MediaNotFetched: the messenger does not give the file.
            UnreadableFile: it is no picture that can be read safely.
        """
        key = _key("photo", origin, content)
        kept = await self._kept(key, PhotoFindings)
        if kept is not None:
            return kept
        download = await self._fetch(origin, content, _PICTURE_LIMIT)
        found = await self._in_thread(lambda reader: reader.examine(download.content))
        await self._keep(key, found)
        return found

    async def describe_photo(
        self, origin: FileOrigin, content: MediaContent, *, language: Language, timeout: float
    ) -> Description:
        """What the model sees in a picture, within ``timeout`` seconds.

        Raises:
            ModelFailed: no model, or no usable answer.
            MediaNotFetched, UnreadableFile: as ``examine_photo``.
        """
        key = _key(f"description:{language.value}", origin, content)
        kept = await self._kept(key, Description)
        if kept is not None:
            return kept
        download = await self._fetch(origin, content, _PICTURE_LIMIT)
        jpeg = await self._in_thread(lambda reader: reader.for_model(download.content))
        model = self._settings.openai_vision_model or self._settings.openai_model
        described = await describe(self._vision, jpeg, model=model, language=language, timeout=timeout)
        await self._keep(key, described)
        return described

    async def write_down(
        self, origin: FileOrigin, content: MediaContent, *, language: Language, timeout: float
    ) -> Transcript:
        """What is said in a voice note, within ``timeout`` seconds after it was fetched.

        Raises:
            ModelFailed: no model, or no words.
            MediaNotFetched: the messenger does not give the file.
            UnreadableFile: it is no sound that the service takes.
        """
        key = _key("voice", origin, content)
        kept = await self._kept(key, Transcript)
        if kept is not None:
            return kept
        download = await self._fetch(origin, content, SOUND_LIMIT)
        said = await transcribe(
            self._model,
            download.content,
            recognise_sound(download.content),
            model=self._settings.openai_transcription_model,
            language=language,
            timeout=timeout,
        )
        await self._keep(key, said)
        return said

    async def _fetch(self, origin: FileOrigin, content: MediaContent, limit: int) -> Download:
        access = await self._access(origin.bot_id)
        async with self._fetching:
            return await self._channel_of(origin.platform).fetch_media(
                content, credentials=access.credentials, http=self._http, downloads=self._downloads, limit=limit
            )

    async def _in_thread(self, work: Callable[[PictureReader], _Result]) -> _Result:
        def run() -> _Result:
            return work(self._built_reader())

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _built_reader(self) -> PictureReader:
        """The reader; its libraries are loaded with the first picture, off the event loop."""
        with self._building:
            if self._reader is None:
                module = importlib.import_module("shared.media.recognition")
                self._reader = module.PictureReader(ocr_data(self._settings), seconds=self._settings.ocr_seconds)
            return self._reader

    async def _kept(self, key: str, kind: type[_Found]) -> _Found | None:
        raw = await self._cache.get(key)
        try:
            return None if raw is None else kind.model_validate_json(raw)
        except ValidationError:
            # another version of this code wrote it
            return None

    async def _keep(self, key: str, found: BaseModel) -> None:
        await self._cache.put(key, found.model_dump_json().encode(), seconds=self._settings.recognition_kept)


def _key(what: str, origin: FileOrigin, content: MediaContent) -> str:
    file = hashlib.sha256(f"{origin.event_id}|{content.file_id or content.url}".encode()).hexdigest()[:32]
    return f"media:{what}:{origin.bot_id}:{file}"
