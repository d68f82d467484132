"""What is sent instead of a form that a messenger cannot take: the same choice, and fewer forms each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.channels.contract import Call, Platform, Refusal, Refused
from tests.channels.samples import SAMPLES, render

_PRESSED = {"callback_data", "ActionBody"}
"""Of Telegram and Viber; WhatsApp's buttons and rows have an id and a title."""
WORDS, OTHER_WORDS, TEMPLATE = (
    Call(method="send", payload={"text": text}, template=text == "template") for text in ("a", "b", "template")
)
CLOSED = Refused(Refusal.WINDOW_CLOSED, "closed")
UNFIT = Refused(Refusal.REJECTED, "unfit", other_form=True)


def pressed(value: Any) -> Iterator[str]:
    """The data of all buttons in a payload."""
    if isinstance(value, list):
        for item in value:
            yield from pressed(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _PRESSED or (key == "id" and "title" in value):
                yield str(item)
            else:
                yield from pressed(item)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("platform", list(Platform))
def test_a_fallback_offers_the_same_choice(platform: Platform, name: str) -> None:
    for call in render(platform, SAMPLES[name]):
        form = call.fallback
        while form is not None:
            offered = set(pressed(form.payload))
            if "rich_media" in call.payload:
                assert offered, "a number for each card of the carousel"
            else:
                # an old app has no button that asks for a phone or a place: the words do
                assert set(pressed(call.payload)) - {"share-phone", "location-picker"} <= offered
            form = form.fallback


def test_an_unfit_form_takes_the_next_and_a_closed_window_the_template() -> None:
    call = WORDS.with_last_form(OTHER_WORDS).with_last_form(TEMPLATE)

    assert call.fallback is not None
    assert (call.instead(UNFIT), call.fallback.instead(UNFIT)) == (call.fallback, TEMPLATE)
    assert call.instead(CLOSED) == TEMPLATE
    assert call.fallback.instead(CLOSED) == TEMPLATE


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_call_without_forms_ends_there(refusal: Refusal) -> None:
    for unfit in (True, False):
        assert WORDS.instead(Refused(refusal, "no", other_form=unfit)) is None
        assert TEMPLATE.instead(Refused(refusal, "no", other_form=unfit)) is None


@pytest.mark.parametrize("refusal", [Refusal.REJECTED, Refusal.UNREACHABLE, Refusal.MISCONFIGURED])
def test_what_no_form_can_mend_takes_none(refusal: Refusal) -> None:
    assert WORDS.with_last_form(OTHER_WORDS).instead(Refused(refusal, "no")) is None
