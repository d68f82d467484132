"""Dialogs from before names were kept: each is found by what it was found by, and one person's two become one."""

from __future__ import annotations

import psycopg

from shared.kernel.ids import new_id
from tests.integration.migrating import Schema


def _dialog(connection: psycopg.Connection, bot: object, chat: str, phone: str | None, days: int) -> int:
    row = connection.execute(
        "INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, phone, last_inbound_at)"
        " SELECT company_id, id, %s, %s, %s, now() - %s * interval '1 day' FROM bots WHERE id = %s RETURNING id",
        (chat, chat, phone, days, bot),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _bot(connection: psycopg.Connection, platform: str) -> object:
    company, bot = new_id(), new_id()
    connection.execute(
        "INSERT INTO companies (id, slug, name, language, currency, timezone)"
        " VALUES (%s, %s, 'Уют', 'ru', 'KZT', 'Asia/Almaty')",
        (company, platform),
    )
    connection.execute(
        "INSERT INTO bots (company_id, id, platform, name, language, credentials)"
        " VALUES (%s, %s, %s, 'b', 'ru', '')",
        (company, bot, platform),
    )
    return bot


def test_dialogs_from_before_are_found_by_all_that_is_known_of_them(schema: Schema) -> None:
    schema.run("downgrade", "0019_end_login")
    with schema.open() as connection:
        whatsapp, telegram = _bot(connection, "whatsapp"), _bot(connection, "telegram")
        by_number = _dialog(connection, whatsapp, "77011111111", "+77011111111", 9)
        by_id = _dialog(connection, whatsapp, "bsuid:KZ.1", "+77011111111", 1)
        earlier = _dialog(connection, whatsapp, "bsuid:KZ.2", "+77011111111", 5)
        alone = _dialog(connection, whatsapp, "77022222222", "+77022222222", 1)
        group = _dialog(connection, telegram, "-42", None, 1)
        _dialog(connection, telegram, "erased:77", None, 1)

        schema.run("upgrade", "0021_dialog_addresses")

        book = {
            address: (dialog, passing)
            for address, dialog, passing in connection.execute(
                "SELECT address, dialog_id, passing FROM dialog_addresses"
            )
        }
        assert book == {
            "77011111111": (by_id, True),
            "bsuid:KZ.1": (by_id, False),
            "bsuid:KZ.2": (earlier, False),
            "77022222222": (alone, True),
            "-42": (group, False),
        }
        moved = connection.execute("SELECT id, moved_to FROM dialogs WHERE moved_to IS NOT NULL").fetchall()
        assert moved == [(by_number, by_id)]
        assert connection.execute("SELECT phone FROM dialogs WHERE id = %s", (earlier,)).fetchone() == (None,)
        waiting = connection.execute("SELECT dialog_id FROM inbox WHERE status = 'received'").fetchall()
        assert waiting == [(by_id,)], "the rest follows in the dialog's own order"
        open_tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        ).fetchall()
        assert open_tables == []
