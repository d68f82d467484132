"""What other capabilities know of carts and orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from shared.analytics.kinds import EventKind
from shared.catalog.schemas import LocalizedText, ProductView
from shared.dialogs.contract import AnalyticsEvent
from shared.kernel.money import Money
from shared.kernel.paging import PageQuery
from shared.kernel.phones import normalise_phone

__all__ = [
    "LINES_LIMIT",
    "QUANTITY_LIMIT",
    "Cart",
    "CartLimit",
    "CartLine",
    "CartReview",
    "CartUpdate",
    "CheckoutChanged",
    "CheckoutDraft",
    "CheckoutField",
    "CheckoutIncomplete",
    "Confirmation",
    "DeliveryMethod",
    "FewerLeft",
    "Gone",
    "LineChange",
    "Order",
    "OrderChange",
    "OrderDetail",
    "OrderFilter",
    "OrderLine",
    "OrderPlaced",
    "OrderStatus",
    "PriceChanged",
    "StatusChange",
]

QUANTITY_LIMIT = 99
"""Pieces of one product in a cart."""
LINES_LIMIT = 50
"""Different products in a cart."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _storable(words: str) -> str:
    if "\x00" in words:
        raise ValueError("NUL cannot be stored")
    return words.strip()


def _phone(words: str) -> str:
    number = normalise_phone(words)
    if number is None:
        raise ValueError("not a telephone number")
    return number


class DeliveryMethod(StrEnum):
    """How the goods come to the person."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


class CheckoutField(StrEnum):
    """What an order cannot do without."""

    NAME = "name"
    PHONE = "phone"
    METHOD = "method"
    ADDRESS = "address"
    """For a delivery only."""


class CheckoutDraft(_Frozen):
    """What the shopper said so far; ``None``: not yet. Kept with the cart."""

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)] | None = None
    phone: Annotated[str, AfterValidator(_phone)] | None = None
    """E.164; typed by the shopper, so it proves nothing."""
    method: DeliveryMethod | None = None
    address: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_storable)] | None = None
    comment: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None = None

    @property
    def missing(self) -> tuple[CheckoutField, ...]:
        """What is still to be asked, in the order to ask it."""
        wanted = [CheckoutField.NAME, CheckoutField.PHONE, CheckoutField.METHOD]
        if self.method is DeliveryMethod.DELIVERY:
            wanted.append(CheckoutField.ADDRESS)
        return tuple(field for field in wanted if not getattr(self, field.value))


class CartLine(_Frozen):
    """A product in a cart."""

    product_id: UUID
    sku: str
    name: LocalizedText
    quantity: int
    price: Money
    """Of one piece, as the shopper last saw it."""

    @property
    def total(self) -> Money:
        """Of all pieces."""
        return Money(minor=self.price.minor * self.quantity, currency=self.price.currency)


class Cart(_Frozen):
    """A customer's cart; a confirmation names its ``id`` (``None``: there is none yet) and ``version``."""

    id: UUID | None = None
    version: int = 0
    city_id: UUID | None = None
    lines: tuple[CartLine, ...] = ()
    """In the order of adding; one currency."""
    checkout: CheckoutDraft = CheckoutDraft()

    @property
    def total(self) -> Money | None:
        """Of all lines; ``None`` for an empty cart."""
        if not self.lines:
            return None
        return Money(minor=sum(line.total.minor for line in self.lines), currency=self.lines[0].price.currency)

    def line(self, product_id: UUID) -> CartLine | None:
        """The line of a product."""
        return next((line for line in self.lines if line.product_id == product_id), None)


class CartLimit(StrEnum):
    """Why a cart holds less than was asked for."""

    QUANTITY = "quantity"
    """``QUANTITY_LIMIT`` pieces of one product."""
    LINES = "lines"
    """``LINES_LIMIT`` different products."""
    STOCK = "stock"
    """Only ``left`` pieces are free; that many are in the cart."""
    SOLD_OUT = "sold_out"
    CURRENCY = "currency"
    """The cart's other goods have another currency."""


