"""The SQL functions by which ``receive_events`` finds the dialog of an event (migration 0021).

``hold_dialogs`` is what each webhook asks; the others are for the rare event that brings a new name, or news of
one.
"""

from __future__ import annotations

__all__ = ["FUNCTIONS"]

# Names are looked up one by one (LATERAL … LIMIT 1), by the key of the book: how many events a webhook brings the
# planner cannot know, and a join of sets would read the whole book for three names.

# Every name that nobody has yet is claimed for a dialog to come, one for each event; its row follows once it is
# clear which of them are needed. Whoever else comes with one of these names at the same moment waits here for our
# commit, and finds it taken. Names are claimed in one order.
_CLAIM = """
CREATE FUNCTION claim_addresses(events jsonb) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    claimed bigint[];
BEGIN
    -- dialogs that stand in no book yet: of an older version, or made by hand
    INSERT INTO dialog_addresses (company_id, bot_id, address, dialog_id, passing, since)
    SELECT DISTINCT d.company_id, d.bot_id, d.chat_id, d.id, e.number IS NOT NULL AND d.chat_id ~ '^[0-9]+$',
           d.created_at
      FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text, number text, also text[],
                                            formerly text[])
      CROSS JOIN LATERAL unnest(ARRAY[e.chat_id, e.number] || e.also || e.formerly) AS n (name)
      CROSS JOIN LATERAL (SELECT * FROM dialogs d WHERE d.bot_id = e.bot_id AND d.chat_id = n.name LIMIT 1) d
     WHERE e.kind IN ('message', 'membership', 'address')
     ORDER BY 2, 3
    ON CONFLICT (bot_id, address) DO NOTHING;

    WITH e AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY e.occurred_at, e.order_key) AS place, b.company_id, e.*
          FROM jsonb_to_recordset(events) AS e (
               bot_id uuid, chat_id text, kind text, number text, also text[], formerly text[], order_key bigint,
               occurred_at timestamptz)
          JOIN bots b ON b.id = e.bot_id
         WHERE e.kind IN ('message', 'membership', 'address')
    ), free AS MATERIALIZED (
        SELECT DISTINCT ON (e.bot_id, n.name) e.place, n.name
          FROM e CROSS JOIN LATERAL unnest(ARRAY[e.chat_id, e.number] || e.also || e.formerly) AS n (name)
          LEFT JOIN LATERAL (SELECT true AS known FROM dialog_addresses a
                              WHERE a.bot_id = e.bot_id AND a.address = n.name LIMIT 1) a ON true
         WHERE n.name IS NOT NULL AND a.known IS NULL
         ORDER BY e.bot_id, n.name, e.place
    ), ids AS MATERIALIZED (
        SELECT place, nextval('dialogs_id_seq') AS id FROM (SELECT DISTINCT place FROM free) f
    ), claim AS (
        INSERT INTO dialog_addresses (company_id, bot_id, address, dialog_id, passing, since)
        SELECT e.company_id, e.bot_id, f.name, ids.id,
               e.number IS NOT NULL AND f.name ~ '^[0-9]+$',
               CASE WHEN f.name = ANY(e.formerly) THEN '-infinity' ELSE coalesce(e.occurred_at, now()) END
          FROM free f JOIN ids USING (place) JOIN e USING (place)
         ORDER BY e.bot_id, f.name
        ON CONFLICT (bot_id, address) DO NOTHING
        RETURNING dialog_id
    )
    SELECT coalesce(array_agg(DISTINCT dialog_id), '{}') INTO claimed FROM claim;
    RETURN claimed;
END $$
"""

