"""Questions about a product on the screen: what it costs, and what it is like."""

from __future__ import annotations

import re

from shared.assistant.offline.ordinals import find_ordinal
from shared.assistant.offline.phrasing import anywhere, whole
from shared.assistant.offline.understanding import read_search
from shared.assistant.skill import Said

__all__ = ["asks_for_goods", "is_question", "names_any_product", "names_features", "read_about", "read_price"]

_COSTS = anywhere(
    r"(?:ск[оа]ль?ко|скока|скоко|сколк[оа])(?:\s+(?:это\s+|он[аио]?\s+|будет\s+|вс[её]\s+)?(?:ст[оа]ит|ст[оа]ят|стоить|будет|выйдет))?",
    r"поч[её]м|по\s+ч[её]м",
    r"(?:какая\s+|какова\s+)?(?:у\s+(?:него|не[её]|них)\s+)?(?:цена|цену|ценник|стоимость)",
    r"(?:қанша|канша)(?:\s+(?:тұрады|турады|тұр|болады|теңге))?",
    r"(?:бағасы|багасы|құны)(?:\s+(?:қанша|канша|қандай|қалай))?",
    r"how\s+much(?:\s+(?:is|are|does|do|for))?(?:\s+(?:it|they|this|that))?(?:\s+cost)?",
    r"(?:what's|what\s+is)\s+(?:the|its)\s+price|price|the\s+cost",
)
_NOTHING_MORE = whole(
    r"(?:(?:а|и|это|этот|эта|эти|он|она|оно|они|его|е[её]|за|него|стоит|стоят|у|вас|ол|бұл|осы|мынау|it|this|that|is|does)(?!\w)\W*)*"
)
_ABOUT_ONE = anywhere(
    r"он|она|оно|они|у\s+(?:него|не[её]|них)|его|е[её]|их|н[её]м|ней|этот|эта|это|эти",
    r"ол|оның|бұл|бұның|осы|осының|мынау",
    r"it|its|it's|this|they",
)
_FEATURES = re.compile(
    r"из|какого|каком|чего|размер\w*|габарит\w*|ширин\w*|высот\w*|глубин\w*|длин\w*|в[её]с|весит|диаметр\w*"
    r"|материал\w*|ткан\w*|обивк\w*|чех\w*|наполнител\w*|каркас\w*|механизм\w*|ящик\w*|ножк\w*|дерев\w*|экокож\w*|кож\w*"
    r"|раскладыва\w*|раскладн\w*|разбира\w*|складыва\w*|снима\w*|стира\w*|выдерж\w*|собира\w*|собран\w*|сделан\w*|состо\w*"
    r"|мягк\w*|ж[её]стк\w*|удобн\w*|прочн\w*|качеств\w*|производ\w*|страна|комплект\w*|входит|он|она|оно|они|него|не[её]|них|его|е[её]"
    r"|өлшем\w*|ені|ұзындығы|биіктігі|тереңдігі|салмағы|материал\w*|мата\w*|неден|жасалған|жиналады|ашылады|сапа\w*|ол|оның|бұл"
    r"|size|sizes|dimensions?|width|wide|height|tall|length|long|depth|deep|weight|weigh|heavy"
    r"|material|fabric|cover|leather|wood|made|fold|folds|unfold|foldable|storage|washable|comfortable|soft|firm|quality|come|assembled",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"чего|размер\w*|габарит\w*|ширин\w*|высот\w*|глубин\w*|длин\w*|в[её]с|весит|диаметр\w*|материал\w*|раскладыва\w*|разбира\w*"
    r"|складыва\w*|снима\w*|стира\w*|сделан\w*|состо\w*|комплект\w*|входит|өлшем\w*|ені|ұзындығы|биіктігі|тереңдігі|салмағы"
    r"|неден|жасалған|жиналады|ашылады|sizes?|dimensions?|width|height|length|depth|weight|weigh|made|assembled",
    re.IGNORECASE,
)
"""Of the features, those that are asked of one product, never looked for: nobody wants «ширина» for a sofa."""
_OF_THE_SHOP = anywhere(
    r"(?:есть|имеются|прода\w+)\s+(?:ли\s+)?(?:у\s+них|они)|(?:у\s+них|они)\s+(?:есть|имеются|прода\w+)|оларда",
    r"they\s+(?:sell|have|stock|got)|have\s+they\s+got",
    r"is\s+it\s+possible\s+to\s+(?:see|view|find|get|buy|order)|(?:can|could|may)\s+(?:i|we)\s+(?:see|view|look\s+at)",
)
"""Questions whose «они» and "it" are no product: «есть ли у них стулья», "is it possible to see chairs?"."""
_ASKS = re.compile(
    r"^\W*(?:(?:а|и|ну|вы|скажите|подскажите|and|but|so)\W+)*(?:как(?:ой|ая|ое|ие|ого)?|когда|почему|зачем|где|куда|кто|чем|что|из\s+чего"
    r"|сколько|можно|есть\s+ли|қалай|қашан|неге|қайда|кім|неден|қандай|how|when|why|where|who|what|which|can|could|do|does|are|is|will"
    r"|would)(?!\w)",
    re.IGNORECASE,
)
_FOR_GOODS = anywhere(
    r"есть|имеется|имеются|бывают?|прода[её]те|торгуете|бар\s+ма|сатасыз(?:дар)?|have|sell|got|any"
)
_ANY_PRODUCT = re.compile(
    r"товар\w*|модел\w*|вариант\w*|позици\w*|артикул\w*|вещ\w*|тауар\w*|зат\w*|бұйым\w*|products?|items?|articles?|things?",
    re.IGNORECASE,
)
_LONGEST_QUESTION = 8
_LONGEST_REMARK = 3


