"""The questions of the checkout, their order, and how an answer to each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from pydantic import ValidationError

from shared.assistant.skills.checkout import phrases
from shared.orders.schemas import CheckoutDraft, CheckoutField, DeliveryMethod

__all__ = [
    "FREE_TEXT",
    "SHARED",
    "Step",
    "before",
    "first_missing",
    "meant_for",
    "only_change",
    "read_answer",
    "read_change",
    "read_other_answer",
]


class Step(StrEnum):
    """A question that waits for an answer."""

    NAME = "name"
    PHONE = "phone"
    METHOD = "method"
    ADDRESS = "address"
    COMMENT = "comment"
    SUMMARY = "summary"


FREE_TEXT = frozenset({Step.NAME, Step.ADDRESS, Step.COMMENT})
"""Steps whose answer may be any words: single words in them tell nothing about another wish."""
SHARED = frozenset({Step.PHONE, Step.ADDRESS})
"""Steps that put up a keyboard to share the answer with."""

_FIELDS = {
    CheckoutField.NAME: Step.NAME,
    CheckoutField.PHONE: Step.PHONE,
    CheckoutField.METHOD: Step.METHOD,
    CheckoutField.ADDRESS: Step.ADDRESS,
}
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ '’.-]+[^\W\d_]+){0,4}\.?")
_CALLED = re.compile(
    r"^\W*(?:меня\s+зовут|мо[её]\s+имя|это|я|менің\s+атым|атым|my\s+name\s+is|i\s*am|i'm)\s+", re.IGNORECASE
)
_PHONE = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015]{6,22}\d")
_DIGITS = re.compile(r"[\d\s()+.\-]+")
_WORD = re.compile(r"\w")
_COURTESY = re.compile(
    r"(?<!\w)(?:да|нет|ой|хочу|можно|надо|нужно|пожалуйста|мой|на|мне|өтінемін|менің|болады|please|my|the|i|want|to)(?!\w)",
    re.IGNORECASE,
)
_SHORTEST_ADDRESS, _LONGEST_ADDRESS = 5, 500
_LONGEST_CHANGE = 6
_AFTER_METHOD = frozenset({Step.ADDRESS, Step.COMMENT, Step.SUMMARY})
_NAMED = {
    Step.ADDRESS: phrases.ADDRESS,
    Step.PHONE: phrases.PHONE,
    Step.NAME: phrases.NAME,
    Step.COMMENT: phrases.COMMENT,
    Step.METHOD: phrases.METHOD,
}
"""The words for the questions' subjects."""


def first_missing(draft: CheckoutDraft) -> Step:
    """The question to ask next: what is missing, then the comment, then the summary."""
    if draft.missing:
        return _FIELDS[draft.missing[0]]
    return Step.COMMENT if draft.comment is None else Step.SUMMARY


def before(step: Step, draft: CheckoutDraft) -> Step | None:
    """The question before this one; ``None``: this is the first."""
    order = [one for one in Step if one is not Step.ADDRESS or draft.method is DeliveryMethod.DELIVERY]
    place = order.index(step) if step in order else 0
    return order[place - 1] if place else None


def read_answer(step: Step, text: str) -> CheckoutDraft | None:
    """What a text answers to a question; ``None``: it is no answer."""
    read = _READERS.get(step)
    value = read(text.strip()) if read is not None else None
    if value is None:
        return None
    try:
        return CheckoutDraft.model_validate({step.value: value})
    except ValidationError:
        return None


def read_change(text: str) -> Step | None:
    """«поменяйте адрес», "another phone": the question to put anew, whichever is open."""
    if not phrases.CHANGING.search(text) or len(text.split()) > _LONGEST_CHANGE:
        return None
    return next((step for step, named in _NAMED.items() if named.search(text)), None)


def only_change(text: str) -> bool:
    """Whether words hold nothing but the wish to change and what: in a free text they may be part of the answer."""
    rest = phrases.CHANGING.sub(" ", text)
    for named in _NAMED.values():
        rest = named.sub(" ", rest)
    return not _WORD.search(_COURTESY.sub(" ", rest))


def read_other_answer(step: Step, text: str) -> CheckoutDraft | None:
    """An answer to another question than the open one: «нет, лучше доставка», a bare telephone number,
    or a change that is told at once: «другой номер 87015556677», «адрес другой: Абая 10, кв 5»."""
    if step in _AFTER_METHOD and phrases.OTHER_METHOD.search(text):
        return read_answer(Step.METHOD, text)
    if step not in (Step.PHONE, Step.COMMENT) and meant_for(Step.PHONE, text):
        return read_answer(Step.PHONE, text)
    return _changed(step, text)


def meant_for(step: Step, text: str) -> bool:
    """Whether words that cannot be read as an answer were surely meant as one: half a telephone number, a novel."""
    if step in {Step.ADDRESS, Step.COMMENT}:
        return len(text) > _LONGEST_ADDRESS
    return step is Step.PHONE and _DIGITS.fullmatch(text) is not None


def _changed(step: Step, text: str) -> CheckoutDraft | None:
    """What a wish to change a phone or an address changes it to; a comment may well hold a telephone number."""
    if step is not Step.COMMENT and read_change(text) is Step.PHONE:
        return read_answer(Step.PHONE, text)
    wish, _, address = text.partition(":")
    return read_answer(Step.ADDRESS, address) if read_change(wish) is Step.ADDRESS else None


def _name(text: str) -> str | None:
    called = _CALLED.sub("", text).strip(" .!,")
    return called if _NAME.fullmatch(called) and len(called) <= 100 else None


def _phone(text: str) -> str | None:
    match = _PHONE.search(text)
    return match[0] if match else None


def _method(text: str) -> DeliveryMethod | None:
    pickup, delivery = phrases.PICKUP.search(text), phrases.DELIVERY.search(text)
    if pickup and not delivery:
        return DeliveryMethod.PICKUP
    if delivery and not pickup:
        return DeliveryMethod.DELIVERY
    return None


def _address(text: str) -> str | None:
    known = len(text) >= _SHORTEST_ADDRESS and any(char.isalpha() for char in text)
    return " ".join(text.split()) if known else None


def _comment(text: str) -> str | None:
    return "" if phrases.SKIP.search(text) else text


_READERS: Mapping[Step, Callable[[str], str | DeliveryMethod | None]] = {
    Step.NAME: _name,
    Step.PHONE: _phone,
    Step.METHOD: _method,
    Step.ADDRESS: _address,
    Step.COMMENT: _comment,
}
