"""One dialog under every name that its messenger knows it by.

A dialog was found by the one name that its first message came under. People and groups change theirs: somebody
known by a number gets a user id and hides it, a number is changed, a group becomes a supergroup. Each opened a
second dialog, where the bot talked over the manager. Numbers, moreover, pass to other people.

``dialog_addresses`` holds all names of a dialog; ``dialogs.chat_id`` stays the one that is written to. What becomes
of names is decided by the functions of ``infra.migrations.dialog_names``.

Revision ID: 0021_dialog_addresses
Revises: 0020_groups
"""

from __future__ import annotations

from importlib import import_module

from alembic import op

from infra.migrations.dialog_names import FUNCTIONS
from infra.migrations.tenancy import tenant_table

revision = "0021_dialog_addresses"
down_revision = "0020_groups"
branch_labels = None
depends_on = None

_TABLE = """
ALTER TABLE dialogs
    -- the number that was theirs last, once it is theirs no more: customers follow it
    ADD COLUMN former_phone text,
    -- the dialog that goes on in place of this one: both proved to be the same chat
    ADD COLUMN moved_to bigint,
    ADD CONSTRAINT fk_dialogs_moved_to FOREIGN KEY (company_id, moved_to)
        REFERENCES dialogs (company_id, id) ON DELETE SET NULL (moved_to);
CREATE INDEX ix_dialogs_moved_to ON dialogs (company_id, moved_to) WHERE moved_to IS NOT NULL;
CREATE TABLE dialog_addresses (
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    address text NOT NULL,
    dialog_id bigint NOT NULL,
    -- a telephone number: it can pass to another person
    passing boolean NOT NULL DEFAULT false,
    -- by the platform's time; what was written until then leads here still
    since timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (bot_id, address),
    -- names are claimed first: which dialogs they make is clear at the end
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ix_dialog_addresses_dialog ON dialog_addresses (dialog_id);
GRANT USAGE ON SEQUENCE dialogs_id_seq TO zeta_definer;
"""

# As before (0001_spine), but for where an event's dialog comes from. What happened to a chat's names unblocks
# nothing.
_RECEIVE = """
CREATE OR REPLACE FUNCTION receive_events(events jsonb, raws bytea[])
    RETURNS TABLE (fresh bigint, waiting bigint, statuses bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moment timestamptz;
BEGIN
    PERFORM hold_dialogs(events);
    moment := clock_timestamp();

    -- copies of one event within the group count once, or received_seq would outrun the rows
    WITH e AS (
        SELECT DISTINCT ON (e.bot_id, e.event_id) * FROM jsonb_to_recordset(events) AS e (
            place integer, bot_id uuid, chat_id text, kind text, event_id text, order_key bigint,
            wait_ms integer, album_id text, event jsonb, customer_name text, phone text, number text,
            change text, occurred_at timestamptz)
         WHERE e.kind <> 'delivery'
         ORDER BY e.bot_id, e.event_id
    ), stored AS (
        INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, album_id,
                           event, raw, done_at)
        SELECT b.company_id, e.bot_id, e.event_id, a.dialog_id, e.order_key,
               CASE WHEN a.dialog_id IS NULL THEN 'done' ELSE 'received' END,
               moment + coalesce(e.wait_ms, 0) * interval '1 millisecond', e.album_id, e.event,
               CASE WHEN e.place > 0 THEN raws[e.place] END, CASE WHEN a.dialog_id IS NULL THEN moment END
          FROM e JOIN bots b ON b.id = e.bot_id
          LEFT JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                              WHERE a.bot_id = e.bot_id AND a.address = e.chat_id LIMIT 1) a
            ON e.kind IN ('message', 'membership', 'address')
         ORDER BY e.order_key
        ON CONFLICT (bot_id, event_id) DO NOTHING
        RETURNING inbox.bot_id, inbox.event_id, inbox.dialog_id, inbox.due_at
    ), per_dialog AS (
        SELECT s.dialog_id, count(*) AS rows, min(s.due_at) AS due_at,
               max(least(e.occurred_at, moment)) FILTER (WHERE e.kind = 'message') AS spoke_at,
               (array_agg(e.customer_name ORDER BY e.order_key DESC)
                   FILTER (WHERE e.customer_name <> ''))[1] AS customer_name,
               -- an old event's number may be another person's by now
               (array_agg(e.phone ORDER BY e.order_key DESC)
                   FILTER (WHERE e.phone IS NOT NULL
                             AND (e.number IS NULL OR n.dialog_id = s.dialog_id)))[1] AS phone,
               (array_agg(coalesce(e.change IN ('blocked', 'unsure'), false) ORDER BY e.order_key DESC)
                   FILTER (WHERE e.kind <> 'address' OR e.change = 'unsure'))[1] AS blocked
          FROM stored s JOIN e USING (bot_id, event_id)
          LEFT JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                              WHERE a.bot_id = e.bot_id AND a.address = e.number AND a.until IS NULL LIMIT 1) n
            ON true
         WHERE s.dialog_id IS NOT NULL
         GROUP BY s.dialog_id
    ), noted AS (
        UPDATE dialogs d
           SET received_seq = d.received_seq + p.rows,
               due_at = CASE WHEN d.received_seq = d.done_seq THEN p.due_at
                             WHEN d.attempts > 0 AND d.lease_token IS NULL THEN d.due_at
                             ELSE least(d.due_at, p.due_at) END,
               last_inbound_at = greatest(d.last_inbound_at, p.spoke_at),
               customer_name = coalesce(p.customer_name, d.customer_name),
               phone = coalesce(p.phone, d.phone),
               blocked = coalesce(p.blocked, d.blocked),
               send_at = CASE WHEN d.blocked THEN moment ELSE d.send_at END
          FROM per_dialog p WHERE d.id = p.dialog_id
        RETURNING d.id
    )
    SELECT count(*) INTO fresh FROM stored;

    -- every part of an album waits for the next one, three seconds at most from the first
    UPDATE inbox i
       SET due_at = least(moment + a.wait_ms * interval '1 millisecond',
                          f.first_at + a.limit_ms * interval '1 millisecond')
      FROM (SELECT DISTINCT e.bot_id, e.chat_id, e.album_id, e.wait_ms, e.limit_ms
              FROM jsonb_to_recordset(events)
                AS e (bot_id uuid, chat_id text, album_id text, wait_ms integer, limit_ms integer)
             WHERE e.album_id IS NOT NULL) a
      CROSS JOIN LATERAL (SELECT b.dialog_id FROM dialog_addresses b
                           WHERE b.bot_id = a.bot_id AND b.address = a.chat_id LIMIT 1) d
      CROSS JOIN LATERAL (SELECT min(p.received_at) AS first_at FROM inbox p
                           WHERE p.dialog_id = d.dialog_id AND p.status = 'received' AND p.album_id = a.album_id) f
     WHERE i.dialog_id = d.dialog_id AND i.status = 'received' AND i.album_id = a.album_id;

    INSERT INTO delivery_events (company_id, bot_id, event_id, platform_message_id, reference, state,
                                 error_code, refusal, occurred_at)
    SELECT b.company_id, e.bot_id, e.event_id, e.platform_message_id, e.reference, e.state,
           e.error_code, e.refusal, e.occurred_at
      FROM jsonb_to_recordset(events) AS e (
           bot_id uuid, kind text, event_id text, platform_message_id text, reference bigint, state text,
           error_code text, refusal text, occurred_at timestamptz)
      JOIN bots b ON b.id = e.bot_id
     WHERE e.kind = 'delivery'
    ON CONFLICT (bot_id, event_id) DO NOTHING;
    GET DIAGNOSTICS statuses = ROW_COUNT;

    SELECT count(*) INTO waiting
      FROM jsonb_to_recordset(events) AS e (bot_id uuid, event_id text)
      JOIN inbox i ON i.bot_id = e.bot_id AND i.event_id = e.event_id
     WHERE i.status = 'received';
    RETURN NEXT;
END $$;
"""

