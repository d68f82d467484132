"""Files of products over the API: sent, read in the background, reported row by row; killed, repeated, hostile."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.catalog.bulk.run import ImportRunner
from shared.composition import Worker
from shared.identity.permissions import Role
from shared.runtime.blobs import Blobs
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.doubles.api_client import ApiClient
from tests.integration.api.catalogue import sofa, with_sofas
from tests.integration.api.conftest import SignIn
from tests.integration.catalog.files import csv_file, rows_of_xlsx, xlsx_file
from tests.integration.shops import Shop

HEAD = ("Артикул", "Название", "Категория", "Цена")


@pytest.fixture
async def owner(sign_in: SignIn, shop: Shop) -> ApiClient:
    client = sign_in(shop.company_id)
    await with_sofas(client)
    return client


def message(company_id: UUID, import_id: str) -> str:
    return json.dumps({"company_id": str(company_id), "import_id": import_id})


async def send(client: ApiClient, content: bytes, query: str = "") -> dict[str, Any]:
    headers = {"Content-Disposition": 'attachment; filename="goods.csv"'}
    answer = await client.post(f"products/imports{query}", content=content, headers=headers)
    assert (answer.status, answer.json["status"]) == (202, "waiting"), answer.body
    started: dict[str, Any] = answer.json
    return started


async def imported(
    client: ApiClient, worker: Worker, shop: Shop, content: bytes, query: str = ""
) -> dict[str, Any]:
    """What the import says once its message was served."""
    started = await send(client, content, query)
    await worker.import_runner.run(message(shop.company_id, started["id"]))
    answer = await client.get(f"products/imports/{started['id']}")
    assert answer.status == 200
    done: dict[str, Any] = answer.json
    return done


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return done["created"], done["changed"], done["unchanged"], done["rejected"]


async def report(client: ApiClient, done: dict[str, Any], language: str = "en") -> list[list[str]]:
    answer = await client.get(f"products/imports/{done['id']}/report", headers={"Accept-Language": language})
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))[1:]


async def products(client: ApiClient, query: str = "sort=name&limit=100") -> list[dict[str, Any]]:
    answer = await client.get(f"products?{query}")
    found: list[dict[str, Any]] = answer.json["items"]
    return found


async def test_good_rows_are_imported_and_bad_ones_told_cell_by_cell(
    owner: ApiClient, worker: Worker, shop: Shop
) -> None:
    content = csv_file(
        (*HEAD, "Наличие", "Цвет", "Примечание"),
        ("A-1", "Диван Осло", "Диваны", "149 990,50 ₸", "под заказ", "красный", "x"),
        ("", "Без артикула", "Диваны", "1", "", "", ""),
        ("A-3", "Лодка", "Лодки", "сто", "когда-нибудь", "пёстрый", ""),
    )
    done = await imported(owner, worker, shop, content)

    assert (done["status"], done["rows_read"], counts(done)) == ("done", 3, (1, 0, 0, 2))
    [product] = await products(owner)
    assert (product["sku"], product["price"]) == ("A-1", {"minor": 14_999_050, "currency": "KZT"})
    assert (product["availability"], product["colours"], product["category"]) == ("on_order", ["red"], "sofas")
    told = await report(owner, done)
    assert [line[:3] for line in told] == [
        ["1", "Примечание", ""],
        ["3", "Артикул", ""],
        ["4", "Категория", "Лодки"],
        ["4", "Цена", "сто"],
        ["4", "Наличие", "когда-нибудь"],
        ["4", "Цвет", "пёстрый"],
    ]
    assert "mend its heading" in told[0][3]
    assert "Create it" in told[2][3]
    kazakh = await report(owner, done, "kk")
    assert [line[:3] for line in kazakh] == [line[:3] for line in told]
    assert "Санат" not in kazakh[2][3]
    assert "санат" in kazakh[2][3]


@pytest.mark.parametrize(
    "head",
    [
        ("sku", "name_ru", "category", "price"),
        ("SKU", "Name", "Group", "Price"),
        ("Код товара", "Наименование", "Раздел", "Стоимость"),
        ("Тауар коды", "Атауы", "Санаты", "Бағасы"),
        (" АРТИКУЛ: ", "название", "КАТЕГОРИЯ", "Цена*"),
    ],
)
async def test_headings_are_understood_in_three_languages(
    owner: ApiClient, worker: Worker, shop: Shop, head: Sequence[str]
) -> None:
    done = await imported(owner, worker, shop, xlsx_file([head, ["A-1", "Диван", "sofas", 1000]]))

    assert counts(done) == (1, 0, 0, 0), await report(owner, done)


async def test_the_same_file_again_changes_nothing(
    owner: ApiClient, worker: Worker, shop: Shop, database: Database
) -> None:
    content = csv_file(HEAD, *((f"A-{n}", f"Диван {n}", "sofas", str(n + 1)) for n in range(1200)))
    first = await imported(owner, worker, shop, content)
    again = await imported(owner, worker, shop, content)

    assert (counts(first), counts(again)) == ((1200, 0, 0, 0), (0, 0, 1200, 0))
    async with database.session_scope(shop.company_id) as session:
        assert (await session.execute(text("SELECT max(version) FROM products"))).scalar_one() == 1


async def test_a_dry_run_tells_exactly_what_would_happen_and_does_nothing(
    owner: ApiClient, worker: Worker, shop: Shop
) -> None:
    await with_sofas(owner, sofa("A-1", "Диван"), sofa("A-2", "Диван"))
    content = csv_file(
        HEAD, ("A-1", "Диван", "sofas", "100000"), ("A-2", "Диван", "sofas", "5"), ("A-3", "Новый", "sofas", "x")
    )
    before = await products(owner)
    tried = await imported(owner, worker, shop, content, "?dry_run=true")

    assert (tried["dry_run"], counts(tried)) == (True, (0, 1, 1, 1))
    assert await products(owner) == before
    done = await imported(owner, worker, shop, content)
    assert counts(done) == counts(tried)


async def test_a_price_list_changes_prices_alone(owner: ApiClient, worker: Worker, shop: Shop) -> None:
    [made] = await with_sofas(owner, sofa("A-1", "Диван", quantity=0, attributes={"material": "velour"}))
    done = await imported(owner, worker, shop, csv_file(("sku", "цена", "остаток"), ("A-1", "90000", "4")))

    assert counts(done) == (0, 1, 0, 0)
    [product] = await products(owner)
    assert product["price"]["minor"] == 9_000_000
    assert (product["quantity"], product["availability"]) == (4, "in_stock")
    assert (product["name"], product["attributes"]) == (made["name"], made["attributes"])
    missing = await imported(owner, worker, shop, csv_file(("sku", "цена"), ("NEW", "1")))
    assert [line[2:3] + line[3:] != [] for line in await report(owner, missing)] == [True, True]
    assert counts(missing) == (0, 0, 0, 1)


async def test_an_empty_cell_empties_the_field(owner: ApiClient, worker: Worker, shop: Shop) -> None:
    await with_sofas(owner, sofa("A-1", old_price={"minor": 20_000_000, "currency": "KZT"}, external_ref="1c"))
    await imported(owner, worker, shop, csv_file(("sku", "Старая цена", "Код 1С"), ("A-1", "", "")))

    [product] = await products(owner)
    assert (product["old_price"], product["external_ref"]) == (None, None)


async def test_an_offer_of_a_city_and_one_of_all_cities_are_two_products(
    owner: ApiClient, worker: Worker, shop: Shop
) -> None:
    rows = [("A-1", "Диван", "sofas", "1", ""), ("A-1", "Диван", "sofas", "2", "Алматы")]
    wrong = ("A-2", "Диван", "sofas", "2", "Лондон")
    done = await imported(owner, worker, shop, csv_file((*HEAD, "Город"), *rows, wrong))

    assert counts(done) == (2, 0, 0, 1)
    found = {product["city_id"]: product["price"]["minor"] for product in await products(owner)}
    assert found == {None: 100, str(shop.city_id): 200}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_read_again_gives_the_same_products(
    owner: ApiClient, worker: Worker, shop: Shop, kind: str
) -> None:
    await with_sofas(
        owner,
        sofa("=1+1", "=cmd|' /C calc'!A0", attributes={"@x": "-5%", "длина": "200 см"}),
        sofa("+7", "'=уже с апострофом", attributes={"Ткань": {"ru": "велюр", "en": "velour"}}),
        sofa("A;B", 'Кавычки "и" ;\nстрока', city_id=str(shop.city_id), quantity=0, availability="on_order"),
        sofa("A-4", images=["https://a.example/1.jpg?x=1,2", "https://a.example/2.jpg"], colours=["red", "gold"]),
        sofa("A-5", old_price={"minor": 123_456_789, "currency": "KZT"}, active=False, external_ref="@ref"),
        sofa("A-8", barcodes=["4870001234567", "ABC-1"]),
        sofa("A-6", name={"kk": "Диван", "en": "-Sofa"}, description={"en": "\t tab"}),
        sofa("A-7", price={"minor": 1, "currency": "USD"}, attributes={"color": "red"}),
    )
    before = await products(owner)
    exported = await owner.get(f"products/export?format={kind}")
    assert exported.status == 200
    done = await imported(owner, worker, shop, exported.body)

    told = await report(owner, done)
    assert (counts(done), told) == ((0, 0, 8, 0), [])
    assert await products(owner) == before


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_an_export_is_headed_in_the_readers_language_and_read_in_any(
    owner: ApiClient, worker: Worker, shop: Shop, language: str
) -> None:
    await with_sofas(owner, sofa("A-1", quantity=1), sofa("A-2", active=False))
    exported = await owner.get("products/export?format=xlsx", headers={"Accept-Language": language})
    head = rows_of_xlsx(exported.body)[0]

    assert (
        head[:2] == {"ru": ["Артикул", "Город"], "kk": ["Тауар артикулы", "Қала"], "en": ["SKU", "City"]}[language]
    )
    assert counts(await imported(owner, worker, shop, exported.body)) == (0, 0, 2, 0)


async def test_no_cell_of_an_export_is_a_formula(owner: ApiClient) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"]
    await with_sofas(owner, *(sofa(f"A-{n}", text, attributes={text: text}) for n, text in enumerate(evil)))
    as_csv = (await owner.get("products/export?format=csv")).body.decode("utf-8-sig")
    as_xlsx = (await owner.get("products/export?format=xlsx")).body

    cells = [cell for row in csv.reader(io.StringIO(as_csv, newline=""), delimiter=";") for cell in row]
    cells += [str(cell) for row in rows_of_xlsx(as_xlsx) for cell in row if cell is not None]
    assert len(cells) > 100
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝")] == []


async def test_an_export_is_narrowed_by_the_lists_filters(owner: ApiClient) -> None:
    await with_sofas(owner, sofa("A-1", colours=["red"]), sofa("A-2"), sofa("A-3", active=False))
    lines = (await owner.get("products/export?format=csv&colour=red")).body.decode("utf-8-sig").splitlines()

    assert [line.split(";")[0] for line in lines[1:]] == ["A-1"]


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", None),
        (b"%PDF-1.7", "not_a_table"),
        ("Название;Цена\nДиван;5\n".encode(), "no_sku_column"),
        ("sku;артикул\nA;B\n".encode(), "column_twice"),
        (b"PK\x03\x04 not really", "broken"),
        (b"\x00" * 5000, "no_sku_column"),
        ("sku;Название\n".encode() + b'A;"' + b"x" * 200_000, "broken"),
    ],
    ids=["empty", "pdf", "no stock number", "twice", "broken", "NULs", "open quote"],
)
async def test_a_file_that_cannot_be_read_says_why(
    owner: ApiClient, worker: Worker, shop: Shop, content: bytes, failure: str | None
) -> None:
    if failure is None:
        assert (await owner.post("products/imports", content=content)).status == 400
        return
    done = await imported(owner, worker, shop, content)

    assert (done["status"], done["failure"], bool(done["failure_text"])) == ("failed", failure, True)
    assert await products(owner) == []


async def test_hostile_cells_are_rows_of_the_report_and_no_failure(
    owner: ApiClient, worker: Worker, shop: Shop
) -> None:
    content = csv_file(
        HEAD,
        ("A\x00B", "Диван", "sofas", "1"),
        ("A-2", "Див\x00ан", "sofas", "1"),
        ("A-3", "я" * 60_000, "sofas", "1"),
        ("A-4", "Диван", "sofas", "9" * 5_000),
        ("A-5", "Диван", "sofas", "1E400"),
        ("A-6", "=HYPERLINK()", "sofas", "1"),
    )
    done = await imported(owner, worker, shop, content)

    assert (done["status"], counts(done)) == ("done", (1, 0, 0, 5))
    told = await report(owner, done)
    assert [line[0] for line in told] == ["2", "3", "4", "5", "6"]
    assert max(len(line[2]) for line in told) <= 80
    assert [product["name"]["ru"] for product in await products(owner)] == ["=HYPERLINK()"]


async def test_a_worker_that_is_killed_between_batches_loses_and_doubles_nothing(
    owner: ApiClient, worker: Worker, shop: Shop, database: Database, settings: Settings
) -> None:
    rows = [(f"A-{n}", f"Диван {n}", "sofas", "x" if n % 100 == 0 else str(n)) for n in range(1700)]
    started = await send(owner, csv_file(HEAD, *rows))
    path = f"products/imports/{started['id']}"
    hasty = settings.model_copy(update={"import_budget": 0.0})
    for turn in range(1, 4):
        await ImportRunner(database, worker.blobs, worker.queues, hasty, changed=worker.products_changed).run(
            message(shop.company_id, started["id"])
        )
        half = (await owner.get(path)).json
        assert (half["status"], half["rows_read"]) == ("waiting", 500 * turn)
    await worker.import_runner.run(message(shop.company_id, started["id"]))
    await worker.import_runner.run(message(shop.company_id, started["id"]))  # the message comes twice

    done = (await owner.get(path)).json
    assert (done["status"], done["rows_read"], counts(done)) == ("done", 1700, (1683, 0, 0, 17))
    assert len(await report(owner, done)) == 17


async def test_what_a_silent_worker_left_is_rung_for_and_its_late_batch_does_not_stay(
    owner: ApiClient, worker: Worker, shop: Shop, database: Database
) -> None:
    started = await send(owner, csv_file(HEAD, ("A-1", "Диван", "sofas", "1")))
    async with database.session_scope(shop.company_id) as session:
        await session.execute(
            text(
                "UPDATE product_imports SET status = 'running', attempts = 1, lease_until = now() - interval '1 s'"
            )
        )
    await worker.import_watch.run()
    await worker.import_runner.run(message(shop.company_id, started["id"]))

    assert (await owner.get(f"products/imports/{started['id']}")).json["status"] == "done"
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE product_imports SET status = 'running', attempts = 7"))
    job_of_another = message(shop.company_id, started["id"])
    await worker.import_runner.run(job_of_another)
    assert (await owner.get(f"products/imports/{started['id']}")).json["status"] == "running"


async def test_a_file_that_kills_its_reader_again_and_again_is_given_up(
    owner: ApiClient, worker: Worker, shop: Shop, database: Database
) -> None:
    started = await send(owner, csv_file(HEAD, ("A-1", "Диван", "sofas", "1")))
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE product_imports SET stalls = 5"))
    await worker.import_runner.run(message(shop.company_id, started["id"]))

    done = (await owner.get(f"products/imports/{started['id']}")).json
    assert (done["status"], done["failure"]) == ("failed", "given_up")
    assert await products(owner) == []


async def test_an_import_waits_while_the_storage_is_down(
    owner: ApiClient, worker: Worker, shop: Shop, database: Database, settings: Settings
) -> None:
    started = await send(owner, csv_file(HEAD, ("A-1", "Диван", "sofas", "1")))
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:21599/a;"
    away = Blobs(settings.model_copy(update={"storage_connection": type(settings.storage_connection)(nowhere)}))
    await ImportRunner(database, away, worker.queues, settings, changed=worker.products_changed).run(
        message(shop.company_id, started["id"])
    )
    await away.aclose()

    assert (await owner.get(f"products/imports/{started['id']}")).json["status"] == "running"
    async with database.session_scope(shop.company_id) as session:
        await session.execute(text("UPDATE product_imports SET lease_until = :past"), {"past": timedelta_ago()})
    await worker.import_runner.run(message(shop.company_id, started["id"]))
    assert (await owner.get(f"products/imports/{started['id']}")).json["status"] == "done"


def timedelta_ago() -> Any:
    from shared.kernel.clock import utc_now

    return utc_now() - timedelta(seconds=1)


async def test_imports_are_listed_and_anothers_are_not_there(
    owner: ApiClient, sign_in: SignIn, other_shop: Shop, shop: Shop, worker: Worker
) -> None:
    done = await imported(owner, worker, shop, csv_file(HEAD, ("A-1", "Диван", "sofas", "1")))
    waiting = await send(owner, csv_file(HEAD))
    stranger = sign_in(other_shop.company_id)

    listed = (await owner.get("products/imports")).json["items"]
    assert [item["id"] for item in listed] == [waiting["id"], done["id"]]
    assert [item["id"] for item in (await owner.get("products/imports?status=done")).json["items"]] == [done["id"]]
    assert (await stranger.get("products/imports")).json["items"] == []
    for path in (f"products/imports/{done['id']}", f"products/imports/{done['id']}/report"):
        assert (await stranger.get(path)).status == 404
    exported = (await stranger.get("products/export?format=csv")).body.decode()
    assert "A-1" not in exported


async def test_who_may_only_read_sends_no_file(sign_in: SignIn, shop: Shop, owner: ApiClient) -> None:
    viewer = sign_in(shop.company_id, Role.VIEWER)

    assert (await viewer.post("products/imports", content=b"sku\nA\n")).status == 403
    assert (await viewer.get("products/export?format=csv")).status == 200


async def test_a_file_beyond_the_limit_is_refused(owner: ApiClient) -> None:
    assert (await owner.post("products/imports", content=b"x" * (21 << 20))).status == 413


async def test_an_import_of_another_company_cannot_be_run_by_its_id(
    owner: ApiClient, worker: Worker, shop: Shop, other_shop: Shop
) -> None:
    started = await send(owner, csv_file(HEAD, ("A-1", "Диван", "sofas", "1")))
    await worker.import_runner.run(message(other_shop.company_id, started["id"]))

    assert (await owner.get(f"products/imports/{started['id']}")).json["status"] == "waiting"
