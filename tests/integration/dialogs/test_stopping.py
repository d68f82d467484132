"""A worker that is told to stop claims nothing more, whichever of its parts were loaded by then."""

from __future__ import annotations

import pytest

from shared.composition import Worker
from tests.integration.conversation import Stage


@pytest.mark.parametrize("loaded_before", [True, False])
async def test_a_stopped_worker_claims_nothing(stage: Stage, loaded_before: bool) -> None:
    shop = await stage.open_shop()
    shopper = stage.shopper(shop)
    await shopper.says("привет")
    stopped = Worker(stage.worker.settings)
    if loaded_before:
        assert stopped.drainer
    stopped.stop()

    await stopped.drainer.run()
    await stopped.aclose()

    assert shopper.person.received == []
    await shopper.hears()
