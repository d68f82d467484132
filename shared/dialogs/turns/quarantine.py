"""What is given up is put aside: a failure record that an administrator replays or discards."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.contract import Effect
from shared.dialogs.outbox.rows import record_failure
from shared.dialogs.turns.claims import Claim
from shared.kernel.errors import ZetaError
from shared.kernel.ids import new_id

__all__ = ["failure_effect"]


def failure_effect(claim: Claim, row_id: int, error: BaseException) -> Effect:
    """The record of a turn given up; it names the error's kind, never what anybody wrote."""
    code = error.code if isinstance(error, ZetaError) else "internal"

    async def write(session: AsyncSession) -> None:
        await record_failure(
            session,
            company_id=claim.company_id,
            failure_id=new_id(),
            kind="turn",
            dialog_id=claim.dialog_id,
            inbox_id=row_id,
            code=code,
            detail=type(error).__name__,
            attempts=claim.attempts,
        )

    return write
