"""All skills together: no two claim the same, and the surest phrase is heard first."""

from __future__ import annotations

import json
import re

import pytest

from shared.assistant.cards import Cards
from shared.assistant.model.context import estimate_tokens
from shared.assistant.skill import (
    Answer,
    ButtonFamily,
    Label,
    Moment,
    Phrase,
    Said,
    Skill,
    Strength,
    Tool,
    ToolArguments,
)
from shared.assistant.skillset import Skills
from tests.doubles.skills import skills_of_a_shop
from tests.doubles.turns import turn


async def nothing(moment: Moment) -> Answer | None:
    return Answer()


async def told(moment: Moment, read: object) -> Answer:
    return Answer(facts=read)


def phrase(wish: str, strength: Strength, pattern: str) -> Phrase:
    return Phrase.matching(wish, strength, re.compile(pattern), nothing)


def skills(*given: Skill) -> Skills:
    return Skills(given, cards=Cards())


@pytest.mark.parametrize(
    ("what", "twice"),
    [
        ("wish", Skill("a", phrases=(phrase("one", Strength.WHOLE, "a"),))),
        ("button", Skill("a", buttons=(ButtonFamily("buy:", told),))),
        ("tool", Skill("a", tools=(Tool("look", "", ToolArguments, told),))),
    ],
)
def test_what_two_skills_claim_is_refused(what: str, twice: Skill) -> None:
    with pytest.raises(ValueError, match=what):
        skills(twice, Skill("b", tools=twice.tools, buttons=twice.buttons, phrases=twice.phrases))


def test_two_skills_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="skill a"):
        skills(Skill("a"), Skill("a"))


def test_the_surest_phrase_is_heard_and_among_equals_the_earlier_skill() -> None:
    both = skills(
        Skill("first", phrases=(phrase("passing", Strength.PASSING, "x"), phrase("mine", Strength.WHOLE, "y"))),
        Skill("second", phrases=(phrase("urgent", Strength.URGENT, "x"), phrase("other", Strength.WHOLE, "y"))),
    )
    heard = [wish.name if (wish := both.understand(Said(words))) else None for words in ("x", "y", "z")]
    assert heard == ["urgent", "mine", None]


async def test_a_button_goes_to_the_skill_that_owns_its_beginning() -> None:
    built = skills(Skill("a", buttons=(ButtonFamily("buy:", told), ButtonFamily("more", told))))
    moment = Moment.of(turn("x"))
    bought = await built.press(moment, "buy:12")
    assert bought is not None
    assert bought.facts == "buy:12"
    assert await built.press(moment, "more") is not None
    assert await built.press(moment, "more:") is None
    assert await built.press(moment, "bu") is None


def test_a_label_is_its_button_in_any_case_and_language() -> None:
    built = skills(Skill("a", labels=(Label(lambda: ("Корзина", "Cart"), "cart"),)))
    assert [built.labelled(words) for words in (" корзина ", "CART", "", "cart 2")] == ["cart", "cart", None, None]


def test_every_tool_is_described_and_takes_no_company_dialog_or_person() -> None:
    for definition in skills_of_a_shop().tool_definitions:
        function = definition["function"]
        assert function["description"]
        assert function["parameters"]["additionalProperties"] is False
        assert not {"company_id", "dialog_id", "customer_id"} & set(function["parameters"].get("properties", {}))


def test_the_tools_of_every_request_stay_short_and_each_argument_is_explained() -> None:
    definitions = skills_of_a_shop().tool_definitions
    as_sent = json.dumps(definitions, ensure_ascii=False)
    assert estimate_tokens(as_sent) < 3200, "an upper estimate; each turn pays for it"
    assert not {"title", "anyOf", "$ref", "$defs", "default"} & set(re.findall(r'"([^"]+)":', as_sent))
    for definition in definitions:
        for argument in definition["function"]["parameters"]["properties"].values():
            assert argument["description"]
            assert argument["type"]


def test_a_tools_schema_keeps_what_the_model_has_to_know() -> None:
    tools = {one["function"]["name"]: one["function"]["parameters"] for one in skills_of_a_shop().tool_definitions}
    assert tools["fill_checkout"]["properties"]["method"]["enum"] == ["delivery", "pickup"]
    assert tools["change_cart"]["required"] == ["sku", "quantity"]
    assert tools["change_cart"]["properties"]["quantity"]["minimum"] == 0
    assert "angry" in tools["escalate_to_manager"]["properties"]["reason"]["enum"]


def test_no_tool_orders() -> None:
    assert not [name for name in skills_of_a_shop().tools if "confirm" in name or "place" in name]
