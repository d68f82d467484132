"""Words of complaint, of trouble with an order, and of wishes for a person or for what only the staff knows."""

from __future__ import annotations

from shared.assistant.offline.phrasing import anywhere, either, whole

__all__ = ["ANGRY", "DISPLEASED", "MANAGER", "ORDER", "SERVICE", "haggles"]

ANGRY = anywhere(
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
    r"издева\w+",
    r"бессовестн\w+",
    r"кидал[аоы]\w*",
    r"(?:подам|пойду)\s+в\s+суд",
    r"прав\w*\s+потребител\w+",
    r"сколько\s+можно\s+ждать",
    r"ұятсыз\w*",
    r"сотқа\s+бер\w*",
    r"алдап\s+\w+",
    r"unacceptable",
    r"ridiculous",
    r"disgusting",
    r"rip-?off",
)
DISPLEASED = whole(
    r"👎|😡|🤬|😠|😤|💩",
    r"плохо|фу+|отстой|(?:ты\s+)?туп(?:ой|ит|ите)(?:\s+бот)?",
    r"жаман",
    r"bad|useless",
)
"""Out of humour, without saying why."""

_RECEIVED = (
    r"(?:пришл[аио]|приш[её]л|приехал[аио]?|привезли|прислали|доставили|получил[аи]?|купил[аи]?"
    r"|мо(?:й|я|[её]|и|его|ей|[её]м|их)|у\s+меня)"
)
"""A thing that somebody has, unlike one asked for: a defect of it is trouble with an order."""
_NOT_HERE = (
    r"(?:привез\w+|приш\w+|приехал\w*|достав\w+|отправ\w+|получил\w*|перезвон\w+|позвон\w+|ответил\w*|вернул\w*)"
)
_AWAITED = r"(?:мо(?:его|ей|их)|заказа|доставки|курьера|ответа|звонка|денег)"
ORDER = anywhere(
    r"(?:мой\s+)?заказ\w*\s+(?:так\s+и\s+)?не\s+(?:приш[её]л|привезли|доставили)",
    r"не\s+привезли",
    r"не\s+доставили",
    r"бракованн\w+",
    r"брак",
    r"сломал\w+",
    r"пришл[аои]\s+не\s+т\w+",
    r"вернуть\s+(?:товар|покупк\w+|заказ)",
    r"возврат\w*",
    r"обещали\s+(?:\w+\s+){0,2}(?:привез\w+|достав\w+|при(?:ехать|йти|слать)|позвонить|завтра|вчера|сегодня)",
    r"(?:уже\s+)?(?:\w+\s+)?(?:недел\w+|месяц\w*|дн(?:я|ей)|день|час\w*)\s+(?:уже\s+)?жд[уёе]м?",
    r"жд[уёе]м?\s+(?:уже\s+)?(?:(?:втор|трет|четв[её]рт|пят)\w+\s+)?(?:\w+\s+)?(?:недел\w+|месяц\w*|дн(?:я|ей)|день)",
    rf"до\s+сих\s+пор\s+(?:мне\s+|нам\s+)?(?:не\s+{_NOT_HERE}|нет\s+{_AWAITED})",
    rf"{_AWAITED}\s+(?:\w+\s+)?до\s+сих\s+пор\s+нет",
    r"так\s+и\s+не\s+(?:привез\w+|приш\w+|достав\w+|перезвон\w+|приехал\w*)",
    r"никто\s+не\s+(?:приехал|перезвонил|позвонил|отвечает|звонит)",
    r"(?:привезли|прислали)\s+(?:не\s+т\w+|друго\w+|чужо\w+)",
    r"не\s+хватает\s+(?:деталей|детали|болтов|фурнитуры|ножк\w+)",
    r"(?<!не\s)(?:поцарапан\w*|порван\w*|поврежд[её]н\w*)",
    rf"{_RECEIVED}(?:\s+(?!без(?!\w))\w+){{0,4}}\s+царапин\w*",
    rf"царапин\w*\s+на\s+{_RECEIVED}|(?:весь|вся|вс[её])\s+в\s+царапинах",
    r"тапсырыс(?:ым)?\s+(?:әлі\s+)?(?:келмеді|келген\s+жоқ|келмей\s+жатыр)",
    r"әлі\s+(?:келмеді|келген\s+жоқ|жеткізбеді\w*|әкелмеді\w*)",
    r"(?:апта|ай|күн)\s+күтіп\s+(?:отырмын|жүрмін|жатырмын)",
    r"сынып\s+қалды|(?:сынық|ақаулы)(?!\s+емес)|ақауы\s+бар",
    r"(?:arrived|came)\s+(?:broken|damaged)",
    r"still\s+waiting(?!\s+for(?!\s+(?:my|our|it|delivery|the\s+(?:order|delivery|courier|parcel|goods))(?!\w)))",
    r"(?:has\s+not|hasn't|have\s+not|haven't|never|did\s+not|didn't)\s+(?:been\s+)?(?:arrived?|come|delivered)"
    r"(?!\s+(?:with|in)(?!\w))",
    r"not\s+(?:been\s+)?(?:arrived|delivered)",
    r"(?:sent|got|received|delivered|brought|came|arrived)\s+(?:\w+\s+){0,2}wrong\s+(?:item|colou?r|size|product)",
    r"wrong\s+(?:item|colou?r|size|product)\s+(?:was\s+)?(?:sent|delivered|brought|came|arrived)",
    r"missing\s+(?:parts?|screws?)",
    r"you\s+promised",
    r"return\s+(?:the|my|an)\s+\w+",
)

