"""The words around what was recognised."""

from __future__ import annotations

from pathlib import Path

from shared.assistant.texts import AssistantTexts

__all__ = ["TEXTS", "say"]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "recognition")
say = TEXTS.say
