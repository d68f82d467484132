"""Tesseract's language data, which no Python package carries: fetched with npm, pinned, unpacked once.

``python -m infra.local.services.ocr_data`` puts it into ``ocr-data`` beside ``function_app.py``, where the app
looks for it: ``./infra/local/up`` and ``./infra/local/test`` do so; a deployment must, before it packs the folder.
"""

from __future__ import annotations

import fcntl
import gzip
import shutil
import sys
from pathlib import Path

from infra.local.errors import StackError
from infra.local.services.node import npm_ci
from infra.local.state import CHECKOUT, OCR_PROGRAMS

__all__ = ["OCR_DATA", "install_ocr_data", "ocr_data_is_installed"]

OCR_DATA = CHECKOUT / "ocr-data"
MANIFESTS = Path(__file__).resolve().parent.parent / "ocr"
STAMP = "installed.lock.json"
# the integer model: a quarter of the size, as fast, and no worse at print
PACKED = Path("node_modules/@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz")
FILE = "eng.traineddata"


def ocr_data_is_installed() -> bool:
    """Whether the pinned data is there."""
    stamp = OCR_DATA / STAMP
    return (
        (OCR_DATA / FILE).exists()
        and stamp.exists()
        and stamp.read_bytes() == (MANIFESTS / "package-lock.json").read_bytes()
    )


def install_ocr_data() -> Path:
    """Fetch and unpack the data unless it is there; its folder. Safe to call from several processes at once.

    Raises:
        StackError: npm is missing or does not reach its registry.
    """
    OCR_PROGRAMS.mkdir(parents=True, exist_ok=True)
    with (OCR_PROGRAMS / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ocr_data_is_installed():
            return OCR_DATA
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(MANIFESTS / name, OCR_PROGRAMS / name)
        npm_ci(OCR_PROGRAMS, what="language data")
        OCR_DATA.mkdir(exist_ok=True)
        part = OCR_DATA / f"{FILE}.part"
        with gzip.open(OCR_PROGRAMS / PACKED) as packed, part.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        part.replace(OCR_DATA / FILE)
        shutil.copyfile(MANIFESTS / "package-lock.json", OCR_DATA / STAMP)
        shutil.rmtree(OCR_PROGRAMS / "node_modules")
    return OCR_DATA


if __name__ == "__main__":
    try:
        print(install_ocr_data())
    except StackError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
