"""The spine: companies, bots and dialogs with their inbox, outbox, history and failures."""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0001_spine"
down_revision = None
branch_labels = None
depends_on = None

_COMPANIES = """
CREATE TABLE companies (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    language text NOT NULL CHECK (language IN ('ru', 'kk', 'en')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    timezone text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    daily_model_budget_micros bigint CHECK (daily_model_budget_micros >= 0),
    config_version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- when each company was last given a worker: the fair order of claims. Lost in a crash, rebuilt by use.
CREATE UNLOGGED TABLE company_turns (
    company_id uuid PRIMARY KEY REFERENCES companies (id) ON DELETE CASCADE,
    served_at timestamptz NOT NULL
);
CREATE TABLE cities (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    language text NOT NULL CHECK (language IN ('ru', 'kk', 'en')),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    UNIQUE (company_id, slug)
);
CREATE TABLE bots (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL UNIQUE,
    platform text NOT NULL CHECK (platform IN ('telegram', 'whatsapp', 'viber')),
    name text NOT NULL,
    username text,
    mode text NOT NULL DEFAULT 'assistant',
    language text NOT NULL CHECK (language IN ('ru', 'kk', 'en')),
    city_id uuid,
    active boolean NOT NULL DEFAULT true,
    credentials bytea NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    -- set when the platform refused our credentials: nothing is sent until a person mends them
    misconfigured text,
    -- the platform asked the whole bot to pause (429)
    send_after timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id)
);
CREATE TABLE bot_configurations (
    company_id uuid NOT NULL,
    city_id uuid NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, city_id),
    FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id) ON DELETE CASCADE
);
CREATE TABLE prompts (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    city_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 20000),
    active boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    UNIQUE (company_id, city_id, version),
    FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_prompts_active ON prompts (company_id, city_id) WHERE active;
"""

_CONFIG_VERSION = """
CREATE FUNCTION raise_config_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE companies SET config_version = config_version + 1
     WHERE id = coalesce(NEW.company_id, OLD.company_id);
    RETURN NULL;
END $$;
CREATE FUNCTION raise_own_config_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.config_version = OLD.config_version AND NEW IS DISTINCT FROM OLD THEN
        NEW.config_version := OLD.config_version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER config_version BEFORE UPDATE ON companies
    FOR EACH ROW EXECUTE FUNCTION raise_own_config_version();
CREATE TRIGGER config_version AFTER INSERT OR UPDATE OR DELETE ON cities
    FOR EACH ROW EXECUTE FUNCTION raise_config_version();
CREATE TRIGGER config_version AFTER INSERT OR DELETE OR UPDATE OF
    name, username, mode, language, city_id, active, credentials, settings ON bots
    FOR EACH ROW EXECUTE FUNCTION raise_config_version();
CREATE TRIGGER config_version AFTER INSERT OR UPDATE OR DELETE ON bot_configurations
    FOR EACH ROW EXECUTE FUNCTION raise_config_version();
CREATE TRIGGER config_version AFTER INSERT OR UPDATE OR DELETE ON prompts
    FOR EACH ROW EXECUTE FUNCTION raise_config_version();
"""

