"""The catalogue's tables. Row level security, triggers and the search functions are in migration 0002."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.orm import Base
from shared.runtime.tenancy import TENANT

__all__ = ["CatalogState", "CatalogWord", "Category", "Product"]


class CatalogState(Base):
    """One row per company: the version of its vocabulary; writers of the catalogue queue up on it."""

    __tablename__ = "catalog_state"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    vocabulary_version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (ForeignKeyConstraint(["company_id"], ["companies.id"], ondelete="CASCADE"),)


class Category(Base):
    """A category of one company; ``synonyms`` are searched like its name."""

    __tablename__ = "product_categories"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    position: Mapped[int] = mapped_column(Integer, server_default=text("0"))

    __table_args__ = (ForeignKeyConstraint(["company_id"], ["companies.id"], ondelete="CASCADE"),)


class Product(Base):
    """A product. ``document`` holds its lexemes, ``words`` its share of the vocabulary (none while inactive).

    ``version`` and ``updated_at`` are raised by a trigger with every update, whatever door it comes through.
    """

    __tablename__ = "products"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    city_id: Mapped[UUID | None] = mapped_column(Uuid)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    old_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    quantity: Mapped[int | None] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    available: Mapped[bool] = mapped_column(Computed("availability <> 'out_of_stock'", persisted=True))
    currency: Mapped[str] = mapped_column(Text)
    availability: Mapped[str] = mapped_column(Text, server_default=text("'in_stock'"))
    category: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    sku_key: Mapped[str] = mapped_column(Text)
    external_ref: Mapped[str | None] = mapped_column(Text)
    barcodes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    colours: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    images: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    description: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    words: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    document: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), server_onupdate=FetchedValue()
    )
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"), server_onupdate=FetchedValue())
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    name_key: Mapped[str] = mapped_column(
        Text,
        Computed(
            "replace(lower(left(coalesce(name ->> 'ru', name ->> 'kk', name ->> 'en', ''), 200)), 'ё', 'е')",
            persisted=True,
        ),
        deferred=True,
    )

    __table_args__ = (
        UniqueConstraint("company_id", "sku", "city_id", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["company_id"], ["companies.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["company_id", "city_id"], ["cities.company_id", "cities.id"]),
        ForeignKeyConstraint(
            ["company_id", "category"], ["product_categories.company_id", "product_categories.code"]
        ),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("old_price_minor >= 0", name="old_price_not_negative"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso"),
        CheckConstraint("deleted_at IS NULL OR NOT active", name="deleted_is_inactive"),
        CheckConstraint("availability IN ('in_stock', 'on_order', 'out_of_stock')", name="availability_known"),
        Index("ix_products_document", "document", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_products_sku_key", "company_id", "sku_key"),
        Index("ix_products_category", "company_id", "category", "active"),
        Index("ix_products_price", "company_id", "price_minor", "id"),
        Index("ix_products_updated", "company_id", "updated_at", "id"),
        Index("ix_products_name", "company_id", "name_key", "id"),
        Index("ix_products_category_name", "company_id", "category", "name_key", "id"),
        Index(
            "ix_products_rare",
            "company_id",
            "availability",
            "updated_at",
            "id",
            postgresql_where=text("availability <> 'in_stock'"),
        ),
        Index("ix_products_inactive", "company_id", "updated_at", "id", postgresql_where=text("NOT active")),
        Index(
            "ix_products_barcodes", "barcodes", postgresql_using="gin", postgresql_where=text("barcodes <> '{}'")
        ),
    )


class CatalogWord(Base):
    """A word of the company's active products, with its stems and the number of products that have it."""

    __tablename__ = "catalog_words"

    company_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=TENANT)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
    lexemes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    frequency: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["companies.id"], ondelete="CASCADE"),
        Index("ix_catalog_words_frequency", "company_id", text("frequency DESC"), "word"),
    )
