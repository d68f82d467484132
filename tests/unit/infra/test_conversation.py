"""The conversation that ``up`` prints."""

from __future__ import annotations

from infra.local.conversation import with_strikes


def test_old_prices_are_told_from_new_ones_without_formatting() -> None:
    words = "🛋 Осло\n219 990 ₸ 259 990 ₸ · есть"
    entities = [
        {"type": "bold", "offset": 8, "length": 9},
        {"type": "strikethrough", "offset": 18, "length": 9},
    ]
    assert with_strikes(words, entities) == "🛋 Осло\n219 990 ₸ ~~259 990 ₸~~ · есть"
