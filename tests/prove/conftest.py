"""The simulator and a bot's address, for every SDK's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.prove.simulated import Inbox, Messengers, running_inbox, running_messengers


@pytest.fixture
def messengers() -> Iterator[Messengers]:
    """A simulator of this test alone."""
    with running_messengers() as running:
        yield running


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Where its webhooks go."""
    with running_inbox() as listening:
        yield listening
