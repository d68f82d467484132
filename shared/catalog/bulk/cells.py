"""From the text of one cell to a value, and from a value to a cell that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from shared.catalog.bulk.texts import TEXTS
from shared.catalog.colours import Colour, colours_of_text
from shared.catalog.schemas import MAX_PRICE, Availability
from shared.kernel.languages import Language

__all__ = [
    "availability_of",
    "availability_text",
    "colours_of",
    "flag_of",
    "flag_text",
    "minor_units_of",
    "neutralised",
    "price_text",
    "quantity_of",
    "restored",
]

# A cell that begins so is run as a formula by some spreadsheet (OWASP, "CSV Injection"); full-width signs as well.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NOISE = re.compile(r"[\s\u00a0\u202f'’]|тенге|теңге|тг\.?|kzt|₸|руб\.?|rub|₽|usd|\$|eur|€", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d{1,2})?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?")
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


def minor_units_of(text: str) -> int | None:
    """A price in hundredths: «149 990», «149990,50 ₸», "1,299.50"; ``None`` where it cannot be told."""
    plain = _NOISE.sub("", text)
    if _GROUPED.fullmatch(plain):
        sign = next(letter for letter in plain if letter in ".,")
        plain = plain.replace(sign, "")
    elif not _NUMBER.fullmatch(plain):
        return None
    try:
        minor = Decimal(plain.replace(",", ".")) * 100
    except InvalidOperation:
        return None
    return int(minor) if minor <= MAX_PRICE else None


def price_text(minor: int) -> str:
    """A price as ``minor_units_of`` reads it, without separators of thousands."""
    whole, cents = divmod(minor, 100)
    return f"{whole}.{cents:02d}" if cents else str(whole)


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
