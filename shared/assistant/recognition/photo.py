"""Photos: the product that is in the picture, by its barcode, its article number, or what a model sees."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant import buttons, replies
from shared.assistant.gate import ModelGate
from shared.assistant.offline.colours import find_colour
from shared.assistant.offline.hearing import said_in
from shared.assistant.offline.understanding import SearchWords, read_search
from shared.assistant.products import FoundProduct, ProductFinder, ProductQuery
from shared.assistant.recognition.files import SentFile, files_of, is_photo, origin_of, with_words
from shared.assistant.recognition.texts import TEXTS, say
from shared.assistant.skill import Answer, Moment, Strength
from shared.assistant.skills.search.browsing import Browsing
from shared.assistant.skillset import Skills
from shared.assistant.state import PAGE_SIZE
from shared.assistant.usage import ModelUsage
from shared.channels.contract import MediaNotFetched
from shared.channels.messages import Button, TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn
from shared.kernel.files import UnreadableFile
from shared.media.schemas import CodeKind, Description, FoundCode, PhotoFindings
from shared.media.service import MediaService
from shared.runtime.model.failures import ModelFailed
from shared.runtime.settings import Settings

__all__ = ["Looked", "PhotoSearch"]

_log = logging.getLogger(__name__)

_MOST = 3
"""Photos of one turn that are looked at: an album shows one thing from several sides."""
_SHARE_OF_TIME = 0.6
_LINK_PART = re.compile(r"(?=.*\d)[\w.-]{3,40}")
_LINK_PARTS = 6
_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of the photos: the whole answer, or the turn that is left to answer and words before that."""

    turn: Turn
    answer: Answer | None = None
    before: tuple[TextMessage, ...] = ()
    usage: tuple[ModelUsage, ...] = ()
    analytics: tuple[AnalyticsEvent, ...] = ()


