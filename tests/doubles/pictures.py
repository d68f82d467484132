"""Pictures as shoppers take them: barcodes, price tags, blurred ones, and files that are meant to do harm."""

from __future__ import annotations

import io
import struct
import zlib

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["barcode", "bomb", "endless_scans", "jpeg", "png", "price_tag", "qr_code", "webp"]

_WALL = (122, 112, 101)


def barcode(number: str, *, kind: str = "EAN13", blur: float = 0.0, turn: float = 0.0) -> Image.Image:
    """A barcode on a parcel, photographed."""
    return _photographed(zxingcpp.create_barcode(number, zxingcpp.barcode_format_from_str(kind)), blur, turn)


def qr_code(text: str, *, blur: float = 0.0) -> Image.Image:
    """A QR code on a parcel, photographed."""
    return _photographed(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), blur, 0.0)


def gs1_mark(elements: str) -> Image.Image:
    """A GS1 DataMatrix as on goods that are marked by law; ``elements`` as ``(01)04870001234560(21)ABC``."""
    return _photographed(zxingcpp.create_barcode(elements, zxingcpp.BarcodeFormat.DataMatrix, gs1=True), 0.0, 0.0)


def _photographed(code: zxingcpp.Barcode, blur: float, turn: float) -> Image.Image:
    drawn = Image.fromarray(code.to_image(scale=4)).convert("RGB")
    photo = Image.new("RGB", (1280, 960), _WALL)
    photo.paste(drawn, ((1280 - drawn.width) // 2, (960 - drawn.height) // 2))
    return _taken(photo, blur, turn)


def price_tag(article: str = "SOFA-001", *, blur: float = 0.0, turn: float = 0.0) -> Image.Image:
    """A paper tag with a name, an article number and a price, photographed."""
    photo = Image.new("RGB", (1280, 960), _WALL)
    draw = ImageDraw.Draw(photo)
    draw.rectangle((280, 240, 1000, 720), fill="white")
    for top, words, size in ((270, "Sofa Alma", 56), (400, f"Art. {article}", 60), (540, "149 990 KZT", 90)):
        draw.text((320, top), words, font=ImageFont.load_default(size), fill="black")
    return _taken(photo, blur, turn)


def _taken(photo: Image.Image, blur: float, turn: float) -> Image.Image:
    turned = photo.rotate(turn, expand=True, fillcolor=_WALL) if turn else photo
    return turned.filter(ImageFilter.GaussianBlur(blur)) if blur else turned


def jpeg(image: Image.Image, *, orientation: int | None = None) -> bytes:
    """The picture as a JPEG, with EXIF's orientation where given."""
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    return _saved(image, "JPEG", quality=85, exif=exif)


def png(image: Image.Image) -> bytes:
    """The picture as a PNG."""
    return _saved(image, "PNG")


def webp(image: Image.Image) -> bytes:
    """The picture as a WebP."""
    return _saved(image, "WEBP")


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to ``width`` x ``height`` black pixels."""
    rows = zlib.compressobj(9)
    line = b"\0" * ((width + 7) // 8 + 1)
    data = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def endless_scans(image: Image.Image) -> bytes:
    """A progressive JPEG with thousands of scans, each of which costs as much as a picture."""
    progressive = _saved(image, "JPEG", progressive=True)
    last = progressive.rfind(b"\xff\xda")
    return progressive[:last] + progressive[last:-2] * 2000 + b"\xff\xd9"
