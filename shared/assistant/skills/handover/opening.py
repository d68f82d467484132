"""How the assistant, with or without a model, hands a dialog to a person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.messages import Reply
from shared.dialogs.bells import Bell
from shared.dialogs.contract import AnalyticsEvent, Effect, Role, Turn
from shared.escalations import replies as escalation_replies
from shared.escalations import service as escalations
from shared.escalations.rules import rules_of
from shared.escalations.schemas import EscalationReason

__all__ = ["announce", "escalated", "escalation"]

_SUMMARY_MESSAGES = 10


def escalation(turn: Turn, reason: EscalationReason, *, seconds: float) -> Effect:
    """The write that asks for a person in this very dialog; committed with the turn."""
    dialog_id, summary = turn.dialog_id, _summary(turn)
    expires_at = turn.started_at + timedelta(seconds=seconds)

    async def open_escalation(session: AsyncSession) -> Bell:
        await escalations.open_escalation(
            session, dialog_id=dialog_id, reason=reason, summary=summary, expires_at=expires_at
        )
        return "escalations"

    return open_escalation


def announce(turn: Turn, reason: EscalationReason) -> Reply:
    """What the shopper is told, with the button back to the bot."""
    return escalation_replies.announcement(reason, turn.language, rules=rules_of(turn.bot), now=turn.started_at)


def escalated(reason: EscalationReason) -> AnalyticsEvent:
    """The countable fact."""
    return AnalyticsEvent("escalated", {"reason": reason.value})


def _summary(turn: Turn) -> str:
    """The end of the talk, so that whoever takes over need not ask again."""
    marks = {Role.SHOPPER: "→", Role.BOT: "←", Role.STAFF: "⇐"}
    lines = [f"{marks[message.role]} {message.text[:200]}" for message in turn.memory[-_SUMMARY_MESSAGES:]]
    lines.append(f"→ {turn.text[:400]}")
    return "\n".join(lines)[-escalations.SUMMARY_LIMIT :]
