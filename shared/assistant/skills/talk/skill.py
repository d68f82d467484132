"""The skill of small talk: one text for each courtesy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared.assistant import buttons, replies
from shared.assistant.skill import Answer, Moment, Phrase, Skill, Strength
from shared.assistant.skills.talk import phrases

__all__ = ["ACKNOWLEDGED", "AGREED", "greeting", "talk_skill"]

ACKNOWLEDGED = "acknowledged"
"""The wish of «ок», «нет», «круто»: says nothing by itself."""
AGREED = "agreed"
"""The wish of «да» where nothing was asked."""

_WISHES = {
    "help": phrases.HELP,
    "greeting": phrases.GREETING,
    "thanks": phrases.THANKS,
    "goodbye": phrases.GOODBYE,
    AGREED: phrases.AGREED,
    ACKNOWLEDGED: phrases.ACKNOWLEDGED,
}
_WITH_CATALOGUE = frozenset(["greeting", "help", AGREED])


def talk_skill() -> Skill:
    """Greeting, thanks, leave-taking, «ок», help."""
    return Skill(
        name="talk",
        public=True,
        phrases=tuple(
            Phrase.matching(wish, Strength.WHOLE, pattern, _saying(wish), goes_on=wish != "help")
            for wish, pattern in _WISHES.items()
        ),
    )


async def greeting(moment: Moment) -> Answer:
    """First words to a person."""
    return _say(moment, "greeting")


def _saying(key: str) -> Callable[[Moment], Awaitable[Answer]]:
    async def say(moment: Moment) -> Answer:
        return _say(moment, key)

    return say


def _say(moment: Moment, key: str) -> Answer:
    turn = moment.turn
    catalogue = replies.button("categories", buttons.CATEGORIES, turn.language)
    below = (catalogue,) if key in _WITH_CATALOGUE else ()
    said = replies.say(key, turn.language, *below, company=turn.bot.company_name)
    return Answer((said,), moment.state.with_help())