# The rows of dialogs that names were claimed for; of those whose names went to another dialog there are none.
_OPEN = """
CREATE FUNCTION open_dialogs(events jsonb, claimed bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO dialogs (id, company_id, bot_id, chat_id, customer_id, customer_name, phone, language, is_group)
    OVERRIDING SYSTEM VALUE
    SELECT DISTINCT ON (a.dialog_id) a.dialog_id, a.company_id, a.bot_id, a.address, e.customer_id,
           coalesce(e.customer_name, ''),
           CASE WHEN e.number IS NULL OR m.dialog_id = a.dialog_id THEN e.phone END, e.language,
           coalesce(e."group", false)
      FROM jsonb_to_recordset(events) AS e (
           bot_id uuid, chat_id text, kind text, number text, also text[], formerly text[], occurred_at timestamptz,
           customer_id text, customer_name text, phone text, language text, "group" boolean)
      CROSS JOIN LATERAL unnest(ARRAY[e.chat_id, e.number] || e.also || e.formerly) AS n (name)
      CROSS JOIN LATERAL (SELECT * FROM dialog_addresses a
                           WHERE a.bot_id = e.bot_id AND a.address = n.name LIMIT 1) a
      LEFT JOIN LATERAL (SELECT m.dialog_id FROM dialog_addresses m
                          WHERE m.bot_id = e.bot_id AND m.address = e.number AND m.until IS NULL LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT true AS there FROM dialogs d WHERE d.id = a.dialog_id LIMIT 1) d ON true
     WHERE e.kind IN ('message', 'membership', 'address') AND a.dialog_id = ANY(claimed) AND d.there IS NULL
     ORDER BY a.dialog_id, a.address = e.chat_id DESC, e.occurred_at
$$
"""

# Two dialogs proved to be one chat. The names lead to ``keeper`` from now on, which answers what waits in
# ``source`` as well; the calls that wait there leave from there, to the keeper's address. What other capabilities
# keep by dialog follows in the keeper's own order: the event "joined" comes before all that waits.
_JOIN = """
CREATE FUNCTION join_dialogs(source bigint, keeper bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
    old dialogs;
BEGIN
    UPDATE dialog_addresses SET dialog_id = keeper WHERE dialog_id = source;
    SELECT * INTO old FROM dialogs WHERE id = source;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE dialogs
       SET chat_id = 'moved:' || id, moved_to = keeper, phone = NULL, staff_user_id = NULL, handover_until = NULL,
           done_seq = received_seq, attempts = 0, lease_token = NULL, lease_until = NULL,
           send_at = CASE WHEN blocked THEN clock_timestamp() ELSE send_at END, blocked = false
     WHERE id = source;
    UPDATE dialogs SET moved_to = keeper WHERE company_id = old.company_id AND moved_to = source;
    UPDATE inbox SET dialog_id = keeper WHERE dialog_id = source AND status = 'received';
    GET DIAGNOSTICS moved = ROW_COUNT;
    INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, event)
    VALUES (old.company_id, old.bot_id, 'joined:' || source || ':' || keeper, keeper, -1, 'received',
            clock_timestamp(),
            jsonb_build_object('kind', 'address', 'event_id', 'joined:' || source, 'order_key', -1, 'occurred_at',
                               clock_timestamp(), 'chat_id', '', 'change', 'joined', 'source', source));
    UPDATE dialogs
       SET received_seq = received_seq + moved + 1,
           due_at = CASE WHEN attempts > 0 AND lease_token IS NULL THEN due_at
                         ELSE least(due_at, clock_timestamp()) END,
           phone = coalesce(phone, old.phone),
           former_phone = coalesce(former_phone, old.former_phone),
           customer_name = CASE WHEN customer_name = '' THEN old.customer_name ELSE customer_name END,
           language = CASE WHEN NOT language_chosen AND old.language_chosen THEN old.language
                           ELSE coalesce(language, old.language) END,
           language_chosen = language_chosen OR old.language_chosen,
           -- what they were at when they wrote last
           state = CASE WHEN old.last_inbound_at >= coalesce(last_inbound_at, '-infinity') THEN old.state
                        ELSE state END,
           handover_until = greatest(handover_until, old.handover_until),
           last_inbound_at = greatest(last_inbound_at, old.last_inbound_at),
           staff_user_id = coalesce(staff_user_id, old.staff_user_id),
           staff_linked_at = CASE WHEN staff_user_id IS NULL THEN old.staff_linked_at ELSE staff_linked_at END
     WHERE id = keeper;
END $$
"""

