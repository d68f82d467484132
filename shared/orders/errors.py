"""What orders refuse, by code."""

from __future__ import annotations

from collections.abc import Sequence

from shared.kernel.errors import Conflict

__all__ = ["OrderChanged", "OutOfStock", "StatusRefused"]


class StatusRefused(Conflict):
    """An order in ``status`` may not come to ``wanted``."""

    code = "order_status"

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__(f"an order that is {status} cannot become {wanted}")
        self.status = status
        self.wanted = wanted


class OrderChanged(Conflict):
    """The order is no longer at the version that the caller saw."""

    code = "order_changed"

    def __init__(self, version: int) -> None:
        super().__init__(f"the order is at version {version} by now")
        self.version = version


class OutOfStock(Conflict):
    """The reservation ran out and the goods went to somebody else; ``skus`` names them."""

    code = "out_of_stock"

    def __init__(self, skus: Sequence[str]) -> None:
        super().__init__(f"no longer in stock: {', '.join(skus)}")
        self.skus = tuple(skus)