_DIALOGS = """
CREATE TABLE dialogs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    chat_id text NOT NULL,
    customer_id text NOT NULL,
    customer_name text NOT NULL DEFAULT '',
    phone text,
    language text CHECK (language IN ('ru', 'kk', 'en')),
    language_chosen boolean NOT NULL DEFAULT false,
    state jsonb NOT NULL DEFAULT '{}',
    history_seq bigint NOT NULL DEFAULT 0,
    memory_from bigint NOT NULL DEFAULT 0,
    handover_until timestamptz,
    blocked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_inbound_at timestamptz,
    -- the inbox: rows received and rows finished; work waits while received_seq > done_seq
    received_seq bigint NOT NULL DEFAULT 0,
    done_seq bigint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    lease_token uuid,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    -- the send lane: a call waits while outbox_seq > sent_seq; only sent_seq + 1, the head, may be sent
    outbox_seq bigint NOT NULL DEFAULT 0,
    sent_seq bigint NOT NULL DEFAULT 0,
    send_at timestamptz NOT NULL DEFAULT now(),
    send_token uuid,
    send_until timestamptz,
    UNIQUE (company_id, id),
    UNIQUE (bot_id, chat_id),
    FOREIGN KEY (company_id, bot_id) REFERENCES bots (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX ix_dialogs_waiting ON dialogs (company_id, due_at) WHERE received_seq > done_seq;
CREATE INDEX ix_dialogs_leased ON dialogs (company_id, lease_until) WHERE lease_token IS NOT NULL;
CREATE INDEX ix_dialogs_sending ON dialogs (send_at) WHERE outbox_seq > sent_seq AND NOT blocked;

CREATE TABLE inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    event_id text NOT NULL,
    dialog_id bigint,
    order_key bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'done', 'limited', 'failed')),
    due_at timestamptz NOT NULL,
    album_id text,
    received_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    event jsonb NOT NULL,
    raw bytea,
    UNIQUE (bot_id, event_id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, bot_id) REFERENCES bots (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX ix_inbox_waiting ON inbox (dialog_id, order_key, id) WHERE status = 'received';
CREATE INDEX ix_inbox_raw ON inbox (received_at) WHERE raw IS NOT NULL;

CREATE TABLE messages (
    company_id uuid NOT NULL,
    dialog_id bigint NOT NULL,
    seq bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('shopper', 'bot', 'staff')),
    text text NOT NULL,
    content jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (dialog_id, seq),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    dialog_id bigint NOT NULL,
    seq bigint NOT NULL,
    call jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'sending', 'uncertain', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    repeated boolean NOT NULL DEFAULT false,
    error_code text,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    platform_message_ids text[] NOT NULL DEFAULT '{}',
    platform_message_id text GENERATED ALWAYS AS (platform_message_ids[1]) STORED,
    delivery text CHECK (delivery IN ('sent', 'delivered', 'read', 'failed')),
    UNIQUE (dialog_id, seq),
    UNIQUE (company_id, id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX ix_outbox_platform ON outbox (bot_id, platform_message_id) WHERE platform_message_id IS NOT NULL;

CREATE TABLE delivery_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    event_id text NOT NULL,
    platform_message_id text NOT NULL,
    reference bigint,
    state text NOT NULL CHECK (state IN ('sent', 'delivered', 'read', 'failed')),
    error_code text,
    refusal text,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    applied boolean NOT NULL DEFAULT false,
    UNIQUE (bot_id, event_id),
    FOREIGN KEY (company_id, bot_id) REFERENCES bots (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_delivery_events_open ON delivery_events (received_at) WHERE NOT applied;

CREATE TABLE failures (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('turn', 'send')),
    dialog_id bigint,
    inbox_id bigint,
    outbox_id bigint,
    code text NOT NULL,
    detail text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolution text CHECK (resolution IN ('replayed', 'discarded')),
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_failures_open ON failures (company_id, created_at) WHERE resolved_at IS NULL;

CREATE TABLE analytics_events (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY,
    dialog_id bigint,
    bot_id uuid,
    kind text NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id)
);
CREATE INDEX ix_analytics_events_at ON analytics_events (company_id, at);
"""

_FIND_BOT = """
CREATE FUNCTION find_bot(wanted uuid) RETURNS TABLE (company_id uuid, platform text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT b.company_id, b.platform FROM bots b JOIN companies c ON c.id = b.company_id
     WHERE b.id = wanted AND b.active AND c.active
$$;
ALTER FUNCTION find_bot(uuid) OWNER TO zeta_definer;
REVOKE ALL ON FUNCTION find_bot(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_bot(uuid) TO zeta_app;
"""

