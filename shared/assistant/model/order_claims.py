"""What the model says of orders: only numbers that the records gave it, and never that one is placed otherwise.

The model cannot order: only the shopper confirms. A sentence that says an order is made is a lie, unless it is
of an order that a tool returned.
"""

from __future__ import annotations

import re

__all__ = ["order_numbers", "speaks_truly_of_orders"]

_NUMBER = re.compile(
    r"(?:№|\bno\.|заказ\w*(?:\s+(?:номер|под\s+номером))?|тапсырыс\w*(?:\s+нөмірі)?|\border(?:\s+number)?)"
    r"\s*[№#]?\s*(\d{1,10})(?![\d\s]*(?:[₸$€₽]|шт|дн|час|недел|минут|товар|тыс|күн|апта|сағат|дана|piece|day|week|hour|item))",
    re.IGNORECASE,
)
_ORDER = r"(?:заказ\w{0,3}|тапсырыс\w{0,6}|order)"
_MADE = (
    r"(?:оформлен|подтвержд[её]н|размещ[её]н|создан|принят|оформил[аи]?|подтвердил[аи]?|разместил[аи]?|"
    r"қабылдан\w+|растал\w+|рәсімделд\w+|рәсімдедім|placed|confirmed|accepted)"
)
_CLAIM = re.compile(
    rf"(?<!\w){_ORDER}(?!\w)[^.!?]{{0,40}}?(?<!\w){_MADE}(?!\w)|(?<!\w){_MADE}(?!\w)[^.!?]{{0,40}}?(?<!\w){_ORDER}(?!\w)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"(?<!\w)(?:будет|ещё|еще|пока|не|нет|чтобы|если|когда|после|до|әлі|емес|соң|егер|not|will|once|when|until|"
    r"before|after|if|to\s+be)(?!\w)",
    re.IGNORECASE,
)


def order_numbers(text: str) -> frozenset[str]:
    """The numbers of orders that a text names."""
    return frozenset(_NUMBER.findall(text))


def speaks_truly_of_orders(sentence: str, *, known: frozenset[str], said: frozenset[str]) -> bool:
    """Whether a sentence names only orders of the records, and claims none to be made that is not among them.

    Args:
        sentence: of the model.
        known: numbers that tools returned.
        said: numbers that the shopper wrote: the model may say that there is no such order.
    """
    named = order_numbers(sentence)
    not_yet = _NOT_YET.search(sentence) is not None
    if not named <= (known | said if not_yet else known):
        return False
    return bool(known) or not_yet or sentence.rstrip().endswith("?") or _CLAIM.search(sentence) is None