# A number is another person's now: what is kept in ``loser`` is written to its user id, or to nobody. Its customer
# hears of it in the dialog's own order.
_TAKE = """
CREATE FUNCTION take_number(number text, loser bigint, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH lost AS (
        UPDATE dialogs
           SET former_phone = coalesce(phone, '+' || number), phone = NULL, received_seq = received_seq + 1,
               due_at = CASE WHEN attempts > 0 AND lease_token IS NULL THEN due_at
                             WHEN received_seq = done_seq THEN clock_timestamp()
                             ELSE least(due_at, clock_timestamp()) END,
               blocked = blocked OR chat_id = number,
               chat_id = CASE WHEN chat_id = number THEN 'gone:' || id ELSE chat_id END
         WHERE id = loser
        RETURNING id, company_id, bot_id, received_seq
    )
    INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, event)
    SELECT company_id, bot_id, 'lost:' || id || ':' || received_seq, id, -1, 'received', clock_timestamp(),
           jsonb_build_object('kind', 'address', 'event_id', 'lost:' || id, 'order_key', -1, 'occurred_at', at,
                              'chat_id', '', 'change', 'lost')
      FROM lost;
END $$
"""

# What an event says of its chat's names, carried out. Every name stands in the book (``claim_addresses``) and every
# dialog of one is locked.
#
#   names that stay (user ids, groups' ids) and names that the chat had before   are one chat: joined
#   a number of a dialog that has no name that stays   is the same person, as far as anybody can know: joined
#   a number that a dialog gave up after this event    is the same person, before the dialog's other names: joined
#   a number of a dialog that has one, another         has passed to this person: taken from there
#   a new number that had a dialog before the change   was another person's: taken from there
#   a number told by an event older than its holder    says nothing any more
_SETTLE = """
CREATE FUNCTION settle_address(event jsonb, claimed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e record;
    staying text[];
    held dialog_addresses;
    ids bigint[];
    keeper bigint;
    own boolean;
    own_then boolean;
    newest dialog_addresses;
    proven text;
BEGIN
    SELECT * INTO e FROM jsonb_to_record(event) AS e (
        bot_id uuid, chat_id text, kind text, number text, also text[], formerly text[], occurred_at timestamptz,
        customer_id text, customer_name text, phone text, language text, "group" boolean);
    e.formerly := coalesce(e.formerly, '{}');
    UPDATE dialog_addresses a SET passing = true
     WHERE a.bot_id = e.bot_id AND a.address = e.number AND NOT a.passing;
    staying := coalesce(e.also, '{}') || CASE WHEN e.chat_id = e.number THEN '{}' ELSE ARRAY[e.chat_id] END;
    SELECT coalesce(array_agg(DISTINCT a.dialog_id), '{}') INTO ids FROM dialog_addresses a
     WHERE a.bot_id = e.bot_id
       AND (a.address = ANY(staying)
            OR a.address = ANY(e.formerly) AND (NOT a.passing OR a.since <= e.occurred_at));

    IF e.number IS NOT NULL THEN
        SELECT * INTO held FROM dialog_addresses a WHERE a.bot_id = e.bot_id AND a.address = e.number;
        -- a name that stays; one that the dialog had already when this was written
        SELECT count(*) > 0, count(*) FILTER (WHERE a.since <= e.occurred_at) > 0 INTO own, own_then
          FROM dialog_addresses a WHERE a.dialog_id = held.dialog_id AND NOT a.passing;
        IF held.dialog_id = ANY(ids) THEN
            NULL;
        ELSIF held.until < e.occurred_at THEN
            PERFORM take_number(e.number, held.dialog_id, e.occurred_at)
               FROM dialogs d WHERE d.id = held.dialog_id AND d.chat_id = e.number;
            held.dialog_id := NULL;
        ELSIF staying = '{}' AND e.formerly = '{}' THEN
            ids := ARRAY[held.dialog_id];
        ELSIF e.formerly = '{}' AND (NOT own OR NOT own_then AND held.until IS NOT NULL
                                                AND held.since <= e.occurred_at)
           OR e.formerly <> '{}' AND held.since >= e.occurred_at AND (NOT own OR staying = '{}') THEN
            ids := ids || held.dialog_id;
        ELSIF held.since > e.occurred_at THEN
            e.number := NULL;
        ELSE
            PERFORM take_number(e.number, held.dialog_id, e.occurred_at);
            held.dialog_id := NULL;
        END IF;
    END IF;

    SELECT id INTO keeper FROM unnest(ids) AS id ORDER BY id = ANY(claimed), id LIMIT 1;
    IF keeper IS NULL THEN
        INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, customer_name, phone, language, is_group)
        SELECT b.company_id, b.id, e.chat_id, e.customer_id, coalesce(e.customer_name, ''), e.phone, e.language,
               coalesce(e."group", false)
          FROM bots b WHERE b.id = e.bot_id
        RETURNING id INTO keeper;
    ELSIF keeper = ANY(claimed) THEN
        PERFORM open_dialogs(jsonb_build_array(event), ARRAY[keeper]);
    END IF;
    PERFORM join_dialogs(id, keeper) FROM unnest(ids) AS id WHERE id <> keeper;

    -- the number is theirs from now on, unless they have had a newer one since
    UPDATE dialog_addresses a
       SET dialog_id = keeper, passing = true,
           since = CASE WHEN held.dialog_id IS NULL OR a.until < e.occurred_at THEN e.occurred_at ELSE a.since END,
           until = CASE WHEN held.dialog_id IS NULL OR a.until < e.occurred_at THEN NULL ELSE a.until END
     WHERE a.bot_id = e.bot_id AND a.address = e.number;
    SELECT * INTO newest FROM dialog_addresses a
     WHERE a.dialog_id = keeper AND a.passing AND a.until IS NULL
       AND NOT (e.formerly <> '{}' AND a.since <= e.occurred_at AND a.address IS DISTINCT FROM e.number)
     ORDER BY a.since DESC, a.address = e.number DESC LIMIT 1;
    UPDATE dialog_addresses a SET until = greatest(a.since, coalesce(newest.since, e.occurred_at))
     WHERE a.dialog_id = keeper AND a.passing AND a.until IS NULL AND a.address IS DISTINCT FROM newest.address
       AND (staying <> '{}' OR e.formerly <> '{}' OR a.address = e.number);

    proven := CASE WHEN newest.address = e.number THEN e.phone
                   WHEN newest.address ~ '^[1-9][0-9]{6,14}$' THEN '+' || newest.address END;
    UPDATE dialogs d
       SET chat_id = coalesce((SELECT a.address FROM dialog_addresses a
                                WHERE a.dialog_id = keeper AND NOT a.passing
                                ORDER BY a.since DESC, a.address = e.chat_id DESC LIMIT 1),
                              newest.address, d.chat_id),
           phone = proven,
           former_phone = CASE WHEN d.phone <> proven OR proven IS NULL THEN coalesce(d.phone, d.former_phone)
                               ELSE nullif(d.former_phone, proven) END
     WHERE d.id = keeper;
END $$
"""

