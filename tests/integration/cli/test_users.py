"""``zeta user``: the first owner, and a way back in."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.integration.cli.conftest import Zeta
from tests.stack import WorkerStack

pytestmark = pytest.mark.usefixtures("company_and_city")


def test_a_user_is_added_with_a_password_that_is_shown_once_and_listed(zeta: Zeta) -> None:
    added = zeta("user", "add", "Owner@Uyut.kz", "--name", "Айгуль")

    shown = re.search(r"Password, shown this once: (\S{12,})", added.output)
    assert shown is not None
    listed = zeta("user", "list").output
    assert re.search(r"owner@uyut\.kz\s+Айгуль\s+owner\s+yes", listed)
    assert shown[1] not in listed


def test_a_password_from_the_environment_is_not_shown(zeta: Zeta) -> None:
    added = zeta("user", "add", "m@uyut.kz", "--role", "manager", ZETA_USER_PASSWORD="sofa-lamp-window")

    assert "sofa-lamp-window" not in added.output
    assert "shown" not in added.output
    assert re.search(r"m@uyut\.kz\s+m\s+manager", zeta("user", "list").output)


def test_what_breaks_a_rule_is_told_without_the_password(zeta: Zeta) -> None:
    short = zeta("user", "add", "a@uyut.kz", ZETA_USER_PASSWORD="shrt", fails=True).output
    assert "shrt" not in short
    assert "at least 10" in short
    assert "not an e-mail address" in zeta("user", "add", "nobody", fails=True).output
    zeta("user", "add", "a@uyut.kz")
    assert "has an account" in zeta("user", "add", "A@uyut.kz", fails=True).output


def test_a_reset_link_is_printed_and_the_log_says_so(zeta: Zeta, worker_stack: WorkerStack) -> None:
    zeta("user", "add", "a@uyut.kz")

    link = zeta("user", "reset", "a@uyut.kz", PANEL_URL="https://panel.example").output

    assert re.search(r"https://panel\.example/reset#token=zpr_\S{43}", link)
    assert "not found" in zeta("user", "reset", "b@uyut.kz", fails=True).output
    with psycopg.connect(worker_stack.superuser_url) as connection:
        rows = connection.execute("SELECT actor_kind, actor_name, action FROM audit_log ORDER BY at").fetchall()
    assert rows == [
        ("system", "zeta user add", "user.created"),
        ("system", "zeta user reset", "user.reset_link_issued"),
    ]
