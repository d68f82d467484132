"""No words for several over a single card (number 8)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from shared.assistant import replies
from shared.assistant.offline.assistant import OfflineAssistant
from shared.assistant.products import FoundProduct
from shared.assistant.skills.search.relaxing import GivenUp
from shared.channels.messages import ProductCards
from shared.dialogs.contract import TurnResult
from shared.kernel.languages import Language
from tests.doubles.memory_catalogue import MemoryCatalogue, product
from tests.doubles.skills import skills_without_database
from tests.doubles.turns import pressed, turn

RED, BLUE = (
    product("S-1", "Диван «Осло»", 100_000, colour="red"),
    product("S-2", "Диван «Берген»", 200_000, colour="blue"),
)
MANY = [product(f"S-{n}", f"Диван «Осло» {n}", 100_000 + n, colour="red") for n in range(6)]
KEYS = [
    *("more", "cheaper", "cheaper.other_colours", "cheaper.others", "dearer", "other_colour", "similar"),
    *(f"relaxed.{given_up.value}" for given_up in GivenUp if given_up is not GivenUp.NOTHING),
    "found",
]
SEVERAL = re.compile(
    r"вариант(?:ы|ов|а)\b|други(?:е|х)\b|похожие|нұсқалар|тары\b|тер[іи]\b|мыналар|тауарлар|options|these|ones\b|colours\b"
)


async def shown(wares: Sequence[FoundProduct], *said: str) -> tuple[str, int]:
    """The words over the cards that the last of several turns shows, and how many cards."""
    bot, result = OfflineAssistant(skills_without_database(MemoryCatalogue(wares))), TurnResult()
    for one in said:
        event = pressed(one) if one.startswith("similar:") else one
        result = await bot.respond(turn(event, after=result))
    (cards,) = (message for message in result.reply.messages if isinstance(message, ProductCards))
    return cards.text.plain, len(cards.cards)


@pytest.mark.parametrize(
    ("wares", "said", "words"),
    [
        (MANY, ("диваны", "ещё"), "Вот ещё вариант:"),
        ([RED, BLUE], ("диван от 150000", "дешевле"), "Вот вариант подешевле:"),
        ([RED, BLUE], ("диван до 150000", "дороже"), "Вот вариант подороже:"),
        ([RED, BLUE], ("красный диван", "другой цвет"), "Вот в другом цвете:"),
        ([RED, BLUE], ("similar:S-1",), "Вот похожее:"),
        ([RED], ("синий диван",), "Такого цвета сейчас нет. Посмотрите похожее в другом цвете:"),
        ([RED], ("красный диван",), "Вот подходящий вариант:"),
        ([RED, BLUE], ("similar:S-3", "диваны"), "Вот 2 подходящих варианта:"),
        ([*MANY, BLUE], ("диваны", "ещё"), "Вот ещё варианты:"),
    ],
)
async def test_the_words_over_cards_are_for_as_many(
    wares: Sequence[FoundProduct], said: tuple[str, ...], words: str
) -> None:
    text, number = await shown(wares, *said)
    assert text == words
    assert number == (2 if "варианта" in words or "варианты" in words else 1)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", KEYS)
def test_every_text_over_cards_has_a_form_for_one(key: str, language: Language) -> None:
    assert not SEVERAL.search(replies.TEXTS.over_cards(key, 1, language))
