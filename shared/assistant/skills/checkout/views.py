"""The questions of the checkout as a shopper reads them, the summary, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.assistant import buttons, replies
from shared.assistant.skills.cart.views import EDIT as EDIT_CART
from shared.assistant.skills.cart.views import cart_lines
from shared.assistant.skills.checkout.steps import Step
from shared.assistant.texts import AssistantTexts, message
from shared.channels.choices import choices_of
from shared.channels.messages import (
    AnyButton,
    Button,
    ContactButton,
    ListMessage,
    ListRow,
    LocationButton,
    OutboundMessage,
    ProductCard,
    ProductCards,
    RichText,
    TextMessage,
)
from shared.kernel.languages import Language
from shared.kernel.money import format_money
from shared.kernel.phones import format_phone
from shared.orders.replies import status_name
from shared.orders.schemas import (
    Cart,
    CheckoutDraft,
    DeliveryMethod,
    FewerLeft,
    Gone,
    LineChange,
    Order,
    PriceChanged,
)

__all__ = [
    "ASK",
    "BACK",
    "CANCEL",
    "CHOOSE",
    "CONFIRM",
    "EDIT",
    "NAME_IS",
    "RESUME",
    "SKIP",
    "TEXTS",
    "ask",
    "changes_told",
    "confirm_id",
    "edit_list",
    "left",
    "placed",
    "plain",
    "stands",
    "summary",
    "what_to_do",
    "with_way_back",
]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "checkout")

CANCEL, BACK, SKIP, EDIT, NAME_IS = "leavecheckout", "backcheckout", "nocomment", "editcheckout", "profilename"
RESUME = "resumecheckout"
CHOOSE = "method:"
ASK = "ask:"
CONFIRM = "order:"
"""Before the cart's id in hex, its version and its total: what the shopper saw."""

_LONGEST_NAME = 20
_CHOICES_OF_A_LIST = 10
"""As many as fit one list on every messenger."""


def ask(step: Step, language: Language, *, known_name: str = "", again: bool = False) -> TextMessage:
    """A question with the answers that it offers; ``again``: the last answer could not be read."""
    words = TEXTS.get(f"again.{step.value}" if again else f"ask.{step.value}", language)
    return message(words, *_answers(step, language, known_name))


def _answers(step: Step, language: Language, known_name: str) -> Sequence[AnyButton]:
    cancel, back = TEXTS.button("cancel", CANCEL, language), TEXTS.button("back", BACK, language)
    match step:
        case Step.NAME:
            if not known_name:
                return (cancel,)
            fits = len(known_name) <= _LONGEST_NAME
            title = known_name if fits else known_name[: _LONGEST_NAME - 1] + "…"
            return (Button(id=NAME_IS, title=title), cancel)
        case Step.PHONE:
            return (ContactButton(title=TEXTS.get("button.contact", language)),)
        case Step.METHOD:
            return (*(_method_button(method, language) for method in DeliveryMethod), back)
        case Step.ADDRESS:
            return (LocationButton(title=TEXTS.get("button.location", language)),)
        case Step.COMMENT:
            return (TEXTS.button("skip", SKIP, language), back)
        case Step.SUMMARY:
            return (back, cancel)


def _method_button(method: DeliveryMethod, language: Language) -> Button:
    return TEXTS.button(f"method.{method.value}", CHOOSE + method.value, language)


def summary(cart: Cart, language: Language, *, above: str = "") -> TextMessage:
    """All that is ordered, for how much, and to whom; the button that orders it names what is seen here."""
    parts = [above, TEXTS.get("summary", language), cart_lines(cart, language), _recipient(cart.checkout, language)]
    below = (
        TEXTS.button("confirm", confirm_id(cart), language),
        TEXTS.button("edit", EDIT, language),
        TEXTS.button("cancel", CANCEL, language),
    )
    return message("\n\n".join(filter(None, parts)), *below)


