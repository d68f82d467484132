"""Words of greeting, thanks, leave-taking and asking for help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from shared.assistant.offline.phrasing import whole

__all__ = ["ACKNOWLEDGED", "AGREED", "GOODBYE", "GREETING", "HELP", "NO", "THANKS", "YES", "Question"]

GREETING = whole(
    r"/start(?:\s+\S+)?",
    r"прив(?:ет\w*)?",
    r"здра\w+",
    r"(?:здаров|здоров|даров)\w*",
    r"ку(?:-?ку)?|хай|хелло?у?|йоу?|алл?о",
    r"добр(?:ый|ое|ой|ого)(?:\s+(?:день|утро|вечер|ночи|дня|вечера|утра))?",
    r"(?:день|утро|вечер)\s+добр(?:ый|ое)",
    r"(?:ау\W+)?(?:есть\s+)?(?:тут\s+)?кто(?:-?(?:нибудь|то))?\s*(?:есть|тут|живой|здесь)?",
    r"вы\s+(?:тут|здесь|на\s+связи)",
    r"армысыз(?:дар)?",
    r"(?:біреу|адам)\s+бар\s+ма",
    r"доброго\s+времени\s+суток",
    r"салам\w*",
    r"с[әa]лем\w*(?:\s*сі?з\s*бе)?",
    r"салем\w*(?:\s*с[иі]з\s*бе)?",
    r"саламатсыз\s*ба",
    r"ассалау?мағалейкум",
    r"ассалам\w*(?:\s+алейкум)?",
    r"қайырлы\s+(?:күн|таң|кеш)",
    r"кайырлы\s+(?:кун|тан|кеш)",
    r"hi(?:\s+there)?",
    r"hello(?:\s+there)?",
    r"hey(?:\s+there)?|hiya|yo",
    r"(?:is\s+)?any(?:one|body)\s+(?:there|here)",
    r"how\s+are\s+you(?:\s+doing)?",
    r"good\s+(?:morning|afternoon|evening|day)",
    r"начать",
    r"бастау",
    r"start",
    r"қалайсыз",
    r"как\s+дела",
)

THANKS = whole(
    r"(?:нет\W+)?(?:большое\s+|огромное\s+)?с?пасиб\w*(?:\s+(?:вам|большое|огромное|за\s+помощь|за\s+ответ))*",
    r"благодар\w+(?:\s+вас)?",
    r"спс",
    r"(?:жоқ\W+)?(?:көп\s+|үлкен\s+)?рахмет\w*(?:\s+сізге)?",
    r"рақмет\w*",
    r"ракмет\w*",
    r"(?:коп\s+)рахмет",
    r"(?:no\W+)?thanks?(?:\s+(?:you|a\s+lot|so\s+much|very\s+much|for\s+your\s+help))*",
    r"thx|ty",
    r"cheers",
    r"🙏|❤|🥰|💐|🌹",
)

GOODBYE = whole(
    r"до\s+свидания",
    r"(?:ну\s+|давай\s+)?пока(?:-?пока)?|чао|бай",
    r"всего\s+(?:доброго|хорошего)",
    r"до\s+встречи",
    r"сау\s+бол\w*(?:ыңыз)?",
    r"көріскенше",
    r"қош\s+бол\w*",
    r"bye(?:\s+bye)?",
    r"goodbye",
    r"see\s+you(?:\s+later)?",
    r"спокойной\s+ночи",
)

_AGREES = (
    r"да",
    r"давай(?:те)?",
    r"ага|угу",
    r"конечно|разумеется|естественно",
    r"можно",
    r"хочу",
    r"иә|ия|йа",
    r"әрине|болады|мақұл|қалаймын",
    r"ye(?:s|p|ah|es)",
    r"sure|of\s+course|please\s+do|go\s+ahead|definitely",
)
_OKAY = (r"ок(?:ей|и|ей)?|окс", r"ok(?:ay|ey)?", r"хорошо", r"ладно", r"жақсы|жаксы|жарайды", r"👍|👌|✅|💯")
_DECLINES = (
    r"нет(?:\s+нет)*",
    r"не|неа|нее+т?",
    r"не\s+(?:надо|нужно|хочу|стоит)",
    r"жоқ|жок",
    r"керек\s+емес|қажет\s+емес",
    r"no(?:pe|pe)?|nah",
    r"not\s+(?:now|really|needed)",
    r"no\s+need",
)

_FIRST_YES = r"(?:(?:да|ага|давай(?:те)?|иә|yes|ok|ок)\W+)?"


class Question(StrEnum):
    """What a yes would do: words that agree to one question may refuse another."""

    OFFER = "offer"
    """Something harmless."""
    MANAGER = "manager"
    """A person is called."""
    CANCEL_ORDER = "cancel_order"
    ERASE = "erase"
    """Everything known of the person is erased."""


YES: Mapping[Question, re.Pattern[str]] = {
    Question.OFFER: whole(*_AGREES, *_OKAY),
    Question.MANAGER: whole(
        *_AGREES,
        *_OKAY,
        _FIRST_YES + r"(?:позов(?:и|ите)|вызыв(?:ай|айте)|соедин(?:и|ите)|шақыр(?:ыңыз|ыңызшы|шы)?"
        r"|call(?:\s+(?:one|him|them))?)",
    ),
    # what cannot be undone takes no «ок» and no thumb: they may mean "understood"
    Question.CANCEL_ORDER: whole(
        *_AGREES,
        _FIRST_YES + r"(?:отмен(?:и|ите|яй|яйте|яем)|тоқтат(?:ыңыз|шы)?|жой(?:ыңыз|шы)?"
        r"|cancel\s+(?:it|(?:the|my)\s+order))",
        r"(?:да|ага|иә|yes|ok|ок)\W+(?:отменить|cancel)",
    ),
    Question.ERASE: whole(
        *_AGREES,
        _FIRST_YES + r"(?:удал(?:и|ите|яй|яйте)|сотр(?:и|ите)|стирай(?:те)?|өшір(?:іңіз|іңізші|ші)?|жой(?:ыңыз|шы)?"
        r"|(?:erase|delete)(?:\s+(?:it|everything|all))?)",
    ),
}
"""An agreement to each question."""
_KEEPS = (
    *_DECLINES,
    r"(?:нет|жоқ|no)\W+(?:спасибо|рахмет|thanks?(?:\s+you)?)",
    r"(?:нет\W+)?остав(?:ь|ьте|ить)",
    r"(?:жоқ\W+)?қалсын",
    r"keep\s+it",
)
_CALLS_OFF = (r"(?:нет\W+)?отмена", r"(?:no\W+)?cancel", r"не\s+(?:отменяй|удаляй|стирай)(?:те)?")
NO: Mapping[Question, re.Pattern[str]] = {
    Question.OFFER: whole(*_KEEPS),
    Question.MANAGER: whole(*_KEEPS),
    Question.CANCEL_ORDER: whole(*_KEEPS, *_CALLS_OFF),
    Question.ERASE: whole(
        *_KEEPS, *_CALLS_OFF, r"отмен(?:и|ите|яй|яйте|ить)", r"тоқтат(?:ыңыз|шы)?", r"cancel\s+(?:it|that)"
    ),
}
"""A refusal of what was asked."""

AGREED = whole(*_AGREES)
"""An agreement by itself."""
ACKNOWLEDGED = whole(
    *_OKAY,
    *_DECLINES,
    r"понятн\w+",
    r"понял\w*",
    r"ясн(?:о|еньк\w+)",
    r"ладн(?:о|еньк\w+)",
    r"хм+|м{2,}|ого+|ничего\s+себе|вау|ух\s+ты",
    r"(?:а?ха)+х?|(?:а?хи)+|лол|кек|ор+у?|пон|изи",
    r"топ|круто|кру+ть|огонь|норм(?:ально|ас|ик)?|прикольно|зачёт|зачет|нравится|красиво|збс",
    r"супер",
    r"отлично|прекрасно|замечательно",
    r"класс\w*",
    r"(?:я\s+)?(?:ещ[её]\s+)?(?:подумаю|подумаем|посмотрю|посоветуюсь)(?:\s+(?:ещ[её]|пока|потом))*",
    r"(?:потом|позже|попозже)(?:\s+(?:напишу|отвечу|закажу|посмотрю))?",
    r"(?:пока\s+)?(?:просто\s+)?(?:смотрю|смотрим)",
    r"түсінікті",
    r"түсіндім",
    r"керемет|тамаша|әдемі|ұнайды|ұнады|болды",
    r"ойлан(?:амын|айын)",
    r"кейін(?:ірек)?(?:\s+(?:жазамын|жазам))?",
    r"great|cool|nice|awesome|wow|lol|haha\w*|perfect|fine|alright|all\s+right|i\s+see|good",
    r"got\s+it",
    r"(?:maybe\s+)?later|(?:let\s+me|i'll)\s+think(?:\s+about\s+it)?|just\s+(?:looking|browsing)",
    r"🔥|😂|🤣|😍|😊|🙂|😀|😁|👏|💪|😎|🤔|👀|✨",
)

HELP = whole(
    r"/help",
    r"помощь",
    r"помогите",
    r"помоги",
    r"help(?:\s+me)?",
    r"көмек",
    r"комек",
    r"көмектес\w*",
    r"комектес\w*",
    r"что\s+(?:ты|вы)\s+уме\w+(?:\s+делать)?",
    r"что\s+(?:ты\s+)?мож\w+",
    r"как\s+(?:тобой|вами|ботом)?\s*пользоваться",
    r"what\s+can\s+you\s+do",
    r"how\s+does\s+(?:this|it)\s+work",
    r"не\s+істей\s+аласы[зң]\w*",
    r"не\s+істей\s+аласыздар",
    r"кто\s+(?:ты|вы)",
    r"(?:ты|вы|это)\s+(?:точно\s+)?бот|(?:сен|сіз)\s+ботсы[ңз](?:\s+ба)?|are\s+you\s+(?:a\s+)?(?:bot|robot|real)",
    r"(?:я\s+)?(?:ничего\s+)?не\s+(?:понимаю|понял\w*|понятно)|непонятно|что\s+(?:мне\s+)?(?:писать|делать)",
    r"түсінбе(?:дім|й\s+тұрмын)|не\s+істеу\s+керек|i\s+(?:don't|do\s+not|didn't)\s+understand",
    r"who\s+are\s+you",
    r"сен\s+кімсің",
    r"сіз\s+кімсіз",
    r"инструкция",
)
