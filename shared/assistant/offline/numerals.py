"""Amounts written in words, as dictated notes have them: «двести тысяч», «екі жүз мың», "half a million"."""

from __future__ import annotations

import re

__all__ = ["with_digits"]

_ONES = (
    r"од(?:ин|на|но|ну|ной|ного)|бір|one|an?",
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
# «стол на шесть до ста тысяч» counts seats: words join two amounts only where something opens the range
_LOW = (
    rf"(?:(?<=от )|(?<=с )|(?<=со )|(?<=между )|(?<=from )|(?<=between ))"
    rf"(?P<opened>{_RUN})(?P<joined> (?:до|по|и|to|and) )"
    rf"|(?P<dashed>{_RUN})(?P<dash> ?[-–—] ?| мен )"
)
_AMOUNT = re.compile(
    rf"(?<![\w-])(?:{_LOW})?(?P<run>{_RUN})(?P<half> с половиной| and a half| жарым)?"
    rf" (?P<unit>{_THOUSAND}|{_MILLION})",
    re.IGNORECASE,
)
_KAZAKH_UNIT = re.compile(r"мың|мын(?!\w)|мын(?:га|нан)|миллион(?:ға|нан|ды|\s+т[еэ][нң]ге)", re.IGNORECASE)
_HALF_A_MILLION = re.compile(
    rf"(?<!\w)(?:пол-?\s?(?=миллион|лям)|жарты\s+(?=миллион)|half\s+a\s+(?=million))(?:{_MILLION})", re.IGNORECASE
)
_ONE_AND_A_HALF = re.compile(r"(?<!\w)(?:полтор[аы]|полутора)\s+(?=миллион|млн|лям|тысяч)", re.IGNORECASE)
_A_MILLION = re.compile(rf"(?<![\w-])(?<!\d )(?=(?:{_MILLION})(?!\w))", re.IGNORECASE)
_SPACES = re.compile(r"(?<=\w)[ \u00a0\u202f\t]+(?=\w)")
_WITH_ENDING = re.compile(rf"(?<=\d)-?(?:х|ёх|ех|ти|и|ми)(?= (?:{_THOUSAND}|{_MILLION}))", re.IGNORECASE)
_DIGITS_AND_A_HALF = re.compile(
    rf"(?<=\d)(?: с половиной| and a half| жарым)(?= (?:{_THOUSAND}|{_MILLION}))", re.IGNORECASE
)
_MILLION_AND_THOUSANDS = re.compile(
    rf"(?<![\w.,])(?<!\d )(\d{{1,3}}) (?:{_MILLION}) (?:(?:и|and) )?(\d{{1,3}}) (?={_THOUSAND})", re.IGNORECASE
)


def with_digits(text: str) -> str:
    """The text with the thousands and millions that it spells written in digits; «два стула» stays."""
    text = _SPACES.sub(" ", text)
    text = _HALF_A_MILLION.sub("500 000", text)
    text = _ONE_AND_A_HALF.sub("1,5 ", text)
    text = _DIGITS_AND_A_HALF.sub(",5", _WITH_ENDING.sub("", text))
    text = _A_MILLION.sub("1 ", _AMOUNT.sub(_written, text))
    return _MILLION_AND_THOUSANDS.sub(lambda match: f"{int(match[1]) * 1000 + int(match[2])} ", text)


def _written(match: re.Match[str]) -> str:
    run = match["run"].split()
    if run[0].lower() == "он" and not _KAZAKH_UNIT.match(match.string, match.start("unit")):
        # the Russian «он», not the Kazakh ten: «сколько он тысяч стоит»
        return match.group()
    low, join = match["opened"] or match["dashed"], match["joined"] or match["dash"]
    begun = "" if low is None else f"{_value(low)}{join}"
    return f"{begun}{_value(match['run'])}{',5' if match['half'] else ''} {match['unit']}"


def _value(run: str) -> int:
    total = 0
    for word in re.split(r"[ -]", run):
        if re.fullmatch(_TIMES_HUNDRED, word, re.IGNORECASE):
            total = max(total, 1) * 100
        else:
            total += next((value for form, value in _VALUES if form.fullmatch(word)), 0)
    return total