def what_to_do(language: Language) -> str:
    """How the summary is answered, where the words were no answer."""
    return TEXTS.get("again.summary", language)


def confirm_id(cart: Cart) -> str:
    """The id of the button that orders this cart as it is now."""
    assert cart.id is not None
    assert cart.total is not None
    return f"{CONFIRM}{cart.id.hex}:{cart.version}:{cart.total.minor}"


def with_way_back(message: OutboundMessage, language: Language) -> OutboundMessage:
    """The message with a button back to the open question, where it can bear one more.

    In the message itself: Viber shows only the last message's keyboard, and another would hide this one's.
    """
    if not isinstance(message, (TextMessage, ListMessage, ProductCard, ProductCards)):
        return message
    if isinstance(message, ListMessage) and len(choices_of(message)) >= _CHOICES_OF_A_LIST:
        return message
    return message.model_copy(update={"buttons": (*message.buttons, (TEXTS.button("resume", RESUME, language),))})


def plain(words: str) -> TextMessage:
    """Words without a button."""
    return TextMessage(text=RichText.of(words))


def _recipient(draft: CheckoutDraft, language: Language) -> str:
    lines = [TEXTS.get("summary.person", language, name=draft.name or "", phone=format_phone(draft.phone or ""))]
    if draft.method is DeliveryMethod.DELIVERY:
        lines.append(TEXTS.get("summary.delivery", language, address=draft.address or ""))
    else:
        lines.append(TEXTS.get("summary.pickup", language))
    if draft.comment:
        lines.append(TEXTS.get("summary.comment", language, comment=draft.comment))
    return "\n".join(lines)


def edit_list(language: Language, *, delivered: bool) -> ListMessage:
    """Which answer to give anew."""
    steps = [Step.NAME, Step.PHONE, Step.METHOD, *([Step.ADDRESS] if delivered else []), Step.COMMENT]
    rows = [ListRow(id=ASK + step.value, title=TEXTS.get(f"field.{step.value}", language)) for step in steps]
    rows.append(ListRow(id=EDIT_CART, title=TEXTS.get("field.cart", language)))
    return ListMessage(
        text=RichText.of(TEXTS.get("edit", language)), button=TEXTS.get("button.edit", language), rows=tuple(rows)
    )


def changes_told(changes: Sequence[LineChange], language: Language) -> str:
    """What became different since the shopper saw the cart; without a change of ours, that the cart is another."""
    if not changes:
        return TEXTS.get("changed.cart", language)
    return "\n".join((TEXTS.get("changed", language), *(_change(change, language) for change in changes)))


def _change(change: LineChange, language: Language) -> str:
    name = change.name.get(language)
    match change:
        case PriceChanged():
            was, now = format_money(change.was, language), format_money(change.now, language)
            return TEXTS.get("changed.price", language, name=name, was=was, now=now)
        case FewerLeft():
            return TEXTS.get("changed.fewer", language, name=name, left=change.left)
        case Gone():
            return TEXTS.get("changed.gone", language, name=name)


def placed(order: Order, language: Language, *, details: str) -> TextMessage:
    """The order is made; ``details`` is the id of the button that shows it."""
    words = TEXTS.get(
        f"placed.{order.method.value}", language, number=order.number, total=format_money(order.total, language)
    )
    below = (TEXTS.button("details", details, language), replies.button("categories", buttons.CATEGORIES, language))
    return message(words, *below)


def stands(order: Order, language: Language, *, details: str) -> TextMessage:
    """The order was made before; ``details`` is the id of the button that shows it, and how it can be cancelled."""
    status = status_name(order.status, language)
    words = TEXTS.get("stands", language, number=order.number, status=status)
    return message(words, TEXTS.button("details", details, language))


def left(language: Language) -> TextMessage:
    """The checkout is left, the cart stays."""
    return TEXTS.say("left", language, TEXTS.button("cart", "cart", language))
