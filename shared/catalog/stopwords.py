"""Words that carry no product: grammar, politeness and the wish to buy, in Russian, Kazakh and English.

They are neither indexed nor corrected: «хочу» must not become a product name that happens to be one letter away.
"""

from __future__ import annotations

from shared.catalog.kazakh import fold_kazakh
from shared.catalog.tokens import normalise

__all__ = ["STOP_WORDS"]

_RUSSIAN = """
а без бы был была были в вам вас весь во вот все вы где да для до его ее если есть еще же за здесь и из или им
их к как какие какой какая какое ко когда кто ли либо меня мне можно мой моя мы на над надо нам нас наш не нет
ни но ну о об он она они оно от очень по под пожалуйста при про с себе сейчас сколько со так также такой там
тебя тем то только тоже ты у уже хотел хотела хотелось хочу что чтобы чем это этот эта эти я дай дайте добрый
здравствуйте ищу интересует интересуют купить куплю найди найти найдите нужен нужна нужно нужны покажи
показать покажите подбери подобрать посмотреть посоветуйте предложите привет приобрести продаете хотим цена
цены стоит стоимость тенге тг тыс тысяч тысячи около дорогой рублей см мм кг шт штук штука наличии
"""
_KAZAKH = """
мен сен сіз біз ол олар маған сізге бізге және не немесе бар жоқ ма ме ба бе па пе үшін туралы дейін бастап
шейін арасы керек қажет қалаймын іздеймін іздеп жүрмін алғым келеді алайын көрсет көрсетші көрсетіңіз табыңыз
тап беріңіз бер сату сатып алу қанша тұрады бағасы бағасына теңге мың мыңға сәлем сәлеметсіз рахмет өтінемін
қандай қайда осы мына ана бұл екен еді тағы да де дана
"""
_ENGLISH = """
a an and any are as at be been but buy by can could do does find for from get give have hello hi how i if in
is it kzt like look looking me my need of on or our please price search see sell show some tenge than that the
there this to under up us want was we what where which with would you your cm mm kg pcs
"""


def _read(*texts: str) -> frozenset[str]:
    words = {word for text in texts for word in normalise(text).split()}
    return frozenset(words | {fold_kazakh(word) for word in words})


STOP_WORDS = _read(_RUSSIAN, _KAZAKH, _ENGLISH)
