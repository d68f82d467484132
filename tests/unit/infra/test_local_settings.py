"""How the local stack tells the function app its settings."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from infra.local.errors import StackError
from infra.local.settings import Choices, telegram_is_simulated, write_app_settings
from infra.local.stack import Stack
from infra.local.state import CHATS, LOCAL


def test_the_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"

    values = write_app_settings({"DATABASE_URL": "a"}, path)

    assert values == {"DATABASE_URL": "a"}
    assert json.loads(path.read_text()) == {"IsEncrypted": False, "Values": values}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_person_added_stays_and_the_stacks_own_addresses_are_renewed(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    added = {"Host": {"CORS": "*"}, "Values": {"OPENAI_API_KEY": "mine", "DATABASE_URL": "old"}}
    path.write_text(json.dumps(added))

    values = write_app_settings({"DATABASE_URL": "new"}, path)

    assert values == {"OPENAI_API_KEY": "mine", "DATABASE_URL": "new"}
    assert json.loads(path.read_text()) == {"Host": {"CORS": "*"}, "Values": values}


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"Values": 3}'])
def test_a_broken_file_is_reported_and_left_as_it_is(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text(broken)

    with pytest.raises(StackError, match="cannot be used"):
        write_app_settings({"DATABASE_URL": "new"}, path)

    assert path.read_text() == broken


@pytest.mark.parametrize(("address", "simulated"), [("", True), ("https://api.telegram.org", False)])
def test_a_real_telegram_is_told_from_the_simulated_one(
    monkeypatch: pytest.MonkeyPatch, address: str, simulated: bool
) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", address)
    assert telegram_is_simulated() is simulated


def test_the_stack_s_simulator_keeps_its_chats_where_the_next_one_finds_them() -> None:
    command = Stack(Choices.from_environment()).simulator.command

    assert command[command.index("--keep") + 1] == str(CHATS)
    assert CHATS.is_relative_to(LOCAL)