_ASKED_FOR = anywhere(
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
    r"(?:по|на)бер(?:и|ите)\s+(?:мне|меня)|позвони(?:те)?(?:\s+мне)?|свяжитесь(?:\s+со\s+мной)?",
    r"человека(?:\s+\w+)?\s+позов\w+",
    r"(?:поговорить|пообщаться)\s+с\s+(?:кем-?(?:нибудь|то)|вами\s+по\s+телефону)",
    r"не\s+(?:с\s+)?бот(?:ом|а)?|с\s+живым",
    r"перезвоните\w*",
    r"адаммен",
    r"тірі\s+адам\w*",
    r"адам(?:ды)?\s+шақыр\w*|адамға\s+қос\w*|хабарласыңыз(?:шы)?|қоңырау\s+шал(?:ыңыз|ыңызшы|шы)",
    r"қызметкер\w*",
    r"сатушы\w*",
    r"(?:talk|speak|chat)\s+(?:to|with)\s+(?:a\s+|an\s+)?(?:human|person|someone|somebody|agent|manager|operator)",
    r"managers?",
    r"operator",
    r"human",
    r"real\s+person",
    r"call\s+me(?:\s+back)?",
    r"support\s+agent|representative|customer\s+(?:service|support)",
)

_PERSON = whole(
    r"человека(?:\s+\w+)?\s+(?:дайте|можно)",
    r"(?:мне\s+|нам\s+)?(?:дайте|можно|нужен|нужна)\s+(?:мне\s+|нам\s+)?человек[ау]?",
)
"""Only alone: «кресло для одного человека можно?» asks for an armchair."""
MANAGER = either(_ASKED_FOR, _PERSON)

