"""What leaves through a channel: calls to the platform, and what may become of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.kernel.errors import ZetaError
from shared.kernel.languages import Language

__all__ = [
    "Call",
    "ChannelAddress",
    "NotSent",
    "Refusal",
    "Refused",
    "SendError",
    "Sent",
    "Uncertain",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """Where a message goes: the chat, and facts of it that rendering needs."""

    chat_id: str
    language: Language
    phone: str | None = None
    """The person's proven number (E.164), where known: WhatsApp's second way to somebody known by a user id."""
    thread_id: str | None = None
    """The topic of the chat to write into; ``None``: the chat itself."""
    quotes: str | None = None
    """The message that is answered, where several people write: the answer is shown below it."""


class Call(_Frozen):
    """One call to the platform's API: the unit of the outbox (sent or not sent as a whole).

    ``method`` is the platform's method (``sendMessage``; WhatsApp ``messages``; Viber ``send_message``),
    ``payload`` its JSON without credentials. ``template`` marks a call that is allowed outside a reply window.
    """

    method: str
    payload: dict[str, Any]
    template: bool = False
    fallback: Call | None = None
    """What to send instead once the platform says that it cannot take this call as it is (Telegram could not
    fetch the picture or parse the text; WhatsApp wants a template): tried once, whether it says so in its answer
    (then in place) or in a later status (then at the end of the send lane)."""

    def instead(self, refused: Refused) -> Call | None:
        """The form to send after this refusal: outside the reply window a template, else the next form, if any."""
        if refused.refusal is Refusal.WINDOW_CLOSED:
            return self.template_form
        return self.fallback if refused.other_form else None

    @property
    def template_form(self) -> Call | None:
        """The first of the forms after this one that is allowed outside a reply window."""
        form = self.fallback
        while form is not None and not form.template:
            form = form.fallback
        return form

    def with_last_form(self, form: Call) -> Call:
        """The same call with one more form, after all that it has."""
        last = form if self.fallback is None else self.fallback.with_last_form(form)
        return self.model_copy(update={"fallback": last})

    def with_field(self, name: str, value: str) -> Call:
        """The same with another value of that field, in its fallbacks too, wherever the payload has it."""
        payload = {**self.payload, name: value} if name in self.payload else self.payload
        fallback = self.fallback.with_field(name, value) if self.fallback is not None else None
        return self.model_copy(update={"payload": payload, "fallback": fallback})


class Refusal(StrEnum):
    """Why a call will not succeed, by what follows from it."""

    REJECTED = "rejected"
    """This call is wrong; the next one may pass."""
    UNREACHABLE = "unreachable"
    """The chat does not take messages (blocked, gone) until the person writes again."""
    WINDOW_CLOSED = "window_closed"
    """Only a template may be sent now."""
    MISCONFIGURED = "misconfigured"
    """Credentials or account: nothing of this bot can be sent until a person acts."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it; ``platform_message_ids`` may be empty where it gives none."""

    platform_message_ids: tuple[str, ...] = ()
    new_chat_id: str | None = None
    """The chat moved (Telegram group migration)."""
    form: Call | None = None
    """What was taken, where it is not the call that was asked for but one of its fallbacks."""


class SendError(ZetaError):
    """Base of what ``Channel.send`` raises."""

    code: ClassVar[str] = "send_failed"


class NotSent(SendError):
    """Surely not delivered; the same call may pass after ``after`` seconds.

    ``scope`` says what has to wait: the ``chat`` or the whole ``bot``. ``attempt_curve`` asks the caller for
    a growing delay of its own (base ** attempt seconds) where the platform names none.
    """

    code = "not_sent"

    def __init__(
        self,
        message: str,
        *,
        after: float | None = None,
        scope: Literal["chat", "bot"] = "chat",
        attempt_curve: float | None = None,
    ) -> None:
        super().__init__(message)
        self.after = after
        self.scope = scope
        self.attempt_curve = attempt_curve


class Refused(SendError):
    """Surely not delivered, and the same call never will be; ``refusal`` says what follows.

    ``other_form``: another form of the same message may pass, the call's fallback.
    """

    code = "refused"

    def __init__(
        self, refusal: Refusal, reason: str, *, platform_code: str | None = None, other_form: bool = False
    ) -> None:
        super().__init__(f"{refusal}: {reason}")
        self.refusal = refusal
        self.reason = reason
        self.platform_code = platform_code
        self.other_form = other_form


class Uncertain(SendError):
    """The request left and no answer came (time-out, broken connection, 5xx): it may have been delivered."""

    code = "uncertain"
