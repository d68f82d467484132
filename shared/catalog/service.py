"""The catalogue as other capabilities use it: look up and search. Writing is in ``imports.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.analyser import terms_of
from shared.catalog.barcodes import barcode_key
from shared.catalog.colours import Colour, colours_of_text
from shared.catalog.indexing import company_key
from shared.catalog.models import Product
from shared.catalog.query import Attempt, Reading, attempts_of, read_words
from shared.catalog.recent import Recent
from shared.catalog.repository import CatalogRepository, Found
from shared.catalog.schemas import (
    CategoryView,
    ColourView,
    LocalizedText,
    ProductView,
    SearchPage,
    SearchQuery,
    SortOrder,
)
from shared.catalog.tokens import sku_key, sku_key_candidates
from shared.catalog.variety import varied, window_of
from shared.catalog.vocabulary import Vocabulary, VocabularyCache
from shared.kernel.errors import NotFound
from shared.kernel.money import Money

__all__ = ["CatalogService", "product_view"]

MAX_CANDIDATES = 2000
"""How many matches are ranked; a wider search is answered with the best of these."""
MAX_VOCABULARY = 50_000
_SKU_PREFIX = 3
_SKU_WORDS = 4
_PLAIN_SKU = 2
_PLAIN_SKU_OFFERS = 100
"""A word of more products than this is no stock number; so many cities may have an offer of one."""
_CATEGORIES_RECENT = 3.0
"""Seconds that a company's categories are kept: a change is effective within five everywhere."""
CategoryWords = tuple[str, tuple[str, ...]]
"""A category's code, and its names and synonyms in every language."""


