"""Words of the assistant as messages and buttons: what every skill makes of its texts."""

from __future__ import annotations

from shared.channels.messages import AnyButton, Button, RichText, TextMessage
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = ["AssistantTexts", "message"]


def message(words: str, *below: AnyButton) -> TextMessage:
    """Words with buttons below, one a row."""
    return TextMessage(text=RichText.of(words), buttons=tuple((one,) for one in below))


class AssistantTexts(Texts):
    """The texts of one skill: ``AssistantTexts(Path(__file__).parent / "locales", "cart")``."""

    def say(self, key: str, language: Language, /, *below: AnyButton, **values: object) -> TextMessage:
        """The text ``key`` with buttons below, one a row."""
        return message(self.get(key, language, **values), *below)

    def over_cards(self, key: str, number: int, language: Language, /) -> str:
        """The text ``key`` over so many cards of products; over a single one it is ``<key>.one``."""
        return self.get(f"{key}.one" if number == 1 else key, language)

    def button(self, key: str, button_id: str, language: Language, /) -> Button:
        """A button with the text ``button.<key>``."""
        return Button(id=button_id, title=self.get(f"button.{key}", language))
