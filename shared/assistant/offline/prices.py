"""Price bounds in a shopper's words, whatever the language: «от 50 до 120 тыс», "under 80k", «150 мыңға дейін»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from shared.assistant.offline.numerals import with_digits

__all__ = ["Amount", "PriceBounds", "find_amounts", "find_price_bounds"]


class _Bound(IntEnum):
    UP_TO = 1
    FROM = 2
    ABOUT = 3


_NOT_DIGITS = re.compile(r"\D")
_LIMIT = 10**12
"""Whole currency units above which a number is no price."""

_GAP = "[ \u00a0\u202f]"
_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f.,'\u2019]\d{3})+(?:[.,]\d{1,2})?(?!\d)"
    r"|\d+(?:[.,]\d{1,2})?(?!\d)"
)
_MILLION = r"млн|миллион(?:а|ов|нан|ға|ге)?|лям(?:а|ов)?|mln|million"
_THOUSAND = (
    r"тысячн\w+|тысяч(?:[аиуе]|ами)?|тыщ[ауи]?|тыс|т\.?\s?р|тр"
    r"|мың(?:ға|нан|дық)?|мын(?:га|нан|ға)?|thousand|тг?к|к|k|т(?=[\s.,!?)]|$)"
)
_CURRENCY = (
    r"₸|тенге(?:ге|ден)?|теңге(?:ге|ден|ні)?|тнг|тг|tenge|kzt|₽|руб(?:л(?:ей|я|ь|ям?))?|р(?=[\s.,!?)]|$)"
    r"|rub|\$|usd|долл(?:ар(?:а|ов)?)?|dollars?|€|eur(?:os?)?|евро"
)
_KAZAKH_CASE = r"-?(?:ға|ге|қа|ке|дан|ден|тан|тен|нан|нен|га|ге)(?!\w)"
_AMOUNT = re.compile(
    rf"(?<![\w#№])(?<![#№]\s)(?<![^\W\d]-)(?P<before>[₸$€₽]{_GAP}?)?(?P<number>{_NUMBER})"
    rf"(?:{_GAP}?(?:(?P<million>(?:{_MILLION})(?!\w)|м(?=\s*(?:тг|₸|тенге))|m(?!\w))"
    rf"|(?P<thousand>(?:{_THOUSAND})(?!\w)))\.?)?"
    rf"(?P<case1>{_KAZAKH_CASE})?"
    rf"(?:{_GAP}?(?P<currency>(?:{_CURRENCY})(?!\w))\.?)?(?P<case2>{_KAZAKH_CASE})?(?![\w])",
    re.IGNORECASE,
)
# what follows a number that counts or measures something else
_MEASURE = re.compile(
    r"^\s*-?(?:x|х|\*|×|%|см|мм|метр|м\b|м2|кг|гр\b|г\b|л\b|шт|мест|дверн|двер|секц|ящик|персон|чел|лет|год|ватт"
    r"|вт|дюйм|"
    r"дн|час|мин\b|cm|mm|kg|pcs|seat|door|drawer|person|people|years?|орынд|орын|адам|есік|дана|сантиметр|процент)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s()-]*\d){10,14}(?!\d)")

_FROM = (
    r"от|с|со|не\s+дешевле|дороже|больше|более|не\s+меньше|не\s+менее|минимум|мин\.?|свыше|выше|начиная\s+с"
    r"|from|over|above|"
    r"more\s+than|at\s+least|min(?:imum)?|starting(?:\s+(?:at|from))?|>=?|≥|кемінде|ең\s+азы"
)
_UP_TO = (
    r"до|за|по|не\s+дороже|дешевле|не\s+больше|не\s+более|не\s+выше|максимум|макс\.?|в\s+пределах|меньше|менее|ниже"
    r"|бюджет(?:ом|е|а)?|"
    r"under|below|up\s+to|less\s+than|at\s+most|max(?:imum)?|cheaper\s+than|within"
    r"|no\s+more\s+than|for|budget(?:\s+(?:is|of))?|"
    r"<=?|≤|ең\s+көбі|бюджетім|бюджет\s+[-—:]"
)
_ABOUT = (
    r"около|примерно|приблизительно|где-?то|порядка|в\s+районе|районе|~|≈|about|around|approximately|roughly"
    r"|шамамен|шамасы"
)
_BEFORE_FROM = re.compile(rf"(?:^|[\s,;(])(?:{_FROM})[\s:—-]*$", re.IGNORECASE)
_BEFORE_UP_TO = re.compile(rf"(?:^|[\s,;(])(?:{_UP_TO})[\s:—-]*$", re.IGNORECASE)
_BEFORE_ABOUT = re.compile(rf"(?:^|[\s,;(])(?:{_ABOUT})[\s:—-]*$", re.IGNORECASE)
_AFTER_FROM = re.compile(
    r"^[\s-]*(?:бастап|жоғары|жогары|артық|артык|астам|қымбат|и\s+(?:выше|дороже|больше|более)"
    r"|or\s+more|and\s+(?:up|more|over)|"
    r"and\s+above|\+|кем\s+емес)(?!\w)",
    re.IGNORECASE,
)
_AFTER_UP_TO = re.compile(
    r"^[\s-]*(?:дейін|дейин|шейін|шейин|аспайтын|аспасын|арзан|төмен|томен|и\s+(?:меньше|ниже|дешевле)"
    r"|максимум|макс|"
    r"max(?:imum)?|or\s+less|or\s+under|артық\s+емес)(?!\w)",
    re.IGNORECASE,
)
_AFTER_ABOUT = re.compile(r"^[\s-]*(?:шамасында|жуық|жуык|айналасында|маңында|or\s+so)(?!\w)", re.IGNORECASE)
_BEFORE = ((_Bound.UP_TO, _BEFORE_UP_TO), (_Bound.FROM, _BEFORE_FROM), (_Bound.ABOUT, _BEFORE_ABOUT))
_AFTER = ((_Bound.UP_TO, _AFTER_UP_TO), (_Bound.FROM, _AFTER_FROM), (_Bound.ABOUT, _AFTER_ABOUT))
_JOINS = re.compile(
    r"^\s*(?:-|–|—|\.\.+|…|до|по|to|and|и|till|until|мен|бен|пен|менен|дан|ден|нан|нен|тан|тен)\s*$", re.IGNORECASE
)
_SURROUND_BEFORE = re.compile(r"(?:^|[\s,;(])(?:между|between|от|с|from|аралығы)\s*$", re.IGNORECASE)
_SEATS = re.compile(r"(?:^|\s)на\s*$", re.IGNORECASE)
_SURROUND_AFTER = re.compile(r"^\s*(?:арасында|аралығында|арасы|дейін|дейин|шейін)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that may be an amount of money, in whole currency units, and where it stands in the text."""

    value: Decimal
    raw: Decimal
    """Without «тыс» and «млн»."""
    multiplied: bool
    currency: bool
    case: bool
    """A Kazakh case ending was attached («150000-ға»)."""
    measures: bool
    """It counts or measures something else («220 см», «3-местный»)."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PriceBounds:
    """Inclusive bounds in whole currency units, and the text without the words that gave them."""

    minimum: int | None
    maximum: int | None
    rest: str


def find_amounts(text: str) -> list[Amount]:
    """All numbers of a text that could be money, in order, with their multipliers and currency signs."""
    found = []
    for match in _AMOUNT.finditer(text):
        raw = _decimal(match["number"])
        factor = 1_000_000 if match["million"] else 1000 if match["thousand"] else 1
        money = bool(match["before"] or match["currency"])
        found.append(
            Amount(
                value=raw * factor,
                raw=raw,
                multiplied=factor > 1,
                currency=money,
                case=bool(match["case1"] or match["case2"]),
                measures=not money and factor == 1 and bool(_MEASURE.match(text[match.end() :])),
                start=match.start(),
                end=match.end(),
            )
        )
    return found


def _decimal(written: str) -> Decimal:
    cents = re.search(r"[.,](\d{1,2})$", written)
    whole = written[: cents.start()] if cents else written
    # \d matches the digits of every alphabet, and Decimal reads them
    return Decimal(f"{_NOT_DIGITS.sub('', whole)[:30]}.{cents[1] if cents else 0}")


def find_price_bounds(text: str, *, implied_thousands: bool = False) -> PriceBounds:
    """Read the price bounds that a shopper asks for.

    A lone amount is an upper bound; «около» allows a fifth to both sides. Several amounts narrow each other.

    Args:
        text: one message.
        implied_thousands: whether a bare number below a thousand with a bound («до 150») means thousands, as
            in tenge, where nothing costs 150.
    """
    text = with_digits(text)
    without_phones = _PHONE.sub(lambda match: _blank_phone(match.group()), text)
    amounts = [amount for amount in find_amounts(without_phones) if not amount.measures and amount.value < _LIMIT]
    low: int | None = None
    high: int | None = None
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(amounts):
        pair = amounts[index : index + 2]
        reading = _read_range(without_phones, pair, implied_thousands) if len(pair) == 2 else None
        if reading is not None:
            index += 2
        else:
            reading = _read_single(without_phones, pair[0], implied_thousands)
            index += 1
        if reading is not None:
            low = reading.low if reading.low is not None else low
            high = reading.high if reading.high is not None else high
            spans.append((reading.start, reading.end))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return PriceBounds(low, high, _cut(text, spans))


def _blank_phone(digits: str) -> str:
    is_phone = len(_NOT_DIGITS.sub("", digits)) == 11 and digits.lstrip("+")[0] in "78"
    return "\x1f" * len(digits) if is_phone else digits


@dataclass(frozen=True, slots=True)
class _Reading:
    low: int | None
    high: int | None
    start: int
    end: int


def _read_range(text: str, pair: list[Amount], implied_thousands: bool) -> _Reading | None:
    first, second = pair
    if not _JOINS.match(text[first.end : second.start]):
        # «50 мыңнан 120 мыңға дейін»: the case endings join
        if not (first.end < second.start and text[first.end : second.start].isspace()):
            return None
        if not (first.case or text[first.start : first.end].lower().endswith(("нан", "дан", "ден", "тан"))):
            return None
    before, after = text[: first.start], text[second.end :]
    if _SEATS.search(before) and not first.multiplied and first.raw < 100:
        # «стол на 6 до 100 тысяч»
        return None
    start_match = _SURROUND_BEFORE.search(before)
    end_match = _SURROUND_AFTER.match(after)
    factor = _shared_factor(first, second)
    low, high = first.raw * factor if factor > 1 and not first.multiplied else first.value, second.value
    if not (first.multiplied or second.multiplied or first.currency or second.currency) and second.value < 1000:
        if not (implied_thousands and (start_match or end_match or second.value >= 10)):
            return None
        low, high = low * 1000, high * 1000
    if low > high:
        return None
    return _Reading(
        int(low),
        int(high),
        first.start if start_match is None else start_match.start(),
        second.end if end_match is None else second.end + end_match.end(),
    )


def _shared_factor(first: Amount, second: Amount) -> int:
    """«от 50 до 120 тыс»: the second's «тыс» is meant for both."""
    alone = not first.multiplied and not first.currency
    if second.multiplied and second.raw and alone and first.raw <= second.raw and first.raw < 1000:
        return int(second.value / second.raw)
    return 1


