"""Photos of products: taken in over the API, kept in Blob storage, given to messengers by an address of ours.

The container stays private. An address holds a random name and never changes what it shows, so that it may be
cached for ever; a product keeps addresses, its own photos and those of other hosts alike.
"""

from __future__ import annotations

import asyncio
import logging
import re
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog import administration
from shared.catalog.photos import MAX_UPLOAD, MEDIA_TYPE, clean_photo
from shared.catalog.records import ProductChanges, ProductRecord
from shared.catalog.repository import CatalogRepository
from shared.catalog.schemas import MAX_IMAGES
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.errors import FieldError, InvalidInput, NotFound, Unavailable
from shared.kernel.etags import IfMatch
from shared.kernel.ids import new_id
from shared.kernel.paging import Page, PageQuery, decode_cursor, encode_cursor
from shared.kernel.requests import Upload
from shared.runtime.blobs import Blobs
from shared.runtime.database import Database

__all__ = ["CONTAINER", "ImageView", "ProductImageHandlers"]

_log = logging.getLogger(__name__)

CONTAINER = "product-images"
_NAME = re.compile(r"[0-9a-f]{32}\.jpg")
_DECODERS = 2


class ImageView(BaseModel):
    """An image of a product; ``name`` is the last part of its address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    url: str


class ProductImageHandlers:
    """Adds, removes and shows photos. ``public_url`` is where messengers reach the app."""

    def __init__(self, database: Database, blobs: Blobs, *, public_url: str) -> None:
        self._database = database
        self._blobs = blobs
        self._public_url = public_url.rstrip("/")
        self._decoding = asyncio.Semaphore(_DECODERS)

    async def list(self, caller: Caller, product_id: UUID, filters: PageQuery) -> Page[ImageView]:
        """List a product's images, in the order that a shopper sees."""
        offset = 0 if filters.cursor is None else decode_cursor(filters.cursor, "place", [int])[0]
        if not 0 <= offset <= MAX_IMAGES:
            raise InvalidInput("not a cursor of this list", errors=[FieldError("cursor", "invalid_cursor")])
        async with self._database.session_scope(caller.company_id) as session:
            urls = (await administration.get_product(session, product_id)).images
        following = offset + filters.limit
        return Page(
            items=[ImageView(name=_name_of(url), url=url) for url in urls[offset:following]],
            next=encode_cursor("place", [following]) if following < len(urls) else None,
        )

    async def add(self, caller: Caller, product_id: UUID, upload: Upload) -> Created[ProductRecord]:
        """Add a photo to a product.

        A JPEG, PNG, WebP or GIF, as the body or as the one file of a form. It is written anew as a JPEG of at most
        1600 points a side, without metadata, and becomes the last of the product's `images`.
        """
        async with self._database.session_scope(caller.company_id) as session:
            _check_room(await administration.get_product(session, product_id))
        async with self._decoding:
            photo = await asyncio.to_thread(clean_photo, upload.content)
        name = f"{new_id().hex}.jpg"
        await self._blobs.put(CONTAINER, _path(caller.company_id, name), photo, media_type=MEDIA_TYPE)
        location = f"media/{caller.company_id}/{name}"
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_product(session, product_id, lock=True)
            _check_room(before)
            after = await _change(session, caller, before, (*before.images, f"{self._public_url}/api/{location}"))
        return Created(after, location)

    async def remove(self, caller: Caller, product_id: UUID, name: str, if_match: IfMatch) -> None:
        """Remove a photo from a product.

        `name` is the last part of its address. A photo that no other product shows is deleted.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await administration.get_product(session, product_id, lock=True)
            if_match.check(before)
            url = next((image for image in before.images if _name_of(image) == name), None)
            if url is None:
                raise NotFound("image", name[:40])
            await _change(session, caller, before, tuple(image for image in before.images if image != url))
            shown_elsewhere = await CatalogRepository(session).shows_image(url)
        ours = url == f"{self._public_url}/api/media/{caller.company_id}/{name}"
        if ours and not shown_elsewhere:
            await self._forget(caller.company_id, name)

    async def read(self, company_id: UUID, name: str) -> bytes:
        """The photo behind an address of ours; anybody may ask who knows its name.

        Raises:
            NotFound: there is none.
            Unavailable: the storage does not answer.
        """
        if not _NAME.fullmatch(name):
            raise NotFound("image", name[:40])
        return await self._blobs.get(CONTAINER, _path(company_id, name), limit=MAX_UPLOAD)

    async def _forget(self, company_id: UUID, name: str) -> None:
        try:
            await self._blobs.delete(CONTAINER, _path(company_id, name))
        except Unavailable:
            _log.warning("a photo stays in storage that no product shows", extra={"company_id": str(company_id)})


def _name_of(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]


def _path(company_id: UUID, name: str) -> str:
    return f"{company_id}/{name}"


def _check_room(product: ProductRecord) -> None:
    if product.deleted_at is not None:
        raise NotFound("product", product.id)
    if len(product.images) >= MAX_IMAGES:
        raise InvalidInput("too many images", errors=[FieldError("images", "too_many", str(MAX_IMAGES))])


async def _change(
    session: AsyncSession, caller: Caller, before: ProductRecord, images: tuple[str, ...]
) -> ProductRecord:
    after = await administration.change_product(session, before.id, ProductChanges(images=images))
    await audit.record(
        session,
        caller,
        action="product.updated",
        subject_type="product",
        subject_id=str(after.id),
        before=before.model_dump(),
        after=after.model_dump(),
    )
    return after
