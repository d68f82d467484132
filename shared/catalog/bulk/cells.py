"""From the text of one cell to a value, and from a value to a cell that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from decimal import Decimal

from shared.catalog.bulk.texts import TEXTS
from shared.catalog.colours import Colour, colours_of_text
from shared.catalog.schemas import MAX_PRICE, Availability
from shared.kernel.languages import Language
from shared.kernel.money import Money, minor_digits, minor_of, symbol_of

__all__ = [
    "availability_of",
    "availability_text",
    "colours_of",
    "flag_of",
    "flag_text",
    "minor_units_of",
    "neutralised",
    "price_of",
    "price_text",
    "quantity_of",
    "restored",
]

# A cell that begins so is run as a formula by some spreadsheet (OWASP, "CSV Injection"); full-width signs as well.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NOISE = re.compile(r"[\s\u00a0\u202f'’]|тенге|теңге|тг\.?|kzt|₸|руб\.?|rub|₽|usd|\$|eur|€", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?")
_GROUPED = re.compile(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d+))?")
_LONGEST_PRICE = 20
_QUANTITY = re.compile(r"(\d{1,10})(?:[.,]0+)?")

_AVAILABILITY: dict[Availability, str] = {
    Availability.IN_STOCK: "есть|да|имеется|есть в наличии|available|yes|бар|иә|true|+",
    Availability.ON_ORDER: "заказ|на заказ|под заказ|предзаказ|order|preorder|made to order|тапсырыспен",
    Availability.OUT_OF_STOCK: "нет|отсутствует|закончился|нет в наличии|no|sold out|unavailable|"
    "жоқ|таусылды|false|-",
}
_YES = "да|yes|true|1|+|иә|on|истина|y|д"
_NO = "нет|no|false|0|-|жоқ|off|ложь|n|н"


def neutralised(text: str) -> str:
    """The text with an apostrophe before it where it would be run as a formula; ``restored`` takes it away."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """The text that ``neutralised`` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def price_of(text: str) -> str | None:
    """The cell of a price as it is, to be read once its currency is known; ``None`` where it names no number."""
    return text if re.search(r"\d", text) else None


def minor_units_of(text: str, currency: str) -> int | None:
    """A price in minor units: «149 990», «149990,50 ₸», "1,299.50"; ``None`` where it cannot be told.

    A point with three digits behind it parts thousands, unless the currency has thousandths.
    """
    signs = "|".join(map(re.escape, (currency, symbol_of(currency))))
    plain = _NOISE.sub("", re.sub(signs, "", text, flags=re.IGNORECASE))
    count = minor_digits(currency)
    number, grouped = _NUMBER.fullmatch(plain), _GROUPED.fullmatch(plain)
    if number and _fits(number[2], count):
        whole, part = number[1], number[2]
    elif grouped and _fits(grouped[3], count):
        whole, part = re.sub(r"[.,]", "", grouped[1]), grouped[3]
    else:
        return None
    minor = minor_of(Decimal(f"{whole}.{part or 0}"), currency) if len(whole) <= _LONGEST_PRICE else MAX_PRICE + 1
    return minor if minor <= MAX_PRICE else None


def _fits(part: str | None, count: int) -> bool:
    """Whether the currency has so many digits behind the point; noughts beyond tell nothing."""
    return part is None or len(part) <= count or (len(part) <= max(count, 2) and not part[count:].strip("0"))


def price_text(price: Money) -> str:
    """A price as ``minor_units_of`` reads it, without separators of thousands."""
    count = minor_digits(price.currency)
    whole, part = divmod(price.minor, 10**count)
    return f"{whole}.{part:0{count}d}" if part else str(whole)


def quantity_of(text: str) -> int | None:
    """A number of pieces: «5», «5,0», «1 200 шт»; ``None`` where it is no whole number."""
    match = _QUANTITY.fullmatch(re.sub(r"[\s\u00a0]|шт\.?|дана|pcs\.?", "", text, flags=re.IGNORECASE))
    number = int(match[1]) if match else -1
    return number if 0 <= number <= 2_147_483_647 else None


def availability_of(text: str) -> Availability | None:
    """A code of ours, or words for it in three languages."""
    return _AVAILABILITY_WORDS.get(_plain(text))


def availability_text(availability: Availability, language: Language) -> str:
    """The words for it."""
    return TEXTS.get(f"import.availability.{availability.value}", language)


def flag_of(text: str) -> bool | None:
    """Yes or no, in three languages and spreadsheets' own words."""
    return _FLAG_WORDS.get(_plain(text))


def flag_text(flag: bool, language: Language) -> str:
    """Yes or no."""
    return TEXTS.get("import.yes" if flag else "import.no", language)


def colours_of(text: str) -> tuple[Colour, ...] | None:
    """Colours between commas, as codes or words; ``None`` where a part names none."""
    found: dict[Colour, None] = {}
    for part in re.split(r"[,;/]", text):
        if part.strip():
            named = colours_of_text(part)
            if not named:
                return None
            found.update(dict.fromkeys(named))
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def _availability_words() -> dict[str, Availability]:
    found: dict[str, Availability] = {}
    for availability, words in _AVAILABILITY.items():
        titles = TEXTS.variants(f"import.availability.{availability.value}")
        found |= {_plain(word): availability for word in (availability.value, *titles, *words.split("|"))}
    return found


_AVAILABILITY_WORDS = _availability_words()
_FLAG_WORDS = {_plain(word): True for word in (*_YES.split("|"), *TEXTS.variants("import.yes"))} | {
    _plain(word): False for word in (*_NO.split("|"), *TEXTS.variants("import.no"))
}
