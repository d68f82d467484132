"""Words that mean the cart: put in, take out, how many, show it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shared.assistant.offline.ordinals import find_ordinal
from shared.assistant.offline.phrasing import anywhere, whole
from shared.assistant.offline.quantities import find_quantity
from shared.assistant.skill import Said

__all__ = [
    "CLEAR",
    "SHOW",
    "LineWords",
    "names_nothing",
    "read_addition",
    "read_named_removal",
    "read_quantity",
    "read_removal",
]

SHOW = whole(
    r"(?:покажи(?:те)?\s+|открой(?:те)?\s+|открыть\s+|моя\s+|мою\s+|посмотреть\s+)*корзин[ауы]",
    r"что\s+(?:у\s+меня\s+)?в\s+корзине",
    r"себет(?:ім(?:ді)?|ті)?(?:\s+(?:көрсет\w*|корсет\w*|аш\w*))?",
    r"себет(?:ім)?де\s+не\s+бар",
    r"(?:(?:show|open|view|see)\s+)?(?:me\s+)?(?:my\s+|the\s+)?(?:cart|basket)",
    r"what(?:'s|\s+is)\s+in\s+(?:my|the)\s+(?:cart|basket)",
)
CLEAR = whole(
    r"(?:очисти(?:те|ть)?|опустоши(?:те)?|сбрось(?:те)?)\s+(?:мою\s+)?корзину",
    r"(?:удали(?:те|ть)?|убери(?:те)?|убрать)\s+вс[её]\s+(?:из\s+корзины)?",
    r"себетті\s+(?:тазала\w*|босат\w*)",
    r"(?:clear|empty)\s+(?:my\s+|the\s+)?(?:cart|basket)",
)

_INTO_CART = anywhere(
    r"в\s+(?:мою\s+)?корзин[уы]",
    r"корзинаға",
    r"себетке",
    r"себетіме",
    r"(?:in)?to\s+(?:my\s+|the\s+)?(?:cart|basket)",
)
_FROM_CART = anywhere(
    r"из\s+(?:моей\s+)?корзины",
    r"себет(?:ім)?(?:тен|нен)",
    r"себеттен",
    r"from\s+(?:my\s+|the\s+)?(?:cart|basket)",
)
_PUT = re.compile(
    r"добав(?:ь|ьте|ить|им|ляй|ляйте)|полож(?:и|ите|ить|им)|клад(?:и|ите|у)|закин(?:ь|ьте)|отправ(?:ь|ьте)|"
    r"қос(?:ыңыз|ыңызшы|шы)?|кос(?:ыныз)?|сал(?:ыңыз|шы)?|add|put",
    re.IGNORECASE,
)
_TAKE = re.compile(
    r"беру|возьму|возьм[её]м|бер[её]м|куплю|покупаю|заверните|аламын|алам|алайын|сатып|take|i'll|get",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"убер(?:и|ите)|убрать|удал(?:и|ите|ить)|выкин(?:ь|ьте)|исключ(?:и|ите)|алып|таста(?:ңыз|ңызшы|шы)?|өшір(?:іңіз|іңізші)?|remove|delete|take|out",
    re.IGNORECASE,
)
_SURELY_REMOVE = re.compile(
    r"убер(?:и|ите)|убрать|удал(?:и|ите|ить)|выкин(?:ь|ьте)|исключ(?:и|ите)|таста(?:ңыз|ңызшы|шы)?|өшір(?:іңіз|іңізші)?|remove|delete",
    re.IGNORECASE,
)
"""Words that mean nothing but taking out, so that a name without «из корзины» will do."""
_SO_MANY = re.compile(r"дава(?:й|йте)|дайте|тогда|болса|онда|let's|i'd", re.IGNORECASE)
_SET = re.compile(
    r"сдела(?:й|йте|ть)|постав(?:ь|ьте|ить)|измени(?:те|ть)?|пусть|будет|количество|жаса(?:ңыз)?|болсын|саны|make|set|change|quantity",
    re.IGNORECASE,
)
_PIECES = re.compile(
    r"штук[иау]?|шт|таких|такие|такой|такую|такого|дана(?:сын)?|осындай(?:дан)?|мұндай|pieces?|pcs|items?|"
    r"of|these|those|them|such",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"это|этот|эту|эти|его|е[её]|их|мне|мой|мою|пожалуйста|пж|плиз|давай|давайте|ок|тогда|а|и|ну|ещ[её]|товар|"
    r"ладно|хорошо|отлично|супер|класс|круто|конечно|наверное|вот|так|уже|жақсы|жарайды|керемет|онда|енді|"
    r"all|right|great|fine|let's|i'd|like|"
    r"вариант|номер|№|в|на|до|я|хочу|то|да|осыны|мұны|оны|сол|маған|тауарды|тағы|өтінемін|мен|болса|иә|"
    r"it|this|that|the|one|ones|please|ok|okay|me|my|i|want|some|more|will|yes|and|just",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"номер|№|нөмір|number|no", re.IGNORECASE)
_AGAIN = re.compile(
    r"^\W*(?:(?:и|а|давай(?:те)?|ok|ок)\s+)*(?:ещ[её]|тағы)\s+\S+\W*$|^\W*(?:one|two|three)\s+more\W*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-'./][^\W_]+)*|№")
_ARTICLE = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[^\W\d_])[^\W_]+(?:[-./][^\W_]+)+|[^\W\d_]+(?:-[^\W_]+)*-?\d[\w-]*")
"""A word that looks like an article number: letters with digits («RUG-001», «AB12»)."""


@dataclass(frozen=True, slots=True)
class LineWords:
    """Which product of those spoken of, and how many pieces."""

    place: int | None = None
    """Its place from 1 in the list that was shown last."""
    quantity: int | None = None
    words: str = ""
    """Words that name it, where it is named."""
    in_pieces: bool = False
    """The quantity was told as such («2 штуки»); a bare number may as well be a place («добавь 2»)."""
    again: bool = False
    """More of what was added last («ещё один»)."""


def read_addition(said: Said) -> LineWords | None:
    """«добавь второй в корзину», «беру два», «два таких», «себетке қос», "add it to my cart"."""
    into_cart = _INTO_CART.search(said.text) is not None
    words = _WORD.findall(_INTO_CART.sub(" ", said.text))
    taken = any(_TAKE.fullmatch(word) for word in words)
    counted = any(find_quantity(word) for word in words)
    pieces = counted and (any(_PIECES.fullmatch(word) for word in words) or _AGAIN.match(said.text) is not None)
    so_many = (
        counted and any(_SO_MANY.fullmatch(word) for word in words) and not any(word.isdigit() for word in words)
    )
    # «добавь RUG-001» names the very product, and needs no word of the cart
    article = [word for word in words if _ARTICLE.fullmatch(word)]
    put = len(article) == 1 and any(_PUT.fullmatch(word) for word in words)
    if not (into_cart or taken or pieces or so_many or put) or any(
        _REMOVE.fullmatch(word) for word in words if word != "take"
    ):
        return None
    read = replace(_read(words, (_PUT, _TAKE)), again=_AGAIN.match(said.text) is not None)
    read = replace(read, in_pieces=read.in_pieces or (so_many and not taken))
    # «беру диван Осло» without a word of the cart is looked for first
    exact = len(article) == 1 and read.words == article[0]
    return read if into_cart or exact or not read.words or _is_the_kind_of(read) else None


def names_nothing(read: LineWords) -> bool:
    """«беру», «добавь в корзину»: which product, and how many, may follow."""
    return not (read.words or read.place or read.quantity or read.again)


def read_removal(said: Said) -> LineWords | None:
    """«убери второй из корзины», «убери это», "remove it from the cart"."""
    words = _WORD.findall(_FROM_CART.sub(" ", said.text))
    if not any(_REMOVE.fullmatch(word) for word in words):
        return None
    read = _read(words, (_REMOVE,))
    return read if _FROM_CART.search(said.text) or not read.words else None


def read_named_removal(said: Said) -> LineWords | None:
    """«уберите стул», which may as well be no matter of the cart: «уберите красные», «удалите переписку»."""
    words = _WORD.findall(said.text)
    read = _read(words, (_REMOVE,)) if any(_SURELY_REMOVE.fullmatch(word) for word in words) else None
    return read if read is not None and read.words else None


def _is_the_kind_of(read: LineWords) -> bool:
    """«беру второй диван»: the word beside the place may say what stands there; the products shown tell."""
    return read.place is not None and len(read.words.split()) == 1


def read_quantity(said: Said) -> int | None:
    """«сделай три», «пусть будет 2 штуки», "make it two": how many of what was added last."""
    words = _WORD.findall(said.text)
    if not any(_SET.fullmatch(word) for word in words):
        return None
    read = _read(words, (_SET,))
    return read.quantity if not read.words and read.place is None else None


def _read(words: list[str], verbs: tuple[re.Pattern[str], ...]) -> LineWords:
    place = quantity = None
    named: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if any(verb.fullmatch(word) for verb in verbs) or _PIECES.fullmatch(word):
            continue
        number = None if word.lower() == "one" and place is not None else find_quantity(word)
        if number is not None and _NUMBERED.fullmatch(before):
            place = number
        elif number is not None and quantity is None:
            quantity = number
        elif number is None and find_ordinal(word) is not None:
            place = find_ordinal(word)
        elif not _FILLER.fullmatch(word):
            named.append(word)
    return LineWords(place, quantity, " ".join(named), any(_PIECES.fullmatch(word) for word in words))
