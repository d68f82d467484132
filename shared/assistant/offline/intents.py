"""What a shopper wants by a message, apart from what is searched for: phrases of three languages."""

from __future__ import annotations

import re
from enum import StrEnum

from shared.assistant.offline.ordinals import find_ordinal

__all__ = ["CHEAP", "Intent", "find_intent"]


class Intent(StrEnum):
    """The kinds of messages that the offline assistant tells apart."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ACKNOWLEDGED = "acknowledged"
    """«ок», «понятно»."""
    HELP = "help"
    MANAGER = "manager"
    ANGRY = "angry"
    ORDER_PROBLEM = "order_problem"
    SERVICE_QUESTION = "service_question"
    """Delivery, payment, address, warranty: for the staff, not for the catalogue."""
    ORDERING = "ordering"
    """How to buy what was found: the staff takes the order."""
    CATEGORIES = "categories"
    MORE = "more"
    CHEAPER = "cheaper"
    DEARER = "dearer"
    OTHER_COLOUR = "other_colour"
    SHOW_NUMBER = "show_number"
    """One of those shown («покажи второй»)."""
    DETAILS = "details"
    SEARCH = "search"
    UNKNOWN = "unknown"


def _phrases(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


def _whole(*patterns: str) -> re.Pattern[str]:
    """The phrase is all there is, but for courtesies and punctuation."""
    courtesy = r"(?:\s*(?:пожалуйста|плиз|пж|please|өтінемін|отинемин|вам|сізге|you|тоже|бот|и))*"
    return re.compile(
        r"^\W*(?:(?:а|ну|and|ал|ok(?:ay)?|ок|спасибо|рахмет|thanks)[,.!]?\s+)*(?:"
        + "|".join(patterns)
        + r")"
        + courtesy
        + r"\W*$",
        re.IGNORECASE,
    )


_ANGRY = _phrases(
    r"жалоб\w+",
    r"пожал(?:уюсь|оваться)",
    r"обманщик\w*",
    r"обманули",
    r"обман",
    r"мошенник\w*",
    r"отвратительн\w+",
    r"ужасн\w+\s+(?:сервис|обслуж\w+|магазин|качеств\w+)",
    r"безобрази\w+",
    r"возмут\w+",
    r"верните\s+(?:мне\s+)?деньги",
    r"хамств\w+",
    r"достали",
    r"бесит\w*",
    r"заебал\w*",
    r"пизд\w+",
    r"хуй?н\w+",
    r"нахуй",
    r"говно",
    r"тупой\s+бот",
    r"шағым\w*",
    r"шагым\w*",
    r"алаяқ\w*",
    r"масқара",
    r"ақшамды\s+қайтар\w*",
    r"complain\w*",
    r"scam(?:mers?)?",
    r"terrible\s+(?:service|shop|store|quality)",
    r"awful",
    r"(?:give|want)\s+(?:me\s+)?my\s+money\s+back",
    r"refund",
    r"fuck\w*",
    r"bullshit",
)
_ORDER = _phrases(
    r"(?:где|когда)\s+(?:же\s+)?(?:мой|мо[яё]|наш)\s+(?:заказ|посылк\w+|доставк\w+|диван|товар|мебель)",
    r"(?:мой\s+)?заказ\w*\s+(?:так\s+и\s+)?не\s+(?:приш[её]л|привезли|доставили)",
    r"не\s+привезли",
    r"не\s+доставили",
    r"статус\s+(?:моего\s+)?заказ\w*",
    r"номер\s+заказа",
    r"отменить\s+заказ",
    r"отмените\s+заказ",
    r"бракованн\w+",
    r"брак",
    r"сломал\w+",
    r"пришл[аои]\s+не\s+т\w+",
    r"вернуть\s+(?:товар|покупк\w+|заказ)",
    r"возврат\w*",
    r"менің\s+тапсырысым\w*",
    r"тапсырысым\w*",
    r"тапсырыс\s+келмеді",
    r"where\s+is\s+my\s+(?:order|delivery|sofa|parcel)",
    r"my\s+order",
    r"order\s+status",
    r"cancel\s+(?:my|the)\s+order",
    r"(?:arrived|came)\s+(?:broken|damaged)",
    r"return\s+(?:the|my|an)\s+\w+",
)
_MANAGER = _phrases(
    r"менеджер\w*",
    r"оператор\w*",
    r"консультант\w*",
    r"жив(?:ой|ого|ым|ому)\s+человек\w*",
    r"позов\w+\s+(?:человек\w*|кого\w*)",
    r"(?:с|со)\s+человеком",
    r"переключите\s+на\s+\w+",
    r"администратор\w*",
    r"сотрудник\w*",
    r"продавц\w+",
    r"продавец",
    r"позвоните\s+мне",
    r"перезвоните\w*",
    r"адаммен",
    r"тірі\s+адам\w*",
    r"қызметкер\w*",
    r"сатушы\w*",
    r"(?:talk|speak|chat)\s+(?:to|with)\s+(?:a\s+|an\s+)?(?:human|person|someone|somebody|agent|manager|operator)",
    r"managers?",
    r"operator",
    r"human",
    r"real\s+person",
    r"call\s+me(?:\s+back)?",
    r"support\s+agent",
)
_SERVICE = _phrases(
    r"доставк\w+",
    r"доставля\w+",
    r"доставите",
    r"привез[её]те",
    r"самовывоз\w*",
    r"оплат\w+",
    r"рассрочк\w+",
    r"кредит\w*",
    r"гаранти\w+",
    r"адрес\w*",
    r"где\s+вы(?:\s+находитесь)?",
    r"как\s+(?:вас\s+найти|добраться|проехать|до\s+вас)",
    r"график\w*",
    r"(?:режим|время|часы)\s+работы",
    r"работаете",
    r"телефон\w*\s+(?:магазина|для\s+связи)",
    r"ваш\s+телефон",
    r"скидк\w+",
    r"акци[яию]",
    r"сборк\w+",
    r"шоу-?рум\w*",
    r"каспи",
    r"kaspi",
    r"жеткіз\w+",
    r"жеткиз\w+",
    r"мекенжай\w*",
    r"кепілдік\w*",
    r"бөліп\s+төлеу\w*",
    r"төле(?:м|у)\w*",
    r"жұмыс\s+(?:уақыты|кестесі)",
    r"қайда\s+орналас\w+",
    r"жеңілдік\w*",
    r"deliver(?:y|ies|ed)?",
    r"ship(?:ping|ped)?",
    r"payment",
    r"pay",
    r"installments?",
    r"warranty",
    r"address",
    r"opening\s+hours",
    r"working\s+hours",
    r"where\s+are\s+you(?:\s+located)?",
    r"discounts?",
    r"assembly",
)
_ORDERING = _whole(
    r"(?:как\s+)?(?:мне\s+)?(?:можно\s+)?(?:сделать|оформить|разместить)\s+(?:заказ|покупку)",
    r"как\s+(?:это\s+|его\s+|е[её]\s+)?(?:можно\s+)?(?:купить|заказать|приобрести)",
    r"(?:я\s+)?(?:хочу|хотел\w*\s+бы)\s+(?:это\s+|его\s+|е[её]\s+)?(?:купить|заказать|оформить(?:\s+заказ)?)",
    r"(?:беру|покупаю|заказываю)(?:\s+(?:его|е[её]|это))?",
    r"(?:қалай\s+)?тапсырыс\s+бер\w*(?:\s+бола\w*)?",
    r"(?:мұны\s+|осыны\s+)?(?:қалай\s+)?сатып\s+ал\w*(?:\s+(?:бола\w*|келеді))?",
    r"(?:how\s+(?:do\s+i|can\s+i|to)\s+)?(?:place\s+an\s+order|(?:order|buy)(?:\s+(?:it|this|one))?)",
    r"i(?:'d\s+like|\s+want)\s+to\s+(?:order|buy)(?:\s+(?:it|this|one))?",
)
_HELP = _whole(
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
    r"who\s+are\s+you",
    r"сен\s+кімсің",
    r"сіз\s+кімсіз",
    r"инструкция",
)
_CATEGORIES = _whole(
    r"каталог\w*",
    r"ассортимент\w*",
    r"категори\w+",
    r"что\s+(?:у\s+вас\s+)?(?:есть|имеется|прода[её]те)(?:\s+(?:у\s+вас|в\s+наличии|в\s+продаже))?",
    r"что\s+вы\s+прода[её]те",
    r"(?:какие|какой)\s+(?:у\s+вас\s+)?(?:есть\s+)?(?:товары|мебель|категории)(?:\s+есть)?",
    r"покажи(?:те)?\s+(?:вс[её]|каталог|товары|ассортимент|категории)",
    r"товары",
    r"сізде\s+не\s+бар",
    r"не\s+бар",
    r"қандай\s+(?:тауарлар|жиһаз|санаттар)(?:\s+бар)?",
    r"тауарлар(?:ды\s+көрсет\w*)?",
    r"каталогты\s+көрсет\w*",
    r"catalog(?:ue)?",
    r"categories",
    r"what\s+do\s+you\s+(?:have|sell)",
    r"what(?:'s|\s+is)\s+(?:there|available)",
    r"show\s+(?:me\s+)?(?:everything|all(?:\s+products)?|the\s+catalog(?:ue)?|categories)",
    r"products",
)
_MORE = _whole(
    r"(?:покажи(?:те)?\s+|можно\s+|есть\s+|давай(?:те)?\s+)?ещ[её](?:\s+(?:покажи(?:те)?|варианты|есть|можно|что-?нибудь|несколько))*(?:\s+варианты)?",
    r"дальше",
    r"далее",
    r"следующие",
    r"(?:другие|ещ[её])\s+(?:варианты|модели)",
    r"(?:а\s+)?другие(?:\s+(?:есть|покажи(?:те)?))?",
    r"что-?нибудь\s+друго[ей]",
    r"покажи(?:те)?\s+(?:другие|остальные)(?:\s+варианты)?",
    r"тағы(?:\s+(?:бар\s+ма|көрсет\w*|не\s+бар))?",
    r"таги",
    r"тагы(?:\s+(?:бар\s+ма|корсет\w*))?",
    r"басқа(?:лары)?(?:\s+(?:бар\s+ма|көрсет\w*))?",
    r"келесі(?:лері)?",
    r"(?:show\s+(?:me\s+)?)?more(?:\s+(?:options|results|please))?",
    r"next",
    r"any\s+others?",
    r"others?",
    r"(?:show\s+(?:me\s+)?)?(?:something|anything)\s+else",
)
_CHEAPER = _whole(
    r"(?:есть\s+|покажи(?:те)?\s+|можно\s+|хочу\s+|нужно\s+|надо\s+|что-?нибудь\s+|что-?то\s+)*(?:по)?дешевле(?:\s+(?:есть|можно|покажи(?:те)?|варианты|что-?нибудь))*",
    r"слишком\s+дорого",
    r"дорого(?:вато)?",
    r"это\s+дорого",
    r"арзаны?рақ(?:\s*(?:бар\s+ма|көрсет\w*|ы|тары))*",
    r"арзаныра[кқ]\w*(?:\s+бар\s+ма)?",
    r"арзан(?:ы|дары)?\s+бар\s+ма",
    r"арзан(?:ын|дарын)\s+көрсет\w*",
    r"қымбат(?:\s+екен)?",
    r"кымбат(?:\s+екен)?",
    r"(?:something\s+|anything\s+|show\s+(?:me\s+)?(?:something\s+)?|do\s+you\s+have\s+(?:anything|something)\s+)?cheaper(?:\s+(?:ones?|options?))?",
    r"too\s+expensive",
    r"less\s+expensive",
    r"(?:that's|it's)\s+(?:too\s+)?expensive",
)
_DEARER = _whole(
    r"(?:есть\s+|покажи(?:те)?\s+|можно\s+|хочу\s+|что-?нибудь\s+|что-?то\s+)*(?:по)?дороже(?:\s+(?:есть|можно|покажи(?:те)?|варианты))*",
    r"премиум",
    r"қымбатырақ(?:\s*(?:бар\s+ма|көрсет\w*))*",
    r"кымбатырак(?:\s+бар\s+ма)?",
    r"(?:something\s+|anything\s+)?(?:more\s+expensive|pricier)(?:\s+ones?)?",
    r"premium",
)
_OTHER_COLOUR = _whole(
    r"(?:есть\s+|можно\s+|покажи(?:те)?\s+|хочу\s+|а\s+)*(?:в\s+)?друг(?:ой|ого|ом|ие|их)\s+(?:цвет\w*|расцветк\w*)(?:\s+(?:есть|можно|покажи(?:те)?))*",
    r"(?:а\s+)?(?:какие|какого)\s+(?:ещ[её]\s+)?цвет\w*(?:\s+есть)?",
    r"басқа\s+түс\w*(?:\s+(?:бар\s+ма|көрсет\w*))?",
    r"баска\s+тус\w*(?:\s+бар\s+ма)?",
    r"қандай\s+түс\w*(?:\s+бар)?",
    r"(?:do\s+you\s+have\s+(?:it\s+)?|show\s+(?:me\s+)?)?(?:in\s+)?(?:other|another|different)\s+colou?rs?",
    r"(?:what|which)\s+colou?rs?(?:\s+(?:are\s+there|do\s+you\s+have))?",
)
_GREETING = _whole(
    r"/start(?:\s+\S+)?",
    r"привет\w*",
    r"здравству\w+",
    r"добр(?:ый|ое|ой)\s+(?:день|утро|вечер|ночи|дня)",
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
    r"hey(?:\s+there)?",
    r"good\s+(?:morning|afternoon|evening|day)",
    r"начать",
    r"бастау",
    r"start",
    r"қалайсыз",
    r"как\s+дела",
)
_THANKS = _whole(
    r"(?:большое\s+|огромное\s+)?спасиб\w*(?:\s+(?:большое|огромное|за\s+помощь|за\s+ответ))?",
    r"благодар\w+(?:\s+вас)?",
    r"спс",
    r"(?:көп\s+|үлкен\s+)?рахмет\w*",
    r"рақмет\w*",
    r"ракмет\w*",
    r"(?:коп\s+)рахмет",
    r"thanks?(?:\s+(?:you|a\s+lot|so\s+much|very\s+much))*",
    r"thx",
    r"cheers",
    r"(?:👍|🙏|❤️|😊)+",
)
_GOODBYE = _whole(
    r"до\s+свидания",
    r"пока",
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
_ACKNOWLEDGED = _whole(
    r"ок(?:ей|ей)?",
    r"ok(?:ay)?",
    r"хорошо",
    r"понятно",
    r"понял\w*",
    r"ясно",
    r"ладно",
    r"да",
    r"угу",
    r"ага",
    r"нет",
    r"не\s+надо",
    r"жақсы",
    r"жаксы",
    r"түсінікті",
    r"түсіндім",
    r"иә",
    r"ия",
    r"жоқ",
    r"жок",
    r"yes",
    r"no",
    r"sure",
    r"great",
    r"got\s+it",
    r"супер",
    r"отлично",
    r"класс\w*",
    r"керемет",
    r"тамаша",
    r"👌+",
    r"подумаю",
    r"я\s+подумаю",
    r"ойланамын",
)
_DETAILS = _whole(
    r"(?:а\s+)?(?:по)?подробнее",
    r"подробно",
    r"расскажи(?:те)?(?:\s+(?:подробнее|о\s+н[её]м|о\s+ней|про\s+него|про\s+не[её]|поподробнее))*",
    r"(?:покажи(?:те)?\s+)?(?:фото\w*|характеристики|размеры?|описание)",
    r"какие?\s+(?:у\s+него\s+|у\s+не[её]\s+)?размеры?",
    r"толығырақ",
    r"толыгырак",
    r"толық(?:тау)?",
    r"(?:more\s+)?details?",
    r"more\s+info(?:rmation)?",
    r"tell\s+me\s+more(?:\s+about\s+(?:it|this))?",
    r"сипаттамасы?",
    r"өлшем(?:і|дері)",
)

_ORDER_OF_INTENTS: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (Intent.ANGRY, _ANGRY),
    (Intent.ORDER_PROBLEM, _ORDER),
    (Intent.MANAGER, _MANAGER),
    (Intent.ORDERING, _ORDERING),
    (Intent.HELP, _HELP),
    (Intent.CATEGORIES, _CATEGORIES),
    (Intent.OTHER_COLOUR, _OTHER_COLOUR),
    (Intent.MORE, _MORE),
    (Intent.CHEAPER, _CHEAPER),
    (Intent.DEARER, _DEARER),
    (Intent.DETAILS, _DETAILS),
    (Intent.GREETING, _GREETING),
    (Intent.THANKS, _THANKS),
    (Intent.GOODBYE, _GOODBYE),
    (Intent.ACKNOWLEDGED, _ACKNOWLEDGED),
    (Intent.SERVICE_QUESTION, _SERVICE),
)

_READ = 500
"""Characters that are read: nobody asks for «ещё» in a page of text, and the patterns stay quick."""

CHEAP = _phrases(
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


def find_intent(text: str) -> Intent | None:
    """What a phrase of ours tells, or ``None``: then it is a search, or not understood."""
    text = text[:_READ]
    if find_ordinal(text) is not None:
        return Intent.SHOW_NUMBER
    return next((intent for intent, pattern in _ORDER_OF_INTENTS if pattern.search(text)), None)