_FILLED = ("dialogs", "inbox", "bots", "dialog_addresses")

# Of several dialogs with one number the user id that wrote last has it; a dialog that was found by the number alone
# is that person's, as far as anybody can know, and joins.
_FILL = (
    """
INSERT INTO dialog_addresses (company_id, bot_id, address, dialog_id, passing, since)
SELECT d.company_id, d.bot_id, d.chat_id, d.id, b.platform = 'whatsapp' AND d.chat_id ~ '^[0-9]+$', d.created_at
  FROM dialogs d JOIN bots b ON b.id = d.bot_id WHERE d.chat_id NOT LIKE 'erased:%'
""",
    """
CREATE TEMPORARY TABLE numbers ON COMMIT DROP AS
SELECT DISTINCT ON (d.bot_id, d.phone)
       d.company_id, d.bot_id, d.phone, ltrim(d.phone, '+') AS number, d.id, d.created_at
  FROM dialogs d JOIN bots b ON b.id = d.bot_id
 WHERE b.platform = 'whatsapp' AND d.phone IS NOT NULL AND d.chat_id LIKE 'bsuid:%'
 ORDER BY d.bot_id, d.phone, d.last_inbound_at DESC NULLS LAST, d.id
""",
    """
UPDATE dialogs d SET phone = NULL, former_phone = d.phone FROM numbers n
 WHERE d.bot_id = n.bot_id AND d.phone = n.phone AND d.id <> n.id AND d.chat_id LIKE 'bsuid:%'
""",
    """
SELECT join_dialogs(a.dialog_id, n.id) FROM numbers n
  JOIN dialog_addresses a ON a.bot_id = n.bot_id AND a.address = n.number ORDER BY a.dialog_id
""",
    """
INSERT INTO dialog_addresses (company_id, bot_id, address, dialog_id, passing, since)
SELECT company_id, bot_id, number, id, true, created_at FROM numbers ON CONFLICT (bot_id, address) DO NOTHING
""",
)


def upgrade() -> None:
    op.execute(_TABLE)
    for statement in tenant_table(
        "dialog_addresses", app="SELECT, DELETE", definer="SELECT, INSERT, UPDATE, DELETE"
    ):
        op.execute(statement)
    for signature, definition in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    fill()
    for signature in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO zeta_definer")
    op.execute(_RECEIVE)


def fill() -> None:
    """Run over all companies: row level security, which binds owners too, is lifted until the migration commits."""
    for table in _FILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in _FILL:
        op.execute(statement)
    for table in _FILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    spine = import_module("infra.migrations.versions.0001_spine")
    definition, _, _ = spine._RECEIVE.partition("ALTER FUNCTION")
    op.execute(
        definition.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
            "public AS", "public, pg_temp AS"
        )
    )
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("REVOKE USAGE ON SEQUENCE dialogs_id_seq FROM zeta_definer")
    op.execute("DROP TABLE dialog_addresses")
    op.execute("ALTER TABLE dialogs DROP COLUMN moved_to, DROP COLUMN former_phone")
