"""Words that ask about one's orders."""

from __future__ import annotations

import re

from shared.assistant.offline.phrasing import anywhere, whole
from shared.assistant.skill import Said

__all__ = ["CANCEL", "HISTORY", "read_cancellation", "read_status"]

HISTORY = whole(
    r"(?:покажи(?:те)?\s+|посмотреть\s+)?(?:все\s+)?(?:мои|мо[ийе]х?)\s+(?:заказы|покупки)",
    r"(?:история|список)\s+(?:моих\s+)?(?:заказов|покупок)",
    r"что\s+я\s+(?:заказывал\w*|покупал\w*)",
    r"(?:менің\s+)?тапсырыстарым(?:ды\s+көрсет\w*)?",
    r"тапсырыстар\s+тарихы",
    r"(?:show\s+)?(?:me\s+)?my\s+orders",
    r"order\s+history",
)
_STATUS = anywhere(
    r"(?:где|когда)\s+(?:же\s+)?(?:(?:будет|прид[её]т|привезут)\s+)?(?:мой|мо[яё]|наш)\s+(?:заказ|посылк\w+|доставк\w+|диван|товар|мебель)",
    r"когда\s+(?:же\s+)?(?:мне\s+|нам\s+)?(?:привезут|доставят|придут|приедут)",
    r"(?:что|как)\s+(?:там\s+)?с\s+(?:моим\s+)?заказом",
    r"статус\w*\s+(?:моего\s+)?заказ\w*",
    r"номер\s+заказа",
    r"мой\s+заказ",
    r"менің\s+тапсырысым\w*",
    r"тапсырысым\w*",
    r"тапсырыстың\s+(?:күйі|мәртебесі|жағдайы)",
    r"where\s+is\s+my\s+(?:order|delivery|sofa|parcel)",
    r"where's\s+my\s+order",
    r"my\s+order",
    r"order\s+status",
    r"track\s+(?:my\s+)?order",
)
_NUMBERED = re.compile(
    r"^\W*(?:(?:покажи(?:те)?|где|статус|что\s+с|как)\s+)*(?:мой\s+)?заказ(?:а|ом)?\s*(?:номер\s*)?[№#]?\s*(\d{1,9})\W*$"
    r"|^\W*[№#]\s*(\d{1,9})\W*$"
    r"|^\W*[№#]?\s*(\d{1,9})\s*(?:-?(?:ші|інші|нші))?\s+тапсырыс\w*\W*$"
    r"|^\W*тапсырыс\s*[№#]?\s*(\d{1,9})\W*$"
    r"|^\W*(?:(?:show|where\s+is|status\s+of)\s+)?(?:my\s+)?order\s*(?:no\.?|number|#|№)?\s*(\d{1,9})\W*$",
    re.IGNORECASE,
)
CANCEL = anywhere(
    r"отмен(?:ить|ите|и|яю|яем)\s+(?:мой\s+|этот\s+)?заказ",
    r"заказ\s+(?:[№#]?\s*\d+\s+)?отмен(?:ить|ите|и)",
    r"отказ(?:аться|ываюсь)\s+от\s+заказа",
    r"тапсырыс(?:ты|ымды)\s+(?:болдырма\w*|тоқтат\w*|алып\s+таста\w*)",
    r"тапсырыстан\s+бас\s+тарт\w*",
    r"cancel\s+(?:my|the|this)?\s*order",
)
_DIGITS = re.compile(r"[№#]?\s*(\d{1,9})(?!\d)")


def read_status(said: Said) -> int | bool | None:
    """«заказ №12» is 12; «где мой заказ» is ``True``: the one that matters."""
    match = _NUMBERED.match(said.text)
    if match is not None:
        return int(next(group for group in match.groups() if group))
    return True if _STATUS.search(said.text) else None


def read_cancellation(said: Said) -> int | bool | None:
    """«отмените заказ 12» is 12; without a number ``True``."""
    match = CANCEL.search(said.text)
    if match is None:
        return None
    number = _DIGITS.search(said.text)
    return int(number[1]) if number is not None else True
