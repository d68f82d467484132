"""Outside a platform's reply window only an approved template may be sent (WhatsApp: 24 hours)."""

from __future__ import annotations

from shared.channels.contract import BotIdentity, Call, Channel, ChannelAddress, Refusal, Refused
from shared.channels.messages import RichText, TemplateMessage
from shared.kernel.languages import DEFAULT_LANGUAGE, Language

__all__ = ["template_instead"]


def template_instead(
    call: Call, channel: Channel, bot: BotIdentity, chat_id: str, language: Language | None
) -> Call:
    """The template call to make instead of ``call``: its own, else the bot's ``window_template`` setting.

    The setting is the name of an approved template without parameters, e.g. "we answered, write to read on".

    Raises:
        Refused: there is none (``WINDOW_CLOSED``).
    """
    if call.fallback is not None and call.fallback.template:
        return call.fallback
    name = bot.settings.get("window_template")
    if not isinstance(name, str) or not name:
        raise Refused(Refusal.WINDOW_CLOSED, "no template is set", platform_code="window_closed")
    spoken = language or DEFAULT_LANGUAGE
    message = TemplateMessage(name=name, language=spoken, text=RichText())
    return channel.render(message, ChannelAddress(chat_id=chat_id, language=spoken))[0]