class PhotoSearch:
    """Looks at photos before anybody answers. Opens no transaction while it waits."""

    def __init__(
        self, settings: Settings, media: MediaService, gate: ModelGate, skills: Skills, finder: ProductFinder
    ) -> None:
        self._settings = settings
        self._media = media
        self._gate = gate
        self._skills = skills
        self._finder = finder
        self._browsing = Browsing(finder, skills.cards)

    async def look(self, turn: Turn) -> Looked:
        """Look at the turn's photos: codes first, then article numbers, then what the model sees.

        Words under a photo that mean something of their own (a complaint, «позовите менеджера») are answered
        instead.
        """
        photos = files_of(turn, is_photo)
        if not photos:
            return Looked(turn)
        rest = with_words(
            turn, {event.event_id: content.caption for event, content in photos}, {e.event_id for e, _ in photos}
        )
        wish = self._skills.understand(said_in(turn)) if turn.text.strip() else None
        if wish is not None and wish.phrase.strength < Strength.REST:
            return Looked(rest)
        photos = photos[:_MOST]
        seen = await self._examine(turn, photos)
        moment = Moment.of(turn)
        by, products = await self._look_up(turn, [findings for _, findings in seen])
        if products:
            return Looked(turn, await self._found(moment, by, products), analytics=(_counted(by),))
        if seen and self._media.sees:
            described = await self._describe(moment, [photo for photo, _ in seen])
            if described is not None:
                return described
        note = self._nothing(turn, photos, [findings for _, findings in seen])
        if rest.text.strip() and wish is not None:
            return Looked(rest, before=(note,), analytics=(_counted("nothing"),))
        return Looked(rest, Answer((note,), moment.state.with_help()), analytics=(_counted("nothing"),))

    # ---- without a model ----------------------------------------------------------------------------------

    async def _examine(self, turn: Turn, photos: Sequence[SentFile]) -> list[tuple[SentFile, PhotoFindings]]:
        seen = []
        for event, content in photos:
            try:
                seen.append(((event, content), await self._media.examine_photo(origin_of(turn, event), content)))
            except (MediaNotFetched, UnreadableFile) as error:
                _log.warning(
                    "a photo was not read",
                    extra={"reason": str(error), "company_id": str(turn.bot.company_id), "dialog": turn.dialog_id},
                )
        return seen

    async def _look_up(self, turn: Turn, seen: Sequence[PhotoFindings]) -> tuple[str, list[FoundProduct]]:
        """The products that the photos name, and by what (``code`` or ``article``)."""
        codes = list(dict.fromkeys(code for findings in seen for code in findings.codes))
        articles = list(dict.fromkeys(number for findings in seen for number in findings.article_numbers))
        if not codes and not articles:
            return "nothing", []
        async with turn.session() as session:
            found = await self._with_codes(session, turn, codes) if codes else []
            if found:
                return "code", found
            return "article", await self._with_numbers(session, turn, articles)

    async def _with_codes(
        self, session: AsyncSession, turn: Turn, codes: Sequence[FoundCode]
    ) -> list[FoundProduct]:
        found = await self._finder.with_codes(
            session, [code.value for code in codes], language=turn.language, city_id=turn.bot.city_id
        )
        if found:
            return list(found)
        return await self._with_numbers(session, turn, [number for code in codes for number in _numbers_in(code)])

    async def _with_numbers(self, session: AsyncSession, turn: Turn, numbers: Sequence[str]) -> list[FoundProduct]:
        found: dict[str, FoundProduct] = {}
        for number in list(dict.fromkeys(numbers))[:_NUMBERS]:
            product = await self._finder.get(session, number, language=turn.language, city_id=turn.bot.city_id)
            if product is not None:
                found[product.sku] = product
        return list(found.values())

    async def _found(self, moment: Moment, by: str, products: Sequence[FoundProduct]) -> Answer:
        """The card of the one product, or the cards of several."""
        if len(products) == 1:
            card = await self._browsing.show_card(moment, products[0].sku)
            told = say(f"photo.by_{by}", moment.language, sku=products[0].sku)
            return replace(card, messages=(told, *card.messages))
        shown = list(products[:PAGE_SIZE])
        text = TEXTS.get("photo.several", moment.language)
        cards = self._skills.cards.several(text, shown, moment.language, has_more=False)
        state = moment.state.with_list(ProductQuery(), shown).model_copy(update={"search": None})
        return Answer((cards,), state)

    def _nothing(self, turn: Turn, photos: Sequence[SentFile], seen: Sequence[PhotoFindings]) -> TextMessage:
        """What was seen though it is of no use, and the wish to be told in words."""
        code = next((code.value for findings in seen for code in findings.codes), None)
        if code is not None and len(code) <= 40 and not code.lower().startswith("http"):
            return say("photo.unknown_code", turn.language, *_ways_on(turn), code=code)
        number = next((number for findings in seen for number in findings.article_numbers), None)
        if number is not None:
            return say("photo.unknown_article", turn.language, *_ways_on(turn), number=number)
        return say(
            "photo.nothing" if len(seen) == len(photos) else "photo.unreadable", turn.language, *_ways_on(turn)
        )

    # ---- with a model -------------------------------------------------------------------------------------

    async def _describe(self, moment: Moment, photos: Sequence[SentFile]) -> Looked | None:
        """Ask the model about the first photo; ``None``: it saw nothing for sale, or did not answer."""
        turn = moment.turn
        event, content = photos[0]
        left = (turn.deadline - time.monotonic()) * _SHARE_OF_TIME
        try:
            async with self._gate.asking(turn.bot, turn.session, at=turn.started_at):
                described = await self._media.describe_photo(
                    origin_of(turn, event),
                    content,
                    language=turn.language,
                    timeout=max(0.1, min(left, self._settings.openai_timeout)),
                )
        except (ModelFailed, MediaNotFetched, UnreadableFile) as error:
            _log.warning(
                "a photo was not described",
                extra={"reason": str(error), "company_id": str(turn.bot.company_id), "dialog": turn.dialog_id},
            )
            return None
        usage = (self._usage(described),)
        if not described.product_type:
            note = self._nothing(turn, photos[:1], [PhotoFindings()])
            return Looked(
                turn, Answer((note,), moment.state.with_help()), usage=usage, analytics=(_counted("nothing"),)
            )
        wanted = await self._wanted(moment, described)
        answer = await self._browsing.search(moment, wanted)
        goods = " ".join(filter(None, (described.product_type, described.colour, described.style)))
        told = say("photo.described", moment.language, goods=goods)
        answer = replace(answer, messages=(told, *answer.messages))
        return Looked(turn, answer, usage=usage, analytics=(_counted("description"),))

    async def _wanted(self, moment: Moment, described: Description) -> SearchWords:
        """What was seen, and what the words under it change: «такой же, но синий и до 150 000»."""
        said = said_in(moment.turn)
        asked = read_search(said.text, implied_thousands=said.implied_thousands) if said.text else SearchWords()
        colour = asked.colour or (None if asked.refused_colour else find_colour(described.colour).code)
        wanted = replace(asked, words=described.product_type, colour=colour, refused_colour=False)
        styled = f"{described.product_type} {described.style}".strip()
        if not described.style:
            return wanted
        turn = moment.turn
        query = ProductQuery(text=styled, colour=colour, city_id=turn.bot.city_id, language=turn.language, limit=1)
        async with turn.session() as session:
            page = await self._finder.find(session, query)
        return replace(wanted, words=styled) if page.items else wanted

    def _usage(self, described: Description) -> ModelUsage:
        usage = ModelUsage(
            model=described.cost.model,
            price_input=self._settings.model_price_input,
            price_output=self._settings.model_price_output,
        )
        usage.add(described.cost.prompt_tokens, described.cost.completion_tokens)
        return usage


def _numbers_in(code: FoundCode) -> list[str]:
    """What of a code may be an article number: all of a word, the parts of a link."""
    if code.kind is not CodeKind.LINK:
        return [code.value] if len(code.value) <= 60 else []
    try:
        link = urlsplit(code.value)
    except ValueError:
        return []
    parts = re.split(r"[/?&=#]", unquote(f"{link.path}?{link.query}"))
    return [part for part in reversed(parts) if _LINK_PART.fullmatch(part)][:_LINK_PARTS]


def _counted(by: str) -> AnalyticsEvent:
    return AnalyticsEvent("photo_search", {"by": by})


def _ways_on(turn: Turn) -> tuple[Button, ...]:
    """Where somebody can go who has no words for what is on the photo."""
    language = turn.language
    return (
        replies.button("categories", buttons.CATEGORIES, language),
        replies.button("manager", buttons.MANAGER, language),
    )
