"""Voice notes: written down, shown to the shopper, and answered as if they had been typed."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace

from shared.assistant.gate import ModelGate
from shared.assistant.recognition.files import SentFile, files_of, is_voice, origin_of, with_words
from shared.assistant.recognition.texts import say
from shared.assistant.usage import ModelUsage
from shared.channels.contract import MediaNotFetched
from shared.channels.messages import TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn
from shared.kernel.detection import detect_language
from shared.kernel.files import UnreadableFile
from shared.kernel.languages import Language
from shared.media.schemas import Transcript
from shared.media.service import MediaService
from shared.runtime.model.failures import FailureReason, ModelFailed
from shared.runtime.settings import Settings

__all__ = ["Heard", "VoiceListener"]

_log = logging.getLogger(__name__)

_MOST = 3
"""Voice notes of one turn that are listened to."""
_LONGEST_SECONDS = 300.0
_SHARE_OF_TIME = 0.5
"""The part of the turn's time that listening may take; the rest is for the answer."""
_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn with words in place of sound, and what is said before its answer."""

    turn: Turn
    before: tuple[TextMessage, ...] = ()
    usage: tuple[ModelUsage, ...] = ()
    analytics: tuple[AnalyticsEvent, ...] = ()


class VoiceListener:
    """Listens before anybody answers. Opens no transaction while it waits."""

    def __init__(self, settings: Settings, media: MediaService, gate: ModelGate) -> None:
        self._settings = settings
        self._media = media
        self._gate = gate

    async def hear(self, turn: Turn) -> Heard:
        """Write the turn's voice notes down; one that could not be is asked for in writing.

        Without a model the turn stays as it is: what cannot be heard is told like any other attachment.
        """
        notes = files_of(turn, is_voice)
        if not notes or not self._media.hears:
            return Heard(turn)
        words: dict[str, str] = {}
        usage: list[ModelUsage] = []
        failed: ModelFailed | MediaNotFetched | UnreadableFile | None = None
        end = time.monotonic() + (turn.deadline - time.monotonic()) * _SHARE_OF_TIME
        for note in notes[:_MOST]:
            try:
                said = await self._write_down(turn, note, timeout=end - time.monotonic())
            except (ModelFailed, MediaNotFetched, UnreadableFile) as error:
                failed = error
                _log.warning(
                    "a voice note was not understood",
                    extra={"reason": str(error), "company_id": str(turn.bot.company_id), "dialog": turn.dialog_id},
                )
            else:
                words[note[0].event_id] = said.text
                usage.append(self._usage(said))
        language = self._language(turn, " ".join(words.values()))
        heard = with_words(turn, words, {event.event_id for event, _ in notes})
        before = [say("voice.heard", language, text=text[:_SHOWN]) for text in words.values()]
        if failed is not None or len(notes) > _MOST:
            before.append(say("voice.failed", language))
        return Heard(
            replace(heard, language=language),
            tuple(before),
            tuple(usage),
            (AnalyticsEvent("voice", {"notes": len(notes), "understood": len(words)}),),
        )

    async def _write_down(self, turn: Turn, note: SentFile, *, timeout: float) -> Transcript:
        event, content = note
        if (content.duration or 0.0) > _LONGEST_SECONDS:
            raise ModelFailed(FailureReason.NO_TIME)
        async with self._gate.asking(turn.bot, turn.session, at=turn.started_at):
            if timeout < 1.0:
                raise ModelFailed(FailureReason.NO_TIME)
            return await self._media.write_down(
                origin_of(turn, event),
                content,
                language=turn.language,
                timeout=min(timeout, self._settings.openai_timeout),
            )

    def _usage(self, said: Transcript) -> ModelUsage:
        usage = ModelUsage(model=said.cost.model, price_input=0.0, price_output=0.0)
        usage.add_sound(said.cost.seconds, self._settings.model_price_audio_minute)
        return usage

    @staticmethod
    def _language(turn: Turn, words: str) -> Language:
        """That of the words: a dialog that begins with a voice note has no other sign of it."""
        if turn.language_chosen:
            return turn.language
        return detect_language(words) or turn.language
