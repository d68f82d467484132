"""Voice notes written down by a Whisper-compatible service (OpenAI API reference, "Create transcription")."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.kernel.languages import Language
from shared.media.schemas import ModelCost, Transcript
from shared.media.sound import Sound
from shared.runtime.model.connection import ModelConnection
from shared.runtime.model.failures import FailureReason, ModelFailed

__all__ = ["transcribe"]

_LONGEST = 4000
_HEARD_IN_SILENCE = (
    "субтитры сделал",
    "субтитры создавал",
    "субтитры делал",
    "продолжение следует",
    "редактор субтитров",
    "thanks for watching",
    "thank you for watching",
)
"""What Whisper, trained on films, says of silence."""


class _Usage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    seconds: float | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str
    usage: _Usage | None = None


async def transcribe(
    connection: ModelConnection,
    content: bytes,
    sound: Sound,
    *,
    model: str,
    language: Language,
    timeout: float,
) -> Transcript:
    """Write a voice note down, within ``timeout`` seconds; ``language`` is a hint.

    Raises:
        ModelFailed: no words; see its reason.
    """
    file = (sound.file_name, content, sound.mime_type)
    try:
        async with asyncio.timeout(timeout):
            sdk = await connection.sdk()
            body = await sdk.transcribe(file, model=model, language=language.value, timeout=timeout)
    except TimeoutError:
        raise ModelFailed(FailureReason.TIMEOUT) from None
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        # the error's own text would carry the shopper's words into the log
        raise ModelFailed(FailureReason.GARBAGE, f"{error.error_count()} defects in the transcript") from None
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in answer.text).split())[:_LONGEST]
    if not any(letter.isalnum() for letter in text) or text.casefold().startswith(_HEARD_IN_SILENCE):
        raise ModelFailed(FailureReason.EMPTY)
    told = answer.usage.seconds if answer.usage else None
    return Transcript(text=text, cost=ModelCost(model=model, seconds=told or sound.seconds or 0.0))
