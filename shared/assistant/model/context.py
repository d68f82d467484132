"""What the model reads of a talk: the newest messages that fit, each marked as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.dialogs.contract import MemoryMessage, Role

__all__ = ["estimate_tokens", "history_messages", "quote"]

_PER_MESSAGE = 4
_CHUNK = re.compile(r"[A-Za-z]+|\d+|\s+|[^\W\d_]+|.", re.DOTALL)
_ROLE = {Role.SHOPPER: "user", Role.BOT: "assistant", Role.STAFF: "assistant"}
_FENCE = re.compile(r"</?\s*(?:shopper|data)[^>]*>", re.IGNORECASE)


def estimate_tokens(text: str) -> int:
    """An upper estimate of the tokens of a text, without a tokenizer's tables.

    Byte-pair vocabularies of today's models take an English word in one or two tokens, three digits in one, and
    Cyrillic letters (Kazakh the worst) in one per one to three. The estimate errs upward, so that trimming by
    it stays under the limit.
    """
    tokens = 0
    for chunk in _CHUNK.findall(text):
        if chunk.isspace():
            tokens += len(chunk) // 4 + chunk.count("\n")
        elif chunk.isascii() and chunk.isalpha():
            tokens += 1 + (len(chunk) - 1) // 4
        elif chunk.isdecimal():
            tokens += 1 + (len(chunk) - 1) // 2
        elif chunk.isalpha():
            tokens += 1 + (len(chunk) * 2 - 1) // 3
        else:
            tokens += len(chunk.encode("utf-8", "replace"))
    return tokens


def quote(text: str) -> str:
    """A shopper's words between marks of their own, so that they read as data and cannot close the marks."""
    return f"<shopper>{_FENCE.sub('', text)}</shopper>"


def history_messages(memory: Sequence[MemoryMessage], *, messages: int, tokens: int) -> list[Mapping[str, Any]]:
    """The newest messages of a talk as chat messages, oldest first: at most so many messages and tokens.

    A message that alone exceeds what is left ends the walk: a gap in the middle would mislead more than a
    shorter memory.
    """
    chosen: list[Mapping[str, Any]] = []
    left = tokens
    for message in reversed(memory[-messages:] if messages > 0 else []):
        content = quote(message.text) if message.role is Role.SHOPPER else message.text
        left -= estimate_tokens(content) + _PER_MESSAGE
        if left < 0:
            break
        chosen.append({"role": _ROLE[message.role], "content": content})
    chosen.reverse()
    return chosen
