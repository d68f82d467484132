"""The catalogue's SQL, all under row level security; the two search shapes are database functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    bindparam,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from shared.catalog.models import CatalogState, CatalogWord, Category, Product
from shared.catalog.query import Attempt
from shared.catalog.schemas import SearchQuery
from shared.catalog.vocabulary import VocabularyWord
from shared.runtime.tenancy import CURRENT_COMPANY, TENANT

__all__ = ["CatalogRepository", "Found"]

_LAST_CHARACTER = "\U0010ffff"
_KEYS = ("company_id", "sku", "city_id")
_UNCOMPARED = frozenset({"id", *_KEYS})

_SEARCH = text(
    "SELECT product_id, total, capped FROM search_products(CAST(:strong AS tsquery), CAST(:weak AS tsquery),"
    " CAST(:ranking AS tsquery), :city, :currency, :price_min, :price_max,"
    " :only_available, :sort, :candidates, :offset, :limit)"
).bindparams(bindparam("city", type_=Product.city_id.type))
_WALK = text(
    "SELECT product_id FROM walk_products(CAST(:strong AS tsquery), :city, :currency, :price_min, :price_max,"
    " :sort, :offset, :limit)"
).bindparams(bindparam("city", type_=Product.city_id.type))

_BARCODES = text("SELECT product_id FROM products_by_barcode(:wanted, :city)").bindparams(
    bindparam("wanted", type_=ARRAY(Text)), bindparam("city", type_=Product.city_id.type)
)


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page in their order; ``total`` over all pages, at least so many where ``capped``."""

    ids: tuple[UUID, ...]
    total: int
    capped: bool