# One call records a group of webhooks: new dialogs, their inbox rows, delivery statuses. The dialog rows are
# locked in id order and the inbox rows are inserted under those locks, so a dialog's row ids follow commit
# order. The company of each event is that of its bot, never the caller's word. Row by row: ``place`` is the
# index of the webhook body in ``raws`` (0: none), ``wait_ms`` the merge window.
_RECEIVE = """
CREATE FUNCTION receive_events(events jsonb, raws bytea[])
    RETURNS TABLE (fresh bigint, waiting bigint, statuses bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    moment timestamptz;
BEGIN
    INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, customer_name, phone, language)
    SELECT DISTINCT ON (e.bot_id, e.chat_id)
           b.company_id, e.bot_id, e.chat_id, e.customer_id, coalesce(e.customer_name, ''), e.phone, e.language
      FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text, customer_id text,
                                            customer_name text, phone text, language text)
      JOIN bots b ON b.id = e.bot_id
     WHERE e.kind IN ('message', 'membership')
       AND NOT EXISTS (SELECT FROM dialogs d WHERE d.bot_id = e.bot_id AND d.chat_id = e.chat_id)
     ORDER BY e.bot_id, e.chat_id
    ON CONFLICT (bot_id, chat_id) DO NOTHING;

    PERFORM d.id FROM dialogs d
      WHERE (d.bot_id, d.chat_id) IN (
            SELECT e.bot_id, e.chat_id FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text)
             WHERE e.kind IN ('message', 'membership'))
      ORDER BY d.id FOR NO KEY UPDATE;
    moment := clock_timestamp();

    -- copies of one event within the group count once, or received_seq would outrun the rows
    WITH e AS (
        SELECT DISTINCT ON (e.bot_id, e.event_id) * FROM jsonb_to_recordset(events) AS e (
            place integer, bot_id uuid, chat_id text, kind text, event_id text, order_key bigint,
            wait_ms integer, album_id text, event jsonb, customer_name text, phone text,
            language text, change text, occurred_at timestamptz)
         WHERE e.kind <> 'delivery'
         ORDER BY e.bot_id, e.event_id
    ), stored AS (
        INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, album_id,
                           event, raw, done_at)
        SELECT b.company_id, e.bot_id, e.event_id, d.id, e.order_key,
               CASE WHEN d.id IS NULL THEN 'done' ELSE 'received' END,
               moment + coalesce(e.wait_ms, 0) * interval '1 millisecond', e.album_id, e.event,
               CASE WHEN e.place > 0 THEN raws[e.place] END, CASE WHEN d.id IS NULL THEN moment END
          FROM e JOIN bots b ON b.id = e.bot_id
          LEFT JOIN dialogs d
            ON d.bot_id = e.bot_id AND d.chat_id = e.chat_id AND e.kind IN ('message', 'membership')
         ORDER BY e.order_key
        ON CONFLICT (bot_id, event_id) DO NOTHING
        RETURNING inbox.bot_id, inbox.event_id, inbox.dialog_id, inbox.due_at
    ), per_dialog AS (
        SELECT s.dialog_id, count(*) AS rows, min(s.due_at) AS due_at,
               max(least(e.occurred_at, moment)) FILTER (WHERE e.kind = 'message') AS spoke_at,
               (array_agg(e.customer_name ORDER BY e.order_key DESC)
                   FILTER (WHERE e.customer_name <> ''))[1] AS customer_name,
               (array_agg(e.phone ORDER BY e.order_key DESC) FILTER (WHERE e.phone IS NOT NULL))[1] AS phone,
               (array_agg(e.change = 'blocked' ORDER BY e.order_key DESC))[1] AS blocked
          FROM stored s JOIN e USING (bot_id, event_id)
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
               blocked = coalesce(p.blocked, false),
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
      JOIN dialogs d ON d.bot_id = a.bot_id AND d.chat_id = a.chat_id
      CROSS JOIN LATERAL (SELECT min(p.received_at) AS first_at FROM inbox p
                           WHERE p.dialog_id = d.id AND p.status = 'received' AND p.album_id = a.album_id) f
     WHERE i.dialog_id = d.id AND i.status = 'received' AND i.album_id = a.album_id;

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
ALTER FUNCTION receive_events(jsonb, bytea[]) OWNER TO zeta_definer;
REVOKE ALL ON FUNCTION receive_events(jsonb, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_events(jsonb, bytea[]) TO zeta_app;
"""

_TENANT_TABLES = (
    tenant_table(
        "companies",
        column="id",
        app="SELECT, INSERT, UPDATE",
        system_select="id, slug, name, active, config_version",
        definer="SELECT, UPDATE",
    ),
    tenant_table("cities", app="SELECT, INSERT, UPDATE, DELETE"),
    tenant_table(
        "bots",
        app="SELECT, INSERT, UPDATE, DELETE",
        system_select="id, company_id, platform, active, misconfigured, send_after",
        definer="SELECT",
    ),
    tenant_table("bot_configurations", app="SELECT, INSERT, UPDATE, DELETE"),
    tenant_table("prompts", app="SELECT, INSERT, UPDATE, DELETE"),
    tenant_table(
        "dialogs",
        app="SELECT, INSERT, UPDATE",
        system_select="id, company_id, bot_id, history_seq, received_seq, done_seq, due_at, lease_token, "
        "lease_until, attempts, blocked, outbox_seq, sent_seq, send_at, send_token, send_until",
        system_update="due_at, lease_token, lease_until, attempts, send_at, send_token, send_until",
        definer="SELECT, INSERT, UPDATE",
    ),
    tenant_table(
        "inbox",
        app="SELECT, UPDATE",
        system_select="id, company_id, dialog_id, status, due_at, received_at, raw",
        system_update="raw",
        definer="SELECT, INSERT, UPDATE",
    ),
    tenant_table("messages", app="SELECT, INSERT"),
    tenant_table("outbox", app="SELECT, INSERT, UPDATE", system_select="id, company_id, dialog_id, seq, status"),
    tenant_table(
        "delivery_events",
        app="SELECT, UPDATE",
        system_select="id, company_id, bot_id, applied, received_at",
        definer="SELECT, INSERT",
    ),
    tenant_table("failures", app="SELECT, INSERT, UPDATE"),
    tenant_table("analytics_events", app="SELECT, INSERT"),
)


def upgrade() -> None:
    for statements in (_COMPANIES, _CONFIG_VERSION, _DIALOGS):
        op.execute(statements)
    for table in _TENANT_TABLES:
        for statement in table:
            op.execute(statement)
    op.execute("ALTER TABLE company_turns ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE company_turns FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY scheduling ON company_turns TO zeta_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON company_turns TO zeta_system")
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO zeta_definer")
    op.execute(_FIND_BOT)
    op.execute(_RECEIVE)
    op.execute("ALTER FUNCTION raise_config_version() OWNER TO zeta_definer")
