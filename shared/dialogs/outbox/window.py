"""Outside a platform's reply window only an approved template may be sent (WhatsApp: 24 hours)."""

from __future__ import annotations

from shared.channels.contract import BotIdentity, Call, Channel, ChannelAddress, Refusal, Refused
from shared.channels.messages import RichText, TemplateMessage

__all__ = ["template_instead"]


def template_instead(call: Call, channel: Channel, bot: BotIdentity, address: ChannelAddress) -> Call:
    """The template call to make instead of ``call``: its own, else the bot's ``window_template`` setting.

    The setting is the name of an approved template without parameters, e.g. "we answered, write to read on".

    Raises:
        Refused: there is none (``WINDOW_CLOSED``).
    """
    if call.template_form is not None:
        return call.template_form
    name = bot.settings.get("window_template")
    if not isinstance(name, str) or not name:
        raise Refused(Refusal.WINDOW_CLOSED, "no template is set", platform_code="window_closed")
    message = TemplateMessage(name=name, language=address.language, text=RichText())
    return channel.render(message, address)[0]