# The dialogs of all events: found or made, and locked in the order of their ids, as whatever locks dialogs does.
# Most events change no name: a look at the book, one lock. Names are changed under a lock of the bot's book, which
# those who only look do not take. Whoever changes a dialog's names holds its row, and once the rows are locked the
# book is looked at again.
_HOLD = """
CREATE FUNCTION hold_dialogs(events jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    unknown boolean;
    unsettled uuid[];
    held bigint[];
    claimed bigint[] := '{}';
BEGIN
    FOR round IN 1..4 LOOP
        SELECT coalesce(bool_or(a.dialog_id IS NULL), false),
               array_agg(DISTINCT e.bot_id) FILTER (
                   WHERE e.kind = 'address' AND e.change = 'moved' OR a.until < e.occurred_at
                      OR e.number IS NOT NULL AND (a.dialog_id IS DISTINCT FROM n.dialog_id
                                                   OR n.dialog_id IS NULL AND e.number <> e.chat_id
                                                   OR n.until < e.occurred_at))
          INTO unknown, unsettled
          FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text, number text, change text,
                                                occurred_at timestamptz)
          JOIN bots b ON b.id = e.bot_id
          LEFT JOIN LATERAL (SELECT * FROM dialog_addresses a
                              WHERE a.bot_id = e.bot_id AND a.address = e.chat_id LIMIT 1) a ON true
          LEFT JOIN LATERAL (SELECT * FROM dialog_addresses a
                              WHERE a.bot_id = e.bot_id AND a.address = e.number LIMIT 1) n ON true
         WHERE e.kind IN ('message', 'membership', 'address');
        IF unsettled IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('addresses ' || bot, 0))
               FROM (SELECT bot FROM unnest(unsettled) AS bot ORDER BY bot) AS bots;
        END IF;
        IF unknown OR unsettled IS NOT NULL THEN
            claimed := claimed || claim_addresses(events);
        END IF;

        SELECT array_agg(l.id) INTO held FROM (
            SELECT d.id FROM dialogs d
             WHERE d.id = ANY(ARRAY(
                   SELECT a.dialog_id
                     FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text, number text,
                                                           also text[], formerly text[])
                     CROSS JOIN LATERAL unnest(ARRAY[e.chat_id, e.number] || e.also || e.formerly) AS n (name)
                     CROSS JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                                          WHERE a.bot_id = e.bot_id AND a.address = n.name LIMIT 1) a
                    WHERE e.kind IN ('message', 'membership', 'address')))
             ORDER BY d.id FOR NO KEY UPDATE) AS l;
        IF unsettled IS NOT NULL THEN
            -- in the order in which it happened; a copy of what was recorded says nothing new, and somebody whose
            -- every name is new takes nothing from anybody
            PERFORM settle_address(s.event, claimed) FROM (
                SELECT v.value AS event FROM jsonb_array_elements(events) AS v
                  CROSS JOIN LATERAL jsonb_to_record(v.value) AS e (
                        bot_id uuid, event_id text, chat_id text, kind text, number text, change text,
                        occurred_at timestamptz, order_key bigint)
                  JOIN bots b ON b.id = e.bot_id
                  LEFT JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                                      WHERE a.bot_id = e.bot_id AND a.address = e.chat_id LIMIT 1) a ON true
                  LEFT JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                                      WHERE a.bot_id = e.bot_id AND a.address = e.number LIMIT 1) n ON true
                 WHERE e.kind IN ('message', 'membership', 'address')
                   AND (e.change = 'moved' OR e.number IS NOT NULL
                        AND (a.dialog_id = n.dialog_id AND a.dialog_id = ANY(claimed)) IS NOT TRUE)
                   AND NOT EXISTS (SELECT FROM inbox i WHERE i.bot_id = e.bot_id AND i.event_id = e.event_id)
                 ORDER BY e.occurred_at, e.order_key) AS s;
        END IF;
        IF claimed <> '{}' THEN
            PERFORM open_dialogs(events, claimed);
            held := held || claimed;
        END IF;
        IF NOT EXISTS (
            SELECT FROM jsonb_to_recordset(events) AS e (bot_id uuid, chat_id text, kind text)
              JOIN bots b ON b.id = e.bot_id
              LEFT JOIN LATERAL (SELECT a.dialog_id FROM dialog_addresses a
                                  WHERE a.bot_id = e.bot_id AND a.address = e.chat_id LIMIT 1) a ON true
             WHERE e.kind IN ('message', 'membership', 'address') AND (a.dialog_id = ANY(held)) IS NOT TRUE) THEN
            RETURN;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'the dialogs of these events keep moving' USING ERRCODE = 'serialization_failure';
END $$
"""

FUNCTIONS: dict[str, str] = {
    "claim_addresses(jsonb)": _CLAIM,
    "open_dialogs(jsonb, bigint[])": _OPEN,
    "join_dialogs(bigint, bigint)": _JOIN,
    "take_number(text, bigint, timestamptz)": _TAKE,
    "settle_address(jsonb, bigint[])": _SETTLE,
    "hold_dialogs(jsonb)": _HOLD,
}
"""What ``receive_events`` consists of; it runs them with its own rights, and nobody else may."""
