"""Answers that may be a few seconds old: what changes seldom and is asked with every search."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Generic, TypeVar
from uuid import UUID

__all__ = ["Recent"]


T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps one answer a company for ``seconds``, for the ``companies`` that asked last."""

    def __init__(self, *, seconds: float, companies: int = 1000) -> None:
        self._seconds = seconds
        self._companies = companies
        self._kept: OrderedDict[UUID, tuple[float, T]] = OrderedDict()

    def get(self, company_id: UUID) -> T | None:
        """The answer, if it is recent enough."""
        kept = self._kept.get(company_id)
        return kept[1] if kept is not None and time.monotonic() < kept[0] else None

    def put(self, company_id: UUID, answer: T) -> None:
        """Keep an answer from now on."""
        self._kept[company_id] = (time.monotonic() + self._seconds, answer)
        self._kept.move_to_end(company_id)
        if len(self._kept) > self._companies:
            self._kept.popitem(last=False)
