"""All that is read off one picture, in one go. Loads the heavy libraries: imported with the first picture only."""

from __future__ import annotations

import logging
from pathlib import Path

from shared.media.codes import read_codes
from shared.media.reading import LabelReader, article_numbers, printed_codes
from shared.media.schemas import PhotoFindings
from shared.runtime.pictures import jpeg_of, open_picture

__all__ = ["PictureReader"]

_log = logging.getLogger(__name__)

_READING_SIDE = 2000
"""Pixels of the longer side that codes and labels are read on."""
_MODEL_SIDE = 1024


class PictureReader:
    """Reads pictures; its methods block and are called in threads.

    Args:
        data: the folder of Tesseract's language data; where it is missing, words are not read.
        seconds: how long the words of one picture are looked for.
    """

    def __init__(self, data: Path, *, seconds: float) -> None:
        self._labels = LabelReader(data)
        self._seconds = seconds
        if not self._labels.available:
            _log.warning("words in pictures are not read: the language data is missing")

    def examine(self, content: bytes) -> PhotoFindings:
        """The codes, then what is printed like an article number.

        Raises:
            UnreadableFile: no picture that can be read safely.
        """
        image = open_picture(content, side=_READING_SIDE)
        codes = read_codes(image)
        words = self._labels.read(image, seconds=self._seconds)
        known = dict.fromkeys((*codes, *printed_codes(words)))
        return PhotoFindings(codes=tuple(known), article_numbers=article_numbers(words))

    def for_model(self, content: bytes) -> bytes:
        """A small JPEG for the model.

        Raises:
            UnreadableFile: no picture that can be read safely.
        """
        return jpeg_of(open_picture(content, side=_MODEL_SIDE), _MODEL_SIDE)
