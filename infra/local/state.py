"""Where the local stack keeps what it makes: all of it below ``.local`` in the checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AZURITE_PROGRAMS",
    "CHATS",
    "CHECKOUT",
    "DEMO",
    "LOCAL",
    "LOGS",
    "OCR_PROGRAMS",
    "RUN",
    "SECRETS",
    "SETTINGS",
    "kept_secret",
]

CHECKOUT = Path(__file__).resolve().parents[2]
LOCAL = CHECKOUT / ".local"
AZURITE_PROGRAMS = LOCAL / "azurite-programs"
OCR_PROGRAMS = LOCAL / "ocr-programs"
CHATS = LOCAL / "chats"
DEMO = LOCAL / "demo.json"
LOGS = LOCAL / "log"
RUN = LOCAL / "run"
SECRETS = LOCAL / "secrets"
# Also read by Azure Functions Core Tools (func start) and by our own functions host.
SETTINGS = CHECKOUT / "local.settings.json"


def kept_secret(name: str, fresh: str) -> str:
    """The secret of that name as first made, readable by its owner only; ``fresh`` when there is none."""
    SECRETS.mkdir(parents=True, exist_ok=True)
    path = SECRETS / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text()
