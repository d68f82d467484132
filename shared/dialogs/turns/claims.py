"""Leases on dialogs: who may answer, and for how long.

Runs as the system role, which sees scheduling columns of every company and nothing that anybody wrote.

Fairness: companies are served least recently first, one dialog of each before a second of any; no company holds
more than its share of leases, nor of any one drainer's places. So one with ten thousand waiting does not delay the
others: a place is free for whoever comes, however long the turns of the many take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["Claim", "Claims", "Outlook"]

# A loose index scan finds the companies that have work without reading all of their rows.
_CLAIM = text("""
WITH RECURSIVE waiting AS (
    (SELECT company_id FROM dialogs WHERE received_seq > done_seq ORDER BY company_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.company_id FROM dialogs d
             WHERE d.received_seq > d.done_seq AND d.company_id > w.company_id
             ORDER BY d.company_id LIMIT 1)
      FROM waiting w WHERE w.company_id IS NOT NULL
), fair AS MATERIALIZED (
    SELECT w.company_id, coalesce(t.served_at, '-infinity'::timestamptz) AS served_at,
           (SELECT count(*) FROM dialogs l WHERE l.company_id = w.company_id
               AND l.lease_token IS NOT NULL AND l.lease_until > now()) AS leased,
           cardinality(array_positions(CAST(:held AS uuid[]), w.company_id)) AS held
      FROM waiting w LEFT JOIN company_turns t ON t.company_id = w.company_id
     WHERE w.company_id IS NOT NULL
     ORDER BY served_at LIMIT 1000
), ready AS MATERIALIZED (
    SELECT p.id, p.place, f.served_at
      FROM fair f CROSS JOIN LATERAL (
        SELECT d.id, row_number() OVER (ORDER BY d.due_at) AS place FROM dialogs d
         WHERE d.company_id = f.company_id AND d.received_seq > d.done_seq AND d.due_at <= now()
           AND (d.lease_until IS NULL OR d.lease_until <= now())
           AND (d.attempts >= :solo_from) = :solo
         ORDER BY d.due_at LIMIT greatest(0, least(:places, :company_cap - f.leased, :share - f.held))
      ) p
     ORDER BY p.place, f.served_at LIMIT :places
), chosen AS MATERIALIZED (
    SELECT d.id FROM dialogs d
     WHERE d.id IN (SELECT id FROM ready) AND d.received_seq > d.done_seq AND d.due_at <= now()
       AND (d.lease_until IS NULL OR d.lease_until <= now())
     ORDER BY d.id FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE dialogs d
       SET lease_token = gen_random_uuid(), lease_until = now() + :lease, attempts = d.attempts + 1
      FROM chosen c WHERE d.id = c.id
    RETURNING d.id, d.company_id, d.bot_id, d.lease_token, d.attempts, d.history_seq
)
SELECT l.*, c.config_version FROM leased l JOIN companies c ON c.id = l.company_id
""")

_SERVED = text("""
INSERT INTO company_turns (company_id, served_at)
SELECT c, clock_timestamp() FROM unnest(CAST(:companies AS uuid[])) AS c ORDER BY c
ON CONFLICT (company_id) DO UPDATE SET served_at = excluded.served_at
""")

# rows are locked in id order, as webhooks and claims lock them
_RENEW = text("""
WITH held AS (
    SELECT id FROM dialogs WHERE id = ANY(:ids) AND lease_token = ANY(:tokens) ORDER BY id FOR NO KEY UPDATE
)
UPDATE dialogs d SET lease_until = now() + :lease FROM held WHERE d.id = held.id
""")

# The attempt was counted before the work; :refund takes it back. A row that came since the dialog was read
# (:seen) may be due before :due_at, so then the dialog is due at once.
_RELEASE = text("""
UPDATE dialogs
   SET lease_token = NULL, lease_until = NULL, attempts = greatest(0, attempts - :refund),
       due_at = CASE WHEN CAST(:seen AS bigint) IS NULL OR received_seq = :seen THEN CAST(:due_at AS timestamptz)
                     ELSE now() END
 WHERE id = :id AND lease_token = :token
