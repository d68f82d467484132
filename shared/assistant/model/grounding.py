"""Keeps the model's words true: what it says of products and prices must be in the rows that tools returned.

The text is taken apart into sentences, and a sentence goes if it holds

* an amount of money, or a percentage, that is no price of a product it names (of any returned product, where it
  names none), no bound that was searched with, and not in the company's own prompt;
* an article number, a quoted or capitalised name, or the subject before a dash, that no returned product bears;
* a claim to sell something of a category, in a turn where no product was returned;
* a link that is not in the company's prompt.

It errs towards removing: the cards under the text, built from database rows, say all that matters. What it cannot
see is an invented name that is written like any other word; such a name comes without a price and without a card.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.assistant.model.order_claims import order_numbers, speaks_truly_of_orders
from shared.assistant.offline.prices import Amount, find_amounts
from shared.assistant.products import FoundProduct
from shared.kernel.money import major_of

__all__ = ["Facts", "Grounded", "ground"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the answer may rest on."""

    products: Sequence[FoundProduct] = ()
    """Returned by a tool in this turn, or shown before and read again."""
    bounds: frozenset[Decimal] = frozenset()
    """Price bounds of this turn's searches, in whole currency units."""
    trusted: str = ""
    """Words of the company itself: its prompt, its name, its city, its records (orders, carts)."""
    said: str = ""
    """The shopper's words: may be repeated to deny them («Такого „Икара“ нет»), and never as prices."""
    categories: Sequence[str] = ()
    """The shop's categories; needed where no product was returned."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """What may be said."""

    text: str
    """Empty: nothing true remained."""
    mentioned: tuple[str, ...]
    """Article numbers of the products it speaks of, in its order."""
    removed: int
    """Sentences that were taken out."""


_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|\s*\n+\s*")
_MARK = re.compile(r"\[([^\[\]\n]{1,100})\]")
_BULLET = re.compile(r"^\s*(?:[-*•–—·]|\d{1,2}[.)])\s+")
_MARKUP = re.compile(r"[*_`#~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}")
_LINK = re.compile(
    r"https?://\S+|www\.\S+|\bt\.me/\S+|\b[\w-]+\.(?:com|ru|kz|org|net|io|shop|me|store)\b\S*", re.IGNORECASE
)
_QUOTED = re.compile(r"[«“„\"‘']([^«»“”„\"\n]{2,80})[»”“\"’']|\*\*([^*\n]{2,80})\*\*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_ARTICLE_NUMBER = re.compile(r"(?<![\w-])(?=[\w/-]*\d)(?=[\w/-]*[^\W\d_])[\w]+(?:[-/][\w]+)*(?![\w-])")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|процент|пайыз|percent)", re.IGNORECASE)
_ORDER_NUMBER = re.compile(r"(?:№|\bNo\.)\s*\d+")
_PRICE_WORD = re.compile(
    r"(?<!\w)(?:цен[аыуе]|ценой|стоит|стоят|стоимость\w*|обойд[её]тся|всего\s+за|за|price\w*|costs?|only|for|баға\w*|тұрады|сомас\w*)(?!\w)",
    re.IGNORECASE,
)
_MONEY_WORD = re.compile(
    r"(?<!\w)(?:тысяч\w*|тыс|миллион\w*|тенге|теңге\w*|рубл\w+|доллар\w*|евро|мың\w*|thousands?|millions?|tenge|dollars?|bucks|euros?|rubles?)(?!\w)"
    r"|[₸$€₽]",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:од(?:ин|на|ну)|дв(?:а|е|ести)|тр(?:и|иста)|четыр(?:е|еста)|пят\w*|шест\w*|семь\w*|восем\w*|девят\w*|десят\w*|двадцат\w*|"
    r"тридцат\w*|сорок|сто|сот\w*|полтор\w+|пол|бір|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|он|жиырма|отыз|қырық|елу|алпыс|жетпіс|"
    r"сексен|тоқсан|жүз|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|half|several|a)(?!\w)",
    re.IGNORECASE,
)
_BOUND_BEFORE = re.compile(
    r"(?:до|от|не\s+дороже|дешевле|дороже|свыше|в\s+пределах|бюджет\w*|under|below|up\s+to|over|above|from|within|budget(?:\s+of)?|between|and|to)\s*$",
    re.IGNORECASE,
)
_BOUND_AFTER = re.compile(r"^\s*(?:дейін|бастап|шейін|аспайтын|or\s+less|or\s+more)", re.IGNORECASE)
_CLAIM = re.compile(
    r"(?<!\w)(?:есть|имеется|имеются|в\s+наличии|предлага\w+|предлож\w+|рекоменд\w+|совету\w+|подойд\w+|нашл\w+|we\s+have|available|"
    r"in\s+stock|recommend\w*|offer\w*|suggest\w*|found|бар|ұсын\w+|қолда|таптым|табылды)(?!\w)",
    re.IGNORECASE,
)
_DASHED = re.compile(r"^\W*([^—–\n]{2,60}?)\s+[—–-]\s")
_NEGATION = re.compile(
    r"(?<!\w)(?:нет|нету|не|жоқ|емес|табылмады|no|not|don't|doesn't|isn't|aren't|couldn't|none)(?!\w)",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POLITE = _words(
    """
    вы вас вам вами ваш ваша ваше ваши вашу вашего вашей вашем ваших вашим сіз сізді сізге сізден сіздің сізбен
    i i'm i'd i'll i've ok usb wi-fi led
    """
)


def ground(text: str, facts: Facts) -> Grounded:
    """Take out what the facts do not bear, and tell which products the rest speaks of."""
    checker = _Checker(facts)
    kept: list[str] = []
    mentioned: dict[str, None] = {}
    removed = 0
    for line in _normalised(text).split("\n"):
        sentences = []
        for sentence in _SENTENCE_END.split(_BULLET.sub("", line)):
            if not sentence.strip():
                continue
            if not checker.bears(sentence):
                removed += 1
                continue
            mentioned.update(dict.fromkeys(checker.products_in(sentence)))
            cleaned = _cleaned(sentence)
            if cleaned:
                sentences.append(cleaned)
        if sentences:
            kept.append(" ".join(sentences))
    said = "\n".join(kept)
    if not _WORD.search(said):
        said = ""
    return Grounded(said, tuple(mentioned), removed)


def _normalised(text: str) -> str:
    """One spelling of each character, and none that is invisible: digits cannot hide in look-alikes."""
    # «№» is no look-alike of a letter: an order number is read with it
    composed = "№".join(unicodedata.normalize("NFKC", part) for part in text.split("№"))
    return "".join(
        char for char in composed if char == "\n" or unicodedata.category(char) not in {"Cf", "Cc", "Cs"}
    )


def _cleaned(sentence: str) -> str:
    without_marks = _MARK.sub("", sentence)
    plain = _MARKUP.sub("", without_marks)
    return re.sub(r"\s+([,.;:!?])", r"\1", " ".join(plain.split())).strip(" ,;")


class _Checker:
    """The facts, prepared once for all sentences of a text."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._by_sku = {product.sku.casefold(): product for product in facts.products}
        told = [facts.trusted]
        for product in facts.products:
            told += [product.name, product.category, product.description, *product.attributes.values(), product.sku]
        self._told = _normalised("\n".join(told)).casefold()
        self._vocabulary = _stems((self._told, *facts.categories))
        self._deniable = self._vocabulary | _stems((facts.said,))
        self._trusted_amounts = _sums_in(_normalised(facts.trusted))
        self._told_numbers = {amount.raw for amount in find_amounts(self._told)}
        self._prices = {price for product in facts.products for price in _prices_of(product)}
        self._categories = _stems(facts.categories)
        self._orders = order_numbers(_normalised(facts.trusted))
        self._orders_said = order_numbers(_normalised(facts.said))

    def products_in(self, sentence: str) -> list[str]:
        """Article numbers of the products that a sentence names, by number or by whole name."""
        folded = sentence.casefold()
        places = []
        for key, product in self._by_sku.items():
            by_number = re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", folded)
            place = by_number.start() if by_number else folded.find(_normalised(product.name).casefold())
            if place >= 0:
                places.append((place, product.sku))
        return [sku for _, sku in sorted(places)]

    def bears(self, sentence: str) -> bool:
        """Whether the facts bear all that a sentence says of products and prices."""
        return (
            self._marks_known(sentence)
            and self._links_known(sentence)
            and self._article_numbers_known(sentence)
            and self._money_known(_MARK.sub(" ", sentence))
            and self._names_known(_MARK.sub(" ", sentence))
            and speaks_truly_of_orders(sentence, known=self._orders, said=self._orders_said)
            and not self._claims_unseen(sentence)
        )

    def _marks_known(self, sentence: str) -> bool:
        return all(mark.strip().casefold() in self._by_sku for mark in _MARK.findall(sentence))

    def _links_known(self, sentence: str) -> bool:
        trusted = self._facts.trusted.casefold()
        return all(link.rstrip(".,;!?)").casefold() in trusted for link in _LINK.findall(sentence))

    def _article_numbers_known(self, sentence: str) -> bool:
        for token in _ARTICLE_NUMBER.findall(_LINK.sub(" ", sentence)):
            capitals = sum(char.isupper() for char in token)
            digits = sum(char.isdigit() for char in token)
            if capitals >= 2 and digits >= 2 and token.casefold() not in self._told:
                return False
        return True

    def _money_known(self, sentence: str) -> bool:
        for percent in _PERCENT.findall(sentence):
            if not re.search(rf"(?<!\d){re.escape(percent)}\s*(?:%|процент|пайыз|percent)", self._told):
                return False
        named = [self._by_sku[sku.casefold()] for sku in self.products_in(sentence)]
        allowed = {price for product in named for price in _prices_of(product)} if named else self._prices
        without_percents = _PERCENT.sub(" ", sentence)
        amounts = [amount for amount in find_amounts(without_percents) if self._is_price(amount, without_percents)]
        if any(not self._allowed(amount, allowed, without_percents) for amount in amounts):
            return False
        rest = without_percents
        for amount in reversed(amounts):
            rest = rest[: amount.start] + " " + rest[amount.end :]
        return not (_MONEY_WORD.search(rest) and (_NUMBER_WORD.search(rest) or re.search(r"\d", rest)))

    def _is_price(self, amount: Amount, sentence: str) -> bool:
        if amount.currency or amount.multiplied:
            return True
        if amount.measures or amount.raw in self._told_numbers:
            return False
        return amount.value >= 1000 or (amount.value >= 10 and bool(_PRICE_WORD.search(sentence)))

    def _allowed(self, amount: Amount, prices: Iterable[Decimal], sentence: str) -> bool:
        if amount.value in prices or amount.value in self._trusted_amounts:
            return True
        is_bound = _BOUND_BEFORE.search(sentence[: amount.start]) or _BOUND_AFTER.match(sentence[amount.end :])
        return bool(is_bound) and amount.value in self._facts.bounds

    def _names_known(self, sentence: str) -> bool:
        vocabulary = self._deniable if _NEGATION.search(sentence) else self._vocabulary
        for quoted, bold in _QUOTED.findall(sentence):
            if not all(_known(word, vocabulary) for word in _WORD.findall(quoted or bold) if len(word) > 2):
                return False
        dashed = _DASHED.match(sentence)
        if dashed and not all(
            _known(word, vocabulary) for word in _WORD.findall(_MONEY_WORD.sub(" ", dashed[1])) if len(word) > 3
        ):
            return False
        words = list(_WORD.finditer(sentence))
        cyrillic = any("а" <= char.lower() <= "я" for char in sentence)
        for position, match in enumerate(words):
            word = match.group()
            foreign = cyrillic and word.isascii() and len(word) > 2
            capital = position > 0 and word[0].isupper() and len(word) > 1
            if (foreign or capital) and not _known(word, vocabulary):
                return False
        return True

    def _claims_unseen(self, sentence: str) -> bool:
        if self._facts.products or sentence.rstrip().endswith("?"):
            return False
        speaks_of_goods = any(_stem(word.casefold()) in self._categories for word in _WORD.findall(sentence))
        return speaks_of_goods and bool(_CLAIM.search(sentence))


def _known(word: str, vocabulary: frozenset[str]) -> bool:
    folded = word.casefold().replace("’", "'")
    return folded in _POLITE or _stem(folded) in vocabulary


def _prices_of(product: FoundProduct) -> list[Decimal]:
    prices = [product.price] if product.old_price is None else [product.price, product.old_price]
    return [major_of(price) for price in prices]


def _sums_in(text: str) -> set[Decimal]:
    """The sums of money in the company's own words; neither percentages, nor order numbers, nor pieces."""
    plain = _ORDER_NUMBER.sub(" ", _PERCENT.sub(" ", text))
    return {
        amount.value
        for amount in find_amounts(plain)
        if amount.currency or amount.multiplied or (amount.value >= 1000 and not amount.measures)
    }


def _stem(word: str) -> str:
    """A word without most of its ending: enough to meet its other cases."""
    word = word.replace("ё", "е")
    return word[: max(4, len(word) - 3)] if len(word) > 4 else word


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(_stem(word.casefold()) for text in texts for word in _WORD.findall(text))
