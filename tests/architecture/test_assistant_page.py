"""docs/assistant.md names what the code has: its tools and every reason to fall back."""

from __future__ import annotations

import re
from pathlib import Path

from shared.runtime.model.failures import FailureReason
from tests.doubles.skills import skills_of_a_shop

PAGE = (Path(__file__).parents[2] / "docs" / "assistant.md").read_text()


def test_every_reason_to_fall_back_is_in_the_table() -> None:
    table = PAGE.split("## When the offline assistant answers instead")[1].split("\n## ")[0]
    named = {
        word
        for row in table.splitlines()
        if row.startswith("|")
        for word in re.findall(r"`(\w+)`", row.split("|")[2])
    }
    assert {reason.value for reason in FailureReason} <= named


def test_every_tool_is_in_the_table_with_its_arguments() -> None:
    for tool in skills_of_a_shop().tool_definitions:
        function = tool["function"]
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{function['name']}`")]
        for argument in function["parameters"]["properties"]:
            assert argument in row
