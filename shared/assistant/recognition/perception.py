"""Everything that is heard and seen of a turn before it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from shared.assistant.gate import ModelGate
from shared.assistant.products import ProductFinder
from shared.assistant.recognition.photo import PhotoSearch
from shared.assistant.recognition.voice import VoiceListener
from shared.assistant.skill import Answer, Moment
from shared.assistant.skillset import Skills
from shared.assistant.usage import ModelUsage
from shared.channels.messages import TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn
from shared.media.service import MediaService
from shared.runtime.settings import Settings

__all__ = ["Perceived", "Recognition"]


@dataclass(frozen=True, slots=True)
class Perceived:
    """A turn that holds words alone, or the answer to its photos; and what is said before either."""

    turn: Turn
    answer: Answer | None = None
    before: tuple[TextMessage, ...] = ()
    usage: tuple[ModelUsage, ...] = ()
    analytics: tuple[AnalyticsEvent, ...] = ()

    @property
    def moment(self) -> Moment:
        """The moment of the turn."""
        return Moment.of(self.turn)


class Recognition:
    """Hears, then looks. Hearing and seeing have a gate each: a server may offer one and not the other."""

    def __init__(self, settings: Settings, media: MediaService, skills: Skills, finder: ProductFinder) -> None:
        self._skills = skills
        budget = settings.daily_model_budget
        self._listener = VoiceListener(settings, media, ModelGate(budget))
        self._photos = PhotoSearch(settings, media, ModelGate(budget), skills, finder)

    async def perceive(self, turn: Turn) -> Perceived:
        """Write voice notes down, then look at photos.

        A form that waits for an answer gets the words: what they are about is the form. A photo alone answers no
        question, so it is looked at, and the form stays open.
        """
        heard = await self._listener.hear(turn)
        words = Perceived(heard.turn, None, heard.before, heard.usage, heard.analytics)
        asked = self._skills.open_form(Moment.of(heard.turn)) is not None
        if turn.choice is not None or (asked and heard.turn.text.strip()):
            return words
        looked = await self._photos.look(heard.turn)
        return Perceived(
            looked.turn,
            looked.answer,
            (*heard.before, *looked.before),
            (*heard.usage, *looked.usage),
            (*heard.analytics, *looked.analytics),
        )
