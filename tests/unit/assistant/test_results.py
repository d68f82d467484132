"""Two results of one turn as one: an order that came with words, and the answer to the words."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.results import one_after_another
from shared.dialogs.contract import TurnResult


def settling(result: TurnResult) -> TurnResult:
    """A result that is decided while it is committed."""

    async def settle(_session: AsyncSession) -> TurnResult:
        return result

    return TurnResult(settle=settle)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
@pytest.mark.parametrize("decided_late", [True, False])
async def test_a_turn_changed_something_where_either_part_did(
    *, first: bool, second: bool, decided_late: bool
) -> None:
    """Otherwise an edit of its words would count as one of a message that did nothing."""
    ordered = TurnResult(changed=first)
    joined = one_after_another(settling(ordered) if decided_late else ordered, TurnResult(changed=second), {})
    if joined.settle is not None:
        async with AsyncSession() as session:
            joined = await joined.settle(session)

    assert joined.changed is (first or second)
