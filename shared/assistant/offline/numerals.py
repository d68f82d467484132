"""Amounts written in words, as dictated notes have them: «двести тысяч», «екі жүз мың», "half a million"."""

from __future__ import annotations

import re

__all__ = ["with_digits"]

_ONES = (
    r"од(?:на|ну|ной)|бір|one|an?",
    r"дв(?:е|а|ух)|екі|еки|two",
    r"тр(?:и|[её]х)|үш|уш|three",
    r"четыр(?:е|[её]х)|төрт|торт|four",
    r"пят[ьи]|бес|five",
    r"шест[ьи]|алты|six",
    r"сем[ьи]|жеті|жети|seven",
    r"вос(?:емь|ьми)|сегіз|сегиз|eight",
    r"девят[ьи]|тоғыз|тогыз|nine",
)
_TEENS = (
    r"одиннадцат[ьи]|eleven",
    r"двенадцат[ьи]|twelve",
    r"тринадцат[ьи]|thirteen",
    r"четырнадцат[ьи]|fourteen",
    r"пятнадцат[ьи]|fifteen",
    r"шестнадцат[ьи]|sixteen",
    r"семнадцат[ьи]|seventeen",
    r"восемнадцат[ьи]|eighteen",
    r"девятнадцат[ьи]|nineteen",
)
_TENS = (
    r"десят[ьи]|он|ten",
    r"двадцат[ьи]|жиырма|twenty",
    r"тридцат[ьи]|отыз|thirty",
    r"сорока?|қырық|кырык|forty",
    r"пят(?:ьдесят|идесяти)|елу|fifty",
    r"шест(?:ьдесят|идесяти)|алпыс|sixty",
    r"сем(?:ьдесят|идесяти)|жетпіс|жетпис|seventy",
    r"вос(?:емьдесят|ьмидесяти)|сексен|eighty",
    r"девяност[оа]|тоқсан|токсан|ninety",
)
_HUNDREDS = (
    r"ст[оа]|сотн[яюи]",
    r"двести|двухсот",
    r"триста|тр[её]хсот",
    r"четыреста|четыр[её]хсот",
    r"пятьсот|пятисот",
    r"шестьсот|шестисот",
    r"семьсот|семисот",
    r"восемьсот|восьмисот",
    r"девятьсот|девятисот",
)
_TIMES_HUNDRED = r"жүз|жуз|hundred"
_VALUES = tuple(
    (re.compile(words, re.IGNORECASE), value)
    for group, step, first in ((_ONES, 1, 1), (_TEENS, 1, 11), (_TENS, 10, 10), (_HUNDREDS, 100, 100))
    for value, words in zip(range(first, first + 9 * step, step), group, strict=True)
)
_NUMERAL = "|".join((*_ONES, *_TEENS, *_TENS, *_HUNDREDS, _TIMES_HUNDRED))
_RUN = rf"(?:{_NUMERAL})(?:[ -](?:and[ ])?(?:{_NUMERAL}))*"
_THOUSAND = r"тысяч\w*|тыщ\w*|тыс(?!\w)|мың\w*|мын(?:га|нан)?(?!\w)|thousand"
_MILLION = r"миллион\w*|млн(?!\w)|лям\w*|million"
_ONE_OF_TWO = r"до|по|-|–|—|и|to|мен"
_AMOUNT = re.compile(
    rf"(?<![\w-])(?:(?P<low>{_RUN})(?P<join> ?(?:{_ONE_OF_TWO}) ?))?"
    rf"(?P<run>{_RUN}) (?P<unit>{_THOUSAND}|{_MILLION})",
    re.IGNORECASE,
)
_HALF_A_MILLION = re.compile(
    rf"(?<!\w)(?:пол-?\s?(?=миллион|лям)|жарты\s+(?=миллион)|half\s+a\s+(?=million))(?:{_MILLION})", re.IGNORECASE
)
_ONE_AND_A_HALF = re.compile(
    r"(?<!\w)полтор[аы]\s+(?=миллион|млн|лям|тысяч)|полутора\s+(?=миллион|тысяч)", re.IGNORECASE
)
_A_MILLION = re.compile(rf"(?<![\w-])(?<!\d )(?=(?:{_MILLION})(?!\w))", re.IGNORECASE)


def with_digits(text: str) -> str:
    """The text with the thousands and millions that it spells written in digits; «два стула» stays."""
    text = _HALF_A_MILLION.sub("500 000", text)
    text = _ONE_AND_A_HALF.sub("1,5 ", text)
    return _A_MILLION.sub("1 ", _AMOUNT.sub(_written, text))


def _written(match: re.Match[str]) -> str:
    low = "" if match["low"] is None else f"{_value(match['low'])}{match['join']}"
    return f"{low}{_value(match['run'])} {match['unit']}"


def _value(run: str) -> int:
    total = 0
    for word in re.split(r"[ -]", run):
        if re.fullmatch(_TIMES_HUNDRED, word, re.IGNORECASE):
            total = max(total, 1) * 100
        else:
            total += next((value for form, value in _VALUES if form.fullmatch(word)), 0)
    return total
