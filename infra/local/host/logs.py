"""The host's log: one JSON object per line on standard error, with the invocation's id where there is one."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import azure_functions_runtime as runtime

__all__ = ["start_logging"]

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# The runtime tells of every invocation, the HTTP clients of every request: with its address, in which
# Telegram's Bot API has the bot's token.
QUIET = ("azure.functions", "azure.core", "azure.storage", "aiohttp.access", "httpx", "httpcore", "openai")


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message and whatever came in ``extra=``."""

    def __init__(self, *, show_errors: bool) -> None:
        super().__init__()
        self._show_errors = show_errors

    def format(self, record: logging.LogRecord) -> str:
        """The line; of an exception its kind, and its text only when asked for: it may quote a message."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        invocation = runtime.invocation_id_cv.get()
        if invocation is not None:
            line["invocation_id"] = invocation
        line |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            line["error_type"] = record.exc_info[0].__name__
            if self._show_errors:
                line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging(level: str, *, show_errors: bool) -> None:
    """Send the log of the host and of the app it runs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(show_errors=show_errors))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
