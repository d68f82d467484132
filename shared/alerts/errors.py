"""Why an alert cannot be made."""

from __future__ import annotations

from shared.alerts.schemas import AlertCondition
from shared.kernel.errors import Conflict

__all__ = ["AlertLimitReached", "AlertsRefused", "AlreadySo", "CostsNothing"]


class AlertsRefused(Conflict):
    """The alert makes no sense, or is one too many."""

    code = "alert_refused"


class AlreadySo(AlertsRefused):
    """What the customer would wait for is so already: the price is at the limit, or the product is in stock."""

    code = "alert_already_so"

    def __init__(self, condition: AlertCondition) -> None:
        super().__init__(f"{condition.value} is so already")
        self.condition = condition


class CostsNothing(AlertsRefused):
    """The product is free: no price is lower."""

    code = "alert_costs_nothing"

    def __init__(self) -> None:
        super().__init__("the product costs nothing: no price is lower")


class AlertLimitReached(AlertsRefused):
    """The customer has ``limit`` active alerts."""

    code = "alert_limit_reached"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} active alerts are the most")
        self.limit = limit