def _read_single(text: str, amount: Amount, implied_thousands: bool) -> _Reading | None:
    bound = _bound_of(text[: amount.start], text[amount.end :])
    value = amount.value
    if value < 1000 and not amount.multiplied and not amount.currency:
        if bound is None or value < 10:
            return None
        value *= 1000 if implied_thousands else 1
    kind, start, length = bound or (_Bound.UP_TO, amount.start, 0)
    end = amount.end + length
    match kind:
        case _Bound.FROM:
            return _Reading(int(value), None, start, end)
        case _Bound.ABOUT:
            return _Reading(int(value * 4 / 5), int(value * 6 / 5), start, end)
        case _Bound.UP_TO:
            return _Reading(None, int(value), start, end)


def _bound_of(before: str, after: str) -> tuple[_Bound, int, int] | None:
    """The word that makes an amount a bound: its kind, where it begins, and how far it reaches behind the amount.

    Words behind the amount win (Kazakh and "or more" say it there); of those before it, the longest phrase:
    «не дороже» begins before «дороже».
    """
    begun = [(match.start(), kind) for kind, form in _BEFORE if (match := form.search(before))]
    start = min(begun)[0] if begun else len(before)
    for kind, form in _AFTER:
        if match := form.match(after):
            return kind, start, match.end()
    return (min(begun)[1], start, 0) if begun else None


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        pieces.append(text[position : max(start, position)])
        position = end
    pieces.append(text[position:])
    return " ".join(" ".join(pieces).split())