class CatalogService:
    """Answers questions about the catalogue of the session's company. Built once per worker; safe to share.

    A session whose transaction has no company finds nothing.

    Semantic search will join in ``_ask``: another source of candidates beside ``CatalogRepository.search``, merged
    before the page is cut. Nothing else has to know.
    """

    def __init__(self, vocabularies: VocabularyCache | None = None, *, too_common: int = 150_000) -> None:
        """``too_common``: words that more products have are not ranked, the newest of the matches are shown."""
        self._vocabularies = vocabularies or VocabularyCache()
        self._too_common = too_common
        self._filled_categories: Recent[list[CategoryView]] = Recent(seconds=_CATEGORIES_RECENT)
        self._category_words: Recent[list[CategoryWords]] = Recent(seconds=_CATEGORIES_RECENT)

    async def search(self, session: AsyncSession, query: SearchQuery) -> SearchPage:
        """Find products for a shopper's words and conditions; see ``SearchQuery``.

        A text that is a stock number (or the beginning of one) is looked up as such. Otherwise words are matched in
        any form and language, mistyped ones corrected. When nothing meets all conditions, what ``query.relax`` and
        ``query.relax_filters`` allow is given up; the page tells what was.
        """
        repository = CatalogRepository(session)
        company_id, version = await repository.company_and_version()
        if company_id is None:
            return SearchPage(items=(), offset=query.offset, total=0)
        by_sku = await self._search_by_sku(repository, query)
        if by_sku:
            return by_sku
        vocabulary = await self._vocabulary(repository, company_id, version)
        by_sku = await self._search_by_plain_sku(repository, query, vocabulary)
        if by_sku:
            return by_sku
        return await self._search_by_words(repository, query, vocabulary, company_id)

    async def get_product(
        self, session: AsyncSession, identity: UUID | str, *, city_id: UUID | None = None
    ) -> ProductView:
        """The active product of an id or a stock number; of a stock number's offers the city's own comes first.

        Raises:
            NotFound: the company has no such product on sale in that city.
        """
        repository = CatalogRepository(session)
        if isinstance(identity, UUID):
            rows = [row for row in await repository.by_ids([identity]) if row.active]
            rows = [row for row in rows if city_id is None or row.city_id in (None, city_id)]
        else:
            rows = await repository.by_sku_keys((sku_key(identity), *sku_key_candidates(identity)), city_id, 10)
            rows.sort(key=lambda row: row.sku != identity)
        if not rows:
            raise NotFound("product", identity)
        return product_view(rows[0])

    async def products_by_barcodes(
        self, session: AsyncSession, codes: Sequence[str], *, city_id: UUID | None = None
    ) -> list[ProductView]:
        """The active products that bear one of these codes and are sold in that city, available ones first."""
        keys = [key for code in codes if (key := barcode_key(code))]
        if not keys:
            return []
        return [product_view(row) for row in await CatalogRepository(session).by_barcodes(keys, city_id)]

    async def products_by_ids(self, session: AsyncSession, ids: list[UUID]) -> list[ProductView]:
        """The products that exist, active or not, in the order asked for."""
        return [product_view(row) for row in await CatalogRepository(session).by_ids(ids)]

    async def categories(self, session: AsyncSession) -> list[CategoryView]:
        """The categories that have active products, in the shop's order; a few seconds old at most."""
        repository = CatalogRepository(session)
        company_id, _ = await repository.company_and_version()
        if company_id is None:
            return []
        kept = self._filled_categories.get(company_id)
        if kept is None:
            counts = await repository.category_counts()
            kept = [
                CategoryView(code=row.code, name=LocalizedText.model_validate(row.name), products=counts[row.code])
                for row in await repository.categories()
                if row.code in counts
            ]
            self._filled_categories.put(company_id, kept)
        return kept

    async def colours(self, session: AsyncSession) -> list[ColourView]:
        """The colours there are, the most frequent first."""
        counts = await CatalogRepository(session).colour_counts()
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [ColourView(colour=Colour(code), products=number) for code, number in ordered]

    # ---- the two ways of searching ------------------------------------------------------------------------

    async def _search_by_sku(self, repository: CatalogRepository, query: SearchQuery) -> SearchPage | None:
        keys = sku_key_candidates(query.text) if len(query.text.split()) <= _SKU_WORDS else ()
        if not keys:
            return None
        wanted = query.offset + query.limit + 1
        rows = await repository.by_sku_keys(keys, query.city_id, wanted)
        if not rows and len(keys[0]) >= _SKU_PREFIX and keys[0][0].isalpha():
            rows = await repository.by_sku_prefix(keys[0], query.city_id, wanted)
        return self._sku_page(rows, query, wanted)

    async def _search_by_plain_sku(
        self, repository: CatalogRepository, query: SearchQuery, vocabulary: Vocabulary
    ) -> SearchPage | None:
        """A stock number without a digit looks like any word: it is one where products have it, whole, and no
        others speak of themselves in that word. Several words that products use are words."""
        terms = terms_of(query.text) if len(query.text.split()) <= _SKU_WORDS else ()
        key = sku_key(query.text)
        if not terms or len(key) < _PLAIN_SKU or any(letter.isdigit() for letter in key):
            return None
        spoken_of = min(vocabulary.frequency(term) for term in terms)
        if spoken_of > (_PLAIN_SKU_OFFERS if len(terms) == 1 else 0):
            return None
        if spoken_of > len(await repository.by_sku_keys((key,), None, _PLAIN_SKU_OFFERS)):
            return None
        wanted = query.offset + query.limit + 1
        return self._sku_page(await repository.by_sku_keys((key,), query.city_id, wanted), query, wanted)

    @staticmethod
    def _sku_page(rows: Sequence[Product], query: SearchQuery, wanted: int) -> SearchPage | None:
        page = rows[query.offset : query.offset + query.limit]
        if not page:
            return None
        more = len(rows) == wanted
        return SearchPage(
            items=tuple(map(product_view, page)),
            offset=query.offset,
            total=len(rows),
            total_is_minimum=more,
            has_more=more,
        )

    async def _search_by_words(
        self, repository: CatalogRepository, query: SearchQuery, vocabulary: Vocabulary, company_id: UUID
    ) -> SearchPage:
        words = [query.text]
        category = None
        if query.category:
            category = _category_code(await self._categories(repository, company_id), query.category)
            words += [] if category else [query.category]
        colours: tuple[Colour, ...] = ()
        if query.colour:
            colours = colours_of_text(query.colour)
            words += [] if colours else [query.colour]
        reading = await asyncio.to_thread(read_words, " ".join(words), vocabulary)
        if reading.ignored and not reading.groups and not category and not colours:
            return SearchPage(items=(), offset=query.offset, total=0, ignored_words=reading.ignored)
        asked = query
        if query.varied and query.sort is SortOrder.RELEVANCE:
            start, size = window_of(query.offset, query.limit)
            asked = query.model_copy(update={"offset": start, "limit": size})
        for attempt in attempts_of(query, reading, company_key(company_id), category=category, colours=colours):
            found = await self._ask(repository, attempt, asked, too_many=reading.at_most > self._too_common)
            if found.total or (query.offset and found.capped):
                return await _page(repository, query, reading, attempt, found, first=asked.offset)
        return SearchPage(
            items=(),
            offset=query.offset,
            total=0,
            corrections=reading.corrections,
            ignored_words=reading.ignored,
        )

    async def _ask(
        self, repository: CatalogRepository, attempt: Attempt, query: SearchQuery, *, too_many: bool
    ) -> Found:
        if attempt.strong is None or too_many:
            return await repository.walk(attempt.weak or attempt.strong, attempt, query)
        found = await repository.search(attempt, query, candidates=MAX_CANDIDATES)
        if found.capped and query.sort is not SortOrder.RELEVANCE:
            # too many to sort them all: read them off the price index instead
            return await repository.walk(attempt.strong, attempt, query)
        return found

    async def _categories(self, repository: CatalogRepository, company_id: UUID) -> list[CategoryWords]:
        kept = self._category_words.get(company_id)
        if kept is None:
            rows = await repository.categories()
            kept = [(row.code, (*row.name.values(), *row.synonyms)) for row in rows]
            self._category_words.put(company_id, kept)
        return kept

    async def _vocabulary(self, repository: CatalogRepository, company_id: UUID, version: int) -> Vocabulary:
        kept = self._vocabularies.get(company_id, version)
        if kept:
            return kept
        words = await repository.vocabulary(MAX_VOCABULARY)
        vocabulary = await asyncio.to_thread(Vocabulary, words, complete=len(words) < MAX_VOCABULARY)
        self._vocabularies.put(company_id, version, vocabulary)
        return vocabulary


