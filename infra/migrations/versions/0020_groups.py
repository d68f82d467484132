"""A group is many people: what is a person's own belongs to the person, and nothing of it to the group.

Until now a group was taken for the person who wrote first: one cart, one checkout and one list of orders for
everybody in it. The old records are given to whom they belong, and closed where nobody can tell:

* a message belongs to whoever said it; one that belongs to nobody is deleted, because nobody could have it erased;
* a group's cart and price alerts are deleted; its orders stay with the shop until they are done, and belong to no
  customer;
* a call for a manager that is still open in a group is closed.

Row level security is forced on the owner of the tables too: it is lifted while rows of all companies are changed.

Revision ID: 0020_groups
Revises: 0019_end_login
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0020_groups"
down_revision = "0019_end_login"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE dialogs ADD COLUMN is_group boolean NOT NULL DEFAULT false;
-- who said it, or was answered, where many people talk; null in private chats
ALTER TABLE messages ADD COLUMN person_id text;
-- the shop still has to deliver it: what is known of the buyer goes when it is done
ALTER TABLE orders ADD COLUMN forget_buyer boolean NOT NULL DEFAULT false;

-- what is remembered of a person in a group: of the talk alone, nothing that is their own
CREATE TABLE group_people (
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    dialog_id bigint NOT NULL,
    person_id text NOT NULL,
    language text CHECK (language IN ('ru', 'kk', 'en')),
    language_chosen boolean NOT NULL DEFAULT false,
    state jsonb NOT NULL DEFAULT '{}',
    memory_from bigint NOT NULL DEFAULT 0,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dialog_id, person_id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_group_people_person ON group_people (bot_id, person_id);
"""

# Telegram's groups have negative ids; the other messengers bring no groups
_TAKE_APART = """
CREATE TEMPORARY TABLE groups ON COMMIT DROP AS
SELECT d.company_id, d.id, d.bot_id FROM dialogs d JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE b.platform = 'telegram' AND d.chat_id LIKE '-%';

UPDATE messages m SET person_id = s.person_id
  FROM (SELECT i.dialog_id, i.event ->> 'message_id' AS message_id, min(i.event #>> '{sender,id}') AS person_id
          FROM inbox i JOIN groups g ON g.id = i.dialog_id
         WHERE i.event -> 'content' ->> 'kind' <> 'choice'
         GROUP BY 1, 2 HAVING count(DISTINCT i.event #>> '{sender,id}') = 1) s
 WHERE m.dialog_id = s.dialog_id AND m.role = 'shopper' AND m.content ->> 'message_id' = s.message_id
   AND m.content ->> 'kind' <> 'choice';
-- an answer is theirs whom it answers
UPDATE messages m
   SET person_id = (SELECT p.person_id FROM messages p
                     WHERE p.dialog_id = m.dialog_id AND p.seq < m.seq AND p.role = 'shopper'
                     ORDER BY p.seq DESC LIMIT 1)
  FROM groups g WHERE m.dialog_id = g.id AND m.role = 'bot';
DELETE FROM messages m USING groups g
 WHERE m.dialog_id = g.id AND m.role IN ('shopper', 'bot') AND m.person_id IS NULL;
UPDATE inbox i SET event = '{}', raw = NULL FROM groups g
 WHERE i.dialog_id = g.id AND i.status IN ('done', 'limited');

CREATE TEMPORARY TABLE group_customers ON COMMIT DROP AS
SELECT l.company_id, l.customer_id,
       bool_and(EXISTS (SELECT FROM groups g WHERE g.id = o.dialog_id)) AS of_groups_alone
  FROM customer_dialogs l JOIN groups g ON g.id = l.dialog_id
  JOIN customer_dialogs o ON o.company_id = l.company_id AND o.customer_id = l.customer_id
 GROUP BY 1, 2;
UPDATE orders o
   SET customer_id = NULL, dialog_id = NULL, forget_buyer = o.status NOT IN ('done', 'cancelled'),
       name = CASE WHEN o.status IN ('done', 'cancelled') THEN '' ELSE o.name END,
       phone = CASE WHEN o.status IN ('done', 'cancelled') THEN '' ELSE o.phone END,
       address = CASE WHEN o.status IN ('done', 'cancelled') THEN '' ELSE o.address END,
       comment = CASE WHEN o.status IN ('done', 'cancelled') THEN '' ELSE o.comment END,
       version = o.version + 1, updated_at = now()
 WHERE o.dialog_id IN (SELECT id FROM groups)
    OR o.customer_id IN (SELECT customer_id FROM group_customers WHERE of_groups_alone);
DELETE FROM price_alerts a
 WHERE a.dialog_id IN (SELECT id FROM groups)
    OR a.customer_id IN (SELECT customer_id FROM group_customers WHERE of_groups_alone);
DELETE FROM carts c USING group_customers g WHERE c.company_id = g.company_id AND c.customer_id = g.customer_id;
DELETE FROM customer_dialogs l USING groups g WHERE l.company_id = g.company_id AND l.dialog_id = g.id;
DELETE FROM customers c USING group_customers g
 WHERE c.company_id = g.company_id AND c.id = g.customer_id AND g.of_groups_alone;

UPDATE escalations e
   SET status = 'resolved', resolved_at = now(), resolved_by = 'group', summary = '', waiting_since = NULL,
       updated_at = now()
  FROM groups g WHERE e.company_id = g.company_id AND e.dialog_id = g.id AND e.resolved_at IS NULL;
-- what 0012 meant to do, and row level security kept it from seeing any row
UPDATE escalations SET waiting_since = NULL WHERE resolved_at IS NOT NULL AND waiting_since IS NOT NULL;

UPDATE dialogs d
   SET is_group = true, customer_id = d.chat_id, customer_name = '', phone = NULL, language = NULL,
       language_chosen = false, state = '{}', handover_until = NULL, history_seq = d.history_seq + 1,
       staff_user_id = NULL, staff_linked_at = NULL
  FROM groups g WHERE d.id = g.id;
"""

_OWNED = (
    "bots",
    "dialogs",
    "messages",
    "inbox",
    "orders",
    "carts",
    "price_alerts",
    "customers",
    "customer_dialogs",
    "escalations",
)


def upgrade() -> None:
    op.execute(_TABLES)
    for statement in tenant_table("group_people", app="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)
    for table in _OWNED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_TAKE_APART)
    for table in _OWNED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    # the words of one person in a group, without reading those of the others
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_messages_person")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_messages_person ON messages (dialog_id, person_id, seq)"
            " WHERE person_id IS NOT NULL"
        )


def downgrade() -> None:
    op.execute("DROP TABLE group_people")
    op.execute("ALTER TABLE orders DROP COLUMN forget_buyer")
    op.execute("ALTER TABLE messages DROP COLUMN person_id")
    op.execute("ALTER TABLE dialogs DROP COLUMN is_group")