def is_question(text: str) -> bool:
    """Whether the words ask something, with or without a question mark."""
    return "?" in text or _ASKS.match(text) is not None


def asks_for_goods(text: str) -> bool:
    """Whether the words ask if the shop sells something: «у вас есть велосипеды?»."""
    return _FOR_GOODS.search(text) is not None


def read_price(said: Said) -> int | bool | None:
    """«сколько стоит?» is ``True``: of what is spoken of; «а второй сколько?» is 2."""
    rest = _COSTS.sub(" ", said.text, count=2)
    if rest == said.text:
        return None
    return True if _NOTHING_MORE.match(rest) else find_ordinal(" ".join(rest.split()))


def names_features(words: str) -> bool:
    """Whether the words of a search name nothing but what things are like: «раскладной», "leather"."""
    named = words.split()
    return bool(named) and all(_FEATURES.fullmatch(word) for word in named)


def names_any_product(words: str) -> bool:
    """Whether the words of a search tell nothing of what is looked for («товар», «модель»), or there are none."""
    return all(_ANY_PRODUCT.fullmatch(word) for word in words.split())


def read_about(said: Said) -> bool | None:
    """«а он раскладывается?», «из чего сделан?»: about one product, which the words do not name.

    ``False``: «раскладной?» is about the product spoken of, where there is one; of a list, it is a wish.
    """
    asks, length = is_question(said.text), len(said.text.split())
    if length > (_LONGEST_QUESTION if asks else _LONGEST_REMARK):
        return None
    words = read_search(_OF_THE_SHOP.sub(" ", said.text), implied_thousands=said.implied_thousands)
    if words.colour or words.refused_colour or words.priced:
        return None
    features = names_features(words.words)
    if _OF_THE_SHOP.search(said.text) and words.words and not features:
        return None
    if asks and _ABOUT_ONE.search(said.text):
        return True
    if not features:
        return None
    if any(_MEASURES.fullmatch(word) for word in words.words.split()):
        return True
    return False if asks else None
