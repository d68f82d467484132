"""Filling and changing a cart: what buttons, phrases and the model's tools all come to."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant import buttons, replies
from shared.assistant.cards import Cards
from shared.assistant.facts import Evidence
from shared.assistant.offline.colours import colour_of
from shared.assistant.products import FoundProduct, ProductQuery
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.cart import views
from shared.assistant.skills.cart.phrases import LineWords
from shared.assistant.skills.shop import Shop, request_of
from shared.assistant.state import PAGE_SIZE
from shared.channels.messages import OutboundMessage
from shared.kernel.errors import NotFound
from shared.orders.schemas import Cart, CartLine, CartUpdate

__all__ = ["STATE_KEY", "CartActions"]

STATE_KEY = "cart"
"""Where the dialog remembers the product that was added or changed last (``line``, its id in hex)."""


class CartActions:
    """Changes the cart of the dialog's customer; every change is made with the turn's commit."""

    def __init__(self, shop: Shop, cards: Cards) -> None:
        self._shop = shop
        self._cards = cards

    # ---- reading ------------------------------------------------------------------------------------------

    async def show(self, moment: Moment) -> Answer:
        """The cart as it was left."""
        cart = await self._cart(moment)
        return self._told(moment, cart, views.show_cart(cart, moment.language))

    async def edit(self, moment: Moment) -> Answer:
        """Which line to change; of a single one, what can be changed."""
        cart = await self._cart(moment)
        if not cart.lines:
            return self._told(moment, cart, views.empty_cart(moment.language))
        if len(cart.lines) == 1:
            return self._told(moment, cart, views.line_view(cart.lines[0], moment.language))
        return self._told(moment, cart, views.edit_list(cart, moment.language))

    async def show_line(self, moment: Moment, product_id: UUID) -> Answer:
        """One line with its buttons; the cart, where it is not in there any more."""
        cart = await self._cart(moment)
        line = cart.line(product_id)
        said = views.show_cart(cart, moment.language) if line is None else views.line_view(line, moment.language)
        return self._told(moment, cart, said)

    # ---- writing ------------------------------------------------------------------------------------------

    async def add(self, moment: Moment, product_id: UUID, quantity: int = 1) -> Answer:
        """Put pieces of a product into the cart."""

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            try:
                update = await self._shop.carts.add(
                    session,
                    customer.id,
                    product_id,
                    quantity,
                    city_id=moment.turn.bot.city_id,
                    request=f"{request_of(moment)}:{product_id.hex}",
                )
            except NotFound:
                return _gone(moment)
            return self._updated(moment, update, added=True)

        return Answer(state=moment.state.with_help(), write=write)

    async def set(self, moment: Moment, product_id: UUID, quantity: int) -> Answer:
        """Leave that many pieces of a product in the cart; 0 takes it out."""

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            return await self._set(session, moment, customer.id, product_id, quantity)

        return Answer(state=moment.state.with_help(), write=write)

    async def less(self, moment: Moment, product_id: UUID) -> Answer:
        """One piece fewer."""

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            line = (await self._shop.carts.show(session, customer.id)).line(product_id)
            left = line.quantity - 1 if line is not None else 0
            return await self._set(session, moment, customer.id, product_id, left)

        return Answer(state=moment.state.with_help(), write=write)

    async def clear(self, moment: Moment) -> Answer:
        """Take everything out."""

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            await self._shop.carts.clear(session, customer.id)
            emptied = views.empty_cart(moment.language, "cleared")
            return Answer((emptied,), facts="ok: the cart is empty", kept={STATE_KEY: None})

        return Answer(state=moment.state.with_help(), write=write)

    async def _set(
        self, session: AsyncSession, moment: Moment, customer_id: UUID, product_id: UUID, quantity: int
    ) -> Answer:
        try:
            if quantity > 0:
                update = await self._shop.carts.change(session, customer_id, product_id, quantity)
            else:
                update = await self._shop.carts.remove(session, customer_id, product_id)
        except NotFound:
            # removed meanwhile, here or in the person's other messenger
            cart = await self._shop.carts.show(session, customer_id)
            return Answer((views.show_cart(cart, moment.language),), facts="error: not in the cart", refused=True)
        return self._updated(moment, update, added=False)

    # ---- by words -----------------------------------------------------------------------------------------

    async def add_by_words(self, moment: Moment, wanted: LineWords) -> Answer:
        """Put in what is named, what stands at that place of the last list, or what was spoken of last."""
        if wanted.words and wanted.place is None:
            return await self._add_named(moment, wanted)
        last = self._last_line(moment)
        if wanted.again and last is not None:
            return await self.add(moment, last, wanted.quantity or 1)
        if wanted.in_pieces and wanted.quantity is not None and wanted.place is None:
            counted = await self._counted_anew(moment, last)
            if counted is not None:
                return await self.set(moment, counted, wanted.quantity)
        shown, place, quantity = moment.state.shown, wanted.place, wanted.quantity
        if place is None and quantity is not None and moment.state.focus is None and not wanted.in_pieces:
            # «добавь 2» under a list names the second of it
            place, quantity = quantity, None
        if place is not None and place > len(shown):
            return Answer(
                (replies.say("number.missing", moment.language, n=len(shown)),) if shown else (_which(moment),),
                moment.state.with_help(),
            )
        sku = shown[place - 1] if place is not None else self._spoken_of(moment)
        product = await self._product(moment, sku) if sku is not None else None
        if product is None:
            return Answer((_which(moment) if sku is None else replies.say("card.gone", moment.language),))
        if wanted.words and not _is_called(product, wanted.words, moment):
            # «беру второй завтра», «беру третий красный» where the third is grey: shown, to be taken by its button
            return Answer((self._cards.one(product, moment.language),), moment.state.with_card(product))
        added = await self.add(moment, product.id, quantity or 1)
        return replace(added, state=moment.state.with_card(product))

    async def remove_by_words(self, moment: Moment, wanted: LineWords) -> Answer:
        """Take out what is named or spoken of; where that is not clear, ask which line."""
        cart = await self._cart(moment)
        if not cart.lines:
            return self._told(moment, cart, views.empty_cart(moment.language))
        line = None
        if wanted.words:
            named = _lines_called(cart, wanted.words, moment)
            line = named[0] if len(named) == 1 else None
        elif wanted.place is not None:
            line = cart.lines[wanted.place - 1] if wanted.place <= len(cart.lines) else None
        elif len(cart.lines) == 1:
            line = cart.lines[0]
        else:
            last = self._last_line(moment)
            line = cart.line(last) if last is not None else None
        if line is None:
            return self._told(moment, cart, views.edit_list(cart, moment.language))
        return await self.set(moment, line.product_id, 0)

    async def remove_named(self, moment: Moment, wanted: LineWords) -> Answer | None:
        """Take out what is named, without a word of the cart; ``None``: nothing of that name is in there."""
        cart = await self._cart(moment)
        return await self.remove_by_words(moment, wanted) if _lines_called(cart, wanted.words, moment) else None

    async def set_by_words(self, moment: Moment, quantity: int) -> Answer:
        """«сделай три»: of what was added last, of the only line, or of what is spoken of."""
        cart = await self._cart(moment)
        last = self._last_line(moment)
        line = cart.line(last) if last is not None else None
        if line is None and len(cart.lines) == 1:
            line = cart.lines[0]
        if line is None and cart.lines:
            return await self.edit(moment)
        if line is None:
            # «сделай два» of what only lies on the screen so far
            return await self.add_by_words(moment, LineWords(quantity=quantity, in_pieces=True))
        return await self.set(moment, line.product_id, quantity)

    async def _add_named(self, moment: Moment, wanted: LineWords) -> Answer:
        turn, state = moment.turn, moment.state
        query = ProductQuery(text=wanted.words, city_id=turn.bot.city_id, language=turn.language, limit=PAGE_SIZE)
        async with turn.session() as session:
            exact = await self._shop.typed(session, moment, wanted.words)
            page = None if exact is not None else await self._shop.finder.find(session, query)
        if exact is not None:
            return await self.add(moment, exact.id, wanted.quantity or 1)
        assert page is not None
        if not page.items:
            below = replies.button("categories", buttons.CATEGORIES, moment.language)
            return Answer((replies.say("nothing", moment.language, below),), state.with_miss())
        if len(page.items) == 1:
            return await self.add(moment, page.items[0].id, wanted.quantity or 1)
        text = views.TEXTS.get("which.of_these", moment.language)
        cards = self._cards.several(text, page.items, moment.language, has_more=page.has_more)
        return Answer((cards,), state.with_list(query, page.items))

    # ---- what is meant ------------------------------------------------------------------------------------

    @staticmethod
    def _spoken_of(moment: Moment) -> str | None:
        shown = moment.state.shown
        return moment.state.focus or (shown[0] if len(shown) == 1 else None)

    async def _counted_anew(self, moment: Moment, last: UUID | None) -> UUID | None:
        """The line that «давайте две» is about: that of the product added last, as long as it is spoken of."""
        if last is None or (await self._cart(moment)).line(last) is None:
            return None
        product = None if moment.state.focus is None else await self._product(moment, moment.state.focus)
        return last if product is None or product.id == last else None

    @staticmethod
    def _last_line(moment: Moment) -> UUID | None:
        line = moment.kept(STATE_KEY).get("line")
        try:
            return UUID(hex=line) if isinstance(line, str) else None
        except ValueError:
            return None

    async def _product(self, moment: Moment, sku: str) -> FoundProduct | None:
        async with moment.turn.session() as session:
            return await self._shop.product(session, moment, sku)

    async def _cart(self, moment: Moment) -> Cart:
        async with moment.turn.session() as session:
            return await self._shop.cart(session, moment)

    # ---- answers ------------------------------------------------------------------------------------------

    def _told(self, moment: Moment, cart: Cart, said: OutboundMessage) -> Answer:
        return Answer(
            (said,),
            moment.state.with_help(),
            facts=views.cart_facts(cart, moment.language),
            evidence=self._evidence(moment, cart),
        )

    def _updated(self, moment: Moment, update: CartUpdate, *, added: bool) -> Answer:
        facts = {"pieces_now": update.now, **views.cart_facts(update.cart, moment.language)}
        if update.limit is not None:
            facts["limit"] = update.limit.value
            facts["left"] = update.left
        return Answer(
            (views.tell_update(update, moment.language, added=added),),
            analytics=update.facts,
            kept={STATE_KEY: {"line": update.product_id.hex}},
            facts=facts,
            evidence=self._evidence(moment, update.cart),
        )

    @staticmethod
    def _evidence(moment: Moment, cart: Cart) -> Evidence:
        return Evidence(stated=views.cart_lines(cart, moment.language) if cart.lines else "")


def _lines_called(cart: Cart, words: str, moment: Moment) -> list[CartLine]:
    """The lines whose names have all the words in them."""
    stems = _stems(words)
    return [one for one in cart.lines if all(stem in one.name.get(moment.language).casefold() for stem in stems)]


def _is_called(product: FoundProduct, words: str, moment: Moment) -> bool:
    """Whether every word is of the product's name, category or colour, or of the search that found it."""
    search = moment.state.search
    searched = (search.text, search.category or "") if search is not None else ()
    known = _stems(" ".join((product.name, product.category, *searched)))
    return all(
        stem in known or (product.colour is not None and colour_of(word) == product.colour)
        for word, stem in zip(words.split(), _stems(words), strict=True)
    )


def _stems(words: str) -> list[str]:
    return [word.strip('«»"().,')[:4].casefold() for word in words.split()]


def _which(moment: Moment) -> OutboundMessage:
    if moment.state.shown:
        return views.TEXTS.say("which.number", moment.language)
    return views.empty_cart(moment.language, "which")


def _gone(moment: Moment) -> Answer:
    gone = replies.say("card.gone", moment.language)
    return Answer((gone,), facts="error: that product is not sold here any more", refused=True)
