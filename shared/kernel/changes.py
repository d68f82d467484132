"""Bodies of PATCH (the meaning of RFC 7396): a field that is left out stays, ``null`` empties what may be empty.

A field that may not be empty refuses ``null``, and yet may be left out:
``name: Name = Field(default_factory=left_out)``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = ["Changes", "left_out"]


class Changes(BaseModel):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def given(self) -> dict[str, Any]:
        """The fields that the caller named, ``null`` among them."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def left_out() -> Any:
    """What a field holds that was left out and may not be ``null``."""
    return None
