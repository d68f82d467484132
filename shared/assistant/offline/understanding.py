"""From a shopper's words to what is searched for: the words that matter, a colour, price bounds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shared.assistant.offline.colours import find_colour
from shared.assistant.offline.phrasing import anywhere
from shared.assistant.offline.prices import find_price_bounds

__all__ = ["SearchWords", "read_search", "readable"]

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
    давай давайте тогда ладно хорошо лучше наверное норм нормальный нормальное
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


_CHEAP = anywhere(
    r"недорог\w+",
    r"деш[её]в\w+",
    r"бюджетн\w+",
    r"подешевле",
    r"арзан\w*",
    r"cheap(?:est)?",
    r"inexpensive",
    r"affordable",
    r"сам\w+\s+деш[её]в\w+",
    r"эконом\w*",
)
"""Words that ask for the low end of the prices."""


@dataclass(frozen=True, slots=True)
class SearchWords:
    """What is looked for. Prices are whole currency units, bounds included."""

    words: str = ""
    """What to look for, without courtesies, colour and price."""
    colour: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    cheap: bool = False
    """The low end of the prices is wanted («недорогой», "cheap")."""
    refused_colour: bool = False
    """A colour was named only to refuse it («не красный»): ``colour`` is none."""

    @property
    def priced(self) -> bool:
        """Whether a price bound was named."""
        return self.price_min is not None or self.price_max is not None

    @property
    def empty(self) -> bool:
        """Nothing to look for at all."""
        return not (self.words or self.colour or self.priced or self.cheap or self.refused_colour)

    @property
    def refines_only(self) -> bool:
        """Only a colour, a price or «недорого»: the rest of the wish was said before."""
        return not self.words and (self.colour is not None or self.priced or self.cheap)


def readable(text: str) -> str:
    """A message as phrases are matched against it: composed characters, one apostrophe, a bounded length."""
    return unicodedata.normalize("NFC", text[:_READ]).replace("\u2019", "'")


def read_search(text: str, *, implied_thousands: bool = False) -> SearchWords:
    """Read readable words as a search.

    Args:
        text: the message.
        implied_thousands: see ``find_price_bounds``.
    """
    bounds = find_price_bounds(text, implied_thousands=implied_thousands)
    colour = find_colour(bounds.rest)
    rest = _LEFT_BEHIND.sub(" ", colour.rest)
    cheap = _CHEAP.search(rest) is not None
    rest = _CHEAP.sub(" ", rest)
    words = [word for word in _WORD.findall(rest) if word.casefold() not in _STOP_WORDS]
    return SearchWords(
        words=" ".join(words),
        colour=None if colour.refused else colour.code,
        price_min=bounds.minimum,
        price_max=bounds.maximum,
        cheap=cheap,
        refused_colour=colour.refused,
    )
