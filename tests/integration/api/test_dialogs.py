"""Dialogs over the API: lists with filters, a history in pages, a search over all that was said; failures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import text

from shared.channels.contract import Platform
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from shared.kernel.ids import new_id
from tests.doubles.api_client import ApiClient
from tests.doubles.tokens import KnownTokens
from tests.integration.conversation import Shop, Stage
from tests.integration.groups.party import Party


@dataclass
class Desk:
    """A shop that people talked to, and its owner at the API."""

    stage: Stage
    shop: Shop
    owner: ApiClient


@pytest.fixture
async def desk(stage: Stage, tokens: KnownTokens) -> Desk:
    shop = await stage.open_shop()
    for platform, words in ((Platform.TELEGRAM, "хочу красный диван"), (Platform.VIBER, "позовите менеджера")):
        shopper = stage.shopper(shop, platform)
        await shopper.says(words)
        await shopper.listens()
    return Desk(stage, shop, ApiClient(build_edge(stage.worker, tokens), tokens.user(shop.company_id, Role.OWNER)))


async def test_a_group_shows_its_title_and_who_said_what(desk: Desk) -> None:
    party = Party(desk.stage, desk.shop, "Соседи")
    aigul, marat = party.member("Айгуль Ким"), party.member("Марат Оспанов")
    await aigul.asks("синий диван")
    await aigul.listens()
    await marat.asks("ALM-1")
    await aigul.listens()

    [group] = [dialog for dialog in (await desk.owner.get("dialogs")).json["items"] if dialog["group"]]
    assert (group["customer_name"], group["customer_id"]) == ("Соседи", None)
    history = (await desk.owner.get(f"dialogs/{group['id']}/messages?sort=seq")).json["items"]
    speakers = [aigul.person.id, aigul.person.id, marat.person.id, marat.person.id]
    assert [message["person_id"] for message in history] == speakers


async def test_dialogs_are_listed_by_what_they_are(desk: Desk) -> None:
    everything = (await desk.owner.get("dialogs")).json["items"]
    viber = (await desk.owner.get("dialogs?platform=viber")).json["items"]
    waiting = (await desk.owner.get("dialogs?handed_over=true")).json["items"]
    of_bot = (await desk.owner.get(f"dialogs?bot_id={desk.shop.bots[Platform.TELEGRAM]}")).json["items"]
    elsewhere = (await desk.owner.get(f"dialogs?city_id={new_id()}")).json["items"]
    page = (await desk.owner.get("dialogs?limit=1&sort=id")).json
    rest = (await desk.owner.get(f"dialogs?limit=1&sort=id&cursor={page['next']}")).json

    assert [dialog["platform"] for dialog in everything] == ["viber", "telegram"]
    assert viber == waiting == everything[:1]
    assert of_bot == everything[1:]
    assert elsewhere == []
    assert [*page["items"], *rest["items"]] == everything[::-1]
    assert rest["next"] is None
    assert waiting[0]["handover_until"] is not None
    assert (await desk.owner.get(f"dialogs/{viber[0]['id']}")).json == viber[0]


async def test_a_history_is_read_in_pages_either_way(desk: Desk) -> None:
    dialog = (await desk.owner.get("dialogs?platform=telegram")).json["items"][0]
    path = f"dialogs/{dialog['id']}/messages"

    whole = (await desk.owner.get(f"{path}?sort=seq")).json["items"]
    newest = (await desk.owner.get(f"{path}?limit=1")).json
    older = (await desk.owner.get(f"{path}?limit=1&cursor={newest['next']}")).json

    assert (whole[0]["role"], whole[0]["text"]) == ("shopper", "хочу красный диван")
    assert whole[1]["role"] == "bot"
    assert [newest["items"][0], older["items"][0]] == whole[::-1][:2]
    assert len(whole) == dialog["messages"]
    assert (await desk.owner.get("dialogs/999999/messages")).status == 404


async def test_all_that_was_said_can_be_searched_by_the_beginnings_of_words(
    desk: Desk, tokens: KnownTokens
) -> None:
    other = await desk.stage.open_shop("sklad")
    shopper = desk.stage.shopper(other)
    await shopper.says("КРАСНЫЙ ДИВАН!")
    stranger = ApiClient(build_edge(desk.stage.worker, tokens), tokens.user(other.company_id, Role.OWNER))
    await shopper.listens()

    found = (await desk.owner.get("dialogs/search?q=ДИВ КРАСН хочу")).json["items"]
    theirs = (await stranger.get("dialogs/search?q=див красн")).json["items"]
    pages: list[object] = []
    cursor = ""
    for _ in range(9):
        page = (await desk.owner.get(f"dialogs/search?q=диван&limit=1{cursor}")).json
        pages += page["items"]
        cursor = f"&cursor={page['next']}"
        if page["next"] is None:
            break

    assert [message["text"] for message in found] == ["хочу красный диван"]
    assert "хочу красный диван" not in [message["text"] for message in theirs]
    assert "КРАСНЫЙ ДИВАН!" in [message["text"] for message in theirs]
    assert pages == (await desk.owner.get("dialogs/search?q=диван")).json["items"]
    for nothing in ("верблюд", "диван верблюд", "--", "'%;&|!:*"):
        assert (await desk.owner.get(f"dialogs/search?q={nothing.replace('%', '%25').replace('&', '%26')}")).json[
            "items"
        ] == []


async def test_a_search_reads_the_index_and_not_every_message(desk: Desk) -> None:
    async with desk.stage.worker.database.session_scope(desk.shop.company_id) as session:
        await session.execute(
            text("""
                INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
                SELECT :company, (SELECT min(id) FROM dialogs), 1000 + n, 'shopper', 'слово' || n, '{}', now()
                  FROM generate_series(1, 5000) n
            """),
            {"company": desk.shop.company_id},
        )
        before = await _rows_read(session)
        await session.execute(text("SELECT * FROM search_messages(ARRAY['слово4711'], NULL, NULL, NULL, 20)"))
        after = await _rows_read(session)

    assert after - before == 0


async def _rows_read(session: object) -> int:
    """Rows of ``messages`` that sequential scans of this transaction have read."""
    result = await session.execute(  # type: ignore[attr-defined]  # a session
        text("SELECT pg_stat_get_xact_tuples_returned('messages'::regclass)")
    )
    return int(result.scalar_one())


async def test_what_was_given_up_is_replayed_or_discarded_once(desk: Desk) -> None:
    ids = [new_id() for _ in range(3)]
    async with desk.stage.worker.database.session_scope(desk.shop.company_id) as session:
        for place, identity in enumerate(ids):
            await session.execute(
                text("""
                    INSERT INTO failures (company_id, id, kind, dialog_id, inbox_id, code, created_at)
                    SELECT :company, :id, 'turn', i.dialog_id, i.id, 'internal', now() - make_interval(mins => :age)
                      FROM inbox i ORDER BY i.id LIMIT 1
                """),
                {"company": desk.shop.company_id, "id": identity, "age": place},
            )
        await session.execute(text("UPDATE inbox SET status = 'failed' WHERE id = (SELECT min(id) FROM inbox)"))

    listed = (await desk.owner.get("failures?limit=2")).json
    rest = (await desk.owner.get(f"failures?limit=2&cursor={listed['next']}")).json
    replayed = await desk.owner.post(f"failures/{ids[0]}/replay")
    again = await desk.owner.post(f"failures/{ids[0]}/discard")
    discarded = await desk.owner.post(f"failures/{ids[1]}/discard")
    open_ones = (await desk.owner.get("failures")).json["items"]
    everything = (await desk.owner.get("failures?resolved=true&kind=turn")).json["items"]

    assert [one["id"] for one in listed["items"] + rest["items"]] == [str(identity) for identity in ids]
    assert (replayed.status, replayed.json["resolution"]) == (200, "replayed")
    assert (again.status, again.json["code"]) == (409, "conflict")
    assert (discarded.status, discarded.json["resolution"]) == (200, "discarded")
    assert [one["id"] for one in open_ones] == [str(ids[2])]
    assert len(everything) == 3
    actions = [entry["action"] for entry in (await desk.owner.get("audit")).json["items"]]
    assert actions[:2] == ["failure.discarded", "failure.replayed"]
