"""What ``host.json`` and ``local.settings.json`` say, with the defaults of Azure Functions 4.x."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.errors import StackError

__all__ = ["HostSettings", "QueueSettings", "expand", "load_host_settings", "load_local_settings"]

DEFAULT_BODY_LIMIT = 104_857_600
BODY_LIMIT_SETTING = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
SHORTEST_POLL = 0.1


@dataclass(frozen=True)
class QueueSettings:
    """``extensions.queues`` of host.json; times in seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 60.0
    base64: bool = True


@dataclass(frozen=True)
class HostSettings:
    """What the listeners go by; ``body_limit`` in bytes, ``function_timeout`` in seconds."""

    route_prefix: str
    body_limit: int
    max_outstanding_requests: int
    function_timeout: float
    queues: QueueSettings


def load_host_settings(app_folder: Path) -> HostSettings:
    """Read ``host.json`` of the app.

    Raises:
        StackError: the file is missing or is not what it should be.
    """
    path = app_folder / "host.json"
    try:
        content = json.loads(path.read_text())
        extensions = content.get("extensions", {})
        http = extensions.get("http", {})
        return HostSettings(
            route_prefix=http.get("routePrefix", "api").strip("/"),
            body_limit=int(os.environ.get(BODY_LIMIT_SETTING, DEFAULT_BODY_LIMIT)),
            max_outstanding_requests=int(http.get("maxOutstandingRequests", -1)),
            function_timeout=_seconds(content.get("functionTimeout", "00:30:00")),
            queues=_queue_settings(extensions.get("queues", {})),
        )
    except FileNotFoundError as error:
        raise StackError(
            f"{path} is missing", remedy="name the app's folder with --app, or create host.json"
        ) from error
    except (ValueError, AttributeError, TypeError) as error:
        raise StackError(f"{path} cannot be used: {error}", remedy="mend host.json") from error


def load_local_settings(app_folder: Path) -> None:
    """Put the ``Values`` of local.settings.json, if any, into the environment where it lacks them."""
    path = app_folder / "local.settings.json"
    if not path.exists():
        return
    try:
        values: Mapping[str, str] = json.loads(path.read_text()).get("Values", {})
    except (ValueError, AttributeError) as error:
        raise StackError(f"{path} is not valid JSON: {error}", remedy="mend or delete it") from error
    for name, value in values.items():
        os.environ.setdefault(name, str(value))


def expand(text: str) -> str:
    """Replace each ``%NAME%`` by that setting, as bindings allow.

    Raises:
        StackError: there is no such setting.
    """

    def setting(found: re.Match[str]) -> str:
        try:
            return os.environ[found[1]]
        except KeyError as error:
            raise StackError(
                f"a binding refers to the setting {found[1]}, which is not set",
                remedy=f"set {found[1]} in the environment or in local.settings.json",
            ) from error

    return re.sub(r"%([^%\s]+)%", setting, text)


def _queue_settings(content: Mapping[str, Any]) -> QueueSettings:
    known = QueueSettings()
    batch = int(content.get("batchSize", known.batch_size))
    encoding = str(content.get("messageEncoding", "base64")).lower()
    if encoding not in ("base64", "none"):
        raise ValueError(f"messageEncoding is base64 or none, not {encoding}")
    return QueueSettings(
        batch_size=batch,
        new_batch_threshold=int(content.get("newBatchThreshold", batch // 2)),
        max_dequeue_count=int(content.get("maxDequeueCount", known.max_dequeue_count)),
        visibility_timeout=_seconds(content.get("visibilityTimeout", "00:00:00")),
        max_polling_interval=max(SHORTEST_POLL, _seconds(content.get("maxPollingInterval", "00:01:00"))),
        base64=encoding == "base64",
    )


def _seconds(text: str) -> float:
    """``hh:mm:ss`` with an optional fraction, in seconds."""
    hours, minutes, seconds = str(text).split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
