"""The commands that every bot knows, whatever answers its turns: /start, /help, /language, /reset."""

from __future__ import annotations

from shared.bots.schemas import BotSnapshot
from shared.channels.messages import Button, Reply, RichText, Span, Style, TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn, TurnResult
from shared.dialogs.texts import TEXTS
from shared.dialogs.turns.language_wishes import language_wished
from shared.kernel.languages import Language, language_of

__all__ = ["COMMANDS", "answer_command", "command_of", "is_command", "welcome"]

LANGUAGE_BUTTON = "lang:"
COMMANDS = ("start", "help", "language", "reset")
"""In the order of a messenger's command menu; their descriptions are the texts ``command.<name>``."""


def command_of(turn: Turn) -> tuple[str, str] | None:
    """The command that a turn consists of and its argument, or ``None``.

    A pressed language button, or a language asked for in words, is the command ``language``. In a merged turn a
    command counts only when it stands alone: words beside it are for the responder.
    """
    choice = turn.choice
    if choice is not None:
        if choice.id.startswith(LANGUAGE_BUTTON):
            return "language", choice.id.removeprefix(LANGUAGE_BUTTON)
        return None
    text = turn.text.strip()
    wished = language_wished(text)
    if wished is not None:
        return "language", wished.value
    if not text.startswith("/") or "\n" in text:
        return None
    name, _, argument = text[1:].partition(" ")
    name = name.partition("@")[0].lower()
    return (name, argument.strip()) if name in COMMANDS else None


def is_command(text: str) -> bool:
    """Whether a message is a command, of every bot or of some, or a wish for a language."""
    return text.startswith("/") or language_wished(text) is not None


def answer_command(turn: Turn, name: str, argument: str) -> TurnResult:
    """Answer one of ``COMMANDS``. An edit of one that was carried out changes nothing."""
    result = _answered(turn, name, argument)
    return _unchanged(turn, name) if turn.edited and result.changed else result


def _answered(turn: Turn, name: str, argument: str) -> TurnResult:
    counted = (AnalyticsEvent("command", {"name": name}),)
    match name:
        case "start":
            reply = Reply(messages=(welcome(turn.bot, turn.language),))
            return TurnResult(reply=reply, state={}, forget=True, analytics=counted, changed=True)
        case "help":
            return TurnResult(reply=_say("help", turn.language), analytics=counted)
        case "language":
            return _language(turn, argument)
        case _:
            reply = _say("reset", turn.language)
            return TurnResult(reply=reply, state={}, forget=True, analytics=counted, changed=True)


def _unchanged(turn: Turn, name: str) -> TurnResult:
    """What is there, without the change that the command would make."""
    match name:
        case "start":
            return TurnResult(reply=Reply(messages=(welcome(turn.bot, turn.language),)))
        case "language":
            return _language(turn, "")
        case _:
            return TurnResult(reply=_say("edited", turn.language))


def welcome(bot: BotSnapshot, language: Language) -> TextMessage:
    """The greeting of a shop's bot, with the choice of a language."""
    name = Span(text=bot.company_name, style=Style.BOLD)
    before, _, after = TEXTS.get("welcome", language).partition("{company}")
    return TextMessage(text=RichText.of(before, name, after), buttons=_language_buttons())


def _language(turn: Turn, argument: str) -> TurnResult:
    chosen = language_of(argument)
    if chosen is None:
        question = TextMessage(
            text=RichText.of(TEXTS.get("language.ask", turn.language)), buttons=_language_buttons()
        )
        return TurnResult(reply=Reply(messages=(question,)))
    return TurnResult(
        reply=_say("language.chosen", chosen),
        language=chosen,
        changed=True,
        analytics=(AnalyticsEvent("language_chosen", {"language": chosen.value}),),
    )


def _language_buttons() -> tuple[tuple[Button, ...], ...]:
    return (
        tuple(
            Button(id=f"{LANGUAGE_BUTTON}{language.value}", title=TEXTS.get("language.name", language))
            for language in Language
        ),
    )


def _say(key: str, language: Language) -> Reply:
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get(key, language))),))
