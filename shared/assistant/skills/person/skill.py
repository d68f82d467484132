"""The skill of telling a person what is known of them, of learning what they like, and of forgetting it."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics import service as analytics
from shared.analytics.kinds import EventKind
from shared.assistant.offline.colours import colour_of
from shared.assistant.offline.understanding import SearchWords
from shared.assistant.products import ProductQuery
from shared.assistant.skill import (
    Answer,
    ButtonFamily,
    Label,
    Moment,
    Phrase,
    Skill,
    Strength,
    Tool,
    ToolArguments,
)
from shared.assistant.skills.advice.skill import advice_button
from shared.assistant.skills.person import phrases, views
from shared.assistant.skills.shop import Shop
from shared.assistant.state import AssistantState
from shared.catalog.service import CatalogService
from shared.dialogs.contract import AnalyticsEvent
from shared.kernel.money import price_bound
from shared.orders.schemas import Order
from shared.orders.statuses import ENDED
from shared.recommendations.service import RecommendationService

__all__ = ["person_skill"]


class _Nothing(ToolArguments):
    pass


class _RememberPreference(ToolArguments):
    category: str | None = Field(default=None, max_length=100, description="Kind of product, e.g. sofas")
    colour: str | None = Field(default=None, max_length=40, description="One colour, in any language")
    price_min: float | None = Field(default=None, ge=0, le=1e10, description="Lowest price, whole currency units")
    price_max: float | None = Field(default=None, ge=0, le=1e10, description="Highest price, whole currency units")


def person_skill(shop: Shop, recommendations: RecommendationService, catalog: CatalogService) -> Skill:
    """«Что ты обо мне знаешь», «люблю синие диваны», «забудь меня»."""
    knowing = _Knowing(shop, recommendations, catalog)
    whole = Strength.WHOLE
    return Skill(
        name="person",
        tools=(
            Tool("show_what_is_known", "Show the shopper what the shop knows of them.", _Nothing, knowing.by_model),
            Tool(
                "remember_preference",
                "Remember what the shopper says they like, for recommendations.",
                _RememberPreference,
                knowing.learn_by_model,
            ),
            Tool(
                "offer_to_forget",
                "Ask the shopper to confirm that their personal data is erased.",
                _Nothing,
                knowing.forget_by_model,
            ),
        ),
        buttons=(
            ButtonFamily(views.ABOUT_ME, knowing.show_by_button),
            ButtonFamily(views.FORGET_TASTES, knowing.forget_tastes_by_button),
            ButtonFamily(views.FORGET_ME, knowing.ask_by_button),
            ButtonFamily(f"{views.FORGET_ME}:", knowing.confirmed),
        ),
        labels=(
            Label(lambda: views.TEXTS.variants("button.forget_tastes"), views.FORGET_TASTES),
            Label(lambda: views.TEXTS.variants("button.forget_me"), views.FORGET_ME),
        ),
        texts=(views.TEXTS,),
        phrases=(
            Phrase.matching("about_me", whole, phrases.ABOUT_ME, knowing.show),
            Phrase.matching("forget_tastes", whole, phrases.FORGET_TASTES, knowing.forget_tastes),
            Phrase.matching("forget_me", whole, phrases.FORGET_ME, knowing.ask),
            Phrase("liking", whole, phrases.read_liking, knowing.learn),
        ),
        now=knowing.show,
        rules="When the shopper asks what you know about them, or wants to be forgotten, call show_what_is_known or"
        " offer_to_forget. When they say what they generally like, call remember_preference.",
    )


class _Knowing:
    def __init__(self, shop: Shop, recommendations: RecommendationService, catalog: CatalogService) -> None:
        self._shop = shop
        self._recommendations = recommendations
        self._catalog = catalog

    # ---- telling ------------------------------------------------------------------------------------------

    async def show(self, moment: Moment) -> Answer:
        """What is known of the person, over all their messengers."""
        turn = moment.turn
        async with turn.session() as session:
            person = await self._shop.person(session, moment)
            known = await self._recommendations.preferences(session, person.dialog_ids, now=turn.started_at)
            orders = await self._orders_of(session, moment)
            names = {one.code: one.name.get(turn.language) for one in await self._catalog.categories(session)}
        about = views.About(
            name=person.customer.name if person.customer is not None else turn.customer_name,
            phone=person.customer.phone if person.customer is not None else None,
            orders=len(orders),
            preferences=known,
            categories=names,
            currency=turn.bot.currency,
        )
        return Answer((views.show_known(about, turn.language),), moment.state.with_help())

    async def show_by_button(self, moment: Moment, _button_id: str) -> Answer:
        return await self.show(moment)

    async def by_model(self, moment: Moment, _wanted: _Nothing) -> Answer:
        return await self.show(moment)

    # ---- learning -----------------------------------------------------------------------------------------

    async def learn(self, moment: Moment, words: SearchWords) -> Answer | None:
        """Remember a colour, a price or a category; ``None`` where the words name none of them."""
        return await self._remember(moment, words.words, words.colour, words.price_min, words.price_max)

    async def learn_by_model(self, moment: Moment, wanted: _RememberPreference) -> Answer:
        colour = colour_of(wanted.colour) if wanted.colour is not None else None
        learnt = await self._remember(moment, wanted.category or "", colour, wanted.price_min, wanted.price_max)
        return learnt if learnt is not None else Answer(facts="error: name a category, a colour or a price")

    async def _remember(
        self, moment: Moment, words: str, colour: str | None, lowest: float | None, highest: float | None
    ) -> Answer | None:
        turn = moment.turn
        price_min, price_max = (price_bound(bound, turn.bot.currency) for bound in (lowest, highest))
        category, name = await self._category(moment, words) if words else (None, None)
        if category is None and words and colour is None and price_min is None and price_max is None:
            return None
        what = views.liking(
            turn.language,
            category=name,
            colour=colour,
            price_min=price_min,
            price_max=price_max,
            currency=turn.bot.currency,
        )
        if not what:
            return None
        properties = {"category": category, "colour": colour, "price_min": price_min, "price_max": price_max}
        learnt = {key: value for key, value in properties.items() if value is not None}
        return Answer(
            (views.TEXTS.say("remembered", turn.language, advice_button(turn.language), what=what),),
            moment.state.with_help(),
            analytics=(AnalyticsEvent(EventKind.PREFERENCE, learnt),),
            facts="ok: remembered",
            learns=True,
        )

    async def _category(self, moment: Moment, words: str) -> tuple[str | None, str | None]:
        """The code and the name of the category that the words mean: that of what they find."""
        turn = moment.turn
        query = ProductQuery(text=words, category=words, city_id=turn.bot.city_id, language=turn.language, limit=1)
        async with turn.session() as session:
            page = await self._shop.finder.find(session, query)
            names = {one.code: one.name.get(turn.language) for one in await self._catalog.categories(session)}
        code = page.items[0].category if page.items else None
        return (code, names[code]) if code in names else (None, None)

    # ---- forgetting ---------------------------------------------------------------------------------------

    async def forget_tastes(self, moment: Moment) -> Answer:
        """Forget what the person looked at, bought and said they like; orders and the talk stay."""

        async def write(session: AsyncSession) -> Answer:
            person = await self._shop.person(session, moment)
            await analytics.forget_interest(session, person.dialog_ids)
            return Answer((views.TEXTS.say("tastes.forgotten", moment.language),), facts="ok: forgotten")

        return Answer(state=moment.state.with_help(), write=write)

    async def forget_tastes_by_button(self, moment: Moment, _button_id: str) -> Answer:
        return await self.forget_tastes(moment)

    async def ask(self, moment: Moment) -> Answer:
        """Ask before everything is erased."""
        async with moment.turn.session() as session:
            under_way = await self._under_way(session, moment)
        asked = views.ask_to_forget(moment.language, under_way)
        return Answer(
            (asked,),
            moment.state.with_help(),
            facts="ok: the shopper is asked to confirm",
            asks=views.ASKED_TO_FORGET,
            final=True,
        )

    async def ask_by_button(self, moment: Moment, _button_id: str) -> Answer:
        return await self.ask(moment)

    async def forget_by_model(self, moment: Moment, _wanted: _Nothing) -> Answer:
        return await self.ask(moment)

    async def confirmed(self, moment: Moment, button_id: str) -> Answer | None:
        """Erase the person's data, or leave all as it is."""
        language = moment.language
        if button_id.endswith(":no"):
            return Answer((views.TEXTS.say("forget.not", language),), moment.state.with_help())
        if not button_id.endswith(":yes"):
            return None

        async def write(session: AsyncSession) -> Answer:
            dialog_id = moment.turn.dialog_id
            customer = await self._shop.customers.ensure(session, dialog_id)
            under_way = await self._under_way(session, moment)
            await self._shop.customers.erase(session, customer.id, answering=dialog_id)
            return Answer(
                (views.forgotten(language, under_way),),
                AssistantState(),
                kept=dict.fromkeys(moment.turn.state),
            )

        return Answer(write=write)

    async def _under_way(self, session: AsyncSession, moment: Moment) -> list[int]:
        """The numbers of the person's open orders."""
        return [order.number for order in await self._orders_of(session, moment) if order.status not in ENDED]

    async def _orders_of(self, session: AsyncSession, moment: Moment) -> list[Order]:
        customer_id = await self._shop.customer_id(session, moment)
        if customer_id is None:
            return []
        return list(await self._shop.orders.of_customer(session, customer_id, limit=100))
