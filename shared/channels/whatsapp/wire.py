"""WhatsApp's webhook body as it arrives: only the fields that Zeta reads (WhatsApp Cloud API, webhook payloads).

Both generations of identity are here: the phone number (``wa_id``, ``from``) and the business-scoped user id
(``user_id``, ``from_user_id``) of people whom a business may know without their number.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.channels.wire import Degrees, Flag, WholeNumber, WireId, WireModel, WireObjects, WireText

__all__ = [
    "Body",
    "Change",
    "Contact",
    "Echo",
    "FlowReply",
    "Media",
    "Message",
    "MessageBody",
    "Order",
    "Status",
    "Value",
]


class Profile(WireModel):
    """How people call themselves."""

    name: WireText = ""
    username: WireText | None = None


class Contact(WireModel):
    """The sender of a message in the same value."""

    profile: Profile = Profile()
    wa_id: WireId | None = None
    user_id: WireId | None = None


class Text(WireModel):
    """Words."""

    body: WireText | None = None


class Media(WireModel):
    """A file; ``voice`` marks a voice note among audio."""

    id: WireId | None = None
    mime_type: WireText | None = None
    caption: WireText = ""
    filename: WireText | None = None
    voice: Flag = False


class Location(WireModel):
    """Degrees, and a name where a place was picked."""

    latitude: Degrees | None = None
    longitude: Degrees | None = None
    name: WireText = ""
    address: WireText = ""


class ContactName(WireModel):
    """The name of a shared contact."""

    formatted_name: WireText = ""


class ContactPhone(WireModel):
    """A number of a shared contact; ``wa_id`` where it is on WhatsApp."""

    phone: WireText = ""
    wa_id: WireId | None = None


class SharedContact(WireModel):
    """A contact card."""

    name: ContactName = ContactName()
    phones: Annotated[tuple[ContactPhone, ...], WireObjects] = ()


class ChosenReply(WireModel):
    """A pressed reply button or a chosen list row."""

    id: WireId | None = None
    title: WireText = ""


class FlowReply(WireModel):
    """The answers to a Flow; ``response_json`` is a JSON object of the Flow's own making."""

    name: WireText = ""
    response_json: WireText = ""


class Interactive(WireModel):
    """``type``: button_reply, list_reply or nfm_reply."""

    type: WireText = ""
    button_reply: ChosenReply | None = None
    list_reply: ChosenReply | None = None
    nfm_reply: FlowReply | None = None


class ProductItem(WireModel):
    """A line of an order; what it says of prices is the catalogue's, not the shop's."""

    product_retailer_id: WireText = ""
    quantity: WholeNumber = 1


class Order(WireModel):
    """A cart of the catalogue that was sent."""

    text: WireText = ""
    product_items: Annotated[tuple[ProductItem, ...], WireObjects] = ()


class ReferredProduct(WireModel):
    """The product of the catalogue from which somebody began to write."""

    product_retailer_id: WireText = ""


class TemplateButton(WireModel):
    """A pressed quick-reply button of a template."""

    payload: WireText | None = None
    text: WireText = ""


class Context(WireModel):
    """What a message answers or is about."""

    id: WireId | None = None
    referred_product: ReferredProduct | None = None


class System(WireModel):
    """News of a person's identity.

    ``type``: user_changed_number (customer_changed_number in older versions), user_changed_user_id,
    customer_identity_changed. The new number is ``wa_id``, ``new_wa_id`` in older versions.
    """

    type: WireText = ""
    wa_id: WireId | None = None
    new_wa_id: WireId | None = None
    user_id: WireId | None = None
    previous_user_id: WireId | None = None
    customer: WireId | None = None


class MessageBody(WireModel):
    """The content of a message: ``type`` names the one field that is set."""

    type: WireText = ""
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    audio: Media | None = None
    location: Location | None = None
    contacts: Annotated[tuple[SharedContact, ...], WireObjects] = ()
    interactive: Interactive | None = None
    button: TemplateButton | None = None
    order: Order | None = None


class Edit(WireModel):
    """An edited message: the new content of an older id."""

    original_message_id: WireId | None = None
    message: MessageBody = MessageBody()


class Message(MessageBody):
    """A message; ``timestamp`` is Unix seconds, sent as a string. ``group_id`` is set for one of a group."""

    id: WireId | None = None
    phone: WireId | None = Field(default=None, alias="from")
    from_user_id: WireId | None = None
    group_id: WireId | None = None
    timestamp: WholeNumber | None = None
    context: Context | None = None
    edit: Edit | None = None
    system: System | None = None


class Echo(Message):
    """A message that the shop itself sent from the WhatsApp Business app; ``to`` is the person."""

    to: WireId | None = None
    to_user_id: WireId | None = None


class Error(WireModel):
    """Why a message failed."""

    code: WholeNumber | None = None


class Status(WireModel):
    """What became of a message of ours."""

    id: WireId | None = None
    status: WireText = ""
    timestamp: WholeNumber | None = None
    recipient_id: WireId | None = None
    recipient_user_id: WireId | None = None
    recipient_participant_user_id: WireId | None = None
    biz_opaque_callback_data: WireText | None = None
    errors: Annotated[tuple[Error, ...], WireObjects] = ()


class Metadata(WireModel):
    """Which number of ours this is about."""

    display_phone_number: WireText = ""
    phone_number_id: WireId | None = None


class Value(WireModel):
    """The content of a change."""

    metadata: Metadata = Metadata()
    contacts: Annotated[tuple[Contact, ...], WireObjects] = ()
    messages: Annotated[tuple[Message, ...], WireObjects] = ()
    message_echoes: Annotated[tuple[Echo, ...], WireObjects] = ()
    statuses: Annotated[tuple[Status, ...], WireObjects] = ()


class Change(WireModel):
    """``field`` is ``messages`` for all that a person does, ``smb_message_echoes`` for what the shop wrote in the
    WhatsApp Business app."""

    field: WireText = ""
    value: Value = Value()


class Entry(WireModel):
    """The changes of one business account."""

    changes: Annotated[tuple[Change, ...], WireObjects] = ()


class Body(WireModel):
    """One webhook body: any number of entries, changes, messages and statuses."""

    entry: Annotated[tuple[Entry, ...], WireObjects] = ()
