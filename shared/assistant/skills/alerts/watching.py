"""What a shopper can do with alerts; words, buttons and the model's tools lead here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts.errors import AlertLimitReached, AlertsRefused, AlreadySo, CostsNothing
from shared.alerts.replies import RENEW, STOP
from shared.alerts.schemas import AlertCondition, AlertWish
from shared.alerts.service import AlertService
from shared.assistant.facts import Evidence
from shared.assistant.offline.understanding import read_search
from shared.assistant.products import FoundProduct, ProductQuery
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.alerts import views
from shared.assistant.skills.alerts.phrases import Asked
from shared.assistant.skills.shop import Shop
from shared.assistant.state import PAGE_SIZE
from shared.catalog.schemas import Availability, ProductView
from shared.channels.messages import TextMessage
from shared.dialogs.contract import AnalyticsEvent
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.money import Money, minor_of

__all__ = ["Wanted", "Watching"]

_KEPT: Final = "alerts"
"""The skill's key in the dialog's state: a ``wish`` without its product yet, or the ``last`` made; and ``at``."""

_RECENT = timedelta(minutes=10)
_NOTHING: Final = Evidence()
_SO_ALREADY: Final = "nothing to wait for: it is so already"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to be told of; the limit in whole currency units. ``condition`` ``None``: what suits the product."""

    condition: AlertCondition | None = None
    limit: int | None = None

    def wish(self, product: ProductView) -> AlertWish:
        """The wish for a product: of what is sold out its return is waited for, unless a price was named."""
        if self.limit is not None:
            currency = product.price.currency
            limit = Money(minor=minor_of(self.limit, currency), currency=currency)
            return AlertWish(product_id=product.id, condition=AlertCondition.BELOW, limit=limit)
        sold_out = product.availability is Availability.OUT_OF_STOCK
        suits = AlertCondition.RESTOCK if sold_out else AlertCondition.DROP
        return AlertWish(product_id=product.id, condition=self.condition or suits)


