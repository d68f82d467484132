"""Draws the demo shop's pictures: one flat illustration per category and colour, into ``images/``.

The pictures are committed; run ``python -m infra.local.demo.pictures`` after a new category or colour.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageDraw

from infra.local.demo.products import demo_products
from shared.catalog.colours import Colour

__all__ = ["IMAGES", "draw_pictures"]

IMAGES = Path(__file__).parent / "images"
_WIDTH, _HEIGHT, _SCALE, _PALETTE = 800, 600, 2, 48
_WALL, _FLOOR, _SHADOW, _WOOD, _METAL, _LIGHT = "#f3efe9", "#e3dacd", "#cfc4b4", "#b98a5a", "#5b6068", "#fff6d8"

_PAINT = {
    Colour.WHITE: "#fbfbf8",
    Colour.BLACK: "#2f3136",
    Colour.GREY: "#9aa0a8",
    Colour.BEIGE: "#d8c3a5",
    Colour.BROWN: "#7a5236",
    Colour.RED: "#c8403a",
    Colour.BURGUNDY: "#7b2236",
    Colour.ORANGE: "#e5843b",
    Colour.YELLOW: "#f0c742",
    Colour.MUSTARD: "#c99a2e",
    Colour.GREEN: "#4f8a5b",
    Colour.TURQUOISE: "#3fa7a3",
    Colour.LIGHT_BLUE: "#8fc1e3",
    Colour.BLUE: "#31588f",
    Colour.PURPLE: "#76569b",
    Colour.PINK: "#e3a1b3",
    Colour.GOLD: "#c9a24b",
    Colour.SILVER: "#b9bec6",
    Colour.OAK: "#cda671",
    Colour.WALNUT: "#6f4a32",
}


class Canvas:
    """A picture in points of 800 × 600, drawn twice as large and made smooth at the end."""

    def __init__(self, colour: Colour) -> None:
        self._image = Image.new("RGB", (_WIDTH * _SCALE, _HEIGHT * _SCALE), _WALL)
        self._draw = ImageDraw.Draw(self._image)
        self.main = _PAINT[colour]
        self.dark = _shade(self.main, 0.82)
        self.light = _shade(self.main, 1.12)
        self.box(0, 440, 800, 600, _FLOOR)

    def box(self, left: int, top: int, right: int, bottom: int, fill: str, *, radius: int = 0) -> None:
        """A rectangle with round corners."""
        edges = tuple(point * _SCALE for point in (left, top, right - 1, bottom - 1))
        self._draw.rounded_rectangle(edges, radius=radius * _SCALE, fill=fill)

    def oval(self, left: int, top: int, right: int, bottom: int, fill: str) -> None:
        """An ellipse in its bounds."""
        self._draw.ellipse(tuple(point * _SCALE for point in (left, top, right, bottom)), fill=fill)

    def shape(self, *points: tuple[int, int], fill: str) -> None:
        """A polygon."""
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def shadow(self, left: int, right: int, y: int) -> None:
        """The shadow of what stands on the floor."""
        self.oval(left, y - 14, right, y + 14, _SHADOW)

    def save(self, path: Path) -> None:
        """Write a small PNG with a palette."""
        smooth = self._image.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
        smooth.quantize(_PALETTE, dither=Image.Dither.NONE).save(path, optimize=True)


def _shade(colour: str, factor: float) -> str:
    channels = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(channel * factor)):02x}" for channel in channels)


def _sofa(c: Canvas) -> None:
    c.shadow(110, 690, 490)
    for x in (165, 615):
        c.shape((x, 450), (x + 24, 450), (x + 18, 492), (x + 6, 492), fill=_WOOD)
    c.box(160, 230, 640, 440, c.dark, radius=36)
    for left in (185, 405):
        c.box(left, 245, left + 210, 390, c.main, radius=28)
        c.box(left, 345, left + 210, 420, c.light, radius=22)
    c.box(130, 410, 670, 462, c.dark, radius=20)
    for left in (112, 618):
        c.box(left, 300, left + 70, 462, c.main, radius=30)


def _armchair(c: Canvas) -> None:
    c.shadow(230, 570, 500)
    for x in (285, 490):
        c.shape((x, 450), (x + 24, 450), (x + 18, 502), (x + 6, 502), fill=_WOOD)
    c.box(280, 150, 520, 420, c.dark, radius=60)
    c.box(305, 175, 495, 380, c.main, radius=46)
    c.box(280, 370, 520, 440, c.light, radius=26)
    c.box(262, 425, 538, 465, c.dark, radius=18)
    for left in (235, 495):
        c.box(left, 305, left + 70, 465, c.main, radius=32)


def _table(c: Canvas) -> None:
    c.shadow(150, 650, 510)
    for x in (190, 580):
        c.shape((x, 300), (x + 32, 300), (x + 24, 512), (x + 8, 512), fill=c.dark)
    c.box(180, 296, 620, 336, c.dark, radius=6)
    c.box(140, 270, 660, 302, c.main, radius=14)
    c.box(360, 200, 400, 270, "#dfe7e6", radius=12)
    for x, y in ((380, 165), (350, 185), (410, 182)):
        c.oval(x - 24, y - 26, x + 24, y + 26, "#7fa37a")


def _chair(c: Canvas) -> None:
    c.shadow(270, 530, 520)
    for x in (300, 480):
        c.shape((x, 360), (x + 20, 360), (x + 15, 522), (x + 5, 522), fill=_WOOD)
    c.box(300, 130, 500, 330, c.dark, radius=44)
    c.box(318, 148, 482, 312, c.main, radius=34)
    c.box(330, 300, 352, 372, _WOOD)
    c.box(448, 300, 470, 372, _WOOD)
    c.box(282, 345, 518, 388, c.light, radius=20)


def _bed(c: Canvas) -> None:
    c.shadow(90, 710, 500)
    c.box(120, 190, 680, 420, c.dark, radius=34)
    c.box(140, 208, 660, 400, c.main, radius=26)
    for left in (180, 420):
        c.box(left, 300, left + 200, 372, "#ffffff", radius=28)
    c.box(110, 350, 690, 440, "#f7f4ee", radius=26)
    c.box(110, 385, 690, 470, c.light, radius=18)
    c.box(110, 440, 690, 482, c.dark, radius=10)
    for x in (135, 640):
        c.box(x, 480, x + 24, 504, _WOOD)


def _wardrobe(c: Canvas) -> None:
    c.shadow(200, 600, 520)
    c.box(215, 70, 585, 515, c.dark, radius=8)
    for left in (228, 404):
        c.box(left, 84, left + 168, 495, c.main, radius=4)
        c.box(left + 18, 104, left + 150, 475, c.light, radius=4)
    c.box(382, 270, 390, 330, _METAL, radius=4)
    c.box(410, 270, 418, 330, _METAL, radius=4)


def _dresser(c: Canvas) -> None:
    c.shadow(170, 630, 510)
    for x in (205, 565):
        c.box(x, 470, x + 28, 512, _WOOD, radius=4)
    c.box(185, 220, 615, 480, c.dark, radius=10)
    c.box(172, 205, 628, 232, c.main, radius=8)
    for row in range(3):
        for left in (202, 406):
            top = 246 + row * 76
            c.box(left, top, left + 192, top + 64, c.light, radius=6)
            c.oval(left + 88, top + 24, left + 104, top + 40, _METAL)
    c.box(230, 130, 262, 205, "#dfe7e6", radius=10)
    c.oval(214, 80, 278, 150, "#7fa37a")


def _shelf(c: Canvas) -> None:
    c.shadow(230, 570, 522)
    c.box(245, 80, 555, 520, c.dark, radius=6)
    books = ("#b65c4a", "#4f728f", "#d9b561", "#6d8f6c", "#8d6d93")
    for row in range(4):
        top = 94 + row * 107
        c.box(258, top, 542, top + 94, _shade(c.main, 0.93))
        for index in range(4 + row % 2):
            left = 272 + index * 26 + (row % 2) * 110
            c.box(left, top + 28 + index % 3 * 8, left + 20, top + 94, books[(index + row) % 5], radius=2)
        c.box(245, top + 94, 555, top + 107, c.main)


def _mattress(c: Canvas) -> None:
    c.shadow(90, 710, 470)
    c.shape((170, 270), (630, 270), (710, 390), (90, 390), fill=c.light)
    for index in range(1, 6):
        x_top, x_bottom = 170 + index * 77, 90 + index * 103
        c.shape((x_top, 270), (x_top + 3, 270), (x_bottom + 3, 390), (x_bottom, 390), fill=c.dark)
    c.box(90, 385, 710, 462, c.main, radius=18)
    c.box(90, 415, 710, 424, c.dark)
    for left in (210, 420):
        c.box(left, 262, left + 170, 318, "#ffffff", radius=26)


def _lamp(c: Canvas) -> None:
    c.shape((250, 290), (550, 290), (690, 600), (110, 600), fill=_LIGHT)
    c.shadow(320, 480, 522)
    c.box(394, 280, 406, 515, _METAL)
    c.box(335, 505, 465, 524, _METAL, radius=9)
    c.shape((330, 120), (470, 120), (560, 300), (240, 300), fill=c.main)
    c.shape((430, 120), (470, 120), (560, 300), (470, 300), fill=c.dark)


def _rug(c: Canvas) -> None:
    c.box(0, 240, 800, 600, _FLOOR)
    c.shape((190, 300), (610, 300), (740, 540), (60, 540), fill=c.dark)
    c.shape((205, 312), (595, 312), (706, 526), (94, 526), fill=c.main)
    c.shape((240, 338), (560, 338), (640, 498), (160, 498), fill=c.light)
    for x in (270, 400, 530):
        c.shape((x, 372), (x + 52, 418), (x, 464), (x - 52, 418), fill=c.dark)
        c.shape((x, 392), (x + 28, 418), (x, 444), (x - 28, 418), fill=c.light)


def _mirror(c: Canvas) -> None:
    c.oval(250, 70, 550, 370, c.dark)
    c.oval(258, 78, 542, 362, c.main)
    c.oval(276, 96, 524, 344, "#d5e4ea")
    c.shape((320, 290), (420, 130), (450, 130), (350, 290), fill="#eef5f7")
    c.shape((380, 300), (470, 160), (484, 168), (398, 306), fill="#eef5f7")
    c.box(230, 470, 570, 496, _WOOD, radius=6)
    c.box(300, 410, 340, 470, "#dfe7e6", radius=12)
    c.oval(290, 360, 350, 425, "#7fa37a")


_SHAPES: dict[str, Callable[[Canvas], None]] = {
    "sofas": _sofa,
    "armchairs": _armchair,
    "tables": _table,
    "chairs": _chair,
    "beds": _bed,
    "wardrobes": _wardrobe,
    "dressers": _dresser,
    "shelves": _shelf,
    "mattresses": _mattress,
    "lamps": _lamp,
    "rugs": _rug,
    "mirrors": _mirror,
}


def draw_pictures(folder: Path = IMAGES) -> int:
    """Draw a picture for each category and colour of the demo products; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    anywhere = dict.fromkeys(("almaty", "astana"), UUID(int=0))
    wanted = {(product.category, product.colours[0]) for product in demo_products(anywhere)}
    for category, colour in sorted(wanted):
        canvas = Canvas(colour)
        _SHAPES[category](canvas)
        canvas.save(folder / f"{category}-{colour.value}.png")
    return len(wanted)


if __name__ == "__main__":
    print(f"{draw_pictures()} pictures in {IMAGES}")
