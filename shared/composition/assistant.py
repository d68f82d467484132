"""Who answers shoppers put together: the assistant with its skills, the hand-over, the staff's own messengers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.assistant.catalogue import CatalogueFinder, CompanyCities
from shared.assistant.service import AssistantResponder
from shared.assistant.skills.registry import Parts, built_in_skills
from shared.assistant.skills.shop import Shop
from shared.dialogs.contract import Responder
from shared.dialogs.turns.router import HANDOVER, STAFF, WholeRequests
from shared.escalations.handover import HandoverResponder
from shared.escalations.staff.responder import StaffResponder
from shared.recommendations.service import RecommendationService
from shared.runtime.model.client import ChatClient

if TYPE_CHECKING:
    from shared.assistant.skillset import Skills
    from shared.composition.worker import Worker

__all__ = ["Answering", "build_answering"]

_ASSISTANT = "assistant"
"""The mode of the bots that it answers."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers, and what they know of messages before they answer."""

    responders: dict[str, Responder]
    """By the mode of the bot, or the state of the dialog."""
    whole: WholeRequests


def build_answering(parts: Worker) -> Answering:
    """Build it from a worker's parts."""
    finder = CatalogueFinder(parts.services.catalog)
    assistant = AssistantResponder(
        parts.settings,
        _skills(parts, finder),
        finder,
        client=ChatClient(parts.settings, parts.model),
        media=parts.media,
    )
    desk = parts.services.desk
    return Answering(
        responders={_ASSISTANT: assistant, HANDOVER: HandoverResponder(desk), STAFF: StaffResponder(desk)},
        whole={_ASSISTANT: assistant.is_whole_request},
    )


def _skills(parts: Worker, finder: CatalogueFinder) -> Skills:
    services = parts.services
    return built_in_skills(
        Parts(
            finder=finder,
            cities=CompanyCities(),
            handover_seconds=parts.settings.handover_seconds,
            alerts=services.alerts,
            shop=Shop(
                finder=finder,
                customers=services.customers,
                carts=services.carts,
                checkout=services.checkout,
                orders=services.orders,
            ),
            catalog=services.catalog,
            recommendations=RecommendationService(services.catalog),
        )
    )
