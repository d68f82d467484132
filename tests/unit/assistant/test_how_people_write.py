"""What people really write to a shop: in a hurry, with typing errors, dictated, angry, haggling, in slang."""

from __future__ import annotations

import pytest

from shared.assistant.offline.understanding import SearchWords, read_search, readable
from shared.assistant.skill import Said
from shared.assistant.skills.cart.phrases import LineWords
from tests.doubles.skills import skills_of_a_shop

SKILLS = skills_of_a_shop()


def wish(text: str) -> str | None:
    understood = SKILLS.understand(Said(readable(text), implied_thousands=True))
    return None if understood is None else understood.name


WISHES: dict[str, tuple[str, ...]] = {
    "greeting": (
        "здраствуйте",
        "здрасте",
        "ку",
        "приветик",
        "прив",
        "хай",
        "даров",
        "добрый",
        "день добрый",
        "ау, есть кто?",
        "вы тут?",
        "сәлем балам",
        "армысыз",
        "hiya",
        "yo",
        "anyone there?",
        "how are you?",
    ),
    "thanks": (
        "спс",
        "пасиб",
        "спасибо вам большое",
        "нет, спасибо",
        "🙏",
        "❤️",
        "рахмет балам",
        "жоқ, рахмет",
        "ty",
        "no thanks",
        "thanks a lot mate",
    ),
    "acknowledged": (
        "👍",
        "👍👍",
        "👍🏽",
        "ок",
        "окей",
        "ясненько",
        "ого",
        "лол",
        "хахаха",
        "ахахах",
        "топ",
        "круто",
        "норм",
        "🔥🔥",
        "😂",
        "хмм",
        "нет",
        "неа",
        "я ещё подумаю",
        "потом напишу",
        "жоқ",
        "керек емес",
        "болды",
        "lol",
        "cool",
        "maybe later",
        "just looking",
        "nope",
        "түсіндім",
        "ладненько",
    ),
    "agreed": ("да", "ага", "конечно", "давайте", "иә", "әрине", "yes", "yeah", "sure"),
    "help": ("ты бот?", "вы бот?", "я не понимаю", "что мне писать?", "түсінбедім", "I don't understand"),
    "phone_number": ("+77015556677", "8 701 555-66-77"),
    "displeased": ("👎", "😡😡", "отстой", "ты тупой"),
    "cheaper": (
        "есть что-нибудь подешевле?",
        "а что подешевле?",
        "дороговато",
        "дорого",
        "капец дорого",
        "чё так дорого",
        "очень дорого для меня",
        "а попроще?",
        "не по карману",
        "арзанырағы бар ма",
        "арзанырағы жоқ па?",
        "тым қымбат екен",
        "қымбат қой",
        "something cheaper?",
        "is there anything less expensive",
        "so expensive",
    ),
    "more": ("есче", "исчо", "ешё", "нет, лучше другой", "другой вариант", "не нравится", "не то, покажи другие"),
    "price": (
        "сколько стоит?",
        "сколко стоит",
        "скока стоит",
        "почём?",
        "а цена?",
        "какая цена",
        "сколько это стоит",
        "а сколько он стоит?",
        "а второй сколько?",
        "сколько стоит первый",
        "қанша тұрады",
        "бағасы қанша?",
        "екіншісі қанша тұрады",
        "how much?",
        "how much is it",
        "how much is the first one?",
        "price?",
    ),
    "about_product": (
        "а он раскладывается?",
        "из чего он сделан?",
        "какой у неё размер?",
        "какие габариты?",
        "а ширина?",
        "из какого материала?",
        "он мягкий?",
        "сколько он весит?",
        "бұл неден жасалған?",
        "ол жинала ма?",
        "is it comfortable?",
        "what is it made of?",
        "does it fold?",
        "what are the dimensions?",
        "размеры и вес",
        "раскладывается?",
        "из чего?",
        "у него есть подлокотники?",
        "does it have armrests?",
    ),
    "service_question": (
        "а доставка сколько?",
        "сколько стоит доставка",
        "до скольки работаете?",
        "в воскресенье работаете?",
        "вы открыты?",
        "в рассрочку можно?",
        "do you have instalments?",
        "каспи ред есть?",
        "картой можно?",
        "а скидку сделаете?",
        "а если два возьму, скинете?",
        "за 30 отдадите?",
        "последняя цена?",
        "торг уместен?",
        "у конкурентов дешевле",
        "промокод есть?",
        "где ваш магазин?",
        "можно вернуть, если не подойдёт?",
        "за сколько дней привезёте?",
        "на этаж поднимете?",
        "дайте номер телефона",
        "дүкен қай жерде",
        "дүкендеріңіз қайда?",
        "нешеге дейін істейсіздер",
        "жеңілдік бар ма",
        "бөліп төлеуге бола ма",
        "жеткізу қанша тұрады",
        "қашан жеткізесіз",
        "түсіріп бересіз бе",
        "do you take Apple Pay?",
        "are you open on Sunday?",
        "can I return it if I don't like it?",
        "can I pay by card?",
        "do you accept credit cards?",
        "скиньте номер",
        "сколько скинете?",
        "where is your shop?",
        "what is your best price?",
        "what about delivery?",
    ),
    "order_problem": (
        "вы обещали привезти вчера!!!",
        "уже неделю жду",
        "жду вторую неделю",
        "до сих пор не привезли",
        "никто не перезвонил",
        "привезли не тот цвет",
        "не хватает деталей",
        "диван поцарапан",
        "тапсырысым әлі келмеді",
        "бір апта күтіп отырмын",
        "still waiting",
        "my sofa never arrived",
        "you sent the wrong colour",
        "wrong item delivered",
        "not delivered yet",
        "still waiting for my order",
        "привезли диван с царапинами",
        "пришёл стол весь в царапинах",
        "на моём диване царапина",
        "стол весь в царапинах",
        "заказа до сих пор нет",
        "до сих пор нет курьера",
        "диван сынық",
    ),
    "angry": ("верните деньги", "вы издеваетесь?", "сколько можно ждать", "ұятсыздар", "this is ridiculous"),
    "manager": (
        "можно оператора",
        "позови человека",
        "человека позовите",
        "позвоните мне",
        "свяжитесь со мной",
        "хочу поговорить с кем-нибудь",
        "не бот",
        "адам шақырыңыз",
        "қоңырау шалыңызшы",
        "customer service please",
        "мне нужен человек",
        "человека можно?",
        "дайте человека",
    ),
    "start_checkout": (
        "оформить",
        "let's order",
        "давайте оформим",
        "оформляем заказ",
        "тапсырыс берейін",
        "I'll order it",
    ),
    "order_status": ("где мой заказ?", "когда привезут мой диван?", "когда доставят?", "where is my order?"),
    "cancel_order": ("отмените заказ", "отмените мой заказ", "хочу отменить заказ", "cancel the order"),
}


