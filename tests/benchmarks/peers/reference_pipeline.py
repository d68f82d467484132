"""``reference_pipeline.py <messages>``: the least that a durable pipeline can do, as fast as it can.

Claim a message, write its answer into an outbox, mark it done: one Postgres transaction each, eight workers, one
process, no webhook, no queue, no answer to think about, nothing sent. Prints messages a second. ``DATABASE_URL``
is the app's own role.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

import psycopg
import uvloop

WORKERS = 8

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS reference;
CREATE TABLE IF NOT EXISTS reference.inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL DEFAULT 'received',
    event jsonb NOT NULL, done_at timestamptz);
CREATE INDEX IF NOT EXISTS ix_waiting ON reference.inbox (id) WHERE status = 'received';
CREATE TABLE IF NOT EXISTS reference.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, inbox_id bigint NOT NULL, call jsonb NOT NULL);
GRANT USAGE ON SCHEMA reference TO zeta_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA reference TO zeta_app;
"""
REFILL = """
TRUNCATE reference.inbox, reference.outbox;
INSERT INTO reference.inbox (event)
SELECT jsonb_build_object('text', 'привет', 'n', n) FROM generate_series(1, %s) n;
"""

_CLAIM = """
SELECT id, event FROM reference.inbox WHERE status = 'received' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_ANSWER = "INSERT INTO reference.outbox (inbox_id, call) VALUES (%s, %s)"
_DONE = "UPDATE reference.inbox SET status = 'done', done_at = now() WHERE id = %s"


async def _work(url: str) -> int:
    done = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while True:
            async with connection.transaction():
                row = await (await connection.execute(_CLAIM)).fetchone()
                if row is None:
                    return done
                await connection.execute(_ANSWER, (row[0], '{"method": "sendMessage", "text": "привет"}'))
                await connection.execute(_DONE, (row[0],))
            done += 1


async def main() -> None:
    began = time.perf_counter()
    done = sum(await asyncio.gather(*(_work(os.environ["DATABASE_URL"]) for _ in range(WORKERS))))
    assert done == int(sys.argv[1])
    sys.stdout.write(f"{done / (time.perf_counter() - began)}\n")


if __name__ == "__main__":
    uvloop.run(main())