""")

# Company by company, soonest first: one whose dialogs all wait for their next attempt hides nobody else's.
_OUTLOOK = text("""
WITH RECURSIVE waiting AS (
    (SELECT company_id FROM dialogs WHERE received_seq > done_seq ORDER BY company_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.company_id FROM dialogs d
             WHERE d.received_seq > d.done_seq AND d.company_id > w.company_id
             ORDER BY d.company_id LIMIT 1)
      FROM waiting w WHERE w.company_id IS NOT NULL
), w AS (
    SELECT p.due_at FROM waiting c CROSS JOIN LATERAL (
        SELECT d.due_at FROM dialogs d
         WHERE d.company_id = c.company_id AND d.received_seq > d.done_seq
           AND (d.lease_until IS NULL OR d.lease_until <= now() + interval '1 second')
         ORDER BY d.due_at LIMIT :limit) p
     WHERE c.company_id IS NOT NULL ORDER BY p.due_at LIMIT :limit)
SELECT count(*) FILTER (WHERE due_at <= now()) AS ready,
       extract(epoch FROM min(due_at) FILTER (WHERE due_at > now()) - now()) AS next_in
  FROM w
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A leased dialog: only the holder of ``token`` may commit its turn."""

    dialog_id: int
    company_id: UUID
    bot_id: UUID
    token: UUID
    attempts: int
    """This attempt's number, 1 for the first."""
    history_seq: int
    config_version: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What waits: dialogs ready now (counted up to a limit) and the seconds to the next due one, if any."""

    ready: int
    next_in: float | None


class Claims:
    """Claims, renews and gives back leases."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._company_cap = settings.company_dialogs_cap
        self.company_share = max(1, int(settings.drainer_dialogs * settings.drainer_company_share))
        """Places of one drainer that one company may fill."""
        self._solo_from = settings.solo_attempt - 1

    async def claim(self, places: int, *, held: Sequence[Claim] = (), solo: bool = False) -> list[Claim]:
        """Lease up to ``places`` due dialogs.

        Args:
            places: how many at most.
            held: what the asking drainer runs already; a company fills only its share of a drainer.
            solo: pick those whose failures ask for a process alone.
        """
        async with self._database.system_statements() as session:
            rows = (
                await session.execute(
                    _CLAIM,
                    {
                        "places": places,
                        "company_cap": self._company_cap,
                        "share": self.company_share,
                        "held": [claim.company_id for claim in held],
                        "lease": self._lease,
                        "solo": solo,
                        "solo_from": self._solo_from,
                    },
                )
            ).all()
            if rows:
                companies = sorted({row.company_id for row in rows})
                await session.execute(_SERVED, {"companies": companies})
        return [
            Claim(
                row.id,
                row.company_id,
                row.bot_id,
                row.lease_token,
                row.attempts,
                row.history_seq,
                row.config_version,
            )
            for row in rows
        ]

    async def renew(self, claims: Sequence[Claim]) -> None:
        """Extend the leases that are still ours."""
        async with self._database.system_statements() as session:
            await session.execute(
                _RENEW,
                {
                    "lease": self._lease,
                    "ids": [claim.dialog_id for claim in claims],
                    "tokens": [claim.token for claim in claims],
                },
            )

    async def release(
        self, claim: Claim, *, due_at: datetime, seen: int | None = None, refund: bool = False
    ) -> None:
        """Give a lease back without a commit.

        Args:
            claim: the lease.
            due_at: when to look at the dialog again.
            seen: ``received_seq`` when ``due_at`` was reckoned; rows that came later make the dialog due now.
            refund: take the counted attempt back, since nothing was tried.
        """
        async with self._database.system_statements() as session:
            await session.execute(
                _RELEASE,
                {
                    "id": claim.dialog_id,
                    "token": claim.token,
                    "due_at": due_at,
                    "seen": seen,
                    "refund": int(refund),
                },
            )

    async def outlook(self, *, limit: int) -> Outlook:
        """Count what waits, looking at ``limit`` dialogs at most."""
        async with self._database.system_statements() as session:
            row = (await session.execute(_OUTLOOK, {"limit": limit})).one()
        return Outlook(row.ready, float(row.next_in) if row.next_in is not None else None)