SERVICE = anywhere(
    r"доставк\w+",
    r"достав(?:ка|ку)?ет\w*",
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
    r"(?:до|со?|во)\s+скольк[иь]х?(?:\s+(?:вы|часов))?",
    r"вы\s+(?:открыты|закрыты|откроетесь|закрываетесь)|открываетесь|закрываетесь",
    r"(?:в|по)\s+(?:воскресень[еям]+|суббот[уам]+|выходны[еми]+)",
    r"где\s+(?:ваш|находится|у\s+вас)(?:\s+(?:ваш|сам))?\s*(?:магазин|салон|склад|офис)?",
    r"можно\s+(?:ли\s+)?(?:вернуть|обменять|посмотреть\s+(?:вживую|в\s+магазине))",
    r"(?:если\s+)?не\s+подойд[её]т",
    r"обмен(?:ять|яете)?",
    r"картой|наличн\w+|налом|безнал\w*|юр\.?\s?лиц\w*|счет-?фактур\w*|ндс",
    r"оптом|оптов\w+",
    r"установк\w+|подъ[её]м\w*\s+на\s+этаж|этаж|заносите|поднимете",
    r"(?:через|за)\s+сколько\s+(?:дней|привез\w+)|срок\w*",
    r"на\s+заказ|образц\w+|парковк\w+|инстаграм\w*|сайт\w*|ваканси\w+",
    r"(?:дайте|какой|есть|скиньте)\s+(?:\w+\s+)?(?:номер|телефон)(?!\s*№?\s*\d)(?:\s+\w+)?",
    r"(?:режим|время|часы)\s+работы",
    r"работаете",
    r"телефон\w*\s+(?:магазина|для\s+связи)",
    r"ваш\s+телефон",
    r"скидк\w+",
    r"скидо[нч]\w*",
    r"промо-?код\w*|купон\w*|бонус\w*|к[еэ]шб[еэ]к\w*",
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
    r"жұмыс\s+(?:уақыт\w*|кестес\w*|істей\w+)|жұмыссыз\w*",
    r"(?:нешеге|сағат\s+нешеге)\s+дейін|сағат\s+нешеде|нешеде\s+\w+",
    r"ашықсыз(?:дар)?|жабықсыз(?:дар)?|ашық\s+па|демалыс\s+күн\w*|жексенбіде|сенбіде",
    r"қайда\s+орналас\w+|қай\s+жерде(?:сіздер|сіз)?|(?:дүкен\w*|дукен\w*)\s+(?:қайда|кайда|қай|кай)",
    r"жеңілдік\w*|женилдик\w*",
    r"қайтаруға|айырбаста\w*|несие\w*|картамен|қолма-?қол|аударым\w*",
    r"қашан\s+(?:жеткіз|әкел)\w*|қанша\s+күн(?:де|нен)?|орнату\w*|құрастыр(?:ып|у|асыз)\w*",
    r"deliver(?:y|ies|ed)?",
    r"ship(?:ping|ped)?",
    r"payment",
    r"pay",
    r"install?ments?|financing",
    r"warranty",
    r"address",
    r"(?:opening|working|business)\s+(?:hours|times)",
    r"are\s+you\s+(?:open|closed)|when\s+do\s+you\s+(?:open|close)|what\s+time\s+do\s+you\s+\w+|open\s+(?:on|until|till|today)",
    r"where\s+(?:are\s+you|is\s+(?:your|the)\s+(?:shop|store|showroom))(?:\s+located)?",
    r"can\s+i\s+(?:return|exchange)|return\s+(?:policy|it|them)|what\s+if\s+(?:it|i)\s+(?:doesn't|don't)\s+(?:fit|like)",
    r"(?:credit|debit|bank)\s+cards?|(?:by|with|accept|take)\s+(?:\w+\s+)?cards?|cards?(?=\W*$)|cash|invoice|apple\s+pay",
    r"guarantee|wholesale|parking|your\s+(?:website|phone|number)|phone\s+number|in\s+person",
    r"promo\s*code|coupon",
    r"discounts?",
    r"assembly",
)
_HAGGLING = anywhere(
    r"скин(?:ете|ешь|ьте|уть|ут)",
    r"уступ(?:ите|ишь|ить|ка|ку)",
    r"торг(?:уетесь|оваться|уместен)?|поторгу\w+",
    r"последн\w+\s+цен\w+",
    r"отдад(?:ите|ишь|им)",
    r"у\s+конкурентов|(?:в\s+другом\s+магазине|у\s+других)\s+дешевле|(?:нашл[аи]|наш[её]л|видел[аи]?)\s+дешевле",
    r"түсір(?:іп|есіз|іңіз)\w*(?:\s+бер\w*)?|соңғы\s+баға\w*|саудаласу\w*",
    r"(?:best|last|lowest|final)\s+price|negotiable|lower\s+the\s+price",
)
"""Wishes for another price, which no search can meet, whatever sum they name."""
_SENT = r"(?:фот\w+|видео\w*|картинк\w+|каталог\w*|ссылк\w+|прайс\w*|сурет\w*|размер\w*|описани\w+)"
_SEND = r"(?:скин(?:ете|ешь|ьте|уть|ут)|түсір\w+)"
_SENDING = anywhere(rf"{_SEND}(?:\s+\w+){{0,2}}?\s+{_SENT}", rf"{_SENT}(?:\s+\w+){{0,2}}?\s+{_SEND}")
"""«скиньте фото» asks to send something, not to lower a price."""


def haggles(text: str) -> bool:
    """Whether another price is asked for: «скинете?», but not «скиньте фото дивана»."""
    return _HAGGLING.search(_SENDING.sub(" ", text)) is not None