@pytest.mark.parametrize(("text", "expected"), [(text, name) for name, texts in WISHES.items() for text in texts])
def test_a_message_of_daily_life_is_understood(text: str, expected: str) -> None:
    assert wish(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("беру", "add_to_cart", LineWords()),
        ("ладно беру первый", "add_to_cart", LineWords(place=1)),
        ("беру второй диван", "add_to_cart", LineWords(place=2, words="диван")),
        ("давайте две", "add_to_cart", LineWords(quantity=2, in_pieces=True)),
        ("I'd like two", "add_to_cart", LineWords(quantity=2, in_pieces=True)),
        ("две штуки", "add_to_cart", LineWords(quantity=2, in_pieces=True)),
        ("екі дана алайын", "add_to_cart", LineWords(quantity=2, in_pieces=True)),
        ("бірінші диванды себетке сал", "add_to_cart", LineWords(place=1, words="диванды")),
        ("уберите стул", "remove_named", LineWords(words="стул")),
        ("remove the desk", "remove_named", LineWords(words="desk")),
        ("диванды алып тастаңызшы", "remove_named", LineWords(words="диванды")),
    ],
)
def test_a_line_of_the_cart_is_meant(text: str, name: str, line: LineWords) -> None:
    understood = SKILLS.understand(Said(readable(text), implied_thousands=True))
    assert understood is not None
    assert (understood.name, understood.read) == (name, line)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("диван до двухсот тысяч", None, 200_000),
        ("диван за двести пятьдесят тысяч", None, 250_000),
        ("кресло от ста до двухсот тысяч", 100_000, 200_000),
        ("шкаф до полмиллиона", None, 500_000),
        ("кухня до полутора миллионов", None, 1_500_000),
        ("диван за полтора миллиона", None, 1_500_000),
        ("диван до миллиона", None, 1_000_000),
        ("диван до 200 тыщ", None, 200_000),
        ("диван до 200к", None, 200_000),
        ("екі жүз мыңға дейін диван", None, 200_000),
        ("жүз елу мыңға дейін кресло", None, 150_000),
        ("диван жарты миллионға дейін", None, 500_000),
        ("sofa under two hundred thousand", None, 200_000),
        ("a bed for one hundred and fifty thousand", None, 150_000),
        ("диван 0,5 млн", None, 500_000),
        ("диван до 2\u00a0млн", None, 2_000_000),
        ("диван до 2  млн", None, 2_000_000),
        ("диван до 3х миллионов", None, 3_000_000),
        ("диван до 2-х  млн", None, 2_000_000),
        ("кухня до двух с половиной миллионов", None, 2_500_000),
        ("кухня до 2 с половиной миллионов", None, 2_500_000),
        ("екі жарым миллионға дейін ас үй", None, 2_500_000),
        ("кухня до миллиона двести тысяч", None, 1_200_000),
        ("кухня за два миллиона двести тысяч", None, 2_200_000),
        ("кухня за два миллиона и двести тысяч", None, 2_200_000),
        ("кухня до полутора млн", None, 1_500_000),
        ("кухня от одного до двух миллионов", 1_000_000, 2_000_000),
        ("бір миллион екі жүз мыңға дейін", None, 1_200_000),
        ("от миллиона до двух миллионов", 1_000_000, 2_000_000),
        ("диван двести-триста тысяч", 200_000, 300_000),
        ("екі жүз мен үш жүз мың арасында", 200_000, 300_000),
        ("стол на шесть до ста тысяч", None, 100_000),
        ("диван на два до ста тысяч", None, 100_000),
        ("стол на 6 до 100 тысяч", None, 100_000),
        ("сколько он тысяч стоит", None, None),
        ("он бес мыңға дейін үстел", None, 15_000),
    ],
)
def test_a_price_in_words_is_a_price(text: str, low: int | None, high: int | None) -> None:
    searched = read_search(readable(text), implied_thousands=True)
    assert (searched.price_min, searched.price_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("шкаф ширина до 200 см", "шкаф ширина до 200 см"),
        ("стол на 6 человек", "стол 6 человек"),
        ("два стула", "два стула"),
        ("екі адамдық төсек", "екі адамдық төсек"),
        ("one seat sofa", "seat sofa"),
    ],
)
def test_sizes_and_pieces_are_no_prices(text: str, words: str) -> None:
    searched = read_search(readable(text), implied_thousands=True)
    assert (searched.price_min, searched.price_max, searched.words) == (None, None, words)


