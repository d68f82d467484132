"""Draws what a shopper of the demo shop may photograph: a barcode and a price tag of its first sofa.

The pictures are committed as samples of the messenger simulator; run ``python -m infra.local.demo.tags`` after a
change of the article number or the barcodes.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from infra.local.demo.products import demo_products
from shared.catalog.schemas import ProductInput

__all__ = ["ARTICLE", "SAMPLES", "draw_barcode", "draw_price_tag"]

SAMPLES = Path(__file__).parents[1] / "simulator" / "samples"
ARTICLE = "SOFA-001"
_SIZE = (1024, 768)
_CARDBOARD, _SHELF = "#b08d62", "#8a8f96"


def draw_barcode(product: ProductInput) -> Image.Image:
    """A parcel's label with an EAN-13, held a little askew."""
    code = zxingcpp.create_barcode(product.barcodes[0], zxingcpp.BarcodeFormat.EAN13)
    drawn = Image.fromarray(code.to_image(scale=5, add_hrt=True)).convert("RGB")
    photo = Image.new("RGB", _SIZE, _CARDBOARD)
    photo.paste(drawn, ((_SIZE[0] - drawn.width) // 2, (_SIZE[1] - drawn.height) // 2))
    return photo.rotate(4, fillcolor=_CARDBOARD, resample=Image.Resampling.BICUBIC)


def draw_price_tag(product: ProductInput) -> Image.Image:
    """A paper tag on a shelf, a little out of focus."""
    photo = Image.new("RGB", _SIZE, _SHELF)
    draw = ImageDraw.Draw(photo)
    draw.rounded_rectangle((172, 184, 852, 584), radius=18, fill="white")
    name = product.name.en or ""
    price = f"{product.price.minor // 100:,} {product.price.currency}".replace(",", " ")
    for top, words, size in ((220, name[:28], 44), (320, f"Art. {product.sku}", 58), (440, price, 84)):
        draw.text((214, top), words, font=ImageFont.load_default(size), fill="#1c1c1e")
    return photo.filter(ImageFilter.GaussianBlur(1.5))


def main() -> None:
    """Write both pictures."""
    products = demo_products({"almaty": UUID(int=1), "astana": UUID(int=2)})
    sofa = next(product for product in products if product.sku == ARTICLE)
    draw_barcode(sofa).save(SAMPLES / "barcode.jpg", quality=80)
    draw_price_tag(sofa).save(SAMPLES / "price-tag.jpg", quality=80)


if __name__ == "__main__":
    main()
