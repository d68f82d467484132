"""Reading price tags: what is printed like an article number in a picture (Tesseract).

Tesseract reads Latin letters and digits alone here: article numbers are made of these, and Cyrillic look-alikes
come out as the Latin letters that the catalogue compares by. Its data, ``eng.traineddata``, is no Python package:
docs/media.md tells how it gets to the machine. Without it this step is left out.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from pathlib import Path

import tesserocr
from PIL import Image

from shared.media.codes import has_check_digit
from shared.media.schemas import CodeKind, FoundCode

__all__ = ["LabelReader", "article_numbers", "printed_codes"]

_log = logging.getLogger(__name__)

LANGUAGE = "eng"
_SURE = 60
"""Of 100; print that is read right has 85 and more, blurred print 61, upside down or misread 50 and less."""
_TURNS = (0, 90, 270, 180)
_MOST = 8
_SPARSE = tesserocr.PSM.SPARSE_TEXT
_DASHED = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2,12})\s?[-–—_~=]\s?([0-9A-Za-z]{1,6}(?:[-–][0-9A-Za-z]{1,8})*)")
"""Letters, a dash or what blurred print makes of one, and digits; a second dash may follow."""
_JOINED = re.compile(r"(?<![A-Za-z0-9-])([A-Z]{2,8})(\d{3,8})(?![A-Za-z0-9])")
_NAMED = re.compile(r"(?<![A-Za-z])(?:A[PRpr][TRtr]|Art|ART|SKU)[A-Za-z]*[.:#\s]{1,3}(\d{4,12})(?!\d)")
"""«Арт. 104512», as Latin eyes read it."""
_CONFUSED = str.maketrans("OQDILSBZ", "00011582")
_DIGITS = re.compile(r"(?<![\d-])\d(?:[ ]?\d){7,13}(?![\d-])")


class LabelReader:
    """Reads pictures, one at a time in each thread: an engine belongs to the thread that made it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._engines = threading.local()

    @property
    def available(self) -> bool:
        """Whether the language data is there."""
        return (self._data / f"{LANGUAGE}.traineddata").is_file()

    def read(self, image: Image.Image, *, seconds: float) -> str:
        """The words of a picture, also where it lies on its side, looked for ``seconds`` long at most.

        Blocks: call it in a thread.
        """
        if not self.available:
            return ""
        engine, grey = self._engine(), image.convert("L")
        end, found = time.monotonic() + seconds, ""
        for turn in _TURNS:
            left = end - time.monotonic()
            if left <= 0.05:
                break
            engine.SetImage(grey.rotate(turn, expand=True) if turn else grey)
            # Tesseract itself looks at the clock; it gives up the GIL while it reads
            words = _sure_words(engine) if engine.Recognize(int(left * 1000)) else ""
            engine.Clear()
            if article_numbers(words) or printed_codes(words):
                return words
            found = found or words
        return found

    def _engine(self) -> tesserocr.PyTessBaseAPI:
        engine: tesserocr.PyTessBaseAPI | None = getattr(self._engines, "engine", None)
        if engine is None:
            engine = tesserocr.PyTessBaseAPI(path=f"{self._data}/", lang=LANGUAGE, psm=_SPARSE)
            self._engines.engine = engine
        return engine


def _sure_words(engine: tesserocr.PyTessBaseAPI) -> str:
    """The words that Tesseract is sure of: a digit that it guessed would be another product's number."""
    if not engine.GetUTF8Text().strip():
        return ""
    return " ".join(word for word, confidence in engine.MapWordConfidences() if confidence >= _SURE)


def article_numbers(words: str) -> tuple[str, ...]:
    """What looks like an article number, as read and with letters among digits read as digits («SOFA-OO1»)."""
    found: dict[str, None] = {}
    for match in (*_DASHED.finditer(words), *_JOINED.finditer(words)):
        letters, rest = match.group(1).upper(), match.group(2).replace("–", "-").upper()
        if not any(letter.isdigit() for letter in rest):
            continue
        for number in (rest, rest.translate(_CONFUSED)):
            found[f"{letters}-{number}"] = None
    found |= dict.fromkeys(match.group(1) for match in _NAMED.finditer(words))
    return tuple(found)[:_MOST]


def printed_codes(words: str) -> tuple[FoundCode, ...]:
    """Numbers of products by their check digit: what stands under a barcode that is too blurred to be read."""
    found = dict.fromkeys(match.group().replace(" ", "") for match in _DIGITS.finditer(words))
    numbers = [number for number in found if len(number) in {8, 12, 13} and has_check_digit(number)]
    return tuple(FoundCode(kind=CodeKind.PRODUCT, value=number) for number in numbers[:_MOST])
