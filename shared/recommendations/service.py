"""What to recommend: what goes with the cart, what is like what was looked at, what pleases, what sells.

Every source is asked for candidates; they are taken in turns, so that one source never fills the list, and only
what is on sale in the person's city and not sold out is taken. Functions take the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.service import interest_of
from shared.catalog.schemas import Availability, ProductView, SearchQuery
from shared.catalog.service import CatalogService
from shared.kernel.errors import NotFound
from shared.orders import sales, stock
from shared.recommendations.preferences import Preferences, preferences_of
from shared.recommendations.schemas import Reason, Recommendation, Wanted

__all__ = ["RecommendationService"]

_INTEREST_KEPT = timedelta(days=180)
_SALES_LOOKED_AT = timedelta(days=60)
_NOT_AGAIN = timedelta(days=90)
"""What was bought so lately is not recommended again."""
_CANDIDATES = 15
_OF_ONE_CATEGORY = 3


class RecommendationService:
    """Recommends products and tells what is known of a person's tastes."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    async def preferences(
        self, session: AsyncSession, dialog_ids: Collection[int], *, now: datetime
    ) -> Preferences:
        """What the person of these dialogs seems to like."""
        signs = await interest_of(session, list(dialog_ids), since=now - _INTEREST_KEPT)
        return preferences_of(signs, now=now)

    async def recommend(self, session: AsyncSession, wanted: Wanted, *, now: datetime) -> list[Recommendation]:
        """At most ``wanted.limit`` products with reasons, the best first; empty where nothing suits."""
        liked = await self.preferences(session, wanted.dialog_ids, now=now)
        spoken_of = await self._catalog.products_by_ids(session, list(wanted.near[:1]))
        spoken_of = spoken_of or await self._seen_last(session, liked, wanted)
        near = set(wanted.near) or {product.id for product in spoken_of}
        sources = [
            await self._bought_together(session, near),
            await self._similar(session, spoken_of, wanted),
            await self._liked(session, liked, wanted),
            await self._popular(session, wanted, now=now),
        ]
        taken = near | set(wanted.near)
        if wanted.customer_id is not None:
            taken |= await sales.bought_by(session, wanted.customer_id, since=now - _NOT_AGAIN)
        in_turns = chain.from_iterable(zip_longest(*sources))
        offered = [found for found in in_turns if found is not None and _is_sold(found.product, wanted.city_id)]
        held = await stock.held_by_others(session, {found.product.id for found in offered})
        free = [found for found in offered if stock.free_pieces(found.product, held) != 0]
        return _choose(free, without=taken, limit=wanted.limit)

    # ---- the sources --------------------------------------------------------------------------------------

    async def _seen_last(self, session: AsyncSession, liked: Preferences, wanted: Wanted) -> list[ProductView]:
        """What the person looked at last and is still there; empty where nothing is."""
        for sku in liked.viewed[:3]:
            try:
                return [await self._catalog.get_product(session, sku, city_id=wanted.city_id)]
            except NotFound:
                continue
        return []

    async def _bought_together(self, session: AsyncSession, near: Collection[UUID]) -> list[Recommendation]:
        found = await sales.bought_together(session, near, limit=_CANDIDATES) if near else []
        ids = list(dict.fromkeys([*(pair.product_id for pair in found), *near]))
        products = {product.id: product for product in await self._catalog.products_by_ids(session, ids)}
        return [
            Recommendation(products[pair.product_id], Reason.BOUGHT_TOGETHER, products[pair.with_id].name)
            for pair in found
            if pair.product_id in products and pair.with_id in products
        ]

    async def _similar(
        self, session: AsyncSession, spoken_of: Sequence[ProductView], wanted: Wanted
    ) -> list[Recommendation]:
        """Of the same category, at half to one and a half of the price."""
        similar = []
        for product in spoken_of:
            price = product.price.minor
            page = await self._search(
                session, wanted, category=product.category, price_min=price // 2, price_max=price + price // 2
            )
            similar += [Recommendation(other, Reason.SIMILAR, product.name) for other in page]
        return similar

    async def _liked(self, session: AsyncSession, liked: Preferences, wanted: Wanted) -> list[Recommendation]:
        names = {category.code: category.name for category in await self._catalog.categories(session)}
        found: list[Recommendation] = []
        for code in liked.categories:
            if code not in names:
                continue
            page = await self._search(
                session,
                wanted,
                category=code,
                colour=liked.colours[0] if liked.colours else None,
                price_min=liked.price_min,
                price_max=liked.price_max,
            )
            found += [Recommendation(product, Reason.LIKED, names[code]) for product in page]
        return found

    async def _search(
        self,
        session: AsyncSession,
        wanted: Wanted,
        *,
        category: str,
        colour: str | None = None,
        price_min: int | None = None,
        price_max: int | None = None,
    ) -> Sequence[ProductView]:
        query = SearchQuery(
            category=category,
            colour=colour,
            price_min=price_min,
            price_max=price_max,
            city_id=wanted.city_id,
            only_available=True,
            relax_filters=True,
            varied=True,
            limit=_CANDIDATES,
        )
        return (await self._catalog.search(session, query)).items

    async def _popular(self, session: AsyncSession, wanted: Wanted, *, now: datetime) -> list[Recommendation]:
        ids = await sales.best_sellers(
            session, city_id=wanted.city_id, since=now - _SALES_LOOKED_AT, limit=_CANDIDATES
        )
        products = await self._catalog.products_by_ids(session, list(ids))
        return [Recommendation(product, Reason.POPULAR) for product in products]


def _is_sold(product: ProductView, city_id: UUID | None) -> bool:
    """Whether it is on sale in the person's city: never another city's goods, never what is sold out."""
    here = city_id is None or product.city_id in (None, city_id)
    return product.active and here and product.availability is not Availability.OUT_OF_STOCK


def _choose(offered: Iterable[Recommendation], *, without: set[UUID], limit: int) -> list[Recommendation]:
    """The first of each product, few of one category unless there is nothing else."""
    chosen: list[Recommendation] = []
    spare: list[Recommendation] = []
    taken, categories = set(without), dict[str, int]()
    for found in offered:
        product = found.product
        if product.id in taken:
            continue
        taken.add(product.id)
        categories[product.category] = categories.get(product.category, 0) + 1
        (chosen if categories[product.category] <= _OF_ONE_CATEGORY else spare).append(found)
    return [*chosen, *spare][:limit]
