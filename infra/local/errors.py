"""What goes wrong on a developer's machine, always with what to do about it."""

from __future__ import annotations

from shared.kernel.errors import GivenUp

__all__ = ["StackError"]


class StackError(GivenUp):
    """The local stack cannot go on; ``remedy`` tells the person at the keyboard what to do."""

    code = "local_stack"

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.args[0]}\n  → {self.remedy}"
