"""What administrators do with products and categories; each method is one endpoint and one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog import administration
from shared.catalog.records import (
    CategoryChanges,
    CategoryFilter,
    CategoryRecord,
    ProductChanges,
    ProductFilter,
    ProductRecord,
    ProductSearch,
    ProductSearchPage,
)
from shared.catalog.schemas import CategoryInput, ProductInput, SearchQuery, SortOrder
from shared.catalog.service import CatalogService
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.errors import InvalidInput
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page, decode_cursor, encode_cursor
from shared.runtime.database import Database

__all__ = ["CategoryHandlers", "ProductHandlers"]

_SEARCH_SORTS = {
    "relevance": SortOrder.RELEVANCE,
    "price": SortOrder.PRICE_ASC,
    "-price": SortOrder.PRICE_DESC,
}
_LAST_OFFSET = 1000


class ProductHandlers:
    """The catalogue's products, one at a time and in lists.

    ``changed`` is told after the commit that a product may be cheaper or back; it must not raise.
    """

    def __init__(
        self, database: Database, catalogue: CatalogService, *, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._changed = changed

    async def list(self, caller: Caller, filters: ProductFilter) -> Page[ProductRecord]:
        """List products.

        All conditions hold together. `q` takes words in any form and language, or a stock number. Deleted products
        are listed with `status=deleted` only.
        """
        async with self._database.session_scope(caller.company_id) as session:
            return await administration.list_products(session, caller.company_id, filters)

    async def search(self, caller: Caller, filters: ProductSearch) -> ProductSearchPage:
        """Search as a shopper would.

        Mistyped words are corrected and conditions relaxed as they are in a messenger; the answer tells how.
        """
        offset = 0
        if filters.cursor is not None:
            (offset,) = decode_cursor(filters.cursor, filters.sort, [int])
            if not 0 <= offset <= _LAST_OFFSET:
                raise InvalidInput("not a cursor of this list", field="cursor")
        fields = filters.model_dump(exclude={"q", "cursor", "sort"})
        sort = _SEARCH_SORTS[filters.sort]
        query = SearchQuery.model_validate({"text": filters.q, "offset": offset, "sort": sort, **fields})
        async with self._database.session_scope(caller.company_id) as session:
            page = await self._catalogue.search(session, query)
        following = offset + len(page.items)
        more = page.has_more and following <= _LAST_OFFSET
        return ProductSearchPage(
            items=list(page.items),
            next=encode_cursor(filters.sort, [following]) if more else None,
            total=page.total,
            total_is_minimum=page.total_is_minimum,
            corrections=page.corrections,
            ignored_words=page.ignored_words,
            relaxed=page.relaxed,
        )

    async def get(self, caller: Caller, product_id: UUID) -> ProductRecord:
        """Show one product, a deleted one too."""
        async with self._database.session_scope(caller.company_id) as session:
            return await administration.get_product(session, product_id)

    async def create(self, caller: Caller, body: ProductInput) -> Created[ProductRecord]:
        """Add a product.

        Its category must exist. A product that was deleted under the same stock number and city comes back.
        """
        async with self._database.session_scope(caller.company_id) as session:
            product = await administration.create_product(session, body)
            await self._record(session, caller, "created", None, product)
        await self._changed()
        return Created(product, f"products/{product.id}")

    async def replace(
        self, caller: Caller, product_id: UUID, body: ProductInput, if_match: IfMatch
    ) -> ProductRecord:
        """Give a product new fields, all of them.

        What is left out becomes empty. A deleted product comes back.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_product(session, product_id, lock=True)
            if_match.check(before)
            after = await administration.replace_product(session, product_id, body)
            await self._record(session, caller, "updated", before, after)
        if after != before:
            await self._changed()
        return after

    async def update(
        self, caller: Caller, product_id: UUID, body: ProductChanges, if_match: IfMatch
    ) -> ProductRecord:
        """Change the fields that are given.

        A `quantity` above zero makes a sold-out product available, unless `availability` is given too.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_product(session, product_id, lock=True)
            if_match.check(before)
            after = await administration.change_product(session, product_id, body)
            await self._record(session, caller, "updated", before, after)
        if after != before:
            await self._changed()
        return after

    async def delete(self, caller: Caller, product_id: UUID, if_match: IfMatch) -> None:
        """Delete a product.

        Shoppers no longer find it; orders keep it, and `PUT` brings it back.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_product(session, product_id, lock=True)
            if_match.check(before)
            await administration.delete_product(session, product_id)
            await self._record(session, caller, "deleted", before, None)

    async def _record(
        self,
        session: AsyncSession,
        caller: Caller,
        verb: str,
        before: ProductRecord | None,
        after: ProductRecord | None,
    ) -> None:
        if before == after:
            return
        product = before or after
        assert product is not None
        await audit.record(
            session,
            caller,
            action=f"product.{verb}",
            subject_type="product",
            subject_id=str(product.id),
            before=before.model_dump() if before else None,
            after=after.model_dump() if after else None,
        )


class CategoryHandlers:
    """The categories that products belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, filters: CategoryFilter) -> Page[CategoryRecord]:
        """List all categories, in the shop's order."""
        async with self._database.session_scope(caller.company_id) as session:
            return await administration.list_categories(session, filters)

    async def get(self, caller: Caller, code: str) -> CategoryRecord:
        """Show one category."""
        async with self._database.session_scope(caller.company_id) as session:
            return await administration.get_category(session, code)

    async def create(self, caller: Caller, body: CategoryInput) -> Created[CategoryRecord]:
        """Add a category."""
        async with self._database.session_scope(caller.company_id) as session:
            category = await administration.create_category(session, body)
            await self._record(session, caller, "created", None, category)
        return Created(category, f"categories/{quote(category.code, safe='')}")

    async def replace(self, caller: Caller, code: str, body: CategoryChanges, if_match: IfMatch) -> CategoryRecord:
        """Rename a category, or change its synonyms and its place.

        Its products are found by the new words at once.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_category(session, code, lock=True)
            if_match.check(before)
            after = await administration.replace_category(session, code, body)
            await self._record(session, caller, "updated", before, after)
        return after

    async def _record(
        self,
        session: AsyncSession,
        caller: Caller,
        verb: str,
        before: CategoryRecord | None,
        after: CategoryRecord,
    ) -> None:
        if before == after:
            return
        await audit.record(
            session,
            caller,
            action=f"category.{verb}",
            subject_type="category",
            subject_id=after.code,
            before=before.model_dump() if before else None,
            after=after.model_dump(),
        )
