"""The skill of price and restock alerts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared.alerts import replies
from shared.alerts.replies import RENEW, STOP
from shared.alerts.service import AlertService
from shared.assistant.skill import Answer, ButtonFamily, Label, Moment, Phrase, Skill, Strength
from shared.assistant.skills.alerts import phrases, views
from shared.assistant.skills.alerts.tools import alert_tools
from shared.assistant.skills.alerts.watching import Watching
from shared.assistant.skills.shop import Shop

__all__ = ["alerts_skill"]


def alerts_skill(alerts: AlertService, shop: Shop) -> Skill:
    """Ask to be told of a lower price or a return, see what is waited for, end it."""
    watching = Watching(alerts, shop)
    whole = Strength.WHOLE
    return Skill(
        name="alerts",
        tools=alert_tools(watching),
        buttons=(
            ButtonFamily(views.ON, watching.by_button),
            ButtonFamily(STOP, watching.stop_by_button),
            ButtonFamily(RENEW, watching.renew_by_button),
            ButtonFamily(views.ALL, _plain(watching.show_all)),
            ButtonFamily(views.PAGE, watching.show_page),
            ButtonFamily(views.SHOW, watching.show_one),
        ),
        labels=(Label(lambda: views.TEXTS.variants("button.list"), views.ALL),),
        texts=(views.TEXTS, replies.TEXTS),
        phrases=(
            Phrase.matching("list_alerts", whole, phrases.LIST, watching.show_all),
            Phrase.matching("cancel_alert", whole, phrases.CANCEL, watching.stop_by_words),
            Phrase("alert", whole, phrases.read_asked, watching.by_words),
            Phrase.matching("undo_alert", Strength.PASSING, phrases.UNDO, watching.undo),
        ),
        now=watching.show_all,
        rules="When the shopper wants to be told of a lower price or of a return to stock, call create_price_alert;"
        " the shop itself confirms it below your words, so do not repeat it.",
    )


def _plain(act: Callable[[Moment], Awaitable[Answer]]) -> Callable[[Moment, str], Awaitable[Answer]]:
    async def press(moment: Moment, _button_id: str) -> Answer:
        return await act(moment)

    return press
