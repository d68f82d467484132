"""What a shopper can do with alerts; words, buttons and the model's tools lead here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts.errors import AlertLimitReached, AlertsRefused, AlreadySo
from shared.alerts.schemas import Alert, AlertCondition, AlertWish
from shared.alerts.service import AlertService
from shared.assistant import buttons
from shared.assistant.offline.understanding import read_search
from shared.assistant.products import FoundProduct, ProductFinder, ProductQuery
from shared.assistant.skill import Answer, Moment, Said
from shared.assistant.skills.alerts import telling
from shared.assistant.skills.alerts.phrases import Asked
from shared.catalog.schemas import ProductView
from shared.channels.messages import Button
from shared.customers.service import CustomerService
from shared.dialogs.contract import AnalyticsEvent
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.languages import Language
from shared.kernel.money import Money

__all__ = ["ALL", "KEPT", "ON", "ON_HASH", "PAGE", "SHOW", "Watching", "watch_button"]

ON: Final = "alert:on:"
ON_HASH: Final = "alert:on#"
SHOW: Final = "alert:show:"
PAGE: Final = "alert:page:"
ALL: Final = "alert:all"
KEPT: Final = "alerts"
"""The skill's key in the dialog's state: ``wish``, waiting for its product, or ``last``, just made; and ``at``."""

_RECENT = timedelta(minutes=10)
_CHOICE = 5
_ROWS = 9


def watch_button(product: FoundProduct, language: Language) -> Button:
    """The bell on a product's card: for a lower price, or for the return of what is sold out."""
    return telling.button("watch" if product.available else "restock", on_id(product.sku), language)


def on_id(sku: str) -> str:
    """Id of «watch this product»."""
    card = buttons.card(sku)
    start, mark, rest = card.partition(":") if card.startswith("card:") else card.partition("#")
    del start
    return f"{ON if mark == ':' else ON_HASH}{rest}"[:64]


class Watching:
    """Makes, shows and ends the alerts of the turn's own person."""

    def __init__(self, alerts: AlertService, customers: CustomerService, finder: ProductFinder) -> None:
        self._alerts = alerts
        self._customers = customers
        self._finder = finder
