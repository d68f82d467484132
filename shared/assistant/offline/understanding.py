"""From a shopper's words to what is wanted: an intent, and for a search its words, colour and price bounds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shared.assistant.offline.colours import find_colour
from shared.assistant.offline.intents import CHEAP, Intent, find_intent
from shared.assistant.offline.ordinals import find_ordinal
from shared.assistant.offline.prices import find_price_bounds

__all__ = ["Utterance", "understand"]

_READ = 500
"""Characters of a message that are read; a shopping request is shorter."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP_WORDS = _words(
    """
    а и или но же ну вот бы ли у в во на с со из к ко для от за это эта этот эти там тут мне нам вас
    вам я мы вы ты меня хочу хотел хотела хотелось хотим нужен нужна нужно нужны надо ищу ищем
    ищется покажи покажите показать есть имеется дайте дай найди найдите найти подберите подбери
    подобрать посоветуйте посоветуй порекомендуйте предложите купить куплю приобрести заказать взять
    интересует интересуют интересно можно пожалуйста плиз пж какой какая какие какое сколько стоит
    стоят цена цены цену ценой стоимость стоимостью почем почём здравствуйте привет добрый день
    вечер утро салам подскажите скажите наличии что чтобы что-то что-нибудь какой-нибудь
    какую-нибудь нибудь то только просто очень ещё еще тоже также мой моя мою свой свою себе домой
    самый самая самое самые самую такой такая такое такие такого такую похожий похожая похожее похожие
    похожего похожую другой другого вариант варианты варианте если не цвет цвета цвете цветом спасибо
    маған маган бізге бар ма ме ба бе па пе барма керек кажет қажет керекті көрсет көрсетіңіз
    көрсетіңізші көрсетші корсет корсетиниз корсетинизши іздеп издеп жүрмін журмин іздеймін алғым
    алгым келеді келеди келед алайын тауып тап беріңіз беріңізші бериниз бериниз берші қандай кандай
    сатып алу аламын түсті тусти түс тус баға бағасы бага багасы қанша канша тұрады турады сәлем
    салем сәлеметсіз бе және мен бен пен ал осы ең үшін ушин қалай қай деген болса болады екен
    қайсы қайсысы қайсысын осындай мұндай сондай ұқсас ұқсасы осыған
    сіздерде сиздерде сізде сизде
    i i'm i'd im we me my a an the some any please want wants wanted need needs looking look for
    show find buy get give do does you have has is are there can could would like of in on at to
    with it this that these those hi hello hey price priced cost costs how much what which one ones
    colour color colored coloured and or us your store shop also similar same such something anything
    """
)
_WORD = re.compile(r"[^\W_]+(?:[-'.][^\W_]+)*", re.UNICODE)
# a word that only a price gave sense to, left behind when the number went
_LEFT_BEHIND = re.compile(
    r"(?<!\w)(?:бюджет\w*|цен\w+\s+до|в\s+пределах|budget|теңге|тенге|тг|₸|price\s+range|арасында|ішінде|ишинде)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was understood. Prices are whole currency units, bounds included."""

    intent: Intent
    words: str = ""
    """What to look for, without courtesies, colour and price."""
    colour: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    cheap: bool = False
    """The low end of the prices is wanted («недорогой», "cheap")."""
    number: int | None = None
    """Place from 1, for ``Intent.SHOW_NUMBER``."""

    @property
    def refines_only(self) -> bool:
        """Only a colour, a price or «недорого»: the rest of the wish was said before."""
        filters = self.colour is not None or self.price_min is not None or self.price_max is not None or self.cheap
        return self.intent is Intent.SEARCH and not self.words and filters


def understand(text: str, *, implied_thousands: bool = False) -> Utterance:
    """Read one message of a shopper, in any of the three languages.

    Args:
        text: the message.
        implied_thousands: see ``find_price_bounds``.
    """
    readable = unicodedata.normalize("NFC", text[:_READ]).replace("\u2019", "'")
    intent = find_intent(readable)
    if intent is None:
        return _search(readable, implied_thousands)
    if intent is Intent.SERVICE_QUESTION:
        searched = _search(readable, implied_thousands)
        # «диван до 200 тыс с доставкой» is a search with a remark
        priced = searched.price_min is not None or searched.price_max is not None
        return searched if priced and searched.words else Utterance(intent)
    return Utterance(intent, number=find_ordinal(readable) if intent is Intent.SHOW_NUMBER else None)


def _search(text: str, implied_thousands: bool) -> Utterance:
    bounds = find_price_bounds(text, implied_thousands=implied_thousands)
    colour = find_colour(bounds.rest)
    rest = _LEFT_BEHIND.sub(" ", colour.rest)
    cheap = CHEAP.search(rest) is not None
    rest = CHEAP.sub(" ", rest)
    words = [word for word in _WORD.findall(rest) if word.casefold() not in _STOP_WORDS]
    if colour.refused and not words:
        return Utterance(Intent.OTHER_COLOUR)
    if not words and colour.code is None and bounds.minimum is None and bounds.maximum is None and not cheap:
        return Utterance(Intent.UNKNOWN)
    return Utterance(
        Intent.SEARCH,
        words=" ".join(words),
        colour=None if colour.refused else colour.code,
        price_min=bounds.minimum,
        price_max=bounds.maximum,
        cheap=cheap,
    )
