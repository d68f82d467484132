"""Structured logs: one JSON object a line, with ids and never with what anybody wrote.

Only the fields named here leave the process; the free text of a record is ours alone, and exceptions are
reduced to their types and places, since their messages may quote data.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

__all__ = ["JsonFormatter", "configure_logging"]

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
_QUIET = ("httpx", "httpcore", "httpx2", "httpcore2", "azure", "openai", "urllib3", "aiohttp")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, and what was passed in ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write ``record``."""
        return json.dumps(self.fields(record), ensure_ascii=False, default=str)

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """What is written of it; nothing in ``extra`` may be more than an id, a count or a code."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error_type"] = type(error).__name__
            line["error_at"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
        return line


def configure_logging(level: str) -> None:
    """Write our records as JSON through the handlers that the functions host gave the process (or to standard
    error where it gave none); quieten the clients, whose lines name addresses.
    """
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        if handler.formatter is None:
            handler.setFormatter(JsonFormatter())
    logging.getLogger("shared").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
