"""Words about what the shop knows of a person, and about what the person likes."""

from __future__ import annotations

import re

from shared.assistant.offline.phrasing import whole
from shared.assistant.offline.understanding import SearchWords, read_search
from shared.assistant.skill import Said

__all__ = ["ABOUT_ME", "FORGET_ME", "FORGET_TASTES", "read_liking"]

ABOUT_ME = whole(
    r"(?:что|чего)\s+(?:ты|вы)\s+(?:обо\s+мне\s+)?(?:уже\s+)?зна(?:ешь|ете)(?:\s+обо\s+мне)?",
    r"(?:какие\s+)?(?:у\s+вас\s+)?(?:есть\s+)?мои\s+(?:личные\s+|персональные\s+)?данные",
    r"(?:покажи(?:те)?\s+)?(?:мои\s+)?(?:личные|персональные)\s+данные",
    r"(?:покажи(?:те)?\s+)?мои\s+(?:предпочтения|вкусы)",
    r"(?:какие\s+)?(?:мои\s+)?данные\s+(?:вы\s+)?храните(?:\s+обо\s+мне)?",
    r"(?:сен\s+|сіз\s+|сиз\s+)?мен\s+(?:туралы|жайлы)\s+не\s+(?:білесі(?:ң|з)|билеси(?:н|з))",
    r"менің\s+(?:деректерім|мәліметтерім|қалауларым)(?:ді\s+көрсет(?:ші|іңіз)?)?",
    r"what\s+do\s+you\s+know\s+about\s+me",
    r"(?:show\s+(?:me\s+)?)?my\s+(?:personal\s+)?(?:data|preferences)",
    r"what\s+data\s+do\s+you\s+(?:have|store|keep)(?:\s+(?:on|about)\s+me)?",
)

FORGET_ME = whole(
    r"забудь(?:те)?\s+(?:вс[её]\s+)?(?:меня|обо\s+мне(?:\s+вс[её])?)",
    r"(?:удали(?:те|ть)?|сотри(?:те)?|очисти(?:те)?)\s+(?:все\s+|вс[её]\s+)?"
    r"(?:мои\s+(?:личные\s+|персональные\s+)?данные|обо\s+мне|информацию\s+обо\s+мне)",
    r"(?:мені|мен\s+туралы\s+бәрін)\s+ұмыт(?:ыңыз|шы)?",
    r"(?:менің\s+)?(?:барлық\s+)?деректерімді\s+(?:өшір|жой)(?:іңіз|ыңыз|ші|шы)?",
    r"forget\s+(?:all\s+about\s+|everything\s+about\s+)?me",
    r"(?:delete|erase|remove)\s+(?:all\s+)?my\s+(?:personal\s+)?data",
)

FORGET_TASTES = whole(
    r"(?:сбрось(?:те)?|забудь(?:те)?|удали(?:те)?|очисти(?:те)?)\s+(?:мои\s+)?(?:предпочтения|вкусы|рекомендации)",
    r"(?:менің\s+)?қалауларымды\s+(?:ұмыт|өшір)(?:ыңыз|іңіз|шы|ші)?",
    r"(?:forget|reset|clear|delete)\s+my\s+(?:preferences|tastes?|recommendations)",
)

_LIKING = re.compile(
    r"^\W*(?:"
    r"(?:я\s+)?(?:больше\s+|очень\s+)?(?:люблю|обожаю|предпочитаю)\s+(?P<ru>.+)"
    r"|(?:мне|нам)\s+(?:больше\s+|очень\s+)?нрав(?:ится|ятся)\s+(?P<ru2>.+)"
    r"|(?:маған|бізге)\s+(?P<kk>.+?)\s+(?:көбірек\s+)?ұнайды"
    r"|(?:мен\s+)?(?P<kk2>.+?)\s+(?:жақсы\s+көремін|ұнатамын)"
    r"|(?:i|we)\s+(?:really\s+|usually\s+)?(?:like|love|prefer)\s+(?P<en>.+)"
    r")$",
    re.IGNORECASE,
)
# «мне нравится этот диван» speaks of one product, "I'd like" asks for something
_OF_ONE = re.compile(
    r"(?<!\w)(?:эт(?:от|а|о|и|у|ой)|он[аи]?|осы|мынау?|this|that|it|these|to)(?!\w)", re.IGNORECASE
)


def read_liking(said: Said) -> SearchWords | None:
    """What a person says they like: a colour, a price, a kind of thing; ``None`` where they say something else."""
    match = _LIKING.match(said.text)
    liked = next((part for part in match.groups() if part), "") if match is not None else ""
    if not liked or _OF_ONE.search(liked) or "?" in liked:
        return None
    words = read_search(liked, implied_thousands=said.implied_thousands)
    return None if words.empty or words.refused_colour else words
