"""Photos of products: cleaned, kept in Blob storage, shown to anybody who has the address; hostile pictures."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from PIL import Image

from shared.catalog.images import CONTAINER
from shared.composition import Worker
from shared.kernel.errors import NotFound, TooLarge
from shared.runtime.blobs import Blobs
from shared.runtime.settings import Settings
from tests.doubles.api_client import Answer, ApiClient
from tests.integration.api.catalogue import sofa, with_sofas
from tests.integration.api.conftest import SignIn
from tests.integration.shops import Shop


@pytest.fixture
def owner(sign_in: SignIn, shop: Shop) -> ApiClient:
    return sign_in(shop.company_id)


@pytest.fixture
async def blobs(settings: Settings) -> AsyncIterator[Blobs]:
    blobs = Blobs(settings)
    yield blobs
    await blobs.aclose()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    mode = "RGBA" if kind in ("PNG", "WEBP") else "RGB"
    drawn = Image.new(mode, size, (200, 30, 30, 0)[: len(mode)])
    written = io.BytesIO()
    drawn.save(written, kind, **options)
    return written.getvalue()


def huge_png() -> bytes:
    """30,000 by 30,000 points that nobody drew, in a hundred bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def sent(client: ApiClient, product_id: str, content: bytes, media_type: str = "image/png") -> Answer:
    return await client.post(f"products/{product_id}/images", content=content, headers={"Content-Type": media_type})


async def shown(worker: Worker, url: str) -> bytes:
    *_, company_id, name = url.split("/")
    return await worker.product_images.read(UUID(company_id), name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_photo_becomes_a_clean_jpeg_at_an_address_of_ours(
    owner: ApiClient, worker: Worker, shop: Shop, kind: str
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    answer = await sent(owner, made["id"], picture(kind))

    assert answer.status == 201
    [url] = answer.json["images"]
    assert url == f"http://127.0.0.1:7071{answer.headers['location']}"
    assert url.startswith(f"http://127.0.0.1:7071/api/media/{shop.company_id}/")
    with Image.open(io.BytesIO(await shown(worker, url))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 30))
    assert (await owner.get(f"products/{made['id']}")).json["images"] == [url]
    listed = (await owner.get(f"products/{made['id']}/images")).json["items"]
    assert listed == [{"name": url.rsplit("/", 1)[-1], "url": url}]


async def test_metadata_and_whatever_stands_behind_the_picture_are_gone(owner: ApiClient, worker: Worker) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6  # turned by 90 degrees
    content = picture("JPEG", exif=exif) + b"PK\x03\x04<script>alert(1)</script>"
    answer = await sent(owner, made["id"], content, "image/jpeg")

    kept = await shown(worker, answer.json["images"][0])
    assert b"secret place" not in kept
    assert b"<script>" not in kept
    with Image.open(io.BytesIO(kept)) as upright:
        assert upright.size == (30, 40)


async def test_a_large_photo_is_made_smaller_and_a_transparent_one_gets_a_white_ground(
    owner: ApiClient, worker: Worker
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    answer = await sent(owner, made["id"], picture("PNG", (4000, 1000)))

    with Image.open(io.BytesIO(await shown(worker, answer.json["images"][0]))) as kept:
        assert kept.size == (1600, 400)
        assert kept.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_a_picture"),
        (b"GIF89a<script>alert(1)</script>", "not_a_picture"),
        (picture("PNG")[:60], "not_a_picture"),
        (picture("BMP"), "not_a_picture"),
        (huge_png(), "picture_too_large"),
    ],
    ids=["svg", "polyglot", "cut off", "another format", "bomb"],
)
async def test_what_is_no_picture_that_is_taken_is_refused_quickly(
    owner: ApiClient, content: bytes, code: str
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    began = time.process_time()
    answer = await sent(owner, made["id"], content)

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, code)
    assert time.process_time() - began < 1
    assert (await owner.get(f"products/{made['id']}")).json["images"] == []


async def test_a_photo_beyond_the_limit_is_refused(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    assert (await sent(owner, made["id"], b"\xff" * (11 << 20))).status == 413


async def test_a_product_has_at_most_twenty_images(owner: ApiClient) -> None:
    [made] = await with_sofas(owner, sofa("S-1", images=[f"https://a.example/{n}.jpg" for n in range(20)]))
    answer = await sent(owner, made["id"], picture())

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "too_many")


async def test_a_photo_is_deleted_when_the_last_product_lets_go_of_it(owner: ApiClient, worker: Worker) -> None:
    [first, second] = await with_sofas(owner, sofa("S-1"), sofa("S-2"))
    url = (await sent(owner, first["id"], picture())).json["images"][0]
    name = url.rsplit("/", 1)[-1]
    await owner.patch(f"products/{second['id']}", {"images": [url, "https://a.example/x.jpg"]})

    assert (await owner.delete(f"products/{first['id']}/images/{name}")).status == 204
    assert await shown(worker, url)
    assert (await owner.delete(f"products/{second['id']}/images/{name}")).status == 204
    with pytest.raises(NotFound):
        await shown(worker, url)
    assert (await owner.get(f"products/{second['id']}")).json["images"] == ["https://a.example/x.jpg"]
    assert (await owner.delete(f"products/{second['id']}/images/{name}")).status == 404


async def test_nobody_adds_a_photo_to_anothers_or_a_deleted_product(
    owner: ApiClient, sign_in: SignIn, other_shop: Shop
) -> None:
    [made] = await with_sofas(owner, sofa("S-1"))
    assert (await sent(sign_in(other_shop.company_id), made["id"], picture())).status == 404
    await owner.delete(f"products/{made['id']}")
    assert (await sent(owner, made["id"], picture())).status == 404


@pytest.mark.parametrize("name", ["../x", "x.jpg", "0" * 32 + ".jpg", "0" * 32 + ".jpg/..", ""])
async def test_an_address_that_shows_nothing_is_not_found(worker: Worker, shop: Shop, name: str) -> None:
    with pytest.raises(NotFound):
        await worker.product_images.read(shop.company_id, name)


async def test_files_are_written_read_replaced_and_deleted(blobs: Blobs) -> None:
    name = f"{uuid4()}/a.jpg"
    await blobs.put(CONTAINER, name, b"one", media_type="image/jpeg")
    await blobs.put(CONTAINER, name, b"three", media_type="image/jpeg")

    assert await blobs.get(CONTAINER, name, limit=5) == b"three"
    with pytest.raises(TooLarge):
        await blobs.get(CONTAINER, name, limit=4)
    await blobs.delete(CONTAINER, name)
    await blobs.delete(CONTAINER, name)
    with pytest.raises(NotFound):
        await blobs.get(CONTAINER, name, limit=5)
