"""The words of the channels: complete in each language, compiled, inside the limits of what they stand on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from shared.channels.texts import TEXTS
from shared.kernel.languages import Language

LOCALES = Path(__file__).parents[2] / "shared" / "channels" / "locales"


def catalogue(language: Language) -> dict[str, str]:
    path = LOCALES / language / "LC_MESSAGES" / "channels.po"
    messages = read_po(io.BytesIO(path.read_bytes()), locale=language.value)
    return {str(message.id): str(message.string) for message in messages if message.id}


@pytest.mark.parametrize("language", list(Language))
def test_every_text_is_there_and_compiled(language: Language) -> None:
    texts = catalogue(language)
    assert texts.keys() == catalogue(Language.RU).keys()
    assert all(texts.values())
    compiled = read_mo(io.BytesIO((LOCALES / language / "LC_MESSAGES" / "channels.mo").read_bytes()))
    assert {str(message.id): str(message.string) for message in compiled if message.id} == texts


@pytest.mark.parametrize("language", list(Language))
def test_the_word_on_a_list_button_fits_it(language: Language) -> None:
    assert len(TEXTS.get("choices.open", language)) <= 20
