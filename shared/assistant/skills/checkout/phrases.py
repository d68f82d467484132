"""Words of the checkout: begin it, step back, leave it, and the answers that its questions offer."""

from __future__ import annotations

from shared.assistant.offline.phrasing import anywhere, whole

__all__ = [
    "ADDRESS",
    "ASKING",
    "BACK",
    "CANCEL",
    "CHANGING",
    "COMMENT",
    "CONFIRM",
    "DELIVERY",
    "EDIT",
    "METHOD",
    "NAME",
    "OTHER_METHOD",
    "PHONE",
    "PICKUP",
    "SKIP",
    "START",
]

START = whole(
    r"(?:как\s+)?(?:мне\s+)?(?:можно\s+)?(?:сделать|оформи(?:ть|те|м)|оформляй(?:те)?|разместить|продолжи(?:ть|те)(?:\s+оформление)?)"
    r"(?:\s+(?:мой\s+)?(?:заказ|покупку|корзину))?",
    r"как\s+(?:это\s+|его\s+|е[её]\s+)?(?:можно\s+)?(?:купить|заказать|приобрести)",
    r"(?:я\s+)?(?:хочу|хотел\w*\s+бы)\s+(?:это\s+|его\s+|е[её]\s+)?(?:купить|заказать|оформить(?:\s+заказ)?)",
    r"(?:покупаю|заказываю)(?:\s+(?:его|е[её]|это))?",
    r"(?:қалай\s+)?тапсырыс\s+бер\w*(?:\s+(?:бола\w*|келеді))?",
    r"(?:тапсырысты\s+)?рәсімде\w*(?:\s+(?:бола\w*|келеді))?",
    r"(?:мұны\s+|осыны\s+)?(?:қалай\s+)?сатып\s+ал\w*(?:\s+(?:бола\w*|келеді))?",
    r"(?:how\s+(?:do\s+i|can\s+i|to)\s+)?(?:place\s+(?:an|my)\s+order|(?:order|buy)(?:\s+(?:it|this|one))?)",
    r"(?:давай(?:те)?\s+)?оформля(?:ем|йте|й|ю)(?:\s+заказ)?|давай(?:те)?\s+оформ\w+(?:\s+заказ)?",
    r"(?:let's|i'll)\s+(?:order|check\s*out|buy)(?:\s+(?:it|this|now))?",
    r"i(?:'d\s+like|\s+want)\s+to\s+(?:order|buy|check\s*out)(?:\s+(?:it|this|one))?",
    r"check\s*out|proceed\s+to\s+checkout",
)
BACK = whole(r"назад", r"вернуться(?:\s+назад)?", r"артқа", r"арт\s*қа", r"кері", r"(?:go\s+)?back")
CANCEL = whole(
    r"отмен(?:а|ить|и|ите)(?:\s+(?:оформление|вс[её]))?",
    r"(?:я\s+)?передумал\w*",
    r"не\s+(?:хочу|буду)\s+(?:оформлять|заказывать)",
    r"стоп",
    r"бас\s+тарту",
    r"болдырмау",
    r"тоқта\w*",
    r"керек\s+емес",
    r"cancel(?:\s+(?:it|checkout|this))?",
    r"never\s*mind",
    r"stop",
)
SKIP = whole(
    r"пропустить",
    r"без\s+комментари\w+",
    r"нет(?:\W+(?:спасибо|пожеланий))?",
    r"не(?:а)?",
    r"не\s+(?:надо|нужно)",
    r"ничего(?:\s+не\s+надо)?|никаких(?:\s+пожеланий)?",
    r"пожеланий\s+нет",
    r"(?:жоқ|жок)(?:\W+рахмет)?",
    r"(?:тілегім\s+)?жоқ",
    r"тілексіз|пікірсіз",
    r"өткізу",
    r"skip",
    r"no(?:pe)?(?:\s+comments?|\W+thanks?(?:\s+you)?)?",
    r"nothing",
    r"none",
    r"[-—]+",
)
CONFIRM = whole(
    r"да(?:[,.!]?\s+да)?",
    r"ага|угу|конечно|давай(?:те)?|әрине|мақұл|ye(?:p|ah)|sure",
    r"(?:да[,.!]?\s+)?подтвер(?:ждаю|дить|жда[ею]м)(?:\s+заказ)?",
    r"(?:да[,.!]?\s+)?вс[её]\s+(?:верно|правильно|так)",
    r"(?:да[,.!]?\s+)?(?:верно|согласн\w+)",
    r"(?:да[,.!]?\s+)?(?:оформля(?:й|йте|ем|ю)|оформить(?:\s+заказ)?|заказываю)",
    r"иә",
    r"ия",
    r"(?:иә[,.!]?\s+)?растаймын",
    r"(?:иә[,.!]?\s+)?(?:бәрі\s+)?дұрыс",
    r"yes(?:[,.!]?\s+please)?",
    r"(?:yes[,.!]?\s+)?(?:i\s+)?confirm(?:\s+(?:it|the\s+order|my\s+order))?",
    r"place\s+(?:the|my)\s+order",
    r"(?:that's\s+)?(?:all\s+)?(?:right|correct)",
)
CHANGING = anywhere(
    r"(?:по|из|с)мен(?:ять|яйте|яй|ите|и)|исправ(?:ить|ьте|ь)|перепиш\w+|друг(?:ой|ое|ую)|не\s+т(?:от|о)|ошиб\w+",
    r"өзгерт\w*|ауыстыр\w*|басқа|қате",
    r"change|another|different|wrong|correct",
)
"""Words that an answer is to be given anew."""
ADDRESS = anywhere(r"адрес\w*", r"мекенжай\w*", r"address")
PHONE = anywhere(r"телефон\w*", r"номер(?:а|ом)?", r"нөмір\w*", r"phone(?:\s+number)?", r"number")
NAME = anywhere(r"имя|имени", r"получател\w+", r"(?:аты|есім)\w*", r"алушы\w*", r"name", r"recipient")
COMMENT = anywhere(r"комментари\w+", r"пожелани\w+", r"тіле(?:к|г)\w*", r"comment")
METHOD = anywhere(r"способ(?:\s+получения)?", r"(?:алу|жеткізу)\s+тәсіл\w*", r"delivery\s+method")
OTHER_METHOD = whole(
    r"(?:(?:нет|не|жоқ|no|лучше|вс[её]-?\s?таки|давай(?:те)?|хочу|можно|пусть|будет|сделай(?:те)?|тогда|одан\s+да|онда"
    r"|rather|i'd|prefer|let's|make|it)\W+)*"
    r"(?:доставк[ауой]+|самовывоз(?:ом)?|заберу\s+сам\w*|сам[аи]?\s+заберу|привезите|жеткіз\w*|өзім\s+\w+(?:\s+кет\w*)?"
    r"|delivery|deliver\s+it|pick-?\s?up)(?:\W+(?:лучше|можно|болсын|instead))?",
)
"""The other way to get the goods, when the question has been answered."""
EDIT = whole(r"изменить", r"поменять", r"исправить", r"өзгерту", r"түзету", r"change", r"edit")
DELIVERY = anywhere(
    r"доставк\w*",
    r"привез\w*",
    r"доставьте",
    r"курьер\w*",
    r"жеткіз\w*",
    r"жеткиз\w*",
    r"delivery",
    r"deliver",
    r"courier",
)
PICKUP = anywhere(
    r"самовывоз\w*",
    r"сам(?:а|и)?\s+(?:заберу|забер[её]м|при[её]ду)",
    r"заберу(?:\s+сам\w*)?",
    r"өзім\s+(?:алып\s+кет\w*|ал\w*)",
    r"алып\s+кет\w*",
    r"pick\s*-?\s*up",
    r"collect",
)
ASKING = anywhere(
    r"покажи(?:те)?",
    r"найди(?:те)?",
    r"ищу",
    r"подбери(?:те)?",
    r"посоветуй(?:те)?",
    r"сколько",
    r"какой",
    r"какая",
    r"какие",
    r"көрсет\w*",
    r"іздеп",
    r"қанша",
    r"қандай",
    r"show",
    r"find",
    r"looking\s+for",
    r"how\s+much",
    r"what",
    r"which",
)
"""Words that ask for something, whatever question is open."""