class CatalogRepository:
    """Reads and writes of one session. It never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def company_and_version(self) -> tuple[UUID | None, int]:
        """The transaction's company (``None`` where none is set) and the version of its vocabulary."""
        version = select(CatalogState.vocabulary_version).scalar_subquery()
        row = (await self._session.execute(select(type_coerce(TENANT, Uuid()), version))).one()
        return row[0], row[1] or 0

    async def lock(self) -> UUID:
        """Queue up for writing the company's catalogue until the transaction ends; returns the company."""
        statement = insert(CatalogState).values({})
        locked = statement.on_conflict_do_update(
            index_elements=["company_id"], set_={"updated_at": func.now()}
        ).returning(CatalogState.company_id)
        return (await self._session.execute(locked)).scalar_one()

    # ---- search -------------------------------------------------------------------------------------------

    async def search(self, attempt: Attempt, query: SearchQuery, *, candidates: int) -> Found:
        """Rank the matches of ``attempt.strong`` and ``.weak``, ``candidates`` of them at most."""
        values = _bounds(attempt, query) | {
            "weak": attempt.weak,
            "ranking": attempt.ranking,
            "only_available": query.only_available,
            "candidates": candidates,
            "limit": query.limit,
        }
        rows = (await self._session.execute(_SEARCH, values)).all()
        if not rows:
            return Found((), 0, capped=False)
        return Found(tuple(row.product_id for row in rows), rows[0].total, rows[0].capped)

    async def walk(self, matching: str | None, attempt: Attempt, query: SearchQuery) -> Found:
        """Available products that match (``None``: all) by price, or newest first; the total is a minimum."""
        sort = "newest" if query.sort == "relevance" else query.sort.value
        values = _bounds(attempt, query) | {"strong": matching, "sort": sort, "limit": query.limit + 1}
        ids = (await self._session.execute(_WALK, values)).scalars().all()
        more = len(ids) > query.limit
        return Found(tuple(ids[: query.limit]), query.offset + len(ids), capped=more)

    async def by_ids(self, ids: Sequence[UUID]) -> list[Product]:
        """The products, in the order of ``ids``."""
        rows = (await self._session.scalars(select(Product).where(Product.id.in_(ids), _OF_COMPANY))).all()
        by_id = {row.id: row for row in rows}
        return [by_id[wanted] for wanted in ids if wanted in by_id]

    async def by_id(self, product_id: UUID, *, lock: bool = False) -> Product | None:
        """A product, whatever its state, read anew; ``lock`` keeps others from changing it."""
        statement = select(Product).where(_OF_COMPANY, Product.id == product_id)
        statement = statement.execution_options(populate_existing=True)
        return (await self._session.scalars(statement.with_for_update() if lock else statement)).one_or_none()

    async def by_offer(self, sku: str, city_id: UUID | None) -> Product | None:
        """The offer of that very stock number in that city (``None``: in all), whatever its state."""
        in_city = Product.city_id.is_not_distinct_from(city_id)
        statement = select(Product).where(_OF_COMPANY, Product.sku == sku, in_city)
        return (await self._session.scalars(statement)).one_or_none()

    async def by_skus(self, skus: Sequence[str]) -> list[Product]:
        """Every offer of these very stock numbers, whatever its state."""
        statement = select(Product).where(_OF_COMPANY, Product.sku.in_(skus))
        return list((await self._session.scalars(statement.execution_options(populate_existing=True))).all())

    async def shows_image(self, url: str) -> bool:
        """Whether some product has that image; reads all of them."""
        statement = select(Product.id).where(_OF_COMPANY, literal(url) == func.any(Product.images))
        return (await self._session.execute(statement.limit(1))).first() is not None

    async def by_barcodes(self, codes: Sequence[str], city_id: UUID | None) -> list[Product]:
        """Active products that bear one of ``codes``; the city's own offer instead of the one for all cities."""
        ids = (await self._session.execute(_BARCODES, {"wanted": list(codes), "city": city_id})).scalars().all()
        rows = await self.by_ids(list(ids))
        return _one_offer_each(rows) if city_id else rows

    async def by_sku_keys(self, keys: Sequence[str], city_id: UUID | None, limit: int) -> list[Product]:
        """Active products whose stock number is one of ``keys``; the city's own offer first."""
        return await self._by_sku(Product.sku_key.in_(keys), city_id, limit)

    async def by_sku_prefix(self, key: str, city_id: UUID | None, limit: int) -> list[Product]:
        """Active products whose stock number begins with ``key``, by stock number."""
        condition = (Product.sku_key >= key) & (Product.sku_key < key + _LAST_CHARACTER)
        return await self._by_sku(condition, city_id, limit)

    async def _by_sku(self, condition: ColumnElement[bool], city_id: UUID | None, limit: int) -> list[Product]:
        statement = select(Product).where(_OF_COMPANY, condition, Product.active)
        if city_id:
            statement = statement.where(or_(Product.city_id == city_id, Product.city_id.is_(None)))
        ordered = statement.order_by(Product.sku_key, Product.sku, Product.city_id.nulls_last()).limit(limit * 2)
        rows = (await self._session.scalars(ordered)).all()
        return _one_offer_each(rows)[:limit] if city_id else list(rows[:limit])

    # ---- facets -------------------------------------------------------------------------------------------

    async def categories(self) -> list[Category]:
        """All categories, in the shop's order."""
        statement = select(Category).where(Category.company_id == TENANT).order_by(Category.position, Category.code)
        return list((await self._session.scalars(statement)).all())

    async def category_counts(self) -> dict[str, int]:
        """Active products per category."""
        statement = (
            select(Product.category, func.count()).where(_OF_COMPANY, Product.active).group_by(Product.category)
        )
        rows = (await self._session.execute(statement)).all()
        return {row[0]: row[1] for row in rows}

    async def colour_counts(self) -> dict[str, int]:
        """Active products per colour."""
        colour = func.unnest(Product.colours).label("colour")
        each = select(colour).where(_OF_COMPANY, Product.active).subquery()
        statement = select(each.c.colour, func.count()).group_by(each.c.colour)
        rows = (await self._session.execute(statement)).all()
        return {row[0]: row[1] for row in rows}

    # ---- writing ------------------------------------------------------------------------------------------

    async def save_category(self, values: Mapping[str, Any]) -> None:
        """Insert or replace one category."""
        statement = insert(Category).values(**values)
        changed = {name: statement.excluded[name] for name in ("name", "synonyms", "position")}
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["company_id", "code"], set_=changed)
        )

    async def products_of_category(self, code: str, after: UUID | None, limit: int) -> list[Product]:
        """Products of a category that are not deleted, in the order of their ids, from the one after ``after``."""
        statement = select(Product).where(_OF_COMPANY, Product.category == code, Product.deleted_at.is_(None))
        if after:
            statement = statement.where(Product.id > after)
        return list((await self._session.scalars(statement.order_by(Product.id).limit(limit))).all())

    async def words_of(self, skus: Sequence[str]) -> dict[tuple[str, UUID | None], list[str]]:
        """What each existing product of these stock numbers adds to the vocabulary."""
        statement = select(Product.sku, Product.city_id, Product.words).where(_OF_COMPANY, Product.sku.in_(skus))
        rows = (await self._session.execute(statement)).all()
        return {(sku, city_id): words for sku, city_id, words in rows}

    async def save_products(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert or update; rows that say nothing new are not written. Returns the number written."""
        statement = insert(Product).values([dict(row) for row in rows])
        names = [name for name in rows[0] if name not in _UNCOMPARED]
        changed = statement.on_conflict_do_update(
            index_elements=list(_KEYS),
            set_={name: statement.excluded[name] for name in names} | {"deleted_at": None},
            where=tuple_(*(getattr(Product, name) for name in names), Product.deleted_at).is_distinct_from(
                tuple_(*(statement.excluded[name] for name in names), null())
            ),
        ).returning(Product.id)
        return len((await self._session.execute(changed)).scalars().all())

    async def update_product(self, product_id: UUID, values: Mapping[str, Any]) -> None:
        """Write these columns of one product.

        Raises:
            IntegrityError: another product has its stock number in that city.
        """
        statement = update(Product).where(_OF_COMPANY, Product.id == product_id).values(**values)
        await self._session.execute(statement, execution_options={"synchronize_session": False})

    async def delete_product(self, product_id: UUID) -> None:
        """Take one product out of the catalogue; its row stays."""
        await self.update_product(
            product_id, {"active": False, "deleted_at": func.now(), "words": [], "document": ""}
        )

    async def delete_products(self, skus: Sequence[str]) -> int:
        """Take every offer of these stock numbers out of the catalogue; the rows stay. Returns how many."""
        statement = (
            update(Product)
            .where(_OF_COMPANY, Product.sku.in_(skus), Product.deleted_at.is_(None))
            .values(active=False, deleted_at=func.now(), words=[], document="")
            .returning(Product.id)
        )
        return len((await self._session.execute(statement)).scalars().all())

    # ---- vocabulary ---------------------------------------------------------------------------------------

    async def vocabulary(self, limit: int) -> list[VocabularyWord]:
        """The most frequent words, ``limit`` at most."""
        statement = (
            select(CatalogWord.word, CatalogWord.lexemes, CatalogWord.frequency)
            .where(CatalogWord.company_id == TENANT)
            .order_by(CatalogWord.frequency.desc(), CatalogWord.word)
            .limit(limit)
        )
        rows = (await self._session.execute(statement)).all()
        return [VocabularyWord(word, tuple(lexemes), frequency) for word, lexemes, frequency in rows]

    async def change_words(self, gained: Sequence[VocabularyWord], lost: Sequence[tuple[str, int]]) -> None:
        """Add to and take from the words' counts; a word that came or went makes a new version."""
        moved = False
        if gained:
            statement = insert(CatalogWord).values(
                [
                    {"word": entry.word, "lexemes": list(entry.lexemes), "frequency": entry.frequency}
                    for entry in gained
                ]
            )
            raised = statement.on_conflict_do_update(
                index_elements=["company_id", "word"],
                set_={"frequency": CatalogWord.frequency + statement.excluded.frequency},
            ).returning(text("(xmax = 0) AS is_new"))
            moved = any((await self._session.execute(raised)).scalars().all())
        if lost:
            words, counts = zip(*lost, strict=True)
            less = text(
                "UPDATE catalog_words w SET frequency = w.frequency - l.number"  # noqa: S608 - a constant
                " FROM unnest(:words, :counts) AS l (word, number)"
                f" WHERE w.word = l.word AND w.company_id = {CURRENT_COMPANY}"
            ).bindparams(bindparam("words", type_=ARRAY(Text)), bindparam("counts", type_=ARRAY(Integer)))
            await self._session.execute(less, {"words": list(words), "counts": list(counts)})
            gone = delete(CatalogWord).where(CatalogWord.company_id == TENANT, CatalogWord.frequency <= 0)
            moved = bool((await self._session.execute(gone.returning(CatalogWord.word))).first()) or moved
        if moved:
            await self._session.execute(
                update(CatalogState)
                .where(CatalogState.company_id == TENANT)
                .values(vocabulary_version=CatalogState.vocabulary_version + 1)
                .execution_options(synchronize_session=False)
            )


_OF_COMPANY: ColumnElement[bool] = Product.company_id == TENANT


def _bounds(attempt: Attempt, query: SearchQuery) -> dict[str, Any]:
    return {
        "strong": attempt.strong,
        "city": query.city_id,
        "currency": query.currency,
        "price_min": attempt.price_min,
        "price_max": attempt.price_max,
        "sort": query.sort.value,
        "offset": query.offset,
    }


def _one_offer_each(rows: Sequence[Product]) -> list[Product]:
    """Of each stock number the first row: the city's own comes before the one for all cities."""
    return list({row.sku: row for row in reversed(rows)}.values())[::-1]
