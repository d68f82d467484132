"""The host's log on standard error: the app's own lines (telemetry), with the invocation's id."""

from __future__ import annotations

import logging
import sys

import azure_functions_runtime as runtime

from shared.runtime.telemetry import JsonFormatter

__all__ = ["start_logging"]

# The runtime tells of every invocation, the HTTP clients of every request: with its address, in which
# Telegram's Bot API has the bot's token.
QUIET = ("azure.functions", "azure.core", "azure.storage", "aiohttp.access", "httpx", "httpcore", "openai")


class HostFormatter(JsonFormatter):
    """A record as one line of JSON, with the id of the invocation that wrote it where there is one."""

    def __init__(self, *, show_errors: bool) -> None:
        super().__init__()
        self._show_errors = show_errors

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """The app's fields; the text of an exception only when asked for: it may quote a message."""
        line = super().fields(record)
        invocation = runtime.invocation_id_cv.get()
        if invocation is not None:
            line.setdefault("invocation_id", invocation)
        if self._show_errors and record.exc_info and record.exc_info[0] is not None:
            line["error"] = self.formatException(record.exc_info)
        return line


def start_logging(level: str, *, show_errors: bool) -> None:
    """Send the log of the host and of the app it runs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(HostFormatter(show_errors=show_errors))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
