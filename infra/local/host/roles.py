"""What the host's processes are for, and how one says that it is ready."""

from __future__ import annotations

__all__ = ["HTTP", "QUEUES", "READY"]

HTTP = "http"
QUEUES = "queues"
READY = "functions host is ready"
