"""Words that ask to be told of a lower price or of a return, that ask for the alerts, and that end them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.alerts.schemas import AlertCondition
from shared.assistant.offline.phrasing import anywhere, whole
from shared.assistant.offline.prices import find_price_bounds
from shared.assistant.skill import Said

__all__ = ["CANCEL", "LIST", "UNDO", "Asked", "read_asked"]

_WATCH = anywhere(
    r"уведом\w*",
    r"оповест\w+",
    r"оповещ\w+",
    r"маякни(?:те)?",
    r"(?:про|от)?след(?:и|ите|ить)",
    r"отслежив\w+",
    r"подпи(?:ши|шите|саться)",
    r"хабарла(?!нд)\w*",
    r"хабар\s+бер\w*",
    r"ескерт\w*",
    r"бақыла(?:ңыз|ңызшы|шы|п)?",
    r"(?:notify|alert|ping)\s+me",
    r"(?:set|create|make|add)\s+(?:me\s+)?(?:an?\s+)?(?:price\s+|restock\s+)?alert",
    r"(?:watch|track)\s+(?:it|this|that|(?:the|its)\s+price|for\s+an?\s+(?:lower|better)\s+price)",
)
"""Words that ask for an alert whatever else is said."""
_TELL = anywhere(
    r"сообщ\w+",
    r"(?:на)?пиши(?:те)?",
    r"дай(?:те)?\s+(?:мне\s+)?знать",
    r"предупред\w+",
    r"скажи(?:те)?",
    r"напомни(?:те)?",
    r"айт(?:ыңыз|ыңызшы|шы|сын|а\s+сал\w*|ып\s+қой\w*|ыныз|ынызшы)?",
    r"жаз(?:ыңыз|ыңызшы|шы|ып\s+жібер\w*|ыныз)",
    r"білдір\w*",
    r"let\s+me\s+know|(?:tell|message|text|inform|warn|remind)\s+me",
)
"""Words that ask for one only together with a "when": «скажите цену» does not."""
_WHEN = anywhere(
    r"когда",
    r"если",
    r"как\s+только",
    r"\w{2,}(?:са|се|ғанда|генде|қанда|кенде)",
    r"when(?:ever)?",
    r"if",
    r"once",
    r"as\s+soon\s+as",
)
_DELIVERY = anywhere(r"(?:при|под|до)вез\w+", r"доставк\w+", r"заказ\w*", r"жеткіз\w+", r"deliver\w*", r"order\w*")
_CHEAPER = anywhere(
    r"(?:по)?деш[её]в\w*",
    r"(?:на|за|об?|про)?\s*изменени\w+\s+цены",
    r"(?:цен\w+|стоимость)\s+(?:\w+\s+){0,3}?(?:упад[её]т|сниз\w+|пад[аёе]\w*|опуст\w+|понизит\w*|станет)",
    r"(?:упад[её]т|сниз(?:ится|ят|ите)|понизит\w*|опустит\w*|сбросят)(?:\s+(?:в\s+)?цен\w+)?",
    r"(?:о\s+)?снижени\w+(?:\s+цены)?",
    r"за\s+цен(?:ой|у|ами)",
    r"цен(?:у|ой)",
    r"скидк\w+",
    r"распродаж\w+",
    r"арзанда\w*",
    r"арзан\s+бол\w*",
    r"арзанырақ\s+бол\w*",
    r"баға\w*\s+(?:\w+\s+)?түс\w+",
    r"бага\w*\s+(?:\w+\s+)?тус\w+",
    r"баға\w*\s+(?:\w+\s+)?төменде\w*",
    r"төменде\w*",
    r"бағасын",
    r"жеңілдік\w*",
    r"cheaper",
    r"(?:price|it|this|that|cost)\s+(?:of\s+.{1,60}?\s+)?(?:drops?|falls?|goes\s+down|comes\s+down|decreases?|changes)",
    r"(?:drops?|falls?|goes\s+down)(?:\s+in\s+price)?",
    r"price\s+(?:drop|alert)s?",
    r"costs\s+less",
    r"on\s+sale",
    r"discounts?",
    r"the\s+price",
)
_BACK = anywhere(
    r"(?:снова\s+)?появ\w+(?:\s+в\s+(?:наличии|продаже))?",
    r"в\s+наличии",
    r"(?:по)?ступ\w+(?:\s+в\s+продажу)?",
    r"привез\w+",
    r"завез\w+",
    r"(?:снова|опять)\s+будет",
    r"кел(?:генде|се|ген\s+кезде)",
    r"(?:қайта\s+)?(?:түскенде|түссе)(?:\s+қайта)?",
    r"пайда\s+бол\w*",
    r"сатылымға\s+\w+",
    r"қоймаға\s+\w+",
    r"бар\s+бол(?:ғанда|са)",
    r"(?:is\s+|comes?\s+|gets?\s+)?back(?:\s+in\s+stock)?",
    r"in\s+stock",
    r"available(?:\s+again)?",
    r"restock\w*",
)
_JOINS = anywhere(
    r"когда",
    r"если",
    r"как\s+только",
    r"станет",
    r"будет",
    r"стоить",
    r"меня",
    r"мне",
    r"цен\w+",
    r"(?:об?|про)\s+(?:этом|нём|нем|ней)",
    r"он",
    r"она",
    r"оно",
    r"его",
    r"е[её]",
    r"о\s+том",
    r"снова",
    r"опять",
    r"хоть\s+на\s+тенге",
    r"пожалуйста",
    r"чем",
    r"сейчас",
    r"болса",
    r"болғанда",
    r"кезде",
    r"баға\w*",
    r"бага\w*",
    r"одан",
    r"төмен",
    r"дейін",
    r"бұл",
    r"осы",
    r"ол",
    r"қашан",
    r"маған",
    r"when(?:ever)?",
    r"if",
    r"once",
    r"as\s+soon\s+as",
    r"gets?",
    r"goes",
    r"becomes?",
    r"costs?",
    r"price",
    r"about",
    r"again",
    r"will\s+be",
    r"to",
    r"for",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the condition, the limit in whole currency units, and words that name a product."""

    condition: AlertCondition
    limit: int | None
    words: str