@dataclass(frozen=True, slots=True)
class CartUpdate:
    """What a request did to a cart."""

    cart: Cart
    product_id: UUID
    before: int
    """Pieces of the product before."""
    now: int
    limit: CartLimit | None = None
    left: int | None = None
    """Pieces that are free for this cart, where the product is counted."""

    product: ProductView | None = None
    """As the catalogue has it; ``None`` where it was not looked up."""

    @property
    def facts(self) -> tuple[AnalyticsEvent, ...]:
        """For the analytics of the turn."""
        if self.now <= self.before or self.product is None:
            return ()
        colours = self.product.colours
        properties = {
            "sku": self.product.sku,
            "category": self.product.category,
            "colour": colours[0].value if colours else None,
            "price_minor": self.product.price.minor,
            "quantity": self.now - self.before,
        }
        return (AnalyticsEvent(EventKind.CART_ADDED, properties),)


@dataclass(frozen=True, slots=True)
class PriceChanged:
    """A line's price is another by now."""

    product_id: UUID
    name: LocalizedText
    was: Money
    now: Money


@dataclass(frozen=True, slots=True)
class FewerLeft:
    """Fewer pieces are free than the line had; it has ``left`` now."""

    product_id: UUID
    name: LocalizedText
    wanted: int
    left: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The product is sold out or no longer sold here; the line was removed."""

    product_id: UUID
    name: LocalizedText


LineChange = PriceChanged | FewerLeft | Gone


@dataclass(frozen=True, slots=True)
class CartReview:
    """A cart brought up to date, and what had to change for it."""

    cart: Cart
    changes: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True)
class CheckoutChanged:
    """Nothing was ordered: the cart is not what the shopper saw. It is up to date now, to be confirmed anew."""

    cart: Cart
    changes: tuple[LineChange, ...]
    """None where the shopper's own later changes made the confirmation stale."""


@dataclass(frozen=True, slots=True)
class CheckoutIncomplete:
    """Nothing was ordered: something has to be asked first."""

    cart: Cart
    missing: tuple[CheckoutField, ...]


class OrderStatus(StrEnum):
    """Where an order is on its way; see ``statuses.py`` for the ways."""

    NEW = "new"
    CONFIRMED = "confirmed"
    PAID = "paid"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"


class OrderLine(_Frozen):
    """A product as it was ordered."""

    product_id: UUID
    sku: str
    name: LocalizedText
    quantity: int
    price: Money
    """Of one piece."""


class Order(_Frozen):
    """An order. The person's fields are empty once they were erased."""

    id: UUID
    number: int
    """What people call it; counted per company."""
    status: OrderStatus
    version: int
    customer_id: UUID | None
    dialog_id: int | None
    """Where it was ordered, and where its changes are told."""
    city_id: UUID | None
    lines: tuple[OrderLine, ...]
    total: Money
    name: str
    phone: str
    method: DeliveryMethod
    address: str
    comment: str
    created_at: datetime
    updated_at: datetime


class OrderChange(_Frozen):
    """A status that an order came to."""

    status: OrderStatus
    by: str
    """``shopper``, or a user's id."""
    comment: str
    at: datetime


class OrderDetail(Order):
    """An order with its history, oldest first."""

    history: tuple[OrderChange, ...]


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was made; ``repeated``: by an earlier confirmation of the same cart."""

    order: Order
    repeated: bool = False


Confirmation = OrderPlaced | CheckoutChanged | CheckoutIncomplete


class OrderFilter(PageQuery):
    """Which orders to list. Conditions hold together."""

    status: list[OrderStatus] = Field(default_factory=list, max_length=6, description="Any of these.")
    customer_id: UUID | None = None
    city_id: UUID | None = None
    number: int | None = Field(default=None, ge=1, le=2**63 - 1)
    created_from: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    sort: Literal["-number", "number", "-total", "total"] = "-number"


class StatusChange(_Frozen):
    """Where to bring an order."""

    status: OrderStatus
    comment: str = Field(
        default="", max_length=1000, description="For the order's history; not told to the shopper."
    )