def _category_code(categories: list[CategoryWords], wanted: str) -> str | None:
    """The category of that code, or whose name or a synonym of it has all the words of ``wanted``."""
    if any(code == wanted for code, _ in categories):
        return wanted
    words = [set(term.lexemes) for term in terms_of(wanted)]
    likeness, code = max(((_likeness(names, words), code) for code, names in categories), default=(0.0, ""))
    return code if likeness > 0 else None


def _likeness(names: tuple[str, ...], wanted: list[set[str]]) -> float:
    """1 where a name or synonym has exactly the wanted words, less where it has more, 0 where it lacks one."""
    best = 0.0
    for name in names:
        terms = _words_of(name)
        if wanted and all(any(word & term for term in terms) for word in wanted):
            best = max(best, len(wanted) / max(len(terms), 1))
    return best


@lru_cache(maxsize=10_000)
def _words_of(name: str) -> tuple[frozenset[str], ...]:
    """The words of a category's name: there are few names, and every search looks at all of them."""
    return tuple(frozenset(term.lexemes) for term in terms_of(name))


async def _page(
    repository: CatalogRepository,
    query: SearchQuery,
    reading: Reading,
    attempt: Attempt,
    found: Found,
    *,
    first: int,
) -> SearchPage:
    """The page asked for, cut out of what was found from the ``first`` on."""
    rows = await repository.by_ids(found.ids)
    if query.varied and query.sort is SortOrder.RELEVANCE:
        rows = varied(rows, reading.groups)
    rows = rows[query.offset - first :][: query.limit]
    return SearchPage(
        items=tuple(map(product_view, rows)),
        offset=query.offset,
        total=found.total,
        total_is_minimum=found.capped,
        has_more=query.offset + len(rows) < found.total,
        corrections=reading.corrections,
        ignored_words=reading.ignored,
        relaxed=attempt.relaxed,
    )


def product_view(row: Product) -> ProductView:
    """A row as other capabilities see it."""
    old = None if row.old_price_minor is None else Money(minor=row.old_price_minor, currency=row.currency)
    return ProductView.model_validate(
        {
            "id": row.id,
            "sku": row.sku,
            "city_id": row.city_id,
            "name": row.name,
            "description": row.description,
            "category": row.category,
            "price": Money(minor=row.price_minor, currency=row.currency),
            "old_price": old,
            "attributes": row.attributes,
            "colours": row.colours,
            "images": row.images,
            "availability": row.availability,
            "quantity": row.quantity,
            "active": row.active,
            "external_ref": row.external_ref,
            "barcodes": row.barcodes,
            "updated_at": row.updated_at,
        }
    )
