"""Words of the checkout: begin it, step back, leave it, and the answers that its questions offer."""

from __future__ import annotations

from shared.assistant.offline.phrasing import anywhere, whole

__all__ = ["ASKING", "BACK", "CANCEL", "CONFIRM", "DELIVERY", "EDIT", "PICKUP", "SKIP", "START"]

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
    r"нет",
    r"не\s+(?:надо|нужно)",
    r"пожеланий\s+нет",
    r"жоқ",
    r"жок",
    r"пікірсіз",
    r"өткізу",
    r"skip",
    r"no(?:\s+comments?)?",
    r"nothing",
    r"none",
    r"[-—]+",
)
CONFIRM = whole(
    r"да(?:[,.!]?\s+да)?",
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
