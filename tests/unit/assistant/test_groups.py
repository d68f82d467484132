"""What the assistant may do in front of everybody: a table of it, and that nothing else is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.assistant.groups import GroupSkills
from shared.channels.messages import (
    Button,
    ContactButton,
    LinkButton,
    LocationButton,
    Reply,
    RichText,
    TextMessage,
)
from shared.dialogs.contract import TurnResult
from shared.dialogs.openings import button_parameter
from tests.doubles.skills import skills_of_a_shop
from tests.doubles.turns import turn

PUBLIC_SKILLS = {"search", "availability", "advice", "talk"}
PUBLIC_PHRASES_OF_PERSONAL_SKILLS = {"displeased", "service_question"}
IN_A_GROUP = {"search_products", "get_product", "check_availability", "recommend_products", "continue_in_private"}


@pytest.fixture
def groups() -> GroupSkills:
    return GroupSkills(skills_of_a_shop())


def test_these_skills_are_public_and_no_others() -> None:
    """A new skill is personal until somebody decides otherwise, here too."""
    assert {skill.name for skill in skills_of_a_shop() if skill.public} == PUBLIC_SKILLS
    personal = [skill for skill in skills_of_a_shop() if not skill.public]
    public = {phrase.wish for skill in personal for phrase in skill.phrases if phrase.public}
    assert public == PUBLIC_PHRASES_OF_PERSONAL_SKILLS


def test_the_model_has_no_personal_tool(groups: GroupSkills) -> None:
    assert set(groups.skills.tools) == IN_A_GROUP
    assert groups.skills.forms == ()


def test_every_personal_button_finds_room_in_a_link() -> None:
    """The longest ids end in a product's id, 32 characters of hex."""
    starts = [family.start for skill in skills_of_a_shop() if not skill.public for family in skill.buttons]
    assert [start for start in starts if button_parameter(start + "f" * 32) is None] == []


def test_no_personal_button_is_left_in_a_reply(groups: GroupSkills) -> None:
    personal = [family.start for skill in skills_of_a_shop() if not skill.public for family in skill.buttons]
    shown = tuple((Button(id=f"{start}1" if start[-1] in ":#" else start, title=start),) for start in personal)
    asking = ((ContactButton(title="телефон"),), (LocationButton(title="место"),))
    kept = ((Button(id="more", title="Ещё"),), (LinkButton(title="сайт", url="https://uyut.kz"),))
    said = TextMessage(text=RichText.of("…"), buttons=(*shown, *asking, *kept))
    asked = replace(turn("…"), group=True, private_link=lambda parameter: f"https://t.me/uyut?start={parameter}")

    result = groups.for_everybody(asked, TurnResult(reply=Reply(messages=(said,))))

    [message] = result.reply.messages
    assert isinstance(message, TextMessage)
    buttons = [button for row in message.buttons for button in row]
    assert [button.title for button in buttons] == [*personal, "Ещё", "сайт"]
    assert [button for button in buttons if isinstance(button, Button)] == [kept[0][0]]


def test_without_a_public_name_of_the_bot_personal_buttons_go(groups: GroupSkills) -> None:
    said = TextMessage(text=RichText.of("…"), buttons=((Button(id="cart", title="Корзина"),),))
    result = groups.for_everybody(replace(turn("…"), group=True), TurnResult(reply=Reply(messages=(said,))))
    assert result.reply.messages == (TextMessage(text=RichText.of("…")),)
