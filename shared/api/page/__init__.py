"""``GET /api/docs``: the document for people; one self-contained page that reads ``openapi.json`` beside it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

__all__ = ["page"]

_FOLDER = Path(__file__).parent


@cache
def page() -> tuple[bytes, str]:
    """The page, and the ``Content-Security-Policy`` that lets its own style and script run, and nothing else."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    html = (_FOLDER / "page.html").read_text(encoding="utf-8")
    policy = "; ".join(
        [
            "default-src 'none'",
            "connect-src 'self'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
    return html.replace("{style}", style).replace("{script}", script).encode(), policy


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