class Watching:
    """Makes, shows and ends the alerts of the turn's own person."""

    def __init__(self, alerts: AlertService, shop: Shop) -> None:
        self._alerts = alerts
        self._shop = shop

    # ---- making -------------------------------------------------------------------------------------------

    async def by_words(self, moment: Moment, asked: Asked) -> Answer:
        """«уведоми, когда диван подешевеет»: the product named, else the one in focus; asks which of several."""
        wanted = Wanted(asked.condition, asked.limit)
        products = await self._meant(moment, asked.words)
        if len(products) == 1:
            return self.watch(moment, products[0].id, wanted)
        kept = {"wish": {"condition": asked.condition.value, "limit": asked.limit}, "at": _now(moment)}
        return Answer((views.which(products, moment.language),), moment.state.with_help(), kept={_KEPT: kept})

    async def by_button(self, moment: Moment, button_id: str) -> Answer | None:
        """The bell on a card, or a product chosen for a wish that was said before."""
        product_id = views.alert_id_in(button_id, views.ON)
        return None if product_id is None else self.watch(moment, product_id, _said_before(moment))

    def watch(self, moment: Moment, product_id: UUID, wanted: Wanted, *, evidence: Evidence = _NOTHING) -> Answer:
        """Make the alert while the turn is committed, and tell of it; ``evidence`` is of its product."""

        async def write(session: AsyncSession) -> Answer:
            try:
                return await self._make(session, moment, product_id, wanted, evidence)
            except NotFound:
                return _refused(views.TEXTS.say("gone", moment.language), "error: no longer sold")
            except AlertLimitReached as full:
                return _refused(views.full(full.limit, moment.language), f"error: {full.limit} alerts are the most")

        return Answer(state=moment.state.with_help(), write=write)

    async def _make(
        self, session: AsyncSession, moment: Moment, product_id: UUID, wanted: Wanted, evidence: Evidence
    ) -> Answer:
        language = moment.language
        product = await self._alerts.product(session, product_id)
        customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
        try:
            alert = await self._alerts.make(
                session, customer_id=customer.id, dialog_id=moment.turn.dialog_id, wish=wanted.wish(product)
            )
        except AlreadySo as so:
            return replace(_refused(views.already(so.condition, product, language), _SO_ALREADY), evidence=evidence)
        except CostsNothing:
            free = _refused(views.free(product, language), "error: it costs nothing, no price is lower")
            return replace(free, evidence=evidence)
        except InvalidInput:  # the only field that a shopper can get wrong here is the price
            return _refused(views.TEXTS.say("price", language), "error: that is no price")
        return Answer(
            (views.made(alert, product, language),),
            analytics=(AnalyticsEvent("alert_made", {"condition": alert.condition.value}),),
            kept={_KEPT: {"last": alert.id.hex, "at": _now(moment)}},
            facts={"made": views.facts_of(alert, product)},
            evidence=evidence,
        )

    async def renew_by_button(self, moment: Moment, button_id: str) -> Answer | None:
        """«Продлить» under the word that an alert's time ran out."""
        alert_id = views.alert_id_in(button_id, RENEW)
        if alert_id is None:
            return None

        async def write(session: AsyncSession) -> Answer:
            return await self._renew(session, moment, alert_id)

        return Answer(state=moment.state.with_help(), write=write)

    async def _renew(self, session: AsyncSession, moment: Moment, alert_id: UUID) -> Answer:
        language = moment.language
        customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
        try:
            alert = await self._alerts.renew(session, alert_id, customer_id=customer.id)
            product = await self._alerts.product(session, alert.product_id)
        except AlertLimitReached as full:
            return Answer((views.full(full.limit, language),))
        except CostsNothing:
            return Answer((views.TEXTS.say("over.free", language),))
        except (NotFound, AlertsRefused):
            return Answer((views.TEXTS.say("over", language),))
        return Answer((views.made(alert, product, language),))

    # ---- showing ------------------------------------------------------------------------------------------

    async def show_all(self, moment: Moment) -> Answer:
        """The list of alerts."""
        return Answer((views.listed(await self.own(moment), moment.language),), moment.state.with_help())

    async def show_page(self, moment: Moment, button_id: str) -> Answer | None:
        """The list from some place on."""
        first = button_id.removeprefix(views.PAGE)
        if not (first.isascii() and first.isdigit()):
            return None
        found = await self.own(moment)
        place = int(first[:6])
        return Answer(
            (views.listed(found, moment.language, first=place if place < len(found) else 0),),
            moment.state.with_help(),
        )

    async def show_one(self, moment: Moment, button_id: str) -> Answer | None:
        """One alert of the list."""
        alert_id = views.alert_id_in(button_id, views.SHOW)
        for alert, product in await self.own(moment):
            if alert.id == alert_id:
                return Answer((views.shown(alert, product, moment.language),), moment.state.with_help())
        return Answer((views.TEXTS.say("over", moment.language),), moment.state.with_help())

    async def own(self, moment: Moment) -> list[views.Listed]:
        """The person's active alerts with their products, the newest first."""
        async with moment.turn.session() as session:
            customer_id = await self._shop.customer_id(session, moment)
            return [] if customer_id is None else list(await self._alerts.listed(session, customer_id))

    # ---- ending -------------------------------------------------------------------------------------------

    async def stop_by_button(self, moment: Moment, button_id: str) -> Answer | None:
        """«Не следить» under the news, the confirmation or the list."""
        alert_id = views.alert_id_in(button_id, STOP)
        return None if alert_id is None else self.stop(moment, alert_id)

    async def stop_by_words(self, moment: Moment) -> Answer:
        """«отмени уведомление»: the only one, the one of the product in focus, else asks which."""
        found = await self.own(moment)
        focus = moment.state.focus
        of_focus = [alert for alert, product in found if product.sku == focus]
        if len(found) == 1 or len(of_focus) == 1:
            return self.stop(moment, (of_focus or [found[0][0]])[0].id)
        said = views.choice(found, moment.language) if found else views.TEXTS.say("list.empty", moment.language)
        return Answer((said,), moment.state.with_help())

    async def undo(self, moment: Moment) -> Answer | None:
        """«отмени», said right after an alert was made; ``None`` at any other time."""
        kept = _recently(moment)
        last = kept.get("last")
        alert_id = views.alert_id_in(last, "") if isinstance(last, str) else None
        return None if alert_id is None else self.stop(moment, alert_id)

    def stop(self, moment: Moment, *alert_ids: UUID) -> Answer:
        """End alerts while the turn is committed, and tell of it."""

        async def write(session: AsyncSession) -> Answer:
            return await self._cancel(session, moment, alert_ids)

        return Answer(state=moment.state.with_help(), kept={_KEPT: None}, write=write)

    async def _cancel(self, session: AsyncSession, moment: Moment, alert_ids: tuple[UUID, ...]) -> Answer:
        language = moment.language
        customer_id = await self._shop.customer_id(session, moment)
        found = [] if customer_id is None else await self._alerts.listed(session, customer_id)
        ended = [(alert, product) for alert, product in found if alert.id in alert_ids]
        if not ended:
            return Answer((views.TEXTS.say("over", language),), facts="error: there is no such alert", refused=True)
        for alert, _ in ended:
            await self._alerts.cancel(session, alert.id, customer_id=customer_id)
        messages = tuple(
            views.TEXTS.say("cancelled", language, name=product.name.get(language)) for _, product in ended
        )
        return Answer(
            messages,
            analytics=(AnalyticsEvent("alert_cancelled"),),
            facts={"cancelled": [product.name.get(language) for _, product in ended]},
        )

    # ---- which product ------------------------------------------------------------------------------------

    async def by_sku(self, moment: Moment, sku: str) -> FoundProduct | None:
        """A product of the shopper's city by its article number."""
        async with moment.turn.session() as session:
            return await self._shop.product(session, moment, sku)

    async def _meant(self, moment: Moment, words: str) -> list[FoundProduct]:
        """The product that the words name, the one in focus, or those to choose from."""
        turn, state = moment.turn, moment.state
        searched = read_search(words)
        if searched.words or searched.colour:
            query = ProductQuery(
                text=searched.words,
                colour=searched.colour,
                city_id=turn.bot.city_id,
                language=turn.language,
                limit=PAGE_SIZE,
            )
            async with turn.session() as session:
                exact = await self._shop.typed(session, moment, searched.words) if searched.words else None
                page = None if exact is not None else await self._shop.finder.find(session, query)
            return [exact] if exact is not None else self._narrowed(moment, list(page.items) if page else [])
        skus = (state.focus,) if state.focus else state.shown[:PAGE_SIZE]
        found = [await self.by_sku(moment, sku) for sku in skus]
        return [product for product in found if product is not None]

    def _narrowed(self, moment: Moment, found: list[FoundProduct]) -> list[FoundProduct]:
        """«когда диван подешевеет», said of the card just shown: the product in focus, where it is among them."""
        in_focus = [product for product in found if product.sku == moment.state.focus]
        return in_focus or found


def _refused(said: TextMessage, facts: str) -> Answer:
    return Answer((said,), facts=facts, refused=True)


def _said_before(moment: Moment) -> Wanted:
    """The wish that waits for its product, where it was said a moment ago."""
    wish = _recently(moment).get("wish")
    if not isinstance(wish, Mapping):
        return Wanted()
    limit = wish.get("limit")
    try:
        return Wanted(AlertCondition(str(wish.get("condition"))), limit if isinstance(limit, int) else None)
    except ValueError:
        return Wanted()


def _recently(moment: Moment) -> Mapping[str, Any]:
    kept = moment.kept(_KEPT)
    try:
        at = datetime.fromisoformat(str(kept.get("at")))
        return kept if moment.turn.started_at - at < _RECENT else {}
    except (TypeError, ValueError):
        return {}


def _now(moment: Moment) -> str:
    return moment.turn.started_at.isoformat()