@pytest.mark.parametrize(
    "text",
    [
        "диван раскладной",
        "у вас есть диван, который раскладывается?",
        "стол из дерева",
        "открытый стеллаж",
        "кресло для компа",
        "нужен шкаф купе",
        "кровать с подъёмным механизмом",
        "сколько стоит диван Осло?",
        "раскладной стол на кухню",
        "белый комод с ящиками",
        "do you have a red sofa?",
        "төсек бар ма?",
        "кресло для одного человека можно?",
        "кровать на одного человека можно",
        "2 человека можно?",
        "нужен человеку с больной спиной матрас",
        "есть диван с обивкой без царапин?",
        "защита от царапин",
        "wrong size, show bigger",
        "still waiting for photo",
        "does it come with cushions or not come with",
        "сынық емес диван",
        "на складе до сих пор нет красного?",
        "скиньте фото дивана",
        "скинете каталог диванов",
        "card table",
        "раскладной",
        "кожаный",
        "деревянный",
        "из кожи",
        "с ящиком",
        "мягкий",
        "leather",
        "soft cover",
        "есть ли у них стулья",
        "do they sell beds",
        "is it possible to see chairs?",
        "can i see this week sofas?",
    ],
)
def test_goods_are_searched_for(text: str) -> None:
    understood = SKILLS.understand(Said(readable(text), implied_thousands=True))
    assert understood is not None
    assert (understood.name, type(understood.read)) == ("search", SearchWords)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("фото түсіріп жіберіңіз", "details"),
        ("скиньте фото", "details"),
        ("дайте номер 2", "show_number"),
    ],
)
def test_a_wish_to_see_a_product_is_no_matter_for_the_staff(text: str, expected: str) -> None:
    assert wish(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("удалите мои данные", "forget_me"),
        ("delete my data", "forget_me"),
        ("менің деректерімді өшіріңіз", "forget_me"),
        ("удалите мои предпочтения", "forget_tastes"),
        ("уберите доставку", "service_question"),
        ("удалите заказ и позовите менеджера", "manager"),
    ],
)
def test_a_name_to_remove_is_weaker_than_what_other_words_mean(text: str, expected: str) -> None:
    assert wish(text) == expected