def read_asked(said: Said) -> Asked | None:
    """«уведоми меня, когда диван подешевеет», «хабарлаңыз, 200 мыңнан төмен болса», "tell me when it is back"."""
    if CANCEL.search(said.text) or not _asks_to_be_told(said.text):
        return None
    bounds = find_price_bounds(said.text, implied_thousands=said.implied_thousands)
    back, cheaper = _BACK.search(said.text), _CHEAPER.search(said.text)
    if not (back or cheaper or bounds.maximum is not None):
        return None
    if bounds.maximum is not None:
        condition = AlertCondition.BELOW
    else:
        condition = AlertCondition.RESTOCK if back and not cheaper else AlertCondition.DROP
    return Asked(condition, bounds.maximum, _naming(bounds.rest))


def _asks_to_be_told(text: str) -> bool:
    if _WATCH.search(text):
        return True
    return bool(_TELL.search(text) and _WHEN.search(text)) and not _DELIVERY.search(text)


def _naming(text: str) -> str:
    """The words left when those of telling and of prices are taken away: they name the product, if anything."""
    for pattern in (_WATCH, _CHEAPER, _BACK, _TELL, _JOINS):
        text = pattern.sub(" ", text)
    return " ".join(re.findall(r"[^\W_]+(?:[-'.][^\W_]+)*", text))


LIST = whole(
    r"(?:покажи(?:те)?\s+)?(?:все\s+)?мои\s+(?:уведомления|оповещения|подписки|алерты|напоминания)(?:\s+о\s+цен\w+)?",
    r"(?:покажи(?:те)?\s+)?(?:список\s+)?(?:уведомлени[яй]|оповещени[яй]|подписок)(?:\s+о\s+цен\w+)?",
    r"(?:какие\s+)?(?:у\s+меня\s+)(?:есть\s+)?уведомления",
    r"за\s+чем\s+(?:ты\s+|вы\s+)?следи(?:шь|те)",
    r"что\s+(?:ты\s+|вы\s+)?отслежива(?:ешь|ете)",
    r"(?:менің\s+)?хабарландырулар(?:ым)?(?:ды)?(?:\s+көрсет\w*)?",
    r"(?:менің\s+)?хабарламалар(?:ым)?(?:ды)?(?:\s+көрсет\w*)?",
    r"не(?:ні)?\s+бақылап\s+(?:жүрсіз|отырсыз|жүрсің)",
    r"(?:show\s+(?:me\s+)?)?(?:all\s+)?my\s+(?:price\s+)?(?:alerts|notifications|subscriptions)",
    r"(?:show\s+(?:me\s+)?|list\s+)(?:the\s+)?(?:price\s+)?alerts",
    r"what\s+are\s+you\s+watching",
)
CANCEL = anywhere(
    r"(?:отмени(?:те|ть)?|отключи(?:те|ть)?|убери(?:те)?|удали(?:те|ть)?|выключи(?:те)?|останови(?:те)?|сними(?:те)?)"
    r"\s+(?:мо[еёи]\s+|это\s+|вс[её]\s+|эти\s+)?(?:уведомлени\w+|оповещени\w+|подписк\w+|слежени\w+|алерт\w*)",
    r"(?:больше\s+)?не\s+(?:следи(?:те|ть)?|отслеживай(?:те)?|уведомляй(?:те)?|оповещай(?:те)?)",
    r"отпи(?:ши|шите|сать|саться|шись)(?:\s+меня)?",
    r"(?:хабарландыру|хабарлама)\w*\s+(?:тоқтат|өшір|алып\s+таста|болдырма)\w*",
    r"бақылама\w*",
    r"(?:енді\s+)?хабарлама(?:ңыз|ңызшы|й[\s-]ақ\s+қой\w*)",
    r"бақылауды\s+тоқтат\w*",
    r"(?:cancel|stop|remove|delete|turn\s+off)\s+(?:the\s+|my\s+|this\s+|that\s+|all\s+)?(?:price\s+)?"
    r"(?:alerts?|notifications?|watching|notifying(?:\s+me)?|tracking)",
    r"unsubscribe",
)
UNDO = whole(
    r"(?:нет[,\s]+)?отмен(?:и(?:те|ть)?|а|яю)(?:\s+(?:это|его))?",
    r"не\s+надо",
    r"передумал\w*",
    r"болдырма\w*",
    r"керек\s+емес",
    r"cancel(?:\s+(?:it|that))?",
    r"undo",
    r"never\s+mind",
)
"""Said right after an alert was made, they end it."""
