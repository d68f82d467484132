"""docs/channels.md tells the truth: every row of its degradation table is what rendering does."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from shared.channels.contract import Call, Platform
from tests.channels.samples import SAMPLES, render

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"


def form(platform: Platform, calls: list[Call]) -> str:
    """The calls in the words of the table: ``2 × sendMessage, sendMessage + inline_keyboard``."""
    names = [_name(platform, call) for call in calls]
    return ", ".join(name if (n := len(list(same))) == 1 else f"{n} × {name}" for name, same in groupby(names))


def _name(platform: Platform, call: Call) -> str:
    match platform:
        case Platform.TELEGRAM:
            kinds = {"inline_keyboard", "keyboard", "remove_keyboard"} & call.payload.get("reply_markup", {}).keys()
            return " + ".join([call.method, *kinds])
        case Platform.WHATSAPP:
            kind = call.payload["type"]
            if kind != "interactive":
                return str(kind)
            content = call.payload["interactive"]
            return f"{content['header']['type']} with {content['type']}" if "header" in content else content["type"]
        case Platform.VIBER:
            return f"{call.payload['type']} + keyboard" if "keyboard" in call.payload else call.payload["type"]


def table() -> dict[str, list[str]]:
    section = PAGE.read_text().split("## What becomes of a message", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: columns for name, *columns in cells if not set(name) <= {"-", " "}}


def test_every_kind_of_message_has_a_row() -> None:
    assert list(table()) == list(SAMPLES)


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_row_says_what_rendering_does(name: str) -> None:
    assert table()[name] == [form(platform, render(platform, SAMPLES[name])) for platform in Platform]
