"""Photos and voice notes as the assistant knows them: fetched, recognised, remembered for a while.

Nothing here may be called inside a transaction.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from shared.channels.contract import Channel, Platform
from shared.channels.messages import MediaContent
from shared.kernel.languages import Language
from shared.media.describing import describe
from shared.media.findings import Findings
from shared.media.schemas import BotAccess, Description, FileOrigin, PhotoFindings, Transcript
from shared.media.sound import MAX_BYTES as SOUND_LIMIT
from shared.media.sound import recognise_sound
from shared.media.transcription import transcribe
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
        findings: Findings,
        model: ModelConnection,
    ) -> None:
        self._settings = settings
        self._channel_of = channel_of
        self._access = access
        self._http = http
        self._findings = findings
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
        kept = await self._findings.kept("photo", origin, content, PhotoFindings)
        if kept is not None:
            return kept
        download = await self._fetch(origin, content, _PICTURE_LIMIT)
        found = await self._in_thread(lambda reader: reader.examine(download.content))
        await self._findings.keep("photo", origin, content, found)
        return found

    async def describe_photo(
        self, origin: FileOrigin, content: MediaContent, *, language: Language, timeout: float
    ) -> Description:
        """What the model sees in a picture, within ``timeout`` seconds.

        Raises:
            ModelFailed: no model, or no usable answer.
            MediaNotFetched, UnreadableFile: as ``examine_photo``.
        """
        kept = await self._findings.kept(f"description:{language.value}", origin, content, Description)
        if kept is not None:
            return kept
        download = await self._fetch(origin, content, _PICTURE_LIMIT)
        jpeg = await self._in_thread(lambda reader: reader.for_model(download.content))
        model = self._settings.openai_vision_model or self._settings.openai_model
        described = await describe(self._vision, jpeg, model=model, language=language, timeout=timeout)
        await self._findings.keep(f"description:{language.value}", origin, content, described)
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
        kept = await self._findings.kept("voice", origin, content, Transcript)
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
        await self._findings.keep("voice", origin, content, said)
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
