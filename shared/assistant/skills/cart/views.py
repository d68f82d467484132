"""What a shopper reads of a cart, with the buttons that change it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from shared.assistant import buttons, replies
from shared.assistant.products import FoundProduct
from shared.assistant.texts import AssistantTexts, message
from shared.channels.messages import Button, ListMessage, ListRow, OutboundMessage, RichText, TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import format_money
from shared.orders.schemas import Cart, CartLimit, CartLine, CartUpdate

__all__ = [
    "BUY",
    "CHECKOUT",
    "CLEAR",
    "DROP",
    "EDIT",
    "LESS",
    "LINE",
    "SHOW",
    "TEXTS",
    "buy_button",
    "cart_facts",
    "cart_lines",
    "edit_list",
    "empty_cart",
    "line_view",
    "show_cart",
    "tell_order",
    "tell_update",
]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "cart")

SHOW, EDIT, CLEAR = "cart", "editcart", "clearcart"
BUY, LESS, DROP, LINE = "buy:", "less:", "drop:", "line:"
CHECKOUT = "checkout"
"""The button that begins the checkout; the skill of that name owns it."""

_LONGEST_NAME = 80
_UNKNOWN_NAMED = 10
"""Article numbers that are named before the rest is counted."""


def buy_button(product: FoundProduct, language: Language) -> Button | None:
    """«В корзину» on a card; nothing of what is sold out can be bought."""
    return TEXTS.button("buy", BUY + product.id.hex, language) if product.orderable else None


def cart_lines(cart: Cart, language: Language) -> str:
    """The lines of a cart, numbered, and their sum."""
    lines = [
        TEXTS.get(
            "line" if line.quantity > 1 else "line.one",
            language,
            n=number,
            name=_name(line, language),
            quantity=line.quantity,
            price=format_money(line.price, language),
            total=format_money(line.total, language),
        )
        for number, line in enumerate(cart.lines, start=1)
    ]
    return "\n".join((*lines, TEXTS.get("total", language, total=_total(cart, language))))


def show_cart(cart: Cart, language: Language) -> TextMessage:
    """The whole cart, with the ways on from it."""
    if not cart.lines:
        return empty_cart(language)
    words = TEXTS.get("shown", language) + "\n" + cart_lines(cart, language)
    return message(
        words,
        TEXTS.button("checkout", CHECKOUT, language),
        TEXTS.button("edit", EDIT, language),
        _catalogue(language),
    )


def empty_cart(language: Language, key: str = "empty") -> TextMessage:
    """Nothing is in the cart (any more)."""
    return message(TEXTS.get(key, language), _catalogue(language))


def edit_list(cart: Cart, language: Language) -> ListMessage:
    """Which line to change."""
    rows = tuple(
        ListRow(
            id=LINE + line.product_id.hex,
            title=_name(line, language),
            description=TEXTS.get(
                "line.short", language, quantity=line.quantity, price=format_money(line.price, language)
            ),
        )
        for line in cart.lines
    )
    return ListMessage(
        text=RichText.of(TEXTS.get("edit", language)),
        button=TEXTS.get("button.edit", language),
        rows=rows,
        buttons=((TEXTS.button("clear", CLEAR, language),),),
    )


def line_view(line: CartLine, language: Language) -> TextMessage:
    """One line, with more, fewer, and out."""
    words = TEXTS.get(
        "line.view",
        language,
        name=_name(line, language),
        quantity=line.quantity,
        total=format_money(line.total, language),
    )
    return message(
        words,
        *_more_and_less(line.product_id, language),
        TEXTS.button("drop", DROP + line.product_id.hex, language),
    )


def tell_update(update: CartUpdate, language: Language, *, added: bool) -> OutboundMessage:
    """What became of a request to put something in, or to change how many there are."""
    line = update.cart.line(update.product_id)
    warning = _limit(update, language)
    if line is None:
        if warning:
            return message(warning, _catalogue(language))
        if not update.cart.lines:
            return empty_cart(language, "removed.last")
        words = TEXTS.get("removed", language, total=_total(update.cart, language))
        return message(words, TEXTS.button("checkout", CHECKOUT, language), TEXTS.button("show", SHOW, language))
    # with fewer than were asked for, what there is now says more than what was added
    key = "changed" if warning or not added else "added" if line.quantity > 1 else "added.one"
    words = TEXTS.get(
        key,
        language,
        name=_name(line, language),
        quantity=line.quantity,
        total=_total(update.cart, language),
    )
    said = f"{warning}\n{words}" if warning else words
    if added:
        below = [TEXTS.button("checkout", CHECKOUT, language), TEXTS.button("show", SHOW, language)]
        more = () if warning else (TEXTS.button("more", BUY + line.product_id.hex, language),)
        return message(said, *below, *more)
    return message(said, *_more_and_less(line.product_id, language), TEXTS.button("show", SHOW, language))


def tell_order(
    updates: Sequence[CartUpdate], cart: Cart, unknown: Sequence[str], language: Language, *, taken: bool
) -> TextMessage:
    """The cart after an order of the messenger's own catalogue, and what of the order is not in it.

    ``taken``: something of the order is.
    """
    if taken:
        heading = f"{TEXTS.get('order.taken', language)}\n{cart_lines(cart, language)}"
    else:
        heading = TEXTS.get("order.nothing", language)
    limits = dict.fromkeys(_limit_of_one(update, language) for update in updates if update.limit is not None)
    missing = (TEXTS.count("order.unknown", len(unknown), language, skus=_skus(unknown, language)),)
    told = (heading, "\n".join(limits), *(missing if unknown else ()))
    below = [TEXTS.button("checkout", CHECKOUT, language), TEXTS.button("edit", EDIT, language)]
    manager = replies.button("manager", buttons.MANAGER, language)
    last = manager if unknown or limits else _catalogue(language)
    return message("\n\n".join(filter(None, told)), *(below if cart.lines else ()), last)


def cart_facts(cart: Cart, language: Language) -> dict[str, object]:
    """A cart as the model reads it."""
    return {
        "cart": [
            {
                "sku": line.sku,
                "name": line.name.get(language)[:200],
                "quantity": line.quantity,
                "price": format_money(line.price, Language.EN),
            }
            for line in cart.lines
        ],
        "total": format_money(cart.total, Language.EN) if cart.total is not None else "empty",
    }


def _more_and_less(product_id: UUID, language: Language) -> tuple[Button, Button]:
    more = TEXTS.button("more", BUY + product_id.hex, language)
    return more, TEXTS.button("less", LESS + product_id.hex, language)


def _limit(update: CartUpdate, language: Language) -> str:
    """Why there are fewer than were asked for."""
    match update.limit:
        case None:
            return ""
        case CartLimit.STOCK:
            return TEXTS.count("limit.stock", update.left or 0, language)
        case limit:
            return TEXTS.get(f"limit.{limit.value}", language)


def _limit_of_one(update: CartUpdate, language: Language) -> str:
    """Why there are fewer of a product than were ordered; too many products are no matter of this one."""
    why = _limit(update, language)
    if update.product is None or update.limit is CartLimit.LINES:
        return why
    return f"{_shortened(update.product.name.get(language))}: {why[:1].lower()}{why[1:]}"


def _skus(unknown: Sequence[str], language: Language) -> str:
    named, more = ", ".join(unknown[:_UNKNOWN_NAMED]), len(unknown) - _UNKNOWN_NAMED
    return TEXTS.get("order.more", language, skus=named, n=more) if more > 0 else named


def _catalogue(language: Language) -> Button:
    return replies.button("categories", buttons.CATEGORIES, language)


def _name(line: CartLine, language: Language) -> str:
    return _shortened(line.name.get(language))


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _total(cart: Cart, language: Language) -> str:
    return format_money(cart.total, language) if cart.total is not None else "0"
